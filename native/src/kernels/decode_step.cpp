// fts::step_attention and fts::step_feed_forward: a half of a decoder layer each, with its norms and the residual sum, for one new token of each
// of several sequences. What other operators do one after another is here one run of stages, with their kernels and their bits: a layer of a
// small model has less to do than it takes to call them. No gradient.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "cached_rows.h"
#include "decode_products.h"
#include "elementwise.h"

namespace fts::decode {

namespace {

std::vector<sided_weight> weights_of(at::TensorList weights, const optional_list& biases, const optional_list& a, const optional_list& b, at::ArrayRef<double> scales) {
    TORCH_CHECK(biases.size() == weights.size() && a.size() == b.size() && scales.size() == a.size() && (a.size() == 0 || a.size() == weights.size()),
                "a bias for each of ", weights.size(), " weights, and an A, a B and a scale, or none at all");
    std::vector<sided_weight> result;
    for (size_t i = 0; i < weights.size(); i++) {
        sided_weight entry{weights[i], item(biases, i), item(a, i), item(b, i), scales.empty() ? 0 : scales[i]};
        const auto type = entry.weight.scalar_type();
        TORCH_CHECK(entry.weight.dim() == 2 && entry.weight.is_contiguous() && type == weights[0].scalar_type(), "weights must be contiguous and of one type");
        TORCH_CHECK(!entry.bias.defined() || (entry.bias.is_contiguous() && entry.bias.scalar_type() == type && entry.bias.numel() == entry.outputs()),
                    "bias ", entry.bias.defined() ? entry.bias.sizes() : at::IntArrayRef(), " does not fit weight ", entry.weight.sizes());
        TORCH_CHECK(entry.has_plain_factors() && entry.a.defined() == entry.b.defined(), "an adapter's A and B in fp32 and contiguous, or neither");
        result.push_back(std::move(entry));
    }
    return result;
}

// A norm of rows, or none.
struct row_norm {
    at::Tensor weight;
    float offset, epsilon;

    template <typename T>
    const T* apply(const T* x, int64_t width, T* y) const {
        if (!weight.defined()) return x;
        float rstd;
        row_kernels<T>().rms_norm(x, nullptr, data<T>(weight), offset, epsilon, 1, width, nullptr, y, &rstd);
        return y;
    }
};

row_norm norm_of(const at::Tensor& x, const fts::optional<at::Tensor>& weight, double epsilon, bool unit_offset) {
    TORCH_CHECK(!weight || (weight->dim() == 1 && weight->size(0) == x.size(1)), "a norm's weight of ", weight ? weight->sizes() : at::IntArrayRef(), " for rows of ", x.size(1));
    return {weight ? weight->to(x.scalar_type()).contiguous() : at::Tensor(), unit_offset ? 1.0f : 0.0f, static_cast<float>(epsilon)};
}

// The last stage of a half: x + norm(y).
template <typename T>
at::Tensor add_residual(stages& plan, const at::Tensor& x, const at::Tensor& y, const row_norm& norm) {
    const int64_t width = x.size(1);
    at::Tensor sum = at::empty_like(x);
    plan.add(x.size(0), [=](int64_t row) {
        const T* normed = norm.apply(data<T>(y) + row * width, width, scratch<T>(ROWS, width));
        row_kernels<T>().add(data<T>(x) + row * width, normed, width, data<T>(sum) + row * width);
    });
    return sum;
}

template <typename T>
auto normed_rows_of(const at::Tensor& x, const row_norm& norm) {
    return [x, norm](int64_t row, T* memory) { return norm.apply(data<T>(x) + row * x.size(1), x.size(1), memory); };
}

template <typename T>
at::Tensor attention_half(const at::Tensor& x, const std::vector<sided_weight>& weights, const row_norm& before, const row_norm& after, const cache_places& cache, const scoring& scores, const steps_of_heads& steps) {
    const int64_t rows = x.size(0), heads = cache.keys.size(1), size = cache.keys.size(3), value_size = cache.values.size(3);
    stages plan;
    products<T> inputs(x.options(), rows, x.size(1)), output(x.options(), rows, weights.back().weight.size(1));
    at::Tensor q, k, v;
    if (weights.size() == 2) {
        const auto& all = weights[0];
        const int64_t queries = all.outputs() - heads * (size + value_size);
        TORCH_CHECK(queries > 0, "weight ", all.weight.sizes(), " has no queries beside the cache's ", heads, " heads");
        q = inputs.add(all.part(0, queries));
        k = inputs.add(all.part(queries, heads * size));
        v = inputs.add(all.part(queries + heads * size, heads * value_size));
    } else {
        q = inputs.add(weights[0]);
        k = inputs.add(weights[1]);
        v = inputs.add(weights[2]);
    }
    const cached_rows attention(q.view({rows, -1, size}), k.view({rows, heads, size}), v.view({rows, heads, value_size}), cache, scores, steps);
    const at::Tensor y = output.add(weights.back()), attended = attention.result().view({rows, -1});

    inputs.lay(plan, normed_rows_of<T>(x, before));
    inputs.multiply(plan);
    plan.add(attention.pieces(), std::ref(attention));
    output.lay(plan, rows_of<T>(attended));
    output.multiply(plan);
    const at::Tensor sum = add_residual<T>(plan, x, y, after);
    plan.run();
    return sum;
}

template <typename T>
at::Tensor feed_forward_half(const at::Tensor& x, const std::vector<sided_weight>& weights, const row_norm& before, const row_norm& after, Gate kind) {
    const int64_t rows = x.size(0);
    stages plan;
    products<T> inputs(x.options(), rows, x.size(1)), output(x.options(), rows, weights.back().weight.size(1));
    if (weights.size() == 2) {
        const int64_t inner = weights[0].outputs() / 2;
        inputs.add(weights[0].part(0, inner));
        inputs.add(weights[0].part(inner, inner));
    } else {
        TORCH_CHECK(weights[0].outputs() == weights[1].outputs(), "gate ", weights[0].weight.sizes(), " and up ", weights[1].weight.sizes(), " differ");
        inputs.add(weights[0]);
        inputs.add(weights[1]);
    }
    const at::Tensor y = output.add(weights.back());

    inputs.lay(plan, normed_rows_of<T>(x, before));
    const at::Tensor inner = inputs.multiply_gated(plan, kind);
    output.lay(plan, rows_of<T>(inner));
    output.multiply(plan);
    const at::Tensor sum = add_residual<T>(plan, x, y, after);
    plan.run();
    return sum;
}

// Most rows of a step in this type; 0 where this processor has no kernels.
int64_t step_rows(at::ScalarType type) { return choose_linear(type) != nullptr ? most_rows : 0; }

at::Tensor checked(const at::Tensor& x, const std::vector<sided_weight>& weights, size_t most_weights, const char* what) {
    TORCH_CHECK(x.dim() == 2 && x.size(0) > 0 && x.size(0) <= step_rows(x.scalar_type()), what, ": up to ", most_rows, " rows of fp32 or bf16, on a processor with the kernels, not ", x.sizes(), " ", x.scalar_type());
    TORCH_CHECK(weights.size() == 2 || weights.size() == most_weights, what, ": ", weights.size(), " weights");
    TORCH_CHECK(weights[0].weight.scalar_type() == x.scalar_type() && weights.back().outputs() == x.size(1), what, ": weights do not fit x ", x.sizes(), " ", x.scalar_type());
    return x.contiguous();
}

at::Tensor step_attention(const at::Tensor& x, at::TensorList weight_list, const optional_list& biases, const optional_list& a, const optional_list& b, at::ArrayRef<double> scales,
                          const fts::optional<at::Tensor>& before, const fts::optional<at::Tensor>& after, double norm_epsilon, bool norm_offset, const at::Tensor& keys, const at::Tensor& values,
                          const at::Tensor& slots, const at::Tensor& positions, double scale, int64_t window, double soft_cap, const fts::optional<at::Tensor>& sinks,
                          const fts::optional<at::Tensor>& query_norm, const fts::optional<at::Tensor>& key_norm, double epsilon, bool unit_offset, const fts::optional<at::Tensor>& cos,
                          const fts::optional<at::Tensor>& sin) {
    const auto weights = weights_of(weight_list, biases, a, b, scales);
    const auto rows = checked(x, weights, 4, "step_attention");
    TORCH_CHECK(keys.dim() == 4 && values.dim() == 4, "keys and values must be [slots, heads, capacity, size], not ", keys.sizes(), " and ", values.sizes());
    const auto first = norm_of(rows, before, norm_epsilon, norm_offset), last = norm_of(rows, after, norm_epsilon, norm_offset);
    const cache_places cache{keys, values, slots, positions};
    const scoring scores{scale, soft_cap, window, sinks};
    const steps_of_heads steps{query_norm, key_norm, cos, sin, epsilon, unit_offset};
    at::Tensor sum;
    with_type(rows, [&](auto kind) { sum = attention_half<decltype(kind)>(rows, weights, first, last, cache, scores, steps); });
    return sum;
}

at::Tensor step_feed_forward(const at::Tensor& x, at::TensorList weight_list, const optional_list& biases, const optional_list& a, const optional_list& b, at::ArrayRef<double> scales,
                             const fts::optional<at::Tensor>& before, const fts::optional<at::Tensor>& after, double norm_epsilon, bool norm_offset, std::string activation) {
    const auto weights = weights_of(weight_list, biases, a, b, scales);
    const auto rows = checked(x, weights, 3, "step_feed_forward");
    const auto first = norm_of(rows, before, norm_epsilon, norm_offset), last = norm_of(rows, after, norm_epsilon, norm_offset);
    at::Tensor sum;
    with_type(rows, [&, gate = gate_named(activation)](auto kind) { sum = feed_forward_half<decltype(kind)>(rows, weights, first, last, gate); });
    return sum;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("step_rows(ScalarType dtype) -> int", step_rows);
    m.def("step_attention(Tensor x, Tensor[] weights, Tensor?[] biases, Tensor?[] a, Tensor?[] b, float[] scales, Tensor? before, Tensor? after, float norm_epsilon, bool norm_offset, "
          "Tensor(a!) keys, Tensor(b!) values, Tensor slots, Tensor positions, float scale, int window, float soft_cap=0, Tensor? sinks=None, Tensor? query_norm=None, "
          "Tensor? key_norm=None, float epsilon=0, bool unit_offset=False, Tensor? cos=None, Tensor? sin=None) -> Tensor");
    m.def("step_feed_forward(Tensor x, Tensor[] weights, Tensor?[] biases, Tensor?[] a, Tensor?[] b, float[] scales, Tensor? before, Tensor? after, float norm_epsilon, bool norm_offset, "
          "str activation) -> Tensor");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("step_attention", step_attention);
    m.impl("step_feed_forward", step_feed_forward);
}

}  // namespace fts::decode
