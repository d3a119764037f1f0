// Rows of a weight in few bits, as numbers. Without libtorch's headers: the same loops are compiled for several instruction sets.
#pragma once
#include <cstdint>

namespace fts::packed {

enum class coding : int32_t {
    HALVES,  // two codes a byte, numbers of a table; blocks run over the flat weight
    BYTES,   // signed bytes; a block is a row
    FLOATS   // floats of 8 bits (e4m3); blocks are squares, counted from the top left
};

// A weight [rows, columns] in few bits.
struct view {
    coding kind;
    bool low_first;             // of two codes in a byte the first is in the low half
    const uint8_t* codes;
    const float* table;         // 16 numbers; of halves alone
    const float* scales;        // one for each block; null where they are quantised too
    const uint8_t* small_scales;
    const float* outer_table;   // 256 numbers
    const float* outer_scales;  // one for each outer_block of small_scales
    float offset;
    int64_t columns, block, outer_block;
};

// y = the numbers of a row, in float: code * scale, as the format's own library computes it.
using row_function = void (*)(const view& weight, int64_t row, float* y);

// Columns that products take at a time.
constexpr int64_t columns_together = 32;

// Rows of x that share a number while it is in a register.
constexpr int64_t rows_together = 8;

// sums[r] = the numbers of a row times row r of x, rows of x `columns` apart and, of halves, each as `arrange` lays it; the numbers are rounded to bfloat16 first where
// `rounded` is set. A row's sum does not depend on how many there are. More than rows_together share neither the numbers nor the first cache.
using product_function = void (*)(const view& weight, int64_t row, bool rounded, const float* x, int64_t count, float* sums);

// Whether rows and blocks are whole runs of the columns that products take together.
inline bool has_whole_runs(const view& weight) { return weight.columns % columns_together == 0 && (weight.kind == coding::BYTES || weight.block % columns_together == 0); }

// A row as products with halves read it: of each run those that meet the low halves of bytes, then those that meet the high ones.
inline void arrange(const view& weight, const float* row, float* to) {
    const int64_t half = columns_together / 2, low = weight.low_first ? 0 : 1;
    for (int64_t run = 0; run < weight.columns; run += columns_together) {
        for (int64_t i = 0; i < half; i++) {
            to[run + i] = row[run + 2 * i + low];
            to[run + half + i] = row[run + 2 * i + 1 - low];
        }
    }
}

void row_portable(const view& weight, int64_t row, float* y);
void row_avx512(const view& weight, int64_t row, float* y);
void products_avx512(const view& weight, int64_t row, bool rounded, const float* x, int64_t count, float* sums);

}  // namespace fts::packed
