#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(_OPENMP)
#include <omp.h>
#endif

#include "internal.h"

using namespace fts;

namespace {

// Large blocks come from and go back to malloc's heap instead of fresh, zeroed pages each time: casts of vocabulary-sized
// tensors are several times faster.
const int heap_is_tuned = [] {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most glibc accepts
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_TOP_PAD, 64 << 20);
    return 1;
}();

bool amx_is_permitted() {
#if defined(__x86_64__) && defined(__linux__)
    constexpr long request_permission = 0x1023, tile_data = 18;
    unsigned a = 7, b = 0, c = 0, d = 0;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    const bool has_amx = (d >> 24 & 1) && (d >> 22 & 1);  // AMX-TILE, AMX-BF16
    return has_amx && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
    return false;
#endif
}

}  // namespace

fts_status fts_generator_create(int32_t device, int64_t seed, void** result) {
    return guard([&] {
        const auto place = device_of(device);
        at::Generator generator = place.is_cpu()
            ? at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(seed))
            : at::globalContext().defaultGenerator(place).clone();
        generator.set_current_seed(static_cast<uint64_t>(seed));
        *result = new at::Generator(std::move(generator));
    });
}

void fts_generator_free(void* generator) { delete static_cast<at::Generator*>(generator); }

fts_status fts_generator_state_get(void* generator, void** result) {
    return guard([&] { *result = wrap(static_cast<at::Generator*>(generator)->get_state()); });
}

fts_status fts_generator_state_set(void* generator, void* state) {
    return guard([&] { static_cast<at::Generator*>(generator)->set_state(tensor(state)); });
}

fts_status fts_threads_set(int32_t count) {
    return guard([&] {
        at::set_num_threads(count);
#if defined(_OPENMP)
        omp_set_num_threads(count);  // the kernels' own loops, where libtorch came with an OpenMP of its own
#endif
    });
}

int32_t fts_threads_get() { return at::get_num_threads(); }

int32_t fts_processor_features() {
#if defined(__x86_64__)
    static const int32_t features = [] {
        __builtin_cpu_init();
        int32_t found = 0;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found |= 1;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) found |= 2;
        if (found & 2 && __builtin_cpu_supports("avx512bf16")) found |= 4;
        if (found & 4 && amx_is_permitted()) found |= 8;
        return found;
    }();
    return features;
#else
    return 0;
#endif
}

fts_status fts_memory_trim() {
    return guard([] {
        empty_device_caches();
        malloc_trim(0);
    });
}
