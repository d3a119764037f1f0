// What the operators share: element types, workers, checks.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "../compat.h"
#include "row_kernels.h"

namespace fts {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

template <typename T>
T* data(const at::Tensor& t) { return static_cast<T*>(t.data_ptr()); }

template <typename T>
const T* data_or_null(const at::Tensor& t) { return t.defined() ? static_cast<const T*>(t.data_ptr()) : nullptr; }

// Calls body with a value of the tensor's element type.
template <typename Body>
void with_type(const at::Tensor& t, Body&& body) {
    if (t.scalar_type() == at::kBFloat16) {
        body(bf16{});
    } else {
        TORCH_CHECK(t.scalar_type() == at::kFloat, "fused kernels take bfloat16 and float32, not ", t.scalar_type());
        body(float{});
    }
}

inline void check_same(const at::Tensor& left, const at::Tensor& right, const char* what) {
    TORCH_CHECK(left.sizes() == right.sizes() && left.scalar_type() == right.scalar_type(), what, ": ", left.sizes(), " ", left.scalar_type(),
        " and ", right.sizes(), " ", right.scalar_type());
}

// Splits [0, count) evenly over the threads, at least `grain` to each.
template <typename Body>
void parallel(int64_t count, int64_t grain, Body&& body) {
    if (count > 0) at::parallel_for(0, count, grain, body);
}

}  // namespace fts
