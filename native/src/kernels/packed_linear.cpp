// Products with frozen weights in few bits. Nothing of a weight's full size outlives an operator: the backward pass unpacks again.
#include "packed_weight.h"
#include "product.h"
#include "support.h"

using namespace fts;

namespace {

at::Tensor few(const at::Tensor& x_input, const PackedWeight& weight, const fts::optional<at::Tensor>& bias) {
    const auto x = x_input.to(at::kFloat).contiguous();
    const auto wide_bias = bias ? bias->to(at::kFloat).contiguous() : at::Tensor();
    auto result = at::empty({x.size(0), weight.rows()}, x_input.options());
    multiply_few({{weight.view(), 0, weight.rows(), data<float>(x), x.size(0), result.data_ptr(), weight.rows(), data_or_null<float>(wide_bias)}}, result.scalar_type());
    return result;
}

struct PackedLinear : torch::autograd::Function<PackedLinear> {
    struct Holder : torch::CustomClassHolder {
        explicit Holder(std::shared_ptr<const PackedWeight> weight) : weight(std::move(weight)) {}
        std::shared_ptr<const PackedWeight> weight;
    };

    static Variable forward(AutogradContext* context, const at::Tensor& x_input, std::shared_ptr<const PackedWeight> weight, const fts::optional<at::Tensor>& bias) {
        const auto x = x_input.contiguous(), numbers = weight->numbers(x.scalar_type());
        context->saved_data["weight"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(weight));
        return product(x, numbers, true, bias ? *bias : at::Tensor());
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto holder = c10::static_intrusive_pointer_cast<Holder>(context->saved_data["weight"].toCapsule());
        const auto dy = gradients[0].contiguous(), numbers = holder->weight->numbers(dy.scalar_type());
        return {product(dy, numbers, false), {}, {}};
    }
};

at::Tensor packed_numbers(at::TensorList parts, at::IntArrayRef sizes, double offset, at::ScalarType type) { return PackedWeight(parts, sizes, offset).numbers(type); }

at::Tensor packed_linear(const at::Tensor& x, at::TensorList parts, at::IntArrayRef sizes, double offset, const fts::optional<at::Tensor>& bias) {
    auto weight = std::make_shared<const PackedWeight>(parts, sizes, offset);
    TORCH_CHECK(x.dim() == 2 && x.size(1) == weight->columns(), "packed_linear: x ", x.sizes(), ", weight [", weight->rows(), ", ", weight->columns(), "]");
    if (x.size(0) <= few_rows && reads_few_bits(x, *weight)) return few(x, *weight, bias);
    return PackedLinear::apply(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("packed_numbers(Tensor[] parts, int[] sizes, float offset, ScalarType dtype) -> Tensor", packed_numbers);
    library.def("packed_linear(Tensor x, Tensor[] parts, int[] sizes, float offset, Tensor? bias=None) -> Tensor", packed_linear);
}
