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

// The blocks of a row, one after another: where each ends, and its scale. They are counted, not divided for: they are short.
class row_blocks {
public:
    row_blocks(const view& weight, int64_t row)
        : weight_(weight), last_((row + 1) * weight.columns), block_(row * weight.columns / weight.block), end_(block_ * weight.block), outer_(weight.scales == nullptr ? block_ / weight.outer_block : 0) {}

    // The scale of the next block; its end is at hand from then on.
    float next() {
        const int64_t block = block_++;
        end_ += weight_.block;
        if (weight_.scales != nullptr) return weight_.scales[block];
        if (block == (outer_ + 1) * weight_.outer_block) outer_++;
        return weight_.outer_table[weight_.small_scales[block]] * weight_.outer_scales[outer_] + weight_.offset;
    }

    // Of the block, or of the row where it ends before.
    int64_t end() const { return std::min(end_, last_); }

private:
    const view& weight_;
    const int64_t last_;
    int64_t block_, end_, outer_;
};

// many(position, count, scale, y) takes as many of an even number of positions as it can and returns how many.
template <typename Many>
void four_bit_row(const view& weight, int64_t row, float* y, Many&& many) {
    const int64_t first = row * weight.columns, last = first + weight.columns;
    row_blocks blocks(weight, row);
    for (int64_t position = first; position < last;) {
        const float scale = blocks.next();
        const int64_t end = blocks.end();
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
