// fts::linears: several products of the same rows in one go (q, k and v; gate and up), with adapters beside them or an activation behind
// them. Few rows go through kernels that read each weight once, many rows through block kernels; all that a graph may record, other types
// and other processors through libtorch's own product.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_linear.h"
#include "decode_parallel.h"
#include "decode_pieces.h"
#include "decode_strips.h"
#include "elementwise.h"
#include "product.h"
#include "row_kernels.h"

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

int64_t columns_at_once(linear_kernel kernel) {
#if defined(__x86_64__)
    return kernel == linear_bf16_avx512bf16 ? 32 : 16;
#else
    return 16;
#endif
}

namespace {

linear_kernel choose(at::ScalarType type) {
    return type == at::kFloat || type == at::kBFloat16 ? choose_linear(type == at::kBFloat16) : nullptr;
}

bool fits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) == x.size(1), "weight ", weight.sizes(), " does not fit x ", x.sizes());
    TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "bias ", bias.sizes(), " does not fit weight ", weight.sizes());
    return weight.is_cpu() && weight.scalar_type() == x.scalar_type() && weight.is_contiguous()
        && (!bias.defined() || (bias.scalar_type() == x.scalar_type() && bias.is_contiguous()));
}

// The kernel for these rows; null where they are many or not for kernels.
linear_kernel choose_for(const at::Tensor& x) {
    TORCH_CHECK(x.dim() == 2, "x must be [rows, width], not ", x.sizes());
    return x.is_cpu() && x.size(0) <= most_rows && x.size(0) > 0 && !records_graph() ? choose(x.scalar_type()) : nullptr;
}

linear_piece whole_piece(const at::Tensor& strips, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& result, bool wide) {
    return {strips.data_ptr(), weight.data_ptr(), bias.defined() ? bias.data_ptr() : nullptr, result.data_ptr(), weight.size(0), strips.size(0), weight.size(1), weight.size(0),
            0, 0, wide, nullptr, nullptr, 0};
}

// Many rows, or what no kernel here multiplies.
at::Tensor many(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return records_graph() ? at::linear(x, weight, bias) : product(x.contiguous(), weight, true, bias);
}

using optional_list = c10::List<fts::optional<at::Tensor>>;

at::Tensor item(const optional_list& list, size_t index) { return list.size() == 0 ? at::Tensor() : list.get(index).value_or(at::Tensor()); }

std::vector<at::Tensor> linears(const at::Tensor& x, at::TensorList weights, const optional_list& biases, bool wide) {
    TORCH_CHECK(biases.size() == 0 || biases.size() == weights.size(), "as many biases as weights, or none");
    const auto type = wide ? at::kFloat : x.scalar_type();
    const auto kernel = choose_for(x);
    const at::Tensor strips = kernel == nullptr ? at::Tensor() : strips_of(kernel, x);
    std::vector<at::Tensor> results;
    piece_list pieces(x.element_size());
    for (size_t i = 0; i < weights.size(); i++) {
        const at::Tensor& weight = weights[i];
        const at::Tensor bias = item(biases, i);
        if (!fits(x, weight, bias) || kernel == nullptr) {
            results.push_back(many(x, weight, bias).to(type));
            continue;
        }
        results.push_back(at::empty({x.size(0), weight.size(0)}, x.options().dtype(type)));
        pieces.add(whole_piece(strips, weight, bias, results.back(), wide));
    }
    take_pieces(pieces.count(), [&](int64_t number) { kernel(pieces.at(number)); });
    return results;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const fts::optional<at::Tensor>& bias, bool wide) {
    optional_list biases;
    if (bias) biases.push_back(bias);
    return linears(x, weight, biases, wide)[0];
}

// x A^T of every adapter, scaled. [rows, rank] each, fp32
std::vector<at::Tensor> low_parts(const at::Tensor& x, const std::vector<at::Tensor>& a, at::ArrayRef<double> scales) {
    std::vector<at::Tensor> there;
    for (const auto& factor : a) {
        if (factor.defined()) there.push_back(factor);
    }
    auto products = linears(x.to(at::kFloat), there, optional_list(), false);
    std::vector<at::Tensor> low(a.size());
    for (size_t i = 0, next = 0; i < a.size(); i++) {
        if (a[i].defined()) low[i] = products[next++].mul_(scales[i]);
    }
    return low;
}

std::vector<at::Tensor> lora_linears(const at::Tensor& x, at::TensorList weights, const optional_list& biases, const optional_list& a_list, const optional_list& b_list, at::ArrayRef<double> scales) {
    TORCH_CHECK(biases.size() == weights.size() && a_list.size() == weights.size() && b_list.size() == weights.size() && scales.size() == weights.size(),
                "a bias, an A, a B and a scale for each of ", weights.size(), " weights");
    std::vector<at::Tensor> a, b;
    bool few = true;
    for (size_t i = 0; i < weights.size(); i++) {
        a.push_back(item(a_list, i));
        b.push_back(item(b_list, i));
        few &= fits(x, weights[i], item(biases, i));
        if (!a[i].defined()) continue;
        TORCH_CHECK(b[i].defined() && a[i].dim() == 2 && b[i].dim() == 2 && a[i].size(1) == x.size(1) && b[i].size(0) == weights[i].size(0) && a[i].size(0) == b[i].size(1),
                    "lora_linears: x ", x.sizes(), ", weight ", weights[i].sizes(), ", a ", a[i].sizes(), ", b ", b[i].defined() ? b[i].sizes() : at::IntArrayRef());
        few &= a[i].scalar_type() == at::kFloat && b[i].scalar_type() == at::kFloat && a[i].is_contiguous() && b[i].is_contiguous();
    }

    const auto kernel = few ? choose_for(x) : nullptr;
    std::vector<at::Tensor> results;
    if (kernel == nullptr) {
        for (size_t i = 0; i < weights.size(); i++) {
            const auto bias = biases.get(i);
            results.push_back(a[i].defined() ? lora_linear(x, weights[i], bias, a[i], b[i], scales[i], c10::nullopt) : many(x, weights[i], bias ? *bias : at::Tensor()));
        }
        return results;
    }

    const auto low = low_parts(x, a, scales);
    const at::Tensor strips = strips_of(kernel, x);
    piece_list pieces(x.element_size());
    for (size_t i = 0; i < weights.size(); i++) {
        results.push_back(at::empty({x.size(0), weights[i].size(0)}, x.options()));
        auto piece = whole_piece(strips, weights[i], item(biases, i), results.back(), false);
        if (a[i].defined()) {
            piece.low = low[i].data_ptr<float>();
            piece.factor = b[i].data_ptr<float>();
            piece.rank = a[i].size(0);
        }
        pieces.add(piece);
    }
    take_pieces(pieces.count(), [&](int64_t number) { kernel(pieces.at(number)); });
    return results;
}

// activation(x gate^T) * (x up^T): each piece makes both products of its outputs, and their activation while they are in the cache.
at::Tensor gated_linears(const at::Tensor& x, const at::Tensor& gate, const at::Tensor& up, const fts::optional<at::Tensor>& gate_bias, const fts::optional<at::Tensor>& up_bias, std::string activation) {
    TORCH_CHECK(gate.sizes() == up.sizes(), "gate ", gate.sizes(), " and up ", up.sizes(), " differ");
    const auto kind = gate_named(activation);
    const at::Tensor first = gate_bias.value_or(at::Tensor()), second = up_bias.value_or(at::Tensor());
    const auto kernel = fits(x, gate, first) && fits(x, up, second) ? choose_for(x) : nullptr;
    if (kernel == nullptr) return gated(many(x, gate, first), many(x, up, second), kind);

    const at::Tensor strips = strips_of(kernel, x);
    const int64_t rows = x.size(0), outputs = gate.size(0);
    at::Tensor gates = at::empty({rows, outputs}, x.options()), ups = at::empty_like(gates), result = at::empty_like(gates);
    const auto up_piece = whole_piece(strips, up, second, ups, false);
    piece_list pieces(x.element_size(), 2);
    pieces.add(whole_piece(strips, gate, first, gates, false));
    take_pieces(pieces.count(), [&](int64_t number) {
        const auto piece = pieces.at(number);
        auto other = up_piece;
        other.first = piece.first;
        other.last = piece.last;
        kernel(piece);
        kernel(other);
        const auto activate = [&](auto type) {
            using T = decltype(type);
            for (int64_t row = 0; row < rows; row++) {
                const int64_t at = row * outputs + piece.first;
                row_kernels<T>().gated(kind, static_cast<const T*>(gates.data_ptr()) + at, static_cast<const T*>(ups.data_ptr()) + at, piece.last - piece.first,
                                       static_cast<T*>(result.data_ptr()) + at);
            }
        };
        if (x.scalar_type() == at::kFloat) activate(float{});
        else activate(bf16{});
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
