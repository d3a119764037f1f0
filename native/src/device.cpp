// GPUs: which there are, what they are called, and how much of their memory tensors take.
#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "internal.h"

using namespace fts;

namespace {

// The driver tells what libtorch does not; it is there wherever libtorch sees a GPU.
class Driver {
public:
    static const Driver& get() {
        static const Driver driver;
        return driver;
    }

    bool name(int32_t index, char* text, int32_t capacity) const {
        int device = 0;
        return is_there_ && device_get_(&device, index) == 0 && device_name_(text, capacity, device) == 0;
    }

    int64_t total_memory(int32_t index) const {
        int device = 0;
        size_t bytes = 0;
        return is_there_ && device_get_(&device, index) == 0 && device_memory_(&bytes, device) == 0 ? static_cast<int64_t>(bytes) : -1;
    }

private:
    Driver() {
        void* library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
        int (*initialize)(unsigned) = nullptr;
        is_there_ = library != nullptr && find(library, "cuInit", initialize) && find(library, "cuDeviceGet", device_get_) && find(library, "cuDeviceGetName", device_name_)
            && find(library, "cuDeviceTotalMem_v2", device_memory_) && initialize(0) == 0;
    }

    template <typename Function>
    static bool find(void* library, const char* name, Function& function) {
        function = reinterpret_cast<Function>(dlsym(library, name));
        return function != nullptr;
    }

    bool is_there_ = false;
    int (*device_get_)(int*, int) = nullptr;
    int (*device_name_)(char*, int, int) = nullptr;
    int (*device_memory_)(size_t*, int) = nullptr;
};

}  // namespace

int32_t fts_cuda_device_count() { return cuda_devices(); }

fts_status fts_device_prepare() {
    return guard([] { prefer_exact_products(); });
}

fts_status fts_device_name(int32_t device, char* text, int32_t capacity) {
    return guard([&] {
        if (!Driver::get().name(device_of(device).index(), text, capacity)) std::snprintf(text, capacity, "GPU");
    });
}

fts_status fts_device_memory(int32_t device, int64_t* allocated, int64_t* peak, int64_t* total) {
    return guard([&] {
        const auto index = device_of(device).index();
        const auto memory = device_memory(index);
        *allocated = memory.allocated;
        *peak = memory.peak;
        *total = Driver::get().total_memory(index);
    });
}

fts_status fts_device_memory_peak_reset(int32_t device) {
    return guard([&] { reset_peak_memory(device_of(device).index()); });
}
