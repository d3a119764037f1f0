// Block products in plain code, for processors without AVX-512. Included once for each instruction set, as row_kernels.inl is.
#include "block_softmax.inl"

namespace fts {
namespace FTS_ISA {
namespace {

// Depth that lies together in a packed matrix.
template <typename T>
constexpr int64_t together = 4 / sizeof(T);

template <typename T, int rows>
void multiply_rows(int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    constexpr int64_t pair = together<T>;
    for (int64_t column = 0; column < n; column += column_unit) {
        float sums[rows][column_unit];
        for (int r = 0; r < rows; r++) {
            for (int64_t j = 0; j < column_unit; j++) sums[r][j] = add ? c[r * ldc + column + j] : 0.0f;
        }
        for (int64_t depth = 0; depth < k; depth += pair) {
            const T* from = b + depth * ldb + column * pair;
            for (int64_t half = 0; half < pair; half++) {
                float values[column_unit];
                for (int64_t j = 0; j < column_unit; j++) values[j] = wide(from[j * pair + half]);
                for (int r = 0; r < rows; r++) {
                    const float factor = wide(a[r * lda + depth + half]);
                    #pragma omp simd
                    for (int64_t j = 0; j < column_unit; j++) sums[r][j] += factor * values[j];
                }
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int64_t j = 0; j < column_unit; j++) c[r * ldc + column + j] = sums[r][j];
        }
    }
}

template <typename T>
void multiply(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    int64_t row = 0;
    for (; row + 4 <= m; row += 4) multiply_rows<T, 4>(n, k, a + row * lda, lda, b, ldb, c + row * ldc, ldc, add);
    for (; row < m; row++) multiply_rows<T, 1>(n, k, a + row * lda, lda, b, ldb, c + row * ldc, ldc, add);
}

template <typename T>
void pack_rows(const T* from, int64_t stride, int64_t k, int64_t n, T* packed, int64_t ldb) {
    constexpr int64_t pair = together<T>;
    for (int64_t depth = 0; depth < round_up(k, depth_unit); depth++) {
        T* to = packed + depth / pair * pair * ldb + depth % pair;
        for (int64_t column = 0; column < ldb; column++) to[column * pair] = depth < k && column < n ? from[depth * stride + column] : T{};
    }
}

template <typename T>
void pack_columns(const T* from, int64_t stride, int64_t k, int64_t n, T* packed, int64_t ldb) {
    constexpr int64_t pair = together<T>;
    for (int64_t depth = 0; depth < k; depth++) {
        T* to = packed + depth / pair * pair * ldb + depth % pair;
        for (int64_t column = 0; column < ldb; column++) to[column * pair] = column < n ? from[column * stride + depth] : T{};
    }
}

template <typename T>
void transpose_rounded(const float* from, int64_t ld, int64_t rows, int64_t columns, T* to, int64_t stride) {
    for (int64_t c0 = 0; c0 < columns; c0 += 16) {
        const int64_t c1 = c0 + 16 < columns ? c0 + 16 : columns;
        for (int64_t r = 0; r < rows; r++) {
            for (int64_t c = c0; c < c1; c++) to[c * stride + r] = narrow<T>(from[r * ld + c]);
        }
    }
}

template <typename T>
constexpr BlockKernels<T> block_table() {
    return {multiply<T>, pack_rows<T>, pack_columns<T>, transpose<T>, transpose_rounded<T>, softmax<T>, softmax_backward<T>, soft_cap, soft_cap_backward<T>};
}

}  // namespace

extern const BlockKernels<float> blocks_float;
extern const BlockKernels<bf16> blocks_bf16;
const BlockKernels<float> blocks_float = block_table<float>();
const BlockKernels<bf16> blocks_bf16 = block_table<bf16>();

}  // namespace FTS_ISA
}  // namespace fts
