// Products with frozen weights in few bits. Nothing of a weight's full size outlives an operator: the backward pass unpacks again.
#include "packed_weight.h"
#include "product.h"
#include "support.h"

using namespace fts;

namespace {

struct PackedLinear : torch::autograd::Function<PackedLinear> {
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, const c10::intrusive_ptr<FrozenWeight>& weight, const fts::optional<at::Tensor>& bias) {
        const auto x = x_input.contiguous(), numbers = weight->numbers(x.scalar_type());
        context->saved_data["weight"] = c10::IValue::make_capsule(weight);
        return product(x, numbers, true, bias ? *bias : at::Tensor());
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto weight = c10::static_intrusive_pointer_cast<FrozenWeight>(context->saved_data["weight"].toCapsule());
        const auto dy = gradients[0].contiguous(), numbers = weight->numbers(dy.scalar_type());
        return {product(dy, numbers, false), {}, {}};
    }
};

at::Tensor packed_numbers(at::TensorList parts, at::IntArrayRef sizes, double offset, at::ScalarType type) { return PackedWeight(parts, sizes, offset).numbers(type); }

at::Tensor packed_linear(const at::Tensor& x, at::TensorList parts, at::IntArrayRef sizes, double offset, const fts::optional<at::Tensor>& bias) {
    auto weight = std::make_shared<const PackedWeight>(parts, sizes, offset);
    TORCH_CHECK(x.dim() == 2 && x.size(1) == weight->columns(), "packed_linear: x ", x.sizes(), ", weight [", weight->rows(), ", ", weight->columns(), "]");
    if (x.size(0) <= few_rows && reads_few_bits(x, *weight)) return few_product(x, *weight, bias);
    return PackedLinear::apply(x, c10::make_intrusive<FrozenWeight>(weight), bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("packed_numbers(Tensor[] parts, int[] sizes, float offset, ScalarType dtype) -> Tensor", packed_numbers);
    library.def("packed_linear(Tensor x, Tensor[] parts, int[] sizes, float offset, Tensor? bias=None) -> Tensor", packed_linear);
}
