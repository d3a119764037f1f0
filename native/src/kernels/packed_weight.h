// A frozen weight in few bits: its numbers, and products of few rows that read the few bits alone.
// Dettmers et al. 2023, arXiv 2305.14314 (QLoRA), section 3; DeepSeek-AI 2024, arXiv 2412.19437, section 3.3 (squares of e4m3); OCP Microscaling
// Formats 1.0 (MXFP4: halves whose scales are powers of two).
#pragma once
#include <ATen/ATen.h>
#include <torch/custom_class.h>

#include <memory>
#include <vector>

#include "../compat.h"
#include "packed_rows.h"

namespace fts {

class PackedWeight {
public:
    // What a size stands for: rows, columns, weights that share a scale, scales that share one, the type that the format rounds its numbers to
    // (float leaves them as they are), whether the first of two codes is in the low half of a byte, how many tensors there are.
    static constexpr size_t sizes = 7;

    // Codes and scales; then the table of 16 where codes are halves; then, where scales are quantised, their own scales and their table of 256.
    PackedWeight(at::TensorList parts, at::IntArrayRef sizes, double offset);

    int64_t rows() const { return rows_; }
    int64_t columns() const { return columns_; }
    bool is_cpu() const { return parts_[0].is_cpu(); }

    // Whether rounding to the type alone gives its numbers.
    bool is_rounded_for(at::ScalarType type) const { return rounding_ == at::kFloat || rounding_ == type; }

    // Numbers of rows from `first` on, as many as the target has; contiguous. [n, columns]
    void unpack(int64_t first, const at::Tensor& target) const;

    // All of them. [rows, columns]
    at::Tensor numbers(at::ScalarType type) const;

    packed::view view() const;

private:
    const at::Tensor& codes() const { return parts_[0]; }
    const at::Tensor& scales() const { return parts_[1]; }
    at::Tensor by_operators(int64_t first, int64_t count) const;

    std::vector<at::Tensor> parts_;
    int64_t rows_, columns_, block_, outer_block_;
    at::ScalarType rounding_;
    bool low_first_;
    float offset_;
    packed::coding kind_;
};

// Rows of numbers times some rows of a packed weight.
struct FewRows {
    packed::view weight;
    int64_t first, outputs;              // rows of the weight
    const float* x;                      // [rows, columns]
    int64_t rows;
    void* y;                             // of the result's type; row r begins at r * stride
    int64_t stride;
    const float* bias = nullptr;         // [outputs]
    const float* low = nullptr;          // [rows, rank], with
    const float* factor = nullptr;       // [outputs, rank]: low factor^T is added
    int64_t rank = 0;
};

// Up to here rows share the unpacking of a weight's row, and the whole weight is never there.
constexpr int64_t few_rows = 16;

// Whether rows of this kind go that way, as long as nothing may record a graph.
bool reads_few_bits(const at::Tensor& x, const PackedWeight& weight);

// A row of a weight is unpacked, rounded to the type as wide products see it, used, forgotten.
void multiply_few(const std::vector<FewRows>& pieces, at::ScalarType type);

// x W^T + bias + low factor^T of few rows, unrecorded, as wide as x; bias, low and factor may be absent.
at::Tensor few_product(const at::Tensor& x, const PackedWeight& weight, const fts::optional<at::Tensor>& bias, const at::Tensor& low = {}, const at::Tensor& factor = {});

// A weight as a graph keeps it for the way back: numbers, or few bits, of which numbers are made for each product and let go.
struct FrozenWeight : torch::CustomClassHolder {
    explicit FrozenWeight(const at::Tensor& numbers) : numbers_(numbers) {}
    explicit FrozenWeight(std::shared_ptr<const PackedWeight> packed) : packed_(std::move(packed)) {}
    at::Tensor numbers(at::ScalarType type) const { return packed_ ? packed_->numbers(type) : numbers_; }

private:
    at::Tensor numbers_;
    std::shared_ptr<const PackedWeight> packed_;
};

}  // namespace fts
