// What differs between the versions of libtorch that the shim builds against: 1.13 and 2.x, with CUDA and without. Everything else includes
// this and asks for no version.
#pragma once
#include <ATen/Context.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Optional.h>
#include <torch/version.h>

#include <cstdint>
#include <mutex>

#define FTS_TORCH_AT_LEAST(major, minor) (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#if FTS_TORCH_AT_LEAST(2, 0)
#include <c10/core/AutogradState.h>
#endif
#if FTS_TORCH_AT_LEAST(2, 9)
#include <ATen/DeviceAccelerator.h>
#endif

namespace fts {

#if FTS_TORCH_AT_LEAST(2, 2)
template <typename T>
using optional = std::optional<T>;
#else
template <typename T>
using optional = c10::optional<T>;
#endif

inline int32_t cuda_devices() {
    return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA) ? c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->deviceCount() : 0;
}

// While one lives, the backward pass runs on the calling thread on every device, as it always does in main memory: managed callbacks keep
// their thread's state, and gradients are added in one order. And of a GPU's kernels those are taken that repeat their bits.
class BackwardScope {
public:
    BackwardScope() {
#if FTS_TORCH_AT_LEAST(2, 0)
        auto& state = c10::AutogradState::get_tls_state();
        before_ = state.get_multithreading_enabled();
        state.set_multithreading_enabled(false);
#endif
        count(1);
    }
    ~BackwardScope() {
        count(-1);
#if FTS_TORCH_AT_LEAST(2, 0)
        c10::AutogradState::get_tls_state().set_multithreading_enabled(before_);
#endif
    }
    BackwardScope(const BackwardScope&) = delete;

private:
    // The choice is the whole process's: it holds while any thread goes backwards. Forward passes need no such choice, and decoding would be slowed by it.
    static void count(int change) {
        static const bool has_gpu = cuda_devices() > 0;
        static std::mutex lock;
        static int scopes = 0;
        if (!has_gpu) return;
        std::lock_guard<std::mutex> held(lock);
        scopes += change;
        at::globalContext().setDeterministicAlgorithms(scopes > 0, /*warn_only=*/false);  // with warnings only, attention would not obey
    }

    bool before_ = true;
};

// Bytes that tensors take on a device, now and at most since the last reset; -1 where this libtorch does not tell.
struct DeviceMemory {
    int64_t allocated = -1, peak = -1;
};

#if FTS_TORCH_AT_LEAST(2, 9)
inline DeviceMemory device_memory(c10::DeviceIndex device) {
    const auto bytes = at::accelerator::getDeviceStats(device).allocated_bytes[0];
    return {bytes.current, bytes.peak};
}
inline void reset_peak_memory(c10::DeviceIndex device) { at::accelerator::resetPeakStats(device); }
inline void empty_device_caches() {
    if (cuda_devices() > 0) at::accelerator::emptyCache();
}
#else
inline DeviceMemory device_memory(c10::DeviceIndex) { return {}; }
inline void reset_peak_memory(c10::DeviceIndex) {}
inline void empty_device_caches() {}
#endif

// Products of fp32 stay fp32.
inline void prefer_exact_products() {
    auto& context = at::globalContext();
    context.setFloat32MatmulPrecision("highest");
#if FTS_TORCH_AT_LEAST(2, 2)
    context.setDeterministicFillUninitializedMemory(false);  // memory is filled by whoever asked for it
#endif
}

}  // namespace fts
