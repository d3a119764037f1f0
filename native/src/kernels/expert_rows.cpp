// Rows on their way to experts and back: fts::expert_plan sorts (token, choice) pairs by expert, fts::expert_rows copies each token's row to
// its experts, fts::expert_sum adds the experts' answers by their weights. No row meets another's writer, so sums are always in one order.
#include "support.h"

using namespace fts;

namespace {

constexpr int64_t grain = 16;  // tokens

// places[n, j]: the row, among all pairs sorted by expert, of token n's choice j; offsets: where each expert's rows begin. ids [n, k]
std::tuple<at::Tensor, at::Tensor> expert_plan(const at::Tensor& ids_input, int64_t experts) {
    TORCH_CHECK(ids_input.dim() == 2 && ids_input.scalar_type() == at::kLong && ids_input.is_cpu(), "expert_plan: ids must be int64 [tokens, choices], not ", ids_input.sizes());
    const auto ids = ids_input.contiguous();
    auto places = at::empty_like(ids), offsets = at::zeros({experts + 1}, ids.options());
    const int64_t* id = data<int64_t>(ids);
    int64_t* place = data<int64_t>(places);
    int64_t* start = data<int64_t>(offsets);
    for (int64_t i = 0; i < ids.numel(); i++) {
        TORCH_CHECK(id[i] >= 0 && id[i] < experts, "expert_plan: expert ", id[i], " of ", experts);
        start[id[i] + 1]++;
    }
    for (int64_t expert = 0; expert < experts; expert++) start[expert + 1] += start[expert];
    std::vector<int64_t> next(start, start + experts);
    for (int64_t i = 0; i < ids.numel(); i++) place[i] = next[id[i]]++;
    return {places, offsets};
}

// Calls body(token, its places, their number) for every token.
template <typename Body>
void each_token(const at::Tensor& places, Body&& body) {
    const int64_t choices = places.size(1);
    parallel(places.size(0), grain, [&](int64_t begin, int64_t end) {
        for (int64_t token = begin; token < end; token++) body(token, data<int64_t>(places) + token * choices, choices);
    });
}

void check_places(const at::Tensor& places, int64_t tokens, int64_t rows, const char* what) {
    TORCH_CHECK(places.dim() == 2 && places.is_contiguous() && places.scalar_type() == at::kLong && places.size(0) == tokens && places.numel() == rows, what, ": places ", places.sizes(),
        " for ", tokens, " tokens and ", rows, " rows");
}

// Each token's sum of the rows at its places, by their weights where these are defined. weights [tokens, choices], float
at::Tensor sum_at_places(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& places) {
    const int64_t width = rows.size(1);
    auto sums = at::empty({places.size(0), width}, rows.options());
    with_type(rows, [&](auto type) {
        using T = decltype(type);
        each_token(places, [&](int64_t token, const int64_t* place, int64_t choices) {
            thread_local std::vector<float> sum;
            sum.assign(width, 0);
            for (int64_t j = 0; j < choices; j++) {
                const float weight = weights.defined() ? data<float>(weights)[token * choices + j] : 1;
                row_kernels<T>().add_scaled(data<T>(rows) + place[j] * width, weight, width, sum.data());
            }
            row_kernels<T>().from_float(sum.data(), width, data<T>(sums) + token * width);
        });
    });
    return sums;
}

struct ExpertRows : torch::autograd::Function<ExpertRows> {
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, const at::Tensor& places) {
        const auto x = x_input.contiguous();
        check_places(places, x.size(0), places.numel(), "expert_rows");
        context->save_for_backward({places});
        const int64_t width = x.size(1);
        auto y = at::empty({places.numel(), width}, x.options());
        with_type(x, [&](auto type) {
            using T = decltype(type);
            each_token(places, [&](int64_t token, const int64_t* place, int64_t choices) {
                for (int64_t j = 0; j < choices; j++) std::copy_n(data<T>(x) + token * width, width, data<T>(y) + place[j] * width);
            });
        });
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto places = context->get_saved_variables()[0];
        return {sum_at_places(gradients[0].contiguous(), {}, places), {}};
    }
};

struct ExpertSum : torch::autograd::Function<ExpertSum> {
    static Variable forward(AutogradContext* context, const at::Tensor& y_input, const at::Tensor& weights_input, const at::Tensor& places) {
        const auto y = y_input.contiguous(), weights = weights_input.to(at::kFloat).contiguous();
        check_places(places, weights.size(0), y.size(0), "expert_sum");
        TORCH_CHECK(weights.sizes() == places.sizes(), "expert_sum: weights ", weights.sizes(), " for places ", places.sizes());
        context->save_for_backward({y, weights, places});
        context->saved_data["type"] = static_cast<int64_t>(weights_input.scalar_type());
        return sum_at_places(y, weights, places);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &y = saved[0], &weights = saved[1], &places = saved[2];
        const auto dout = gradients[0].contiguous();
        const int64_t width = y.size(1);
        auto dy = at::empty_like(y), dweights = at::empty_like(weights);
        with_type(y, [&](auto type) {
            using T = decltype(type);
            each_token(places, [&](int64_t token, const int64_t* place, int64_t choices) {
                thread_local std::vector<float> scaled;
                const T* gradient = data<T>(dout) + token * width;
                for (int64_t j = 0; j < choices; j++) {
                    const int64_t pair = token * choices + j;
                    scaled.assign(width, 0);
                    row_kernels<T>().add_scaled(gradient, data<float>(weights)[pair], width, scaled.data());
                    row_kernels<T>().from_float(scaled.data(), width, data<T>(dy) + place[j] * width);
                    data<float>(dweights)[pair] = row_kernels<T>().dot(gradient, data<T>(y) + place[j] * width, width);
                }
            });
        });
        return {dy, dweights.to(static_cast<at::ScalarType>(context->saved_data["type"].toInt())), {}};
    }
};

at::Tensor expert_rows(const at::Tensor& x, const at::Tensor& places) { return ExpertRows::apply(x, places); }

at::Tensor expert_sum(const at::Tensor& y, const at::Tensor& weights, const at::Tensor& places) { return ExpertSum::apply(y, weights, places); }

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("expert_plan(Tensor ids, int experts) -> (Tensor, Tensor)", expert_plan);
    library.def("expert_rows(Tensor x, Tensor places) -> Tensor", expert_rows);
    library.def("expert_sum(Tensor y, Tensor weights, Tensor places) -> Tensor", expert_sum);
}
