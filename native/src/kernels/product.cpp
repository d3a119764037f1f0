#include "product.h"

#include "blocks.h"
#include "fts_abi.h"
#include "workers.h"

#include <cstdlib>

namespace fts {
namespace {

struct Matrix {
    const at::Tensor& tensor;
    bool transposed;

    // Packs columns [column, column + count) of all depth.
    template <typename T>
    void pack(int64_t column, int64_t count, int64_t depth, T* packed) const {
        const auto& kernels = block_kernels<T>();
        const int64_t stride = tensor.stride(0);
        if (transposed) kernels.pack_columns(data<T>(tensor) + column * stride, stride, depth, count, packed, column_block);
        else kernels.pack_rows(data<T>(tensor) + column, stride, depth, count, packed, column_block);
    }
};

// One block of columns of the result, over some of its rows.
template <typename T>
void multiply_columns(const at::Tensor& a, const Matrix& b, const at::Tensor& low, const Matrix& factor, const at::Tensor& bias, int64_t column, int64_t first, int64_t last, const at::Tensor& result) {
    const auto& kernels = block_kernels<T>();
    const int64_t k = a.size(1), n = result.size(1), count = std::min(column_block, n - column), columns = round_up(count, column_unit);
    T* packed = scratch<T>(PACKED, k * column_block);
    b.pack(column, count, k, packed);
    const int64_t rank = low.defined() ? low.size(1) : 0;
    T* thin = scratch<T>(FACTOR, std::max<int64_t>(rank, 1) * column_block);
    if (rank > 0) factor.pack(column, count, rank, thin);
    // Floats that fill whole registers are summed where they stay.
    T* to = data<T>(result) + column;
    const bool in_place = std::is_same<T, float>::value && columns == count && !bias.defined();
    float* own = in_place ? nullptr : scratch<float>(PRODUCT, row_block * column_block);
    for (int64_t row = first; row < last; row += row_block) {
        const int64_t rows = std::min(row_block, last - row);
        float* sums = in_place ? reinterpret_cast<float*>(to + row * n) : own;
        const int64_t ld = in_place ? n : column_block;
        for (int64_t depth = 0; depth < k; depth += depth_block) {
            kernels.multiply(rows, columns, std::min(depth_block, k - depth), data<T>(a) + row * k + depth, k, packed + depth * column_block, column_block, sums, ld, depth > 0);
        }
        if (rank > 0) kernels.multiply(rows, columns, rank, data<T>(low) + row * rank, rank, thin, column_block, sums, ld, true);
        if (!in_place) write_rows(sums, column_block, rows, count, bias.defined() ? data<float>(bias) + column : nullptr, to + row * n, n);
    }
}

constexpr int64_t fewest_rows = 33;  // fewer do not pay for the packing

// FTS_PRODUCTS=own or library, for measurements.
std::string asked_product() {
    const char* asked = std::getenv("FTS_PRODUCTS");
    return asked == nullptr ? "" : asked;
}

void multiply_wide(const at::Tensor& result, const at::Tensor& a, const at::Tensor& b, bool transposed, const at::Tensor& low, const at::Tensor& factor, const at::Tensor& bias) {
    const int64_t rows = a.size(0), columns = result.size(1);
    const auto deep_low = low.defined() ? whole_depth(low, 1) : at::Tensor(), deep_factor = factor.defined() ? whole_depth(factor, transposed ? 1 : 0) : at::Tensor();
    const auto wide_bias = bias.defined() ? bias.to(at::kFloat).contiguous() : at::Tensor();
    const int64_t across = (columns + column_block - 1) / column_block;
    // Rows are shared out too where there are few columns for the threads there are; each row's sum is the same either way.
    const int64_t down = std::max<int64_t>(1, std::min((rows + row_block - 1) / row_block, 3 * at::get_num_threads() / across));
    const int64_t tall = round_up((rows + down - 1) / down, 6);
    with_type(a, [&](auto type) {
        each_task(across * down, [&](int64_t task) {
            const int64_t first = task % down * tall, last = std::min(rows, first + tall);
            if (first < last) {
                multiply_columns<decltype(type)>(a, {b, transposed}, deep_low, {deep_factor, transposed}, wide_bias, task / down * column_block, first, last, result);
            }
        });
    });
}

}  // namespace

bool prefers_own_product(at::ScalarType type) {
    constexpr int32_t avx512 = 2, amx = 8;
    static const int32_t features = fts_processor_features();
    static const std::string asked = asked_product();
    if ((type != at::kFloat && type != at::kBFloat16) || (features & avx512) == 0 || asked == "library") return false;

    // With AMX the library's bf16 product stays: ours with tiles reaches a ninth of what they can do (docs/log.md). Without bf16 instructions
    // ours, which multiplies pairs as floats, is several times faster than the library's.
    return asked == "own" || type == at::kFloat || (features & amx) == 0;
}

bool has_wide_product(const at::Tensor& a, const at::Tensor& b) {
    return a.is_cpu() && a.scalar_type() == b.scalar_type() && a.dim() == 2 && b.dim() == 2 && a.size(0) >= fewest_rows && a.size(1) % depth_unit == 0 && a.is_contiguous() && b.stride(1) == 1
        && prefers_own_product(a.scalar_type());
}

at::Tensor wide_product(const at::Tensor& a, const at::Tensor& b, bool transposed, const at::Tensor& low, const at::Tensor& factor, const at::Tensor& bias) {
    auto result = at::empty({a.size(0), transposed ? b.size(0) : b.size(1)}, a.options());
    multiply_wide(result, a, b, transposed, low, factor, bias);
    return result;
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b, bool transposed, const at::Tensor& bias) {
    TORCH_CHECK(transposed || !bias.defined(), "product: a bias goes with a transposed b");
    if (has_wide_product(a, b)) return wide_product(a, b, transposed, {}, {}, bias);
    return transposed ? at::linear(a, b, bias) : at::mm(a, b);
}

void product_into(const at::Tensor& result, const at::Tensor& a, const at::Tensor& b, bool transposed) {
    if (has_wide_product(a, b)) {
        multiply_wide(result, a, b, transposed, {}, {}, {});
        return;
    }
    at::Tensor out = result;
    at::mm_out(out, a, transposed ? b.t() : b);
}

}  // namespace fts
