// fts::linears: several products of the same rows in one go (q, k and v; gate and up), with adapters beside them or an activation behind
// them. Few rows go through kernels that read each weight once, many rows through block kernels; all that a graph may record, other types
// and other processors through libtorch's own product.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_products.h"
#include "elementwise.h"
#include "product.h"

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

linear_kernel choose_linear(at::ScalarType type) { return type == at::kFloat || type == at::kBFloat16 ? choose_linear(type == at::kBFloat16) : nullptr; }

namespace {

bool fits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) == x.size(1), "weight ", weight.sizes(), " does not fit x ", x.sizes());
    TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "bias ", bias.sizes(), " does not fit weight ", weight.sizes());
    return weight.is_cpu() && weight.scalar_type() == x.scalar_type() && weight.is_contiguous()
        && (!bias.defined() || (bias.scalar_type() == x.scalar_type() && bias.is_contiguous()));
}

// The kernel for these rows; null where they are many or not for kernels.
linear_kernel choose_for(const at::Tensor& x) {
    TORCH_CHECK(x.dim() == 2, "x must be [rows, width], not ", x.sizes());
    return x.is_cpu() && x.size(0) <= most_rows && x.size(0) > 0 && !records_graph() ? choose_linear(x.scalar_type()) : nullptr;
}

// Many rows, or what no kernel here multiplies.
at::Tensor many(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return records_graph() ? at::linear(x, weight, bias) : product(x.contiguous(), weight, true, bias);
}

std::vector<at::Tensor> linears(const at::Tensor& x_input, at::TensorList weights, const optional_list& biases, bool wide) {
    TORCH_CHECK(biases.size() == 0 || biases.size() == weights.size(), "as many biases as weights, or none");
    const auto type = wide ? at::kFloat : x_input.scalar_type();
    std::vector<at::Tensor> results;
    bool few = choose_for(x_input) != nullptr;
    for (size_t i = 0; i < weights.size(); i++) few &= fits(x_input, weights[i], item(biases, i));
    if (!few) {
        for (size_t i = 0; i < weights.size(); i++) results.push_back(many(x_input, weights[i], item(biases, i)).to(type));
        return results;
    }

    const at::Tensor x = x_input.contiguous();
    with_type(x, [&](auto kind) {
        using T = decltype(kind);
        products<T> all(x.options(), x.size(0), x.size(1), wide);
        for (size_t i = 0; i < weights.size(); i++) results.push_back(all.add({weights[i], item(biases, i)}));
        stages plan;
        all.lay(plan, rows_of<T>(x));
        all.multiply(plan);
        plan.run();
    });
    return results;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const fts::optional<at::Tensor>& bias, bool wide) {
    optional_list biases;
    if (bias) biases.push_back(bias);
    return linears(x, weight, biases, wide)[0];
}

std::vector<at::Tensor> lora_linears(const at::Tensor& x_input, at::TensorList weights, const optional_list& biases, const optional_list& a_list, const optional_list& b_list, at::ArrayRef<double> scales) {
    TORCH_CHECK(biases.size() == weights.size() && a_list.size() == weights.size() && b_list.size() == weights.size() && scales.size() == weights.size(),
                "a bias, an A, a B and a scale for each of ", weights.size(), " weights");
    std::vector<sided_weight> entries;
    bool few = true;
    for (size_t i = 0; i < weights.size(); i++) {
        entries.push_back({weights[i], item(biases, i), item(a_list, i), item(b_list, i), scales[i]});
        few &= fits(x_input, weights[i], entries[i].bias);
        few &= entries[i].has_plain_factors();
    }

    std::vector<at::Tensor> results;
    if (!few || choose_for(x_input) == nullptr) {
        for (const auto& [weight, bias, a, b, scale] : entries) {
            const auto given = bias.defined() ? fts::optional<at::Tensor>(bias) : c10::nullopt;
            results.push_back(a.defined() ? lora_linear(x_input, weight, given, a, b, scale, c10::nullopt) : many(x_input, weight, bias));
        }
        return results;
    }

    const at::Tensor x = x_input.contiguous();
    with_type(x, [&](auto kind) {
        using T = decltype(kind);
        products<T> all(x.options(), x.size(0), x.size(1));
        for (const auto& entry : entries) results.push_back(all.add(entry));
        stages plan;
        all.lay(plan, rows_of<T>(x));
        all.multiply(plan);
        plan.run();
    });
    return results;
}

// activation(x gate^T) * (x up^T): each piece makes both products of its outputs, and their activation while they are in the cache.
at::Tensor gated_linears(const at::Tensor& x_input, const at::Tensor& gate, const at::Tensor& up, const fts::optional<at::Tensor>& gate_bias, const fts::optional<at::Tensor>& up_bias, std::string activation) {
    TORCH_CHECK(gate.sizes() == up.sizes(), "gate ", gate.sizes(), " and up ", up.sizes(), " differ");
    const auto gate_kind = gate_named(activation);
    const at::Tensor first = gate_bias.value_or(at::Tensor()), second = up_bias.value_or(at::Tensor());
    const bool few = fits(x_input, gate, first) && fits(x_input, up, second) && choose_for(x_input) != nullptr;
    if (!few) return gated(many(x_input, gate, first), many(x_input, up, second), gate_kind);

    const at::Tensor x = x_input.contiguous();
    at::Tensor result;
    with_type(x, [&](auto kind) {
        using T = decltype(kind);
        products<T> both(x.options(), x.size(0), x.size(1));
        both.add({gate, first});
        both.add({up, second});
        stages plan;
        both.lay(plan, rows_of<T>(x));
        result = both.multiply_gated(plan, gate_kind);
        plan.run();
    });
    return result;
}

}  // namespace

// Composite: where a gradient is needed, autograd sees libtorch's product.
TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("linears(Tensor x, Tensor[] weights, Tensor?[] biases, bool wide=False) -> Tensor[]", linears);
    m.def("lora_linears(Tensor x, Tensor[] weights, Tensor?[] biases, Tensor?[] a, Tensor?[] b, float[] scales) -> Tensor[]", lora_linears);
    m.def("gated_linears(Tensor x, Tensor gate, Tensor up, Tensor? gate_bias, Tensor? up_bias, str activation) -> Tensor", gated_linears);
    m.def("linear(Tensor x, Tensor weight, Tensor? bias=None, bool wide=False) -> Tensor", linear);
}

}  // namespace fts::decode
