// Products of small blocks, from which attention is built; like row_kernels.h without libtorch's headers.
#pragma once
#include "row_kernels.h"

namespace fts {

constexpr int64_t column_unit = 16;  // packed matrices have a multiple of so many columns,
constexpr int64_t depth_unit = 32;   // and products a multiple of such a depth (the padding is zero)

constexpr int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// A "packed" matrix B of depth k and n columns: float [k][n]; bfloat16 in pairs of depth, [k / 2][n][2], as dot-product instructions
// and tiles read it.
template <typename T>
struct BlockKernels {
    // c = a b, or c += a b. a: m rows of k elements, lda apart; b packed, ldb columns to a row; c: rows of n floats, ldc apart.
    void (*multiply)(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add);
    // Packs a matrix of k rows and n columns; of depth round_up(k, depth_unit) afterwards.
    void (*pack_rows)(const T* from, int64_t stride, int64_t k, int64_t n, T* packed, int64_t ldb);
    // Packs the transpose of a matrix of n rows and k columns; k is a multiple of depth_unit.
    void (*pack_columns)(const T* from, int64_t stride, int64_t k, int64_t n, T* packed, int64_t ldb);
    // to[c][r] = from[r][c]; columns of the result from `rows` to ld are zero.
    void (*transpose)(const T* from, int64_t stride, int64_t rows, int64_t columns, T* to, int64_t ld);
    // to[c][r] = from[r][c], rounded to T.
    void (*transpose_rounded)(const float* from, int64_t ld, int64_t rows, int64_t columns, T* to, int64_t stride);

    // One block of flash attention (Dao et al. 2022, arXiv 2205.14135). Row r of the scores sees the columns up to first + r, and no
    // more than `window` of them. Moves each row's largest score and total on, scales its output `o` down accordingly, and leaves
    // exp(score * scale - largest) in p, zero where it does not look and up to a multiple of depth_unit.
    void (*softmax)(const float* scores, int64_t ld, int64_t rows, int64_t columns, int64_t first, int64_t window, float scale, T* p, int64_t ldp,
        float* largest, float* total, float* o, int64_t ldo, int64_t width);
    // The same block backwards, transposed: row r is a key, column c a query, which sees the keys up to first + c. p = exp(score *
    // scale - lse), ds = p (dp - delta) scale.
    void (*softmax_backward)(const float* scores, const float* dp, int64_t ld, int64_t rows, int64_t columns, int64_t first, int64_t window, float scale,
        const float* lse, const float* delta, T* p, T* ds, int64_t ldp);
    // Bounds scores, in place: cap tanh(score * scale / cap). softmax then has a scale of 1.
    void (*soft_cap)(float* scores, int64_t ld, int64_t rows, int64_t columns, float scale, float cap);
    // Takes ds, which softmax_backward made of bounded scores, back through the bound: ds (1 - (score / cap)^2) scale.
    void (*soft_cap_backward)(const float* scores, int64_t ld, int64_t rows, int64_t columns, float scale, float cap, T* ds, int64_t ldp);
};

template <typename T>
const BlockKernels<T>& block_kernels();

}  // namespace fts
