// Rotary embedding and the gated activation.
#include "elementwise.h"

#include "composed.h"
#include "support.h"

using namespace fts;

namespace {

at::Tensor turn(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved, float sign) {
    if (composed::applies(x)) return composed::rope(x, cos, sin, interleaved, sign);
    const int64_t tokens = x.size(0), heads = x.size(1), size = x.size(2), half = cos.size(1);
    auto y = at::empty({tokens, heads, size}, x.options());
    with_type(x, [&](auto type) {
        using T = decltype(type);
        parallel(tokens, 4096 / std::max<int64_t>(heads * size, 1) + 1, [&](int64_t begin, int64_t end) {
            const auto kernel = interleaved ? row_kernels<T>().rope_interleaved : row_kernels<T>().rope;
            kernel(data<T>(x) + begin * x.stride(0), x.stride(0), data<float>(cos) + begin * half, data<float>(sin) + begin * half, sign,
                end - begin, heads, half, size, data<T>(y) + begin * heads * size);
        });
    });
    return y;
}

// Heads one after another without gaps; the tokens may lie apart, as in a slice of a wider product.
at::Tensor with_whole_tokens(const at::Tensor& x) {
    const bool whole = x.stride(2) == 1 && (x.size(1) == 1 || x.stride(1) == x.size(2));
    return whole ? x : x.contiguous();
}

struct Rope : torch::autograd::Function<Rope> {
    static Variable forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine, bool interleaved) {
        TORCH_CHECK(x.dim() == 3, "rope: x is [tokens, heads, size], not ", x.sizes());
        const auto cos = cosine.to(at::kFloat).contiguous(), sin = sine.to(at::kFloat).contiguous();
        TORCH_CHECK(cos.dim() == 2 && cos.size(0) == x.size(0) && 2 * cos.size(1) <= x.size(2) && cos.sizes() == sin.sizes(),
            "rope: angles of ", cosine.sizes(), " and ", sine.sizes(), " for ", x.sizes());
        context->save_for_backward({cos, sin});
        context->saved_data["interleaved"] = interleaved;
        return turn(with_whole_tokens(x), cos, sin, interleaved, 1);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        return {turn(with_whole_tokens(gradients[0]), saved[0], saved[1], context->saved_data["interleaved"].toBool(), -1), {}, {}, {}};
    }
};

// Rows of two halves, or of one of them: where up is not given, each row of `gate` is a gate and then an up.
struct Halves {
    at::Tensor gate_rows, up_rows;
    int64_t rows, width;

    Halves(const at::Tensor& gate, const at::Tensor& up)
        : gate_rows(up.defined() ? gate : gate.narrow(-1, 0, gate.size(-1) / 2)), up_rows(up.defined() ? up : gate.narrow(-1, gate.size(-1) / 2, gate.size(-1) / 2)),
          rows(gate.size(-1) == 0 ? 0 : gate.numel() / gate.size(-1)), width(gate_rows.size(-1)) {}

    // Elements from one row to the next.
    int64_t stride(bool halves) const { return halves ? 2 * width : width; }
};

// Calls body(offset in whole rows' elements, offset in y, count) for runs of elements, over the threads.
template <typename Body>
void each_run(const Halves& parts, bool halves, Body&& body) {
    if (!halves) return parallel(parts.rows * parts.width, 4096, [&](int64_t begin, int64_t end) { body(begin, begin, end - begin); });
    parallel(parts.rows, 4096 / std::max<int64_t>(parts.width, 1) + 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; row++) body(row * parts.stride(halves), row * parts.width, parts.width);
    });
}

struct Gated : torch::autograd::Function<Gated> {
    static Variable forward(AutogradContext* context, const at::Tensor& gate_input, const fts::optional<at::Tensor>& up_input, int64_t kind) {
        const bool halves = !up_input;
        TORCH_CHECK(!halves || (gate_input.dim() > 0 && gate_input.size(-1) % 2 == 0), "gated: rows of two halves, not ", gate_input.sizes());
        if (!halves) check_same(gate_input, *up_input, "gated");
        const auto gate = gate_input.contiguous(), up = halves ? at::Tensor() : up_input->contiguous();
        context->save_for_backward({gate, up});
        context->saved_data["kind"] = kind;
        const Halves parts(gate, up);
        if (composed::applies(gate)) return composed::gated(static_cast<Gate>(kind), parts.gate_rows, parts.up_rows);
        auto y = at::empty(parts.gate_rows.sizes(), gate.options());
        with_type(gate, [&](auto type) {
            using T = decltype(type);
            each_run(parts, halves, [&](int64_t from, int64_t to, int64_t count) {
                row_kernels<T>().gated(static_cast<Gate>(kind), data<T>(parts.gate_rows) + from, data<T>(parts.up_rows) + from, count, data<T>(y) + to);
            });
        });
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const bool halves = !saved[1].defined();
        const auto dy = gradients[0].contiguous();
        auto dgate = at::empty_like(saved[0]), dup = halves ? at::Tensor() : at::empty_like(saved[1]);
        const Halves parts(saved[0], saved[1]), results(dgate, dup);
        if (composed::applies(dy)) {
            const auto kind = static_cast<Gate>(context->saved_data["kind"].toInt());
            auto gate_result = results.gate_rows, up_result = results.up_rows;
            composed::gated_backward(kind, parts.gate_rows, parts.up_rows, dy, gate_result, up_result);
            return {dgate, dup, {}};
        }
        with_type(dy, [&](auto type) {
            using T = decltype(type);
            each_run(parts, halves, [&](int64_t from, int64_t to, int64_t count) {
                row_kernels<T>().gated_backward(static_cast<Gate>(context->saved_data["kind"].toInt()), data<T>(parts.gate_rows) + from, data<T>(parts.up_rows) + from,
                    data<T>(dy) + to, count, data<T>(results.gate_rows) + from, data<T>(results.up_rows) + from);
            });
        });
        return {dgate, dup, {}};
    }
};

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved) { return Rope::apply(x, cos, sin, interleaved); }

at::Tensor gated_named(const at::Tensor& gate, const fts::optional<at::Tensor>& up, std::string activation) {
    return gated(gate, up, gate_named(activation));
}

}  // namespace

namespace fts {

Gate gate_named(const std::string& activation) {
    TORCH_CHECK(activation == "silu" || activation == "gelu_tanh", "gated: silu and gelu_tanh are built, not ", activation);
    return activation == "silu" ? Gate::silu : Gate::gelu_tanh;
}

at::Tensor gated(const at::Tensor& gate, const fts::optional<at::Tensor>& up, Gate kind) { return Gated::apply(gate, up, static_cast<int64_t>(kind)); }

}  // namespace fts

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("rope(Tensor x, Tensor cos, Tensor sin, bool interleaved=False) -> Tensor", rope);
    library.def("gated(Tensor gate, Tensor? up, str activation) -> Tensor", gated_named);
}
