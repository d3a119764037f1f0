// Products of the same few rows with several weights, adapters beside them, as stages of work: each weight is read once.
#pragma once
#include <ATen/ATen.h>
#include <ATen/core/List.h>

#include <deque>
#include <type_traits>
#include <vector>

#include "decode_linear.h"
#include "decode_pieces.h"
#include "decode_stages.h"
#include "decode_strips.h"
#include "support.h"
#include "workers.h"

namespace fts::decode {

using optional_list = c10::List<fts::optional<at::Tensor>>;

// A weight, and what stands beside it.
struct sided_weight {
    at::Tensor weight, bias;  // [outputs, width], [outputs]
    at::Tensor a, b;          // [rank, width], [outputs, rank], fp32; undefined where there is no adapter
    double scale = 0;

    int64_t outputs() const { return weight.size(0); }

    // Whether kernels read the factors as they are, or there are none. Factors that do not fit the weight are a fault.
    bool has_plain_factors() const {
        if (!a.defined()) return true;
        TORCH_CHECK(b.defined() && a.dim() == 2 && b.dim() == 2 && a.size(1) == weight.size(1) && b.size(0) == outputs() && a.size(0) == b.size(1),
                    "an adapter's a ", a.sizes(), " and b ", b.defined() ? b.sizes() : at::IntArrayRef(), " do not fit weight ", weight.sizes());
        return a.scalar_type() == at::kFloat && b.scalar_type() == at::kFloat && a.is_contiguous() && b.is_contiguous();
    }

    // Outputs of a product that several share.
    sided_weight part(int64_t first, int64_t count) const {
        return {weight.narrow(0, first, count), bias.defined() ? bias.narrow(0, first, count) : bias, a, b.defined() ? b.narrow(0, first, count) : b, scale};
    }
};

inline at::Tensor item(const optional_list& list, size_t index) { return list.size() == 0 ? at::Tensor() : list.get(index).value_or(at::Tensor()); }

// The best kernel of this processor for a type; null where it has none.
linear_kernel choose_linear(at::ScalarType type);

// Products of the same rows: they are laid in strips, go through the adapters' first factors, then through the weights.
template <typename T>
class products {
public:
    // Results are fp32 whatever the type where `wide_results` is set.
    products(const at::TensorOptions& options, int64_t rows, int64_t width, bool wide_results = false) : options_(options), rows_(rows), width_(width), wide_results_(wide_results) {}

    products(const products&) = delete;  // stages point into it

    // The place of the next product. [rows, outputs]
    at::Tensor add(const sided_weight& entry) {
        TORCH_CHECK(entry.weight.size(1) == width_, "weight ", entry.weight.sizes(), " for rows of ", width_);
        results_.push_back(at::empty({rows_, entry.outputs()}, wide_results_ ? options_.dtype(at::kFloat) : options_));
        entries_.push_back(entry);
        return results_.back();
    }

    // Rows come from row(index, memory for one), which returns where the row is; fits in one stage with whatever makes it.
    template <typename Row>
    void lay(stages& plan, Row row) {
        strips_ = at::empty({rows_, strip_row_bytes(width_ * x_bytes()) / x_bytes()}, wide_ ? options_.dtype(at::kFloat) : options_);
        for (const auto& entry : entries_) has_adapter_ |= entry.a.defined();
        const bool apart = has_adapter_ && !shares_strips();
        if (apart) wide_strips_ = at::empty({rows_, strip_row_bytes(width_ * wide_bytes) / wide_bytes}, options_.dtype(at::kFloat));
        plan.add(rows_, [this, row, apart](int64_t index) {
            const T* from = row(index, scratch<T>(ROWS, width_));
            float* wide = nullptr;
            if (wide_ || apart) row_kernels<T>().to_float(from, width_, wide = scratch<float>(DROWS, width_));
            lay_row(wide_ ? static_cast<const void*>(wide) : from, index, rows_, width_ * x_bytes(), strips_.data_ptr());
            if (apart) lay_row(wide, index, rows_, width_ * wide_bytes, wide_strips_.data_ptr());
        });
        if (has_adapter_) low_parts(plan);
    }

    // The products, one beside another.
    void multiply(stages& plan) {
        auto& pieces = piece_lists_.emplace_back(static_cast<int64_t>(sizeof(T)));
        for (size_t i = 0; i < entries_.size(); i++) pieces.add(whole(i));
        plan.add(pieces.count(), [this, &pieces](int64_t number) { kernel_(pieces.at(number)); });
    }

    // Two products, and the gated activation of what a piece has of both. [rows, outputs]
    at::Tensor multiply_gated(stages& plan, Gate kind) {
        auto& pieces = piece_lists_.emplace_back(static_cast<int64_t>(sizeof(T)), 2);
        pieces.add(whole(0));
        at::Tensor result = at::empty_like(results_[0]);
        plan.add(pieces.count(), [this, &pieces, kind, result, other = whole(1)](int64_t number) {
            const auto piece = pieces.at(number);
            auto up = other;
            up.first = piece.first;
            up.last = piece.last;
            kernel_(piece);
            kernel_(up);
            for (int64_t row = 0; row < rows_; row++) {
                const int64_t at = row * piece.outputs + piece.first;
                row_kernels<T>().gated(kind, data<T>(results_[0]) + at, data<T>(results_[1]) + at, piece.last - piece.first, data<T>(result) + at);
            }
        });
        return result;
    }

private:
    static constexpr int64_t wide_bytes = sizeof(float);

    int64_t x_bytes() const { return wide_ ? wide_bytes : sizeof(T); }

    // Whether the adapters' kernel reads the strips that the weights' kernel reads.
    bool shares_strips() const { return wide_ || std::is_same_v<T, float>; }

    // x A^T of every adapter, scaled; one where products share it.
    void low_parts(stages& plan) {
        auto& pieces = piece_lists_.emplace_back(static_cast<int64_t>(sizeof(float)));
        const at::Tensor& strips = shares_strips() ? strips_ : wide_strips_;
        low_.resize(entries_.size());
        std::vector<float> scales;
        for (size_t i = 0; i < entries_.size(); i++) {
            const auto& a = entries_[i].a;
            if (!a.defined()) continue;
            for (size_t before = 0; before < i; before++) {
                if (entries_[before].a.is_same(a) && entries_[before].scale == entries_[i].scale) low_[i] = low_[before];
            }
            if (low_[i].defined()) continue;
            low_[i] = at::empty({rows_, a.size(0)}, options_.dtype(at::kFloat));
            pieces.add({strips.data_ptr(), a.data_ptr(), nullptr, low_[i].data_ptr(), a.size(0), rows_, width_, a.size(0), 0, 0, false, nullptr, nullptr, 0});
            scales.push_back(static_cast<float>(entries_[i].scale));
        }
        plan.add(pieces.count(), [this, &pieces, scales](int64_t number) {
            const auto piece = pieces.at(number);
            wide_kernel_(piece);
            const float scale = scales[pieces.owner_of(number)];
            for (int64_t row = 0; row < rows_; row++) {
                for (int64_t n = piece.first; n < piece.last; n++) static_cast<float*>(piece.y)[row * piece.stride + n] *= scale;
            }
        });
    }

    linear_piece whole(size_t index) const {
        const auto& entry = entries_[index];
        const bool adapted = entry.a.defined();
        return {strips_.data_ptr(), entry.weight.data_ptr(), entry.bias.defined() ? entry.bias.data_ptr() : nullptr, results_[index].data_ptr(), entry.outputs(), rows_, width_, entry.outputs(),
                0, 0, wide_results_, adapted ? low_[index].template data_ptr<float>() : nullptr, adapted ? entry.b.template data_ptr<float>() : nullptr, adapted ? entry.a.size(0) : 0};
    }

    const at::TensorOptions options_;
    const int64_t rows_, width_;
    const bool wide_results_;
    const linear_kernel kernel_ = choose_linear(std::is_same_v<T, bf16>), wide_kernel_ = choose_linear(false);
    const bool wide_ = reads_wide_rows(kernel_);
    bool has_adapter_ = false;
    std::vector<sided_weight> entries_;
    std::vector<at::Tensor> results_, low_;
    at::Tensor strips_, wide_strips_;
    std::deque<piece_list> piece_lists_;
};

// Rows of a tensor that is whole when they are asked for.
template <typename T>
auto rows_of(const at::Tensor& x) {
    return [x](int64_t row, T*) { return data<T>(x) + row * x.size(-1); };
}

}  // namespace fts::decode
