// Products of a few rows with large weights: each weight is read from memory once, at the memory's speed.
#pragma once
#include <cstdint>

namespace fts::decode {

// One piece of y = x W^T + low F^T + b: all rows of x, outputs first <= n < last.
struct linear_piece {
    const void* x;         // rows in strips, see decode_strips.h
    const void* weight;    // [outputs, width], contiguous
    const void* bias;      // [outputs] or null, of the weight's type
    void* y;               // [rows, outputs], rows `stride` elements apart
    int64_t stride;
    int64_t rows, width, outputs, first, last;
    bool wide;             // y is fp32 whatever the weight's type
    const float* low;      // [rows, rank], what an adapter's first product gave; null: none
    const float* factor;   // [outputs, rank]
    int64_t rank;
};

// The sum over the width is taken in the same order for every count of rows: a row's result does not depend on its neighbours.
using linear_kernel = void (*)(const linear_piece&);

void linear_f32_avx512(const linear_piece&);          // x fp32, weight fp32
void linear_bf16_avx512(const linear_piece&);         // x fp32, weight bf16
void linear_bf16_avx512bf16(const linear_piece&);     // x bf16, weight bf16: dot products of pairs

// The best kernel of this processor for weights of bfloat16 (else fp32), or null where it has none.
linear_kernel choose_linear(bool bf16);

// Whether the kernel wants x in fp32 beside weights in bfloat16.
bool reads_wide_rows(linear_kernel kernel);

// Bytes of a row that every kernel takes at a time.
constexpr int64_t line_bytes = 64;

// From here on a product that packs its operands is faster (measured: docs/log.md).
constexpr int64_t most_rows = 32;

// Rows that it takes at a time.
constexpr int64_t strip_rows = 8;

}  // namespace fts::decode
