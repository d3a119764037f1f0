// The kernels' arithmetic made of libtorch's own operators, for tensors outside of main memory: sums in float, rounded where the kernels round.
#pragma once
#include <ATen/ATen.h>

#include "row_kernels.h"

namespace fts::composed {

// Whether t takes these instead of a kernel: tensors elsewhere do; in main memory only while a test asks for it on this thread.
bool applies(const at::Tensor& t);

// x [tokens, heads, size] turned by its tokens' angles, backwards where sign is -1: halves, or neighbours where they are interleaved; what
// heads have beyond 2 half stays. cos and sin: [tokens, half], float
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved, double sign);

// activation(gate) * up
at::Tensor gated(Gate kind, const at::Tensor& gate, const at::Tensor& up);
void gated_backward(Gate kind, const at::Tensor& gate, const at::Tensor& up, const at::Tensor& dy, at::Tensor& dgate, at::Tensor& dup);

// Log-probabilities of the targets [rows]; logits [rows, vocabulary] become d loss / d logits where scales [rows] are defined. A cap above 0
// bounds the logits: cap tanh(logits / cap).
at::Tensor log_probabilities(const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& scales, double cap);

}  // namespace fts::composed
