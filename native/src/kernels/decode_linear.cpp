// fts::linears: several products of the same rows in one go (q, k and v; gate and up). Few rows go through kernels that read each
// weight once; many rows, gradients, other types and other processors through libtorch's own product.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_linear.h"
#include "decode_parallel.h"
#include "decode_pieces.h"

namespace fts::decode {

linear_kernel choose_linear(bool bf16) {
#if defined(__x86_64__)
    constexpr int32_t avx512 = 2, avx512_bf16 = 4;
    const int32_t features = fts_processor_features();
    if ((features & avx512) == 0) return nullptr;
    if (!bf16) return linear_f32_avx512;
    return (features & avx512_bf16) != 0 ? linear_bf16_avx512bf16 : linear_bf16_avx512;
#else
    return nullptr;
#endif
}

bool reads_wide_rows(linear_kernel kernel) {
#if defined(__x86_64__)
    return kernel == linear_bf16_avx512;
#else
    return false;
#endif
}

namespace {

// From here on libtorch's product, which packs its operands, is faster (measured: docs/log.md).
constexpr int64_t most_rows = 32;

linear_kernel choose(at::ScalarType type) {
    return type == at::kFloat || type == at::kBFloat16 ? choose_linear(type == at::kBFloat16) : nullptr;
}

bool needs_gradient(const at::Tensor& x, at::TensorList weights) {
    if (!at::GradMode::is_enabled()) return false;
    return x.requires_grad() || std::any_of(weights.begin(), weights.end(), [](const at::Tensor& w) { return w.requires_grad(); });
}

bool fits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) == x.size(1), "weight ", weight.sizes(), " does not fit x ", x.sizes());
    TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "bias ", bias.sizes(), " does not fit weight ", weight.sizes());
    return weight.is_cpu() && weight.scalar_type() == x.scalar_type() && weight.is_contiguous()
        && (!bias.defined() || (bias.scalar_type() == x.scalar_type() && bias.is_contiguous()));
}

std::vector<at::Tensor> linears(const at::Tensor& x, at::TensorList weights, const c10::List<c10::optional<at::Tensor>>& biases, bool wide) {
    TORCH_CHECK(x.dim() == 2, "x must be [rows, width], not ", x.sizes());
    TORCH_CHECK(biases.size() == 0 || biases.size() == weights.size(), "as many biases as weights, or none");
    const auto type = wide ? at::kFloat : x.scalar_type();
    const auto kernel = x.is_cpu() && x.size(0) <= most_rows && x.size(0) > 0 && !needs_gradient(x, weights) ? choose(x.scalar_type()) : nullptr;

    std::vector<at::Tensor> results;
    piece_list pieces;
    at::Tensor input;
    for (size_t i = 0; i < weights.size(); i++) {
        const at::Tensor& weight = weights[i];
        const at::Tensor bias = biases.size() == 0 ? at::Tensor() : biases.get(i).value_or(at::Tensor());
        if (!fits(x, weight, bias) || kernel == nullptr) {
            results.push_back(at::linear(x, weight, bias).to(type));
            continue;
        }

        if (!input.defined()) input = reads_wide_rows(kernel) ? x.to(at::kFloat).contiguous() : x.contiguous();
        results.push_back(at::empty({x.size(0), weight.size(0)}, x.options().dtype(type)));
        pieces.add({input.data_ptr(), weight.data_ptr(), bias.defined() ? bias.data_ptr() : nullptr, results.back().data_ptr(),
                    weight.size(0), x.size(0), x.size(1), weight.size(0), 0, 0, wide}, x.element_size());
    }

    take_pieces(pieces.count(), [&](int64_t number) { kernel(pieces.at(number)); });
    return results;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias, bool wide) {
    c10::List<c10::optional<at::Tensor>> biases;
    if (bias) biases.push_back(bias);
    return linears(x, weight, biases, wide)[0];
}

}  // namespace

// Composite: where a gradient is needed, autograd sees libtorch's product.
TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("linears(Tensor x, Tensor[] weights, Tensor?[] biases, bool wide=False) -> Tensor[]", linears);
    m.def("linear(Tensor x, Tensor weight, Tensor? bias=None, bool wide=False) -> Tensor", linear);
}

}  // namespace fts::decode
