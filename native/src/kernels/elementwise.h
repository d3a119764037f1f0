// The gated activation, for operators that end in one.
#pragma once
#include <ATen/ATen.h>

#include "../compat.h"
#include "row_kernels.h"

namespace fts {

// By its name in an operator's arguments: silu, gelu_tanh.
Gate gate_named(const std::string& activation);

// activation(gate) * up, differentiable; where up is absent, each row of `gate` is a gate and then an up.
at::Tensor gated(const at::Tensor& gate, const fts::optional<at::Tensor>& up, Gate kind);

}  // namespace fts
