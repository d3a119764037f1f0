// RMSNorm, with and without a residual.
#include "support.h"

using namespace fts;

namespace {

constexpr int64_t weight_rows = 64;  // rows of one partial sum of the weight's gradient: fixed, so that threads do not change its bits

// The weight as the kernels read it: of x's type.
at::Tensor weight_of(const at::Tensor& x, const at::Tensor& weight) { return weight.to(x.scalar_type()).contiguous(); }

// y, rstd and (with a residual) the sum.
std::tuple<at::Tensor, at::Tensor, at::Tensor> norm_forward(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, double epsilon, bool unit_offset) {
    const int64_t width = x.size(-1), rows = width == 0 ? 0 : x.numel() / width;
    TORCH_CHECK(weight.dim() == 1 && weight.size(0) == width, "rms_norm: a weight of ", weight.sizes(), " for rows of ", width);
    auto y = at::empty_like(x);
    auto sum = residual.defined() ? at::empty_like(x) : at::Tensor();
    auto rstd = at::empty({rows}, x.options().dtype(at::kFloat));
    with_type(x, [&](auto type) {
        using T = decltype(type);
        parallel(rows, 4096 / std::max<int64_t>(width, 1) + 1, [&](int64_t begin, int64_t end) {
            const int64_t offset = begin * width;
            row_kernels<T>().rms_norm(data<T>(x) + offset, residual.defined() ? data<T>(residual) + offset : nullptr, data<T>(weight),
                unit_offset ? 1.0f : 0.0f, static_cast<float>(epsilon), end - begin, width, sum.defined() ? data<T>(sum) + offset : nullptr, data<T>(y) + offset, data<float>(rstd) + begin);
        });
    });
    return {y, rstd, sum};
}

// dx and, where asked for, dweight.
std::pair<at::Tensor, at::Tensor> norm_backward(
    const at::Tensor& x, const at::Tensor& dy, const at::Tensor& add, const at::Tensor& weight, bool unit_offset, const at::Tensor& rstd, bool weight_needed) {
    const int64_t width = x.size(-1), rows = rstd.numel();
    const int64_t parts = (rows + weight_rows - 1) / weight_rows;
    auto dx = at::empty_like(x);
    auto partial = weight_needed ? at::zeros({parts, width}, rstd.options()) : at::Tensor();
    with_type(x, [&](auto type) {
        using T = decltype(type);
        parallel(parts, 1, [&](int64_t begin, int64_t end) {
            for (int64_t part = begin; part < end; part++) {
                const int64_t first = part * weight_rows, count = std::min(weight_rows, rows - first), offset = first * width;
                row_kernels<T>().rms_norm_backward(data<T>(x) + offset, data<T>(dy) + offset, add.defined() ? data<T>(add) + offset : nullptr,
                    data<T>(weight), unit_offset ? 1.0f : 0.0f, data<float>(rstd) + first, count, width, data<T>(dx) + offset,
                    weight_needed ? data<float>(partial) + part * width : nullptr);
            }
        });
    });
    return {dx, weight_needed ? partial.sum(0) : at::Tensor()};
}

// What both backward passes need, and the weight's gradient in the weight's own type.
void remember(AutogradContext* context, const at::Tensor& x, const at::Tensor& own, const at::Tensor& weight, const at::Tensor& rstd, bool unit_offset) {
    context->save_for_backward({x, own, rstd});
    context->saved_data["weight"] = weight.requires_grad();
    context->saved_data["type"] = static_cast<int64_t>(weight.scalar_type());
    context->saved_data["offset"] = unit_offset;
}

std::pair<at::Tensor, at::Tensor> gradients_of(AutogradContext* context, const at::Tensor& dy, const at::Tensor& add) {
    const auto saved = context->get_saved_variables();
    auto [dx, dweight] = norm_backward(saved[0], dy.contiguous(), add, saved[1], context->saved_data["offset"].toBool(), saved[2], context->saved_data["weight"].toBool());
    if (dweight.defined()) dweight = dweight.to(static_cast<at::ScalarType>(context->saved_data["type"].toInt()));
    return {dx, dweight};
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
    static Variable forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, double epsilon, bool unit_offset) {
        const auto x = input.contiguous(), own = weight_of(x, weight);
        auto [y, rstd, sum] = norm_forward(x, {}, own, epsilon, unit_offset);
        remember(context, x, own, weight, rstd, unit_offset);
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        auto [dx, dweight] = gradients_of(context, gradients[0], {});
        return {dx, dweight, {}, {}};
    }
};

struct AddRmsNorm : torch::autograd::Function<AddRmsNorm> {
    static variable_list forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& residual, const at::Tensor& weight, double epsilon, bool unit_offset) {
        check_same(input, residual, "add_rms_norm");
        const auto own = weight_of(input, weight);
        auto [y, rstd, sum] = norm_forward(input.contiguous(), residual.contiguous(), own, epsilon, unit_offset);
        remember(context, sum, own, weight, rstd, unit_offset);
        context->set_materialize_grads(false);
        return {sum, y};
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        if (!gradients[1].defined()) return {gradients[0], gradients[0], {}, {}, {}};
        auto [dx, dweight] = gradients_of(context, gradients[1], gradients[0].defined() ? gradients[0].contiguous() : at::Tensor());
        return {dx, dx, dweight, {}, {}};
    }
};

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon, bool unit_offset) {
    if (!at::GradMode::is_enabled()) return std::get<0>(norm_forward(x.contiguous(), {}, weight_of(x, weight), epsilon, unit_offset));
    return RmsNorm::apply(x, weight, epsilon, unit_offset);
}

std::tuple<at::Tensor, at::Tensor> add_rms_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, double epsilon, bool unit_offset) {
    if (!at::GradMode::is_enabled()) {
        check_same(x, residual, "add_rms_norm");
        auto [y, rstd, sum] = norm_forward(x.contiguous(), residual.contiguous(), weight_of(x, weight), epsilon, unit_offset);
        return {sum, y};
    }
    auto results = AddRmsNorm::apply(x, residual, weight, epsilon, unit_offset);
    return {results[0], results[1]};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("rms_norm(Tensor x, Tensor weight, float epsilon, bool unit_offset=False) -> Tensor", rms_norm);
    library.def("add_rms_norm(Tensor x, Tensor residual, Tensor weight, float epsilon, bool unit_offset=False) -> (Tensor, Tensor)", add_rms_norm);
}
