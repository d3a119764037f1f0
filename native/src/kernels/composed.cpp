#include "composed.h"

#include <torch/library.h>

namespace fts::composed {
namespace {

thread_local bool everywhere = false;

void compose(bool on) { everywhere = on; }

}  // namespace

bool applies(const at::Tensor& t) { return everywhere || !t.is_cpu(); }

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved, double sign) {
    const int64_t half = cos.size(1), rest = x.size(2) - 2 * half;
    const auto part = [&](const at::Tensor& t, int64_t which) { return interleaved ? t.slice(2, which, 2 * half, 2) : t.narrow(2, which * half, half); };
    const auto wide = x.to(at::kFloat), first = part(wide, 0), second = part(wide, 1), c = cos.unsqueeze(1), s = sin.unsqueeze(1);
    auto y = at::empty(x.sizes(), wide.options());
    auto first_y = part(y, 0), second_y = part(y, 1);
    at::addcmul_out(first_y, at::mul(first, c), second, s, -sign);
    at::addcmul_out(second_y, at::mul(second, c), first, s, sign);
    if (rest > 0) y.narrow(2, 2 * half, rest).copy_(wide.narrow(2, 2 * half, rest));
    return y.to(x.scalar_type());
}

at::Tensor gated(Gate kind, const at::Tensor& gate, const at::Tensor& up) {
    const auto wide = gate.to(at::kFloat);
    return (kind == Gate::silu ? at::silu(wide) : at::gelu(wide, "tanh")).mul_(up).to(gate.scalar_type());
}

void gated_backward(Gate kind, const at::Tensor& gate, const at::Tensor& up, const at::Tensor& dy, at::Tensor& dgate, at::Tensor& dup) {
    const auto wide = gate.to(at::kFloat), dy_wide = dy.to(at::kFloat), dactivated = dy_wide * up;
    dgate.copy_(kind == Gate::silu ? at::silu_backward(dactivated, wide) : at::gelu_backward(dactivated, wide, "tanh"));
    dup.copy_((kind == Gate::silu ? at::silu(wide) : at::gelu(wide, "tanh")).mul_(dy_wide));
}

at::Tensor log_probabilities(const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& scales, double cap) {
    auto wide = logits.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    if (cap > 0) wide.div_(cap).tanh_().mul_(cap);
    const auto through = cap > 0 && scales.defined() ? 1 - (wide / cap).square_() : at::Tensor();
    const auto ids = targets.unsqueeze(1), sums = at::logsumexp(wide, 1, /*keepdim=*/true);
    const auto result = (wide.gather(1, ids) - sums).squeeze(1);
    if (scales.defined()) {
        wide.sub_(sums).exp_();
        wide.scatter_(1, ids, wide.gather(1, ids) - 1);
        if (through.defined()) wide.mul_(through);
        at::Tensor into = logits;
        into.copy_(wide.mul_(scales.unsqueeze(1)));
    }
    return result;
}

}  // namespace fts::composed

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("compose(bool on) -> ()", fts::composed::compose);
}
