// gpt-oss's activation of a product that holds gate and up in turns.
#include "support.h"

using namespace fts;

namespace {

constexpr int64_t grain = 4096;  // elements

struct ClampedSwiGlu : torch::autograd::Function<ClampedSwiGlu> {
    static Variable forward(AutogradContext* context, const at::Tensor& input, double alpha, double limit) {
        TORCH_CHECK(input.dim() == 2 && input.size(1) % 2 == 0, "clamped_swiglu: [rows, even width], not ", input.sizes());
        const auto x = input.contiguous();
        context->save_for_backward({x});
        context->saved_data["alpha"] = alpha;
        context->saved_data["limit"] = limit;
        auto y = at::empty({x.size(0), x.size(1) / 2}, x.options());
        with_type(x, [&](auto type) {
            using T = decltype(type);
            parallel(y.numel(), grain, [&](int64_t begin, int64_t end) {
                row_kernels<T>().clamped_swiglu(data<T>(x) + 2 * begin, static_cast<float>(alpha), static_cast<float>(limit), end - begin, data<T>(y) + begin);
            });
        });
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto x = context->get_saved_variables()[0];
        const auto dy = gradients[0].contiguous();
        const auto alpha = static_cast<float>(context->saved_data["alpha"].toDouble()), limit = static_cast<float>(context->saved_data["limit"].toDouble());
        auto dx = at::empty_like(x);
        with_type(x, [&](auto type) {
            using T = decltype(type);
            parallel(dy.numel(), grain, [&](int64_t begin, int64_t end) {
                row_kernels<T>().clamped_swiglu_backward(data<T>(x) + 2 * begin, data<T>(dy) + begin, alpha, limit, end - begin, data<T>(dx) + 2 * begin);
            });
        });
        return {dx, {}, {}};
    }
};

at::Tensor clamped_swiglu(const at::Tensor& pairs, double alpha, double limit) { return ClampedSwiGlu::apply(pairs, alpha, limit); }

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("clamped_swiglu(Tensor pairs, float alpha, float limit) -> Tensor", clamped_swiglu);
}
