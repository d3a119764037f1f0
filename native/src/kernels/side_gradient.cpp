// fts::side_gradient: lets a quantity beside the network's own way (the balance of experts) give its gradient, though its slope is known
// only after the whole forward pass, and the layer may be computed again in the backward pass.
#include "support.h"

using namespace fts;

namespace {

struct SideGradient : torch::autograd::Function<SideGradient> {
    // The slope is read in the backward pass, whatever was written into it until then.
    static Variable forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& side, const at::Tensor& slope) {
        TORCH_CHECK(side.sizes() == slope.sizes(), "side_gradient: ", side.sizes(), " with a slope of ", slope.sizes());
        context->saved_data["slope"] = slope.detach();
        return x.view_as(x);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) { return {gradients[0], context->saved_data["slope"].toTensor().clone(), {}}; }
};

at::Tensor side_gradient(const at::Tensor& x, const at::Tensor& side, const at::Tensor& slope) { return SideGradient::apply(x, side, slope); }

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("side_gradient(Tensor x, Tensor side, Tensor slope) -> Tensor", side_gradient);
}
