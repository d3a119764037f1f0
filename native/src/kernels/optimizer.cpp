// Optimizer steps and the gradient norm, over all tensors in one parallel loop.
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

void check_flat(at::TensorList tensors, at::ScalarType type, const char* what) {
    for (const auto& t : tensors) {
        TORCH_CHECK(t.is_contiguous() && t.scalar_type() == type, what, " must be contiguous ", type, ", not ", t.sizes(), " ", t.scalar_type());
    }
}

// One state for each parameter, of its shape.
void check_state(const char* step, at::TensorList parameters, at::TensorList state, at::ScalarType type, const char* what) {
    TORCH_CHECK(parameters.size() == state.size(), step, ": ", parameters.size(), " parameters, but ", state.size(), " ", what);
    check_flat(state, type, what);
    for (size_t index = 0; index < state.size(); index++) {
        TORCH_CHECK(state[index].sizes() == parameters[index].sizes(), step, ": tensor ", index, " has ", parameters[index].sizes(), ", its ", what, " ", state[index].sizes());
    }
}

std::vector<at::Tensor> widened(const char* step, at::TensorList parameters, at::TensorList gradients) {
    check_flat(parameters, at::kFloat, "parameters");
    std::vector<at::Tensor> wide;
    for (const auto& gradient : gradients) wide.push_back(gradient.to(at::kFloat).contiguous());
    check_state(step, parameters, wide, at::kFloat, "gradients");
    return wide;
}

AdamWOptions adamw_options(int64_t step, double learning_rate, double beta1, double beta2, double epsilon, double weight_decay, double gradient_scale) {
    return {
        static_cast<float>(1 - learning_rate * weight_decay), static_cast<float>(beta1), static_cast<float>(beta2),
        static_cast<float>(1 - beta1), static_cast<float>(1 - beta2),
        static_cast<float>(learning_rate / (1 - std::pow(beta1, step))), static_cast<float>(std::sqrt(1 - std::pow(beta2, step))),
        static_cast<float>(epsilon), static_cast<float>(gradient_scale)};
}

// In place; AutoGrad does not see it: parameters are leaves, and this is the optimizer.
template <typename Body>
void for_pieces(at::TensorList parameters, Body&& body) {
    const auto pieces = pieces_of(parameters);
    parallel(pieces.size(), 1, [&](int64_t begin, int64_t end) {
        for (int64_t index = begin; index < end; index++) body(pieces[index].tensor, pieces[index].start, pieces[index].count);
    });
    for (const auto& parameter : parameters) parameter.unsafeGetTensorImpl()->bump_version();
}

void adamw_step(at::TensorList parameters, at::TensorList gradients, at::TensorList first, at::TensorList second, int64_t step, double learning_rate,
    double beta1, double beta2, double epsilon, double weight_decay, double gradient_scale) {
    const auto wide = widened("adamw", parameters, gradients);
    check_state("adamw", parameters, first, at::kFloat, "first moments");
    check_state("adamw", parameters, second, at::kFloat, "second moments");
    const AdamWOptions options = adamw_options(step, learning_rate, beta1, beta2, epsilon, weight_decay, gradient_scale);
    for_pieces(parameters, [&](size_t tensor, int64_t start, int64_t count) {
        flat_kernels().adamw(data<float>(parameters[tensor]) + start, data<float>(wide[tensor]) + start, data<float>(first[tensor]) + start,
            data<float>(second[tensor]) + start, count, options);
    });
}

Codebook codebook(const at::Tensor& values) {
    TORCH_CHECK(values.numel() == 256, "adamw8: a map has 256 values, not ", values.numel());
    check_flat(values, at::kFloat, "maps");
    Codebook book;
    std::copy_n(data<float>(values), 256, book.values);
    for (int i = 0; i < 255; i++) book.borders[i] = (book.values[i] + book.values[i + 1]) / 2;
    book.borders[255] = std::numeric_limits<float>::infinity();
    return book;
}

void check_scales(at::TensorList parameters, at::TensorList scales, const char* what) {
    TORCH_CHECK(parameters.size() == scales.size(), "adamw8: ", parameters.size(), " parameters, but ", scales.size(), " ", what);
    check_flat(scales, at::kFloat, what);
    for (size_t index = 0; index < scales.size(); index++) {
        const int64_t blocks = (parameters[index].numel() + block_of_state - 1) / block_of_state;
        TORCH_CHECK(scales[index].numel() == blocks, "adamw8: tensor ", index, " has ", blocks, " blocks, but ", scales[index].numel(), " ", what);
    }
}

void adamw8_step(at::TensorList parameters, at::TensorList gradients, at::TensorList first, at::TensorList second, at::TensorList first_scales,
    at::TensorList second_scales, const at::Tensor& first_map, const at::Tensor& second_map, int64_t step, double learning_rate, double beta1, double beta2,
    double epsilon, double weight_decay, double gradient_scale) {
    static_assert(piece % block_of_state == 0, "a piece is made of whole blocks");
    const auto wide = widened("adamw8", parameters, gradients);
    check_state("adamw8", parameters, first, at::kByte, "first moments");
    check_state("adamw8", parameters, second, at::kByte, "second moments");
    check_scales(parameters, first_scales, "scales of first moments");
    check_scales(parameters, second_scales, "scales of second moments");
    const Codebook first_codes = codebook(first_map), second_codes = codebook(second_map);
    const AdamWOptions options = adamw_options(step, learning_rate, beta1, beta2, epsilon, weight_decay, gradient_scale);
    for_pieces(parameters, [&](size_t tensor, int64_t start, int64_t count) {
        const int64_t block = start / block_of_state;
        flat_kernels().adamw8(data<float>(parameters[tensor]) + start, data<float>(wide[tensor]) + start, data<uint8_t>(first[tensor]) + start,
            data<uint8_t>(second[tensor]) + start, data<float>(first_scales[tensor]) + block, data<float>(second_scales[tensor]) + block, count, first_codes, second_codes, options);
    });
}

// No momenta where there is no momentum.
void sgd_step(at::TensorList parameters, at::TensorList gradients, at::TensorList momenta, bool first, double learning_rate, double momentum, double dampening,
    bool nesterov, double weight_decay, double gradient_scale) {
    const auto wide = widened("sgd", parameters, gradients);
    if (momenta.size() > 0) check_state("sgd", parameters, momenta, at::kFloat, "momenta");
    const SgdOptions options = {
        static_cast<float>(weight_decay), static_cast<float>(first ? 0 : momentum), static_cast<float>(first ? 1 : 1 - dampening), static_cast<float>(momentum),
        static_cast<float>(learning_rate), static_cast<float>(gradient_scale), nesterov};
    for_pieces(parameters, [&](size_t tensor, int64_t start, int64_t count) {
        flat_kernels().sgd(data<float>(parameters[tensor]) + start, data<float>(wide[tensor]) + start,
            momenta.size() > 0 ? data<float>(momenta[tensor]) + start : nullptr, count, options);
    });
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
    library.def("adamw8_step(Tensor[] parameters, Tensor[] gradients, Tensor[] first, Tensor[] second, Tensor[] first_scales, Tensor[] second_scales, "
                "Tensor first_map, Tensor second_map, int step, float learning_rate, float beta1, float beta2, float epsilon, float weight_decay, "
                "float gradient_scale) -> ()", adamw8_step);
    library.def("sgd_step(Tensor[] parameters, Tensor[] gradients, Tensor[] momenta, bool first, float learning_rate, float momentum, float dampening, "
                "bool nesterov, float weight_decay, float gradient_scale) -> ()", sgd_step);
    library.def("gradient_norm(Tensor[] gradients) -> float", gradient_norm);
}
