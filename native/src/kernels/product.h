// The wide products of a frozen linear layer, with its adapter's low-rank part added on the way out.
#pragma once
#include <ATen/ATen.h>

#include "../compat.h"

namespace fts {

// Whether this processor multiplies this type faster by our block kernels than by the library.
bool prefers_own_product(at::ScalarType type);

// Whether block kernels are worth it for a of [m, k]: enough rows to share the packing of b, whole depth, and a processor for them.
bool has_wide_product(const at::Tensor& a, const at::Tensor& b);

// a b + low factor + bias, in a's type; every sum in float, rounded once. b and factor are [k, n] and [r, n], or transposed both
// [n, k] and [n, r]. low [m, r] and factor may be undefined together, bias [n] by itself.
at::Tensor wide_product(const at::Tensor& a, const at::Tensor& b, bool transposed, const at::Tensor& low, const at::Tensor& factor, const at::Tensor& bias);

// a b, or a b^T + bias, by block kernels where they are worth it, else by the library; unrecorded. In a's type.
at::Tensor product(const at::Tensor& a, const at::Tensor& b, bool transposed, const at::Tensor& bias = {});

// The same into a result whose rows lie without gaps.
void product_into(const at::Tensor& result, const at::Tensor& a, const at::Tensor& b, bool transposed);

// x W^T + bias + scale (x A^T) B^T of a frozen W, differentiable; the adapter reads x itself where adapter_input is absent.
at::Tensor lora_linear(const at::Tensor& x, const at::Tensor& weight, const fts::optional<at::Tensor>& bias, const at::Tensor& a, const at::Tensor& b, double scale,
    const fts::optional<at::Tensor>& adapter_input);

}  // namespace fts
