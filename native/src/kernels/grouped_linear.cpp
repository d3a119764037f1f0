// fts::grouped_linear, with a low-rank adapter beside it fts::grouped_lora_linear: rows sorted by group times their group's own matrix.
#include "grouped_weights.h"

using namespace fts;

namespace {

// Matrices are [out, in] as linear layers have them, or [in, out] where inputs come first.
struct Layout {
    bool inputs_first;

    at::Tensor forward(const at::Tensor& x, const GroupedMatrices& weights, const Groups& groups, const GroupedSum& sum = {}) const {
        return grouped_product(x, weights, !inputs_first, Side::SIDE_BY_SIDE, groups, sum);
    }

    at::Tensor backward(const at::Tensor& dy, const GroupedMatrices& weights, const Groups& groups, const GroupedSum& sum = {}) const {
        return grouped_product(dy, weights, inputs_first, Side::SUMMED, groups, sum);
    }
};

// The gradient of every weight tensor, cut out of those of whole groups. [groups, parts * out, in] or [groups, in, parts * out]
variable_list weight_gradients(const at::Tensor& x, const at::Tensor& dy, at::TensorList weights, const Groups& groups, bool inputs_first) {
    const auto whole = inputs_first ? grouped_outer_product(x, dy, groups, dy.scalar_type()) : grouped_outer_product(dy, x, groups, dy.scalar_type());
    const bool stacked = weights[0].dim() == 3;
    const int64_t parts = static_cast<int64_t>(weights.size()) / (stacked ? 1 : groups.count()), across = inputs_first ? 2 : 1, width = whole.size(across) / parts;
    variable_list gradients;
    for (int64_t part = 0; part < parts; part++) {
        const auto mine = whole.narrow(across, part * width, width);
        if (stacked) gradients.push_back(mine);
        else for (int64_t group = 0; group < groups.count(); group++) gradients.push_back(mine.select(0, group));
    }
    return gradients;
}

at::Tensor bias_gradient(const at::Tensor& dy, const Groups& groups, at::ScalarType type) {
    auto gradient = at::empty({groups.count(), dy.size(1)}, dy.options().dtype(type));
    for (int64_t group = 0; group < groups.count(); group++) {
        gradient.select(0, group).copy_(dy.narrow(0, groups.first(group), groups.rows(group)).sum(0, false, at::kFloat));
    }
    return gradient;
}

bool any_learns(at::TensorList tensors) {
    return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) { return t.requires_grad(); });
}

struct GroupedLinear : torch::autograd::Function<GroupedLinear> {
    // `learnt` are the weights again where they learn, else empty: hundreds of frozen ones need no place in the graph.
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, at::TensorList learnt, const std::vector<at::Tensor>& weights, const at::Tensor& offsets,
        const fts::optional<at::Tensor>& bias, bool inputs_first) {
        const auto x = x_input.contiguous();
        const auto groups = Groups::of(offsets, x.size(0));
        variable_list saved = weights;
        saved.push_back(groups.memory);
        // The rows are needed for the weights' gradient alone.
        saved.push_back(learnt.empty() ? at::Tensor() : x);
        context->save_for_backward(saved);
        context->saved_data["learnt"] = static_cast<int64_t>(learnt.size());
        context->saved_data["bias"] = bias && bias->requires_grad() ? static_cast<int64_t>(bias->scalar_type()) : int64_t{-1};
        context->saved_data["inputs_first"] = inputs_first;
        context->saved_data["x"] = x_input.requires_grad();
        return Layout{inputs_first}.forward(x, GroupedMatrices(weights, groups), groups, {{}, {}, bias ? *bias : at::Tensor()});
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        auto weights = context->get_saved_variables();
        const auto x = weights.back();
        weights.pop_back();
        const auto dy = gradients[0].contiguous();
        const auto groups = Groups::of(weights.back(), dy.size(0));
        weights.pop_back();
        const bool inputs_first = context->saved_data["inputs_first"].toBool();
        const int64_t learnt = context->saved_data["learnt"].toInt(), bias = context->saved_data["bias"].toInt();
        variable_list results(1);
        if (context->saved_data["x"].toBool()) results[0] = Layout{inputs_first}.backward(dy, GroupedMatrices(weights, groups), groups);
        if (learnt > 0) {
            for (auto& gradient : weight_gradients(x, dy, weights, groups, inputs_first)) results.push_back(gradient);
        }
        results.insert(results.end(), {{}, {}, bias < 0 ? at::Tensor() : bias_gradient(dy, groups, static_cast<at::ScalarType>(bias)), {}});
        return results;
    }
};

at::Tensor grouped_linear(const at::Tensor& x, at::TensorList weights, const at::Tensor& offsets, const fts::optional<at::Tensor>& bias, bool inputs_first) {
    TORCH_CHECK(x.dim() == 2, "grouped_linear: x must be [rows, in], not ", x.sizes());
    const at::TensorList learnt = any_learns(weights) ? weights : at::TensorList();
    return GroupedLinear::apply(x, learnt, weights.vec(), offsets, bias, inputs_first);
}

// Matrices as they are multiplied.
struct DenseWeights : GroupedWeights {
    DenseWeights(std::vector<at::Tensor> tensors, bool inputs_first) : tensors(std::move(tensors)), layout{inputs_first} {}

    at::Tensor forward(const at::Tensor& x, const Groups& groups, const GroupedSum& sum) const override { return layout.forward(x, GroupedMatrices(tensors, groups), groups, sum); }
    at::Tensor backward(const at::Tensor& dy, const Groups& groups, const GroupedSum& sum) const override { return layout.backward(dy, GroupedMatrices(tensors, groups), groups, sum); }
    bool inputs_first() const override { return layout.inputs_first; }

    const std::vector<at::Tensor> tensors;
    const Layout layout;
};

// Factors of the groups that have rows, in another type: those of idle experts are neither read nor written.
at::Tensor factors_of(const at::Tensor& masters, const Groups& groups, at::ScalarType type) {
    auto factors = at::empty(masters.sizes(), masters.options().dtype(type));
    for (int64_t group = 0; group < groups.count(); group++) {
        if (groups.rows(group) > 0) factors.select(0, group).copy_(masters.select(0, group));
    }
    return factors;
}

struct GroupedLora : torch::autograd::Function<GroupedLora> {
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, const c10::intrusive_ptr<GroupedWeights>& weights, const at::Tensor& offsets,
        const fts::optional<at::Tensor>& bias, const at::Tensor& a_master, const at::Tensor& b_master, double scale) {
        const auto x = x_input.contiguous();
        const auto groups = Groups::of(offsets, x.size(0));
        TORCH_CHECK(a_master.size(0) == groups.count(), "grouped_lora_linear: pairs for ", a_master.size(0), " groups, rows of ", groups.count());
        const auto a = factors_of(a_master, groups, x.scalar_type()), b = factors_of(b_master, groups, x.scalar_type());
        const auto low = Layout{false}.forward(x, GroupedMatrices(a, groups), groups);
        context->save_for_backward({groups.memory, x, low, a, b});
        context->saved_data["weights"] = c10::IValue::make_capsule(weights);
        context->saved_data["x"] = x_input.requires_grad();
        context->saved_data["a"] = a_master.requires_grad();
        context->saved_data["b"] = b_master.requires_grad();
        context->saved_data["type"] = static_cast<int64_t>(a_master.scalar_type());
        context->saved_data["scale"] = scale;
        const auto factor = weights->inputs_first() ? b.transpose(1, 2).contiguous() : b;
        return weights->forward(x, groups, {low * scale, factor, bias ? *bias : at::Tensor()});
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &offsets = saved[0], &x = saved[1], &low = saved[2], &a = saved[3], &b = saved[4];
        const auto weights = c10::static_intrusive_pointer_cast<GroupedWeights>(context->saved_data["weights"].toCapsule());
        const auto dy = gradients[0].contiguous();
        const auto groups = Groups::of(offsets, dy.size(0));
        const double scale = context->saved_data["scale"].toDouble();
        const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
        const auto dlow = Layout{false}.backward(dy, GroupedMatrices(b, groups), groups).mul_(scale);
        at::Tensor dx, da, db;
        if (context->saved_data["x"].toBool()) dx = weights->backward(dy, groups, {dlow, weights->inputs_first() ? a.transpose(1, 2).contiguous() : a, {}});
        if (context->saved_data["a"].toBool()) da = grouped_outer_product(dlow, x, groups, type);
        if (context->saved_data["b"].toBool()) db = grouped_outer_product(dy, low, groups, type).mul_(scale);
        return {dx, {}, {}, {}, da, db, {}};
    }
};

at::Tensor grouped_lora_linear(const at::Tensor& x, at::TensorList weights, const at::Tensor& offsets, const fts::optional<at::Tensor>& bias, bool inputs_first, const at::Tensor& a,
    const at::Tensor& b, double scale) {
    return grouped_lora_product(x, c10::make_intrusive<DenseWeights>(weights.vec(), inputs_first), offsets, bias, a, b, scale);
}

}  // namespace

at::Tensor fts::grouped_lora_product(const at::Tensor& x, const c10::intrusive_ptr<GroupedWeights>& weights, const at::Tensor& offsets, const fts::optional<at::Tensor>& bias,
    const at::Tensor& a, const at::Tensor& b, double scale) {
    TORCH_CHECK(x.dim() == 2 && a.dim() == 3 && b.dim() == 3 && a.size(2) == x.size(1) && a.size(1) == b.size(2) && a.size(0) == b.size(0), "grouped_lora_linear: x ", x.sizes(),
        ", a ", a.sizes(), ", b ", b.sizes());
    return GroupedLora::apply(x, weights, offsets, bias, a, b, scale);
}

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("grouped_linear(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias=None, bool inputs_first=False) -> Tensor", grouped_linear);
    library.def("grouped_lora_linear(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias, bool inputs_first, Tensor a, Tensor b, float scale) -> Tensor", grouped_lora_linear);
}
