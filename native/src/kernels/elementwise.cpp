// Rotary embedding and the gated activation.
#include "support.h"

using namespace fts;

namespace {

at::Tensor turn(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, float sign) {
    const int64_t tokens = x.size(0), heads = x.size(1), size = x.size(2);
    auto y = at::empty({tokens, heads, size}, x.options());
    with_type(x, [&](auto type) {
        using T = decltype(type);
        parallel(tokens, 4096 / std::max<int64_t>(heads * size, 1) + 1, [&](int64_t begin, int64_t end) {
            row_kernels<T>().rope(data<T>(x) + begin * x.stride(0), x.stride(0), data<float>(cos) + begin * size / 2, data<float>(sin) + begin * size / 2, sign,
                end - begin, heads, size / 2, data<T>(y) + begin * heads * size);
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
    static Variable forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine) {
        TORCH_CHECK(x.dim() == 3 && x.size(2) % 2 == 0, "rope: x is [tokens, heads, even size], not ", x.sizes());
        const auto cos = cosine.to(at::kFloat).contiguous(), sin = sine.to(at::kFloat).contiguous();
        TORCH_CHECK(cos.dim() == 2 && cos.size(0) == x.size(0) && cos.size(1) == x.size(2) / 2 && cos.sizes() == sin.sizes(),
            "rope: angles of ", cosine.sizes(), " and ", sine.sizes(), " for ", x.sizes());
        context->save_for_backward({cos, sin});
        return turn(with_whole_tokens(x), cos, sin, 1);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        return {turn(with_whole_tokens(gradients[0]), saved[0], saved[1], -1), {}, {}};
    }
};

struct SwiGlu : torch::autograd::Function<SwiGlu> {
    static Variable forward(AutogradContext* context, const at::Tensor& gate_input, const at::Tensor& up_input) {
        check_same(gate_input, up_input, "swiglu");
        const auto gate = gate_input.contiguous(), up = up_input.contiguous();
        context->save_for_backward({gate, up});
        auto y = at::empty_like(gate);
        with_type(gate, [&](auto type) {
            using T = decltype(type);
            parallel(gate.numel(), 4096, [&](int64_t begin, int64_t end) {
                row_kernels<T>().swiglu(data<T>(gate) + begin, data<T>(up) + begin, end - begin, data<T>(y) + begin);
            });
        });
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto dy = gradients[0].contiguous();
        auto dgate = at::empty_like(dy), dup = at::empty_like(dy);
        with_type(dy, [&](auto type) {
            using T = decltype(type);
            parallel(dy.numel(), 4096, [&](int64_t begin, int64_t end) {
                row_kernels<T>().swiglu_backward(data<T>(saved[0]) + begin, data<T>(saved[1]) + begin, data<T>(dy) + begin, end - begin,
                    data<T>(dgate) + begin, data<T>(dup) + begin);
            });
        });
        return {dgate, dup};
    }
};

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) { return Rope::apply(x, cos, sin); }

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) { return SwiGlu::apply(gate, up); }

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("rope(Tensor x, Tensor cos, Tensor sin) -> Tensor", rope);
    library.def("swiglu(Tensor gate, Tensor up) -> Tensor", swiglu);
}
