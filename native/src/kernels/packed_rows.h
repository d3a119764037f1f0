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

void row_portable(const view& weight, int64_t row, float* y);
void row_avx512(const view& weight, int64_t row, float* y);

}  // namespace fts::packed
