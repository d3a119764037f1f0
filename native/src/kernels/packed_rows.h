// Rows of a weight in few bits, as numbers. Without libtorch's headers: the same loops are compiled for several instruction sets.
#pragma once
#include <cstdint>

namespace fts::packed {

// A weight [rows, columns] in few bits; blocks run over the flat weight.
struct view {
    const uint8_t* codes;       // two numbers a byte, the first in the high half; or, without a table, a signed number each
    const float* table;         // 16 numbers between -1 and 1, or null
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
