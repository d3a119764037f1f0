// fts::small_linear: several products of the same few rows in one go (q, k and v; gate and up). No gradient.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_linear.h"
#include "decode_parallel.h"

namespace fts::decode {
namespace {

constexpr int32_t avx512 = 2, avx512_bf16 = 4;

// What one thread takes at a time: large against the cost of taking it, small against the whole and the second cache.
constexpr int64_t piece_bytes = 128 << 10;

linear_kernel choose(at::ScalarType type) {
    const int32_t features = fts_processor_features();
    if ((features & avx512) == 0) return nullptr;
    if (type == at::kFloat) return linear_f32_avx512;
    if (type == at::kBFloat16) return (features & avx512_bf16) != 0 ? linear_bf16_avx512bf16 : linear_bf16_avx512;
    return nullptr;
}

void check(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias) {
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) == x.size(1), "weight ", weight.sizes(), " does not fit x ", x.sizes());
    TORCH_CHECK(weight.scalar_type() == x.scalar_type() && weight.is_contiguous(), "weights must be contiguous and of x's type");
    if (bias && bias->defined()) {
        TORCH_CHECK(bias->dim() == 1 && bias->size(0) == weight.size(0) && bias->scalar_type() == weight.scalar_type() && bias->is_contiguous(),
                    "bias ", bias->sizes(), " does not fit weight ", weight.sizes());
    }
}

std::vector<at::Tensor> small_linear(const at::Tensor& x, at::TensorList weights, const c10::List<c10::optional<at::Tensor>>& biases, bool wide) {
    TORCH_CHECK(x.dim() == 2 && x.is_contiguous(), "x must be contiguous [rows, width], not ", x.sizes());
    TORCH_CHECK(biases.size() == 0 || biases.size() == weights.size(), "as many biases as weights, or none");
    const auto kernel = choose(x.scalar_type());
    TORCH_CHECK(kernel != nullptr, "small_linear needs AVX-512 and fp32 or bf16");
    const at::Tensor input = kernel == linear_bf16_avx512 ? x.to(at::kFloat) : x;

    std::vector<at::Tensor> results;
    std::vector<linear_piece> parts;
    std::vector<int64_t> starts{0};  // the first piece of each weight, among all pieces
    const int64_t width = x.size(1);
    const int64_t outputs_in_piece = std::max<int64_t>(4, piece_bytes / std::max<int64_t>(1, width * x.element_size()) / 4 * 4);
    for (size_t i = 0; i < weights.size(); i++) {
        const auto bias = biases.size() == 0 ? c10::optional<at::Tensor>() : static_cast<c10::optional<at::Tensor>>(biases.get(i));
        check(x, weights[i], bias);
        const int64_t outputs = weights[i].size(0);
        results.push_back(at::empty({x.size(0), outputs}, x.options().dtype(wide ? at::kFloat : x.scalar_type())));
        parts.push_back({input.data_ptr(), weights[i].data_ptr(), bias && bias->defined() ? bias->data_ptr() : nullptr, results.back().data_ptr(),
                         x.size(0), width, outputs, 0, 0, wide});
        starts.push_back(starts.back() + (outputs + outputs_in_piece - 1) / outputs_in_piece);
    }

    take_pieces(starts.back(), [&](int64_t number) {
        size_t part = 0;
        while (number >= starts[part + 1]) part++;
        linear_piece piece = parts[part];
        piece.first = (number - starts[part]) * outputs_in_piece;
        piece.last = std::min(piece.outputs, piece.first + outputs_in_piece);
        kernel(piece);
    });
    return results;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("small_linear(Tensor x, Tensor[] weights, Tensor?[] biases, bool wide) -> Tensor[]");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("small_linear", small_linear);
}

}  // namespace fts::decode
