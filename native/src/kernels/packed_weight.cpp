#include "packed_weight.h"

#include <limits>

#include "../internal.h"
#include "support.h"
#include "workers.h"

namespace fts {
namespace {

constexpr int64_t rows_of_task = 32;

packed::row_function row_function() {
#if defined(__x86_64__)
    constexpr int32_t avx512 = 2;
    if (fts_processor_features() & avx512) return packed::row_avx512;
#endif
    return packed::row_portable;
}

int64_t blocks_of(int64_t count, int64_t block) { return (count + block - 1) / block; }

// For each of [from, to) the block that it is in.
at::Tensor block_indices(int64_t from, int64_t to, int64_t block, const at::Tensor& like) {
    return at::floor_divide(at::arange(from, to, like.options().dtype(at::kLong)), block);
}

packed::product_function product_function(const packed::view& weight) {
#if defined(__x86_64__)
    constexpr int32_t avx512 = 2;
    if ((fts_processor_features() & avx512) != 0 && packed::has_whole_runs(weight)) return packed::products_avx512;
#endif
    return nullptr;
}

// Sums of rows of x from `from` on become results: the adapter's part and the bias are added.
template <typename T>
void finish(const FewRows& piece, int64_t row, int64_t from, int64_t count, const float* sums) {
    for (int64_t r = from; r < from + count; r++) {
        float sum = sums[r - from] + (piece.bias != nullptr ? piece.bias[row] : 0);
        if (piece.rank > 0) sum += row_kernels<float>().dot(piece.low + r * piece.rank, piece.factor + row * piece.rank, piece.rank);
        row_kernels<T>().from_float(&sum, 1, static_cast<T*>(piece.y) + r * piece.stride + row);
    }
}

// A row's numbers never leave the registers; x are the piece's rows as such products read them.
template <typename T>
void multiply(const FewRows& piece, packed::product_function product, const float* x, int64_t first, int64_t last) {
    float* sums = scratch<float>(SUMS, packed::rows_together);
    for (int64_t from = 0; from < piece.rows; from += packed::rows_together) {
        const int64_t count = std::min(packed::rows_together, piece.rows - from);
        for (int64_t row = first; row < last; row++) {
            product(piece.weight, piece.first + row, sizeof(T) != sizeof(float), x + from * piece.weight.columns, count, sums);
            finish<T>(piece, row, from, count, sums);
        }
    }
}

// The same on other processors and for other widths: numbers of a row, rounded as the type is, then products.
template <typename T>
void multiply(const FewRows& piece, int64_t first, int64_t last) {
    const int64_t columns = piece.weight.columns;
    const auto unpack = row_function();
    float* numbers = scratch<float>(WEIGHTS, columns);
    float* sums = scratch<float>(SUMS, piece.rows);
    T* rounded = scratch<T>(ROWS, columns);
    for (int64_t row = first; row < last; row++) {
        unpack(piece.weight, piece.first + row, numbers);
        if constexpr (sizeof(T) != sizeof(float)) {
            row_kernels<T>().from_float(numbers, columns, rounded);
            row_kernels<T>().to_float(rounded, columns, numbers);
        }
        for (int64_t r = 0; r < piece.rows; r++) sums[r] = row_kernels<float>().dot(piece.x + r * columns, numbers, columns);
        finish<T>(piece, row, 0, piece.rows, sums);
    }
}

}  // namespace

PackedWeight::PackedWeight(at::TensorList parts, at::IntArrayRef sizes, double offset) : parts_(parts.begin(), parts.end()), offset_(static_cast<float>(offset)) {
    TORCH_CHECK(sizes.size() == PackedWeight::sizes && (parts_.size() == 2 || parts_.size() == 3 || parts_.size() == 5) && sizes[6] == static_cast<int64_t>(parts_.size()),
        "a packed weight has 2, 3 or 5 parts and ", PackedWeight::sizes, " sizes, not ", parts_.size(), " and ", sizes.size());
    rows_ = sizes[0], columns_ = sizes[1], block_ = sizes[2], outer_block_ = sizes[3], rounding_ = static_cast<at::ScalarType>(sizes[4]), low_first_ = sizes[5] != 0;
    kind_ = parts_.size() > 2 ? packed::coding::HALVES : codes().scalar_type() == at::kChar ? packed::coding::BYTES : packed::coding::FLOATS;
    const int64_t count = rows_ * columns_;
    const bool halves = kind_ == packed::coding::HALVES;
    const int64_t blocks = halves ? blocks_of(count, block_) : kind_ == packed::coding::BYTES ? rows_ : blocks_of(rows_, block_) * blocks_of(columns_, block_);
    TORCH_CHECK(codes().numel() == (halves ? (count + 1) / 2 : count) && scales().numel() == blocks, "codes ", codes().sizes(), " and scales ", scales().sizes(), " do not make [", rows_,
        ", ", columns_, "] in blocks of ", block_);
    TORCH_CHECK(parts_.size() == 5 ? scales().scalar_type() == at::kByte && outer_block_ > 0 && parts_[3].numel() == blocks_of(blocks, outer_block_) && parts_[4].numel() == 256
        : scales().scalar_type() == at::kFloat, "scales ", scales().scalar_type(), scales().sizes(), " lack their own scales");
    for (const auto& part : parts_) TORCH_CHECK(part.is_contiguous(), "parts of a packed weight are contiguous");
}

packed::view PackedWeight::view() const {
    const bool nested = parts_.size() == 5;
    return {kind_, low_first_, static_cast<const uint8_t*>(codes().data_ptr()), kind_ == packed::coding::HALVES ? data<float>(parts_[2]) : nullptr,
        nested ? nullptr : data<float>(scales()), nested ? data<uint8_t>(scales()) : nullptr, nested ? data<float>(parts_[4]) : nullptr, nested ? data<float>(parts_[3]) : nullptr, offset_,
        columns_, block_, outer_block_};
}

at::Tensor PackedWeight::numbers(at::ScalarType type) const {
    auto result = at::empty({rows_, columns_}, codes().options().dtype(type));
    unpack(0, result);
    return result;
}

void PackedWeight::unpack(int64_t first, const at::Tensor& target) const {
    const auto type = target.scalar_type();
    if (!is_rounded_for(type)) {
        auto exact = at::empty(target.sizes(), target.options().dtype(rounding_));
        unpack(first, exact);
        target.copy_(exact);
        return;
    }
    if (!codes().is_cpu() || (type != at::kFloat && type != at::kBFloat16)) {
        target.copy_(by_operators(first, target.size(0)));
        return;
    }
    const auto weight = view();
    const auto unpack_row = row_function();
    with_type(target, [&](auto kind) {
        using T = decltype(kind);
        parallel(target.size(0), 16, [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; row++) {
                T* to = data<T>(target) + row * columns_;
                if constexpr (sizeof(T) == sizeof(float)) {
                    unpack_row(weight, first + row, to);
                } else {
                    float* wide = scratch<float>(WEIGHTS, columns_);
                    unpack_row(weight, first + row, wide);
                    row_kernels<T>().from_float(wide, columns_, to);
                }
            }
        });
    });
}

// On every other device, and for other types. fp32, [count, columns]
at::Tensor PackedWeight::by_operators(int64_t first, int64_t count) const {
    const auto own_rows = [&](const at::Tensor& matrix) { return matrix.view({rows_, -1}).narrow(0, first, count); };
    if (kind_ == packed::coding::BYTES) return own_rows(codes()).to(at::kFloat) * own_rows(scales()) * (1.0f / 127);
    if (kind_ == packed::coding::FLOATS) {
        // Half a float's bits for a 256th of the number, as the kernels have it.
        const auto bits = own_rows(codes()).to(at::kInt), size = bits.bitwise_and(0x7F);
        const auto half = size.bitwise_left_shift(7).bitwise_or(bits.bitwise_and(0x80).bitwise_left_shift(8)).to(at::kShort).view(at::kHalf);
        const auto numbers = (half.to(at::kFloat) * 256).masked_fill(size == 0x7F, std::numeric_limits<float>::quiet_NaN());
        const auto squares = scales().view({blocks_of(rows_, block_), blocks_of(columns_, block_)});
        return numbers * squares.index_select(0, block_indices(first, first + count, block_, squares)).index_select(1, block_indices(0, columns_, block_, squares));
    }
    const int64_t from = first * columns_, to = from + count * columns_;
    const auto bytes = codes().view({-1}).narrow(0, from / 2, (to + 1) / 2 - from / 2).to(at::kLong);
    const auto high = bytes.bitwise_right_shift(4), low = bytes.bitwise_and(15);
    const auto halves = low_first_ ? at::stack({low, high}, 1) : at::stack({high, low}, 1);
    const auto numbers = parts_[2].index_select(0, halves.view({-1}).narrow(0, from % 2, to - from));
    const int64_t first_block = from / block_, last_block = blocks_of(to, block_);
    auto own = scales().view({-1}).narrow(0, first_block, last_block - first_block);
    if (parts_.size() == 5) {
        own = parts_[4].index_select(0, own.to(at::kLong)) * parts_[3].view({-1}).index_select(0, block_indices(first_block, last_block, outer_block_, own)) + offset_;
    }
    const auto spread = own.view({-1, 1}).expand({own.numel(), block_}).reshape({-1}).narrow(0, from - first_block * block_, to - from);
    return (numbers * spread).view({count, columns_});
}

bool reads_few_bits(const at::Tensor& x, const PackedWeight& weight) {
    return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && weight.is_rounded_for(x.scalar_type()) && !records_graph();
}

void multiply_few(const std::vector<FewRows>& pieces, at::ScalarType type) {
    struct Task {
        size_t piece;
        int64_t first, last;
    };
    std::vector<Task> tasks;
    std::vector<std::vector<float>> arranged(pieces.size());
    for (size_t index = 0; index < pieces.size(); index++) {
        const auto& piece = pieces[index];
        for (int64_t row = 0; row < piece.outputs; row += rows_of_task) tasks.push_back({index, row, std::min(piece.outputs, row + rows_of_task)});
        if (piece.weight.kind != packed::coding::HALVES || product_function(piece.weight) == nullptr) continue;
        const int64_t columns = piece.weight.columns;
        arranged[index].resize(piece.rows * columns);
        for (int64_t r = 0; r < piece.rows; r++) packed::arrange(piece.weight, piece.x + r * columns, arranged[index].data() + r * columns);
    }
    each_task(static_cast<int64_t>(tasks.size()), [&](int64_t number) {
        const auto& task = tasks[number];
        const auto& piece = pieces[task.piece];
        const auto run = [&](auto kind) {
            using T = decltype(kind);
            if (const auto product = product_function(piece.weight)) multiply<T>(piece, product, arranged[task.piece].empty() ? piece.x : arranged[task.piece].data(), task.first, task.last);
            else multiply<T>(piece, task.first, task.last);
        };
        if (type == at::kBFloat16) run(bf16{});
        else run(float{});
    });
}

at::Tensor few_product(const at::Tensor& x_input, const PackedWeight& weight, const fts::optional<at::Tensor>& bias, const at::Tensor& low_input, const at::Tensor& factor_input) {
    const auto wide = [](const at::Tensor& t) { return t.defined() ? t.to(at::kFloat).contiguous() : at::Tensor(); };
    const auto x = wide(x_input), wide_bias = wide(bias ? *bias : at::Tensor()), low = wide(low_input), factor = wide(factor_input);
    auto result = at::empty({x.size(0), weight.rows()}, x_input.options());
    multiply_few({{weight.view(), 0, weight.rows(), data<float>(x), x.size(0), result.data_ptr(), weight.rows(), data_or_null<float>(wide_bias), data_or_null<float>(low),
        data_or_null<float>(factor), factor.defined() ? factor.size(1) : 0}}, result.scalar_type());
    return result;
}

}  // namespace fts
