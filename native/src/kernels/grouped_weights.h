// Frozen matrices of a grouped product, however they lie, and products with them.
#pragma once
#include "grouped_product.h"
#include "support.h"

namespace fts {

// Knows how rows go through it, forwards and backwards. A matrix of a group without rows is never read.
struct GroupedWeights : torch::CustomClassHolder {
    // x W_g^T + low F_g + bias_g; the parts' outputs side by side.
    virtual at::Tensor forward(const at::Tensor& x, const Groups& groups, const GroupedSum& sum) const = 0;

    // dy W_g + low F_g.
    virtual at::Tensor backward(const at::Tensor& dy, const Groups& groups, const GroupedSum& sum) const = 0;

    // Whether factors of a sum are transposed as matrices [in, out] are.
    virtual bool inputs_first() const { return false; }
};

// x W_g^T + bias_g + scale (x A_g^T) B_g^T; differentiable by x, A and B. Keeps x and its low-rank part, nothing else.
at::Tensor grouped_lora_product(const at::Tensor& x, const c10::intrusive_ptr<GroupedWeights>& weights, const at::Tensor& offsets, const fts::optional<at::Tensor>& bias, const at::Tensor& a,
    const at::Tensor& b, double scale);

}  // namespace fts
