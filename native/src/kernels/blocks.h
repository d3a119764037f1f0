// What the operators that are made of block products share. Not for files that are compiled for one processor: block_kernels.h is.
#pragma once
#include "block_kernels.h"
#include "support.h"

namespace fts {

// How a product is cut.
constexpr int64_t column_block = 128;
constexpr int64_t row_block = 256;
constexpr int64_t depth_block = 256;  // a block of 64 packed columns of this depth stays in the first cache

// Copies rows of one head, padded with zeros to `width` elements.
template <typename T>
void gather(const T* from, int64_t stride, int64_t rows, int64_t size, int64_t width, T* to) {
    for (int64_t row = 0; row < rows; row++) {
        std::copy_n(from + row * stride, size, to + row * width);
        std::fill_n(to + row * width + size, width - size, T{});
    }
}

// Rounds sums into rows of a result, `stride` apart, with a bias added first where there is one. sums: rows of `count` floats, ld apart
template <typename T>
void write_rows(float* sums, int64_t ld, int64_t rows, int64_t count, const float* bias, T* to, int64_t stride) {
    for (int64_t r = 0; r < rows; r++) {
        float* sum = sums + r * ld;
        if (bias != nullptr) {
            for (int64_t c = 0; c < count; c++) sum[c] += bias[c];
        }
        row_kernels<T>().from_float(sum, count, to + r * stride);
    }
}

// Padded with zeros to a whole depth.
inline at::Tensor whole_depth(const at::Tensor& t, int64_t dimension) {
    const int64_t have = t.size(dimension), want = round_up(have, depth_unit);
    if (have == want) return t.contiguous();
    auto sizes = t.sizes().vec();
    sizes[dimension] = want;
    auto wide = at::zeros(sizes, t.options());
    wide.narrow(dimension, 0, have).copy_(t);
    return wide;
}

}  // namespace fts
