#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <ATen/core/grad_mode.h>

#include "internal.h"

using namespace fts;

namespace {

// What a managed callback needs to be run twice; released when the graph lets go of it.
struct Callback {
    void* (*run)(void*, void*);
    void (*release)(void*);
    void* context;

    Callback(void* (*run)(void*, void*), void (*release)(void*), void* context) : run(run), release(release), context(context) {}
    Callback(const Callback&) = delete;
    ~Callback() { release(context); }

    at::Tensor operator()(const at::Tensor& input) const {
        void* input_handle = wrap(input);
        void* output_handle = run(context, input_handle);
        if (output_handle == nullptr) throw callback_failed("the managed callback failed");
        at::Tensor output = tensor(output_handle);
        fts_tensor_free(output_handle);
        return output;
    }
};

struct FirstPass {
    FirstPass() : before(in_checkpoint) { in_checkpoint = true; }
    ~FirstPass() { in_checkpoint = before; }
    const bool before;
};

// Chen et al. 2016, arXiv 1604.06174: keep the input, recompute the rest.
struct Checkpoint : torch::autograd::Function<Checkpoint> {
    static torch::autograd::Variable forward(torch::autograd::AutogradContext* context, const at::Tensor& input, std::shared_ptr<Callback> callback) {
        context->save_for_backward({input});
        context->saved_data["callback"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(callback));
        at::NoGradGuard no_grad;
        const FirstPass first_pass;
        // A view of the input must not leak out as the output.
        auto output = (*callback)(input.detach());
        return output.is_alias_of(input) ? output.clone() : output.detach();
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        auto holder = c10::static_intrusive_pointer_cast<Holder>(context->saved_data["callback"].toCapsule());
        const auto saved = context->get_saved_variables()[0];
        at::Tensor input = saved.detach().requires_grad_(saved.requires_grad());
        at::Tensor output;
        {
            at::AutoGradMode with_grad(true);
            output = (*holder->callback)(input);
        }
        if (output.requires_grad()) torch::autograd::backward({output}, {gradients[0]});
        return {input.grad(), at::Tensor()};
    }

    struct Holder : torch::CustomClassHolder {
        explicit Holder(std::shared_ptr<Callback> callback) : callback(std::move(callback)) {}
        std::shared_ptr<Callback> callback;
    };
};

}  // namespace

int32_t fts_grad_mode_set(int32_t enabled) {
    const bool was = at::GradMode::is_enabled();
    at::GradMode::set_enabled(enabled != 0);
    return was ? 1 : 0;
}

fts_status fts_tensor_requires_grad_set(void* handle, int32_t required) {
    return guard([&] { tensor(handle).requires_grad_(required != 0); });
}

fts_status fts_tensor_grad_get(void* handle, void** result) {
    return guard([&] { *result = wrap(tensor(handle).grad()); });
}

fts_status fts_tensor_grad_set(void* handle, void* gradient) {
    return guard([&] { tensor(handle).mutable_grad() = gradient == nullptr ? at::Tensor() : tensor(gradient); });
}

fts_status fts_backward(void* handle, void* gradient) {
    return guard([&] {
        torch::autograd::variable_list gradients;
        if (gradient != nullptr) gradients.push_back(tensor(gradient));
        const BackwardScope scope;
        torch::autograd::backward({tensor(handle)}, gradients);
    });
}

fts_status fts_checkpoint(void* (*callback)(void*, void*), void (*release)(void*), void* context, void* input, void** result) {
    auto shared = std::make_shared<Callback>(callback, release, context);
    return guard([&] { *result = wrap(Checkpoint::apply(tensor(input), shared)); });
}
