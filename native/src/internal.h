#pragma once
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <atomic>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "compat.h"
#include "fts_abi.h"

namespace fts {

inline thread_local std::string last_error;
inline std::atomic<int64_t> live_tensors{0};

// Set while a checkpoint makes its first pass, which records nothing but must have the bits of the second, which records.
inline thread_local bool in_checkpoint = false;

// Whether what is computed now may become part of a graph.
inline bool records_graph() { return at::GradMode::is_enabled() || in_checkpoint; }

struct not_found : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct callback_failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The one place where a C++ exception becomes a status: nothing may unwind into managed code.
template <typename Body>
fts_status guard(Body&& body) noexcept {
    try {
        body();
        return FTS_OK;
    } catch (const callback_failed& e) {
        last_error = e.what();
        return FTS_CALLBACK_FAILED;
    } catch (const not_found& e) {
        last_error = e.what();
        return FTS_NOT_FOUND;
    } catch (const std::bad_alloc& e) {
        last_error = "out of memory";
        return FTS_OUT_OF_MEMORY;
    } catch (const c10::Error& e) {
        last_error = e.what_without_backtrace();
        // libtorch's CPU and CUDA allocators throw a plain c10::Error when memory runs out.
        const auto says = [](const char* words) { return last_error.find(words) != std::string::npos; };
        if (!says("not enough memory") && !says("out of memory") && !says("CUBLAS_STATUS_ALLOC_FAILED")) return FTS_FAILED;

        // What was asked for and what is free; the advice behind it is for PyTorch's own users.
        const auto advice = last_error.find(" Including non-PyTorch memory");
        if (advice != std::string::npos) last_error.resize(advice);
        return FTS_OUT_OF_MEMORY;
    } catch (const std::exception& e) {
        last_error = e.what();
        return FTS_FAILED;
    } catch (...) {
        last_error = "unknown native error";
        return FTS_FAILED;
    }
}

inline at::Tensor& tensor(void* handle) { return *static_cast<at::Tensor*>(handle); }

inline void* wrap(at::Tensor value) {
    if (!value.defined()) {
        return nullptr;
    }
    auto* handle = new at::Tensor(std::move(value));
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return handle;
}

inline at::Device device_of(int64_t code) {
    return at::Device(static_cast<at::DeviceType>(code / 256), static_cast<at::DeviceIndex>(code % 256 - 1));
}

inline int32_t code_of(at::Device device) { return static_cast<int32_t>(device.type()) * 256 + device.index() + 1; }

}  // namespace fts
