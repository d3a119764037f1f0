// AdamW and the gradient norm, over all tensors in one parallel loop.
#include "support.h"

using namespace fts;

namespace {

constexpr int64_t piece = 1 << 14;  // elements of one unit of work: fixed, so that threads do not change any bits

struct Piece {
    size_t tensor;
    int64_t start, count;
};

std::vector<Piece> pieces_of(at::TensorList tensors) {
    std::vector<Piece> pieces;
    for (size_t index = 0; index < tensors.size(); index++) {
        for (int64_t start = 0; start < tensors[index].numel(); start += piece) {
            pieces.push_back({index, start, std::min(piece, tensors[index].numel() - start)});
        }
    }
    return pieces;
}

void check_flat(at::TensorList tensors, const char* what) {
    for (const auto& t : tensors) {
        TORCH_CHECK(t.is_contiguous() && t.scalar_type() == at::kFloat, what, " must be contiguous float32, not ", t.sizes(), " ", t.scalar_type());
    }
}

// In place; AutoGrad does not see it: parameters are leaves, and this is the optimizer.
void adamw_step(at::TensorList parameters, at::TensorList gradients, at::TensorList first, at::TensorList second, int64_t step, double learning_rate,
    double beta1, double beta2, double epsilon, double weight_decay, double gradient_scale) {
    TORCH_CHECK(parameters.size() == gradients.size() && parameters.size() == first.size() && parameters.size() == second.size(),
        "adamw: lists of ", parameters.size(), ", ", gradients.size(), ", ", first.size(), " and ", second.size(), " tensors");
    check_flat(parameters, "parameters");
    check_flat(first, "first moments");
    check_flat(second, "second moments");
    std::vector<at::Tensor> wide;
    for (size_t index = 0; index < gradients.size(); index++) {
        TORCH_CHECK(gradients[index].sizes() == parameters[index].sizes() && first[index].sizes() == parameters[index].sizes() && second[index].sizes() == parameters[index].sizes(),
            "adamw: tensor ", index, " has ", parameters[index].sizes(), ", its gradient ", gradients[index].sizes(), ", its moments ", first[index].sizes(), " and ", second[index].sizes());
        wide.push_back(gradients[index].to(at::kFloat).contiguous());
    }
    const AdamWOptions options = {
        static_cast<float>(1 - learning_rate * weight_decay), static_cast<float>(beta2), static_cast<float>(1 - beta1), static_cast<float>(1 - beta2),
        static_cast<float>(learning_rate / (1 - std::pow(beta1, step))), static_cast<float>(std::sqrt(1 - std::pow(beta2, step))),
        static_cast<float>(epsilon), static_cast<float>(gradient_scale)};
    const auto pieces = pieces_of(parameters);
    parallel(pieces.size(), 1, [&](int64_t begin, int64_t end) {
        for (int64_t index = begin; index < end; index++) {
            const auto& [tensor, start, count] = pieces[index];
            flat_kernels().adamw(data<float>(parameters[tensor]) + start, data<float>(wide[tensor]) + start, data<float>(first[tensor]) + start,
                data<float>(second[tensor]) + start, count, options);
        }
    });
    for (const auto& parameter : parameters) parameter.unsafeGetTensorImpl()->bump_version();
}

double gradient_norm(at::TensorList gradients) {
    std::vector<at::Tensor> wide;
    for (const auto& gradient : gradients) wide.push_back(gradient.detach().to(at::kFloat).contiguous());
    const auto pieces = pieces_of(wide);
    std::vector<double> sums(pieces.size());
    parallel(pieces.size(), 1, [&](int64_t begin, int64_t end) {
        for (int64_t index = begin; index < end; index++) {
            sums[index] = flat_kernels().sum_of_squares(data<float>(wide[pieces[index].tensor]) + pieces[index].start, pieces[index].count);
        }
    });
    double total = 0;
    for (const double sum : sums) total += sum;
    return std::sqrt(total);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("adamw_step(Tensor[] parameters, Tensor[] gradients, Tensor[] first, Tensor[] second, int step, float learning_rate, float beta1, float beta2, "
                "float epsilon, float weight_decay, float gradient_scale) -> ()", adamw_step);
    library.def("gradient_norm(Tensor[] gradients) -> float", gradient_norm);
}
