// Everything is in an unnamed namespace: the files that include it are compiled for different processors. They are compiled without
// contraction, because a scale must have the bits that the format's own library gives it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "packed_rows.h"

namespace {

using fts::packed::coding;
using fts::packed::view;

inline float number_at(const view& weight, int64_t position) {
    const uint8_t both = weight.codes[position / 2];
    return weight.table[(position % 2 == 0) != weight.low_first ? both >> 4 : both & 15];
}

// many(position, count, scale, y) takes as many of an even number of positions as it can and returns how many. Blocks are counted, not divided for: they are short.
template <typename Many>
void four_bit_row(const view& weight, int64_t row, float* y, Many&& many) {
    const int64_t first = row * weight.columns, last = first + weight.columns;
    const bool nested = weight.scales == nullptr;
    int64_t block = first / weight.block, outer = nested ? block / weight.outer_block : 0;
    for (int64_t position = first; position < last; block++) {
        if (nested && block == (outer + 1) * weight.outer_block) outer++;
        const int64_t end = std::min(last, (block + 1) * weight.block);
        const float scale = nested ? weight.outer_table[weight.small_scales[block]] * weight.outer_scales[outer] + weight.offset : weight.scales[block];
        if (position % 2 == 0) position += many(position, end - position, scale, y + position - first);
        for (; position < end; position++) y[position - first] = number_at(weight, position) * scale;
    }
}

inline void eight_bit_row(const view& weight, int64_t row, float* y) {
    constexpr float unit = 1.0f / 127;
    const auto* codes = reinterpret_cast<const int8_t*>(weight.codes) + row * weight.columns;
    const float scale = weight.scales[row];
    for (int64_t column = 0; column < weight.columns; column++) y[column] = static_cast<float>(codes[column]) * scale * unit;
}

// Four bits of exponent, three of fraction, no infinities; all ones is not a number.
inline float e4m3(uint8_t bits) {
    const int exponent = (bits >> 3) & 15, fraction = bits & 7;
    const float size = exponent == 15 && fraction == 7 ? std::numeric_limits<float>::quiet_NaN() : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
        : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
    return (bits & 0x80) != 0 ? -size : size;
}

struct Floats {
    float values[256];
    Floats() {
        for (int bits = 0; bits < 256; bits++) values[bits] = e4m3(static_cast<uint8_t>(bits));
    }
};

// many(codes, count, scale, y) takes as many as it can and returns how many.
template <typename Many>
void float_row(const view& weight, int64_t row, float* y, Many&& many) {
    static const Floats floats;
    const uint8_t* codes = weight.codes + row * weight.columns;
    const float* scales = weight.scales + row / weight.block * ((weight.columns + weight.block - 1) / weight.block);
    for (int64_t column = 0; column < weight.columns; scales++) {
        const int64_t end = std::min(weight.columns, column + weight.block);
        column += many(codes + column, end - column, *scales, y + column);
        for (; column < end; column++) y[column] = floats.values[codes[column]] * *scales;
    }
}

}  // namespace
