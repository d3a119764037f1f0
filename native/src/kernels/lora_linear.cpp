// A frozen linear layer with a low-rank adapter beside it, differentiated by hand: keeps x and x A^T, nothing else. The weight may be in few bits: then numbers are made of it for each
// product, and let go.
#include "grouped_product.h"
#include "packed_weight.h"
#include "product.h"
#include "support.h"

using namespace fts;

namespace {

at::Tensor forward_product(const at::Tensor& x, const at::Tensor& weight, const fts::optional<at::Tensor>& bias, const at::Tensor& low, const at::Tensor& b, double scale) {
    if (has_wide_product(x, weight)) return wide_product(x, weight, true, low * scale, b, bias ? *bias : at::Tensor());
    return at::linear(x, weight, bias).addmm_(low, b.t(), 1, scale);
}

at::Tensor backward_product(const at::Tensor& dy, const at::Tensor& weight, const at::Tensor& dlow, const at::Tensor& a) {
    if (has_wide_product(dy, weight)) return wide_product(dy, weight, false, dlow, dlow.defined() ? a : at::Tensor(), {});
    auto dx = at::mm(dy, weight);
    return dlow.defined() ? dx.addmm_(dlow, a) : dx;
}

struct LoraLinear : torch::autograd::Function<LoraLinear> {
    // adapter_input is absent where the adapter reads x itself.
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, const fts::optional<at::Tensor>& adapter_input, const c10::intrusive_ptr<FrozenWeight>& weight,
        const fts::optional<at::Tensor>& bias, const at::Tensor& a_master, const at::Tensor& b_master, double scale) {
        const auto x = x_input.contiguous();
        const auto read = adapter_input ? adapter_input->contiguous() : x;
        const auto a = a_master.to(x.scalar_type()), b = b_master.to(x.scalar_type());
        const auto low = product(read, a, true);
        auto y = forward_product(x, weight->numbers(x.scalar_type()), bias, low, b, scale);
        context->save_for_backward({read, low, a, b});
        context->saved_data["weight"] = c10::IValue::make_capsule(weight);
        context->saved_data["scale"] = scale;
        context->saved_data["x"] = x_input.requires_grad();
        context->saved_data["adapter_input"] = adapter_input && adapter_input->requires_grad();
        context->saved_data["separate"] = adapter_input.has_value();
        context->saved_data["a"] = a_master.requires_grad();
        context->saved_data["b"] = b_master.requires_grad();
        context->saved_data["type"] = static_cast<int64_t>(a_master.scalar_type());
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &read = saved[0], &low = saved[1], &a = saved[2], &b = saved[3];
        const auto weight = c10::static_intrusive_pointer_cast<FrozenWeight>(context->saved_data["weight"].toCapsule());
        const double scale = context->saved_data["scale"].toDouble();
        const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
        const auto dy = gradients[0].contiguous();
        const auto dlow = product(dy, b, false).mul_(scale);
        at::Tensor dx, dread, da, db;
        if (context->saved_data["x"].toBool()) {
            dx = backward_product(dy, weight->numbers(dy.scalar_type()), context->saved_data["separate"].toBool() ? at::Tensor() : dlow, a);
        }
        if (context->saved_data["adapter_input"].toBool()) dread = product(dlow, a, false);
        if (context->saved_data["a"].toBool()) da = outer_product(dlow, read, type);
        if (context->saved_data["b"].toBool()) db = outer_product(dy, low, type).mul_(scale);
        return {dx, dread, {}, {}, da, db, {}};
    }
};

at::Tensor lora_packed_linear(const at::Tensor& x, at::TensorList parts, at::IntArrayRef sizes, double offset, const fts::optional<at::Tensor>& bias, const at::Tensor& a, const at::Tensor& b,
    double scale, const fts::optional<at::Tensor>& adapter_input) {
    auto weight = std::make_shared<const PackedWeight>(parts, sizes, offset);
    TORCH_CHECK(x.dim() == 2 && a.dim() == 2 && b.dim() == 2 && x.size(1) == weight->columns() && a.size(1) == weight->columns() && b.size(0) == weight->rows() && a.size(0) == b.size(1),
        "lora_packed_linear: x ", x.sizes(), ", weight [", weight->rows(), ", ", weight->columns(), "], a ", a.sizes(), ", b ", b.sizes());
    if (x.size(0) <= few_rows && reads_few_bits(x, *weight)) {
        const auto low = at::linear((adapter_input ? *adapter_input : x).to(at::kFloat), a.to(at::kFloat)).mul_(scale);
        return few_product(x, *weight, bias, low, b);
    }
    return LoraLinear::apply(x, adapter_input, c10::make_intrusive<FrozenWeight>(weight), bias, a, b, scale);
}

}  // namespace

namespace fts {

at::Tensor lora_linear(const at::Tensor& x, const at::Tensor& weight, const fts::optional<at::Tensor>& bias, const at::Tensor& a, const at::Tensor& b, double scale,
    const fts::optional<at::Tensor>& adapter_input) {
    TORCH_CHECK(x.dim() == 2 && weight.dim() == 2 && a.dim() == 2 && b.dim() == 2 && x.size(1) == weight.size(1) && a.size(1) == weight.size(1) &&
        b.size(0) == weight.size(0) && a.size(0) == b.size(1), "lora_linear: x ", x.sizes(), ", weight ", weight.sizes(), ", a ", a.sizes(), ", b ", b.sizes());
    return LoraLinear::apply(x, adapter_input, c10::make_intrusive<FrozenWeight>(weight), bias, a, b, scale);
}

}  // namespace fts

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("lora_linear(Tensor x, Tensor weight, Tensor? bias, Tensor a, Tensor b, float scale, Tensor? adapter_input=None) -> Tensor", lora_linear);
    library.def("lora_packed_linear(Tensor x, Tensor[] parts, int[] sizes, float offset, Tensor? bias, Tensor a, Tensor b, float scale, Tensor? adapter_input=None) -> Tensor", lora_packed_linear);
}
