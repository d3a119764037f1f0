// The loops of the small product, for an Element that says how to load and multiply. Everything is in an unnamed namespace: the
// files that include it are compiled for different processors, and the linker must not take one's function for the other's.
// gcc 12 warns of its own intrinsics, which start from undefined registers on purpose.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <cstring>

#include "decode_linear.h"

namespace {

using fts::decode::linear_piece;

constexpr int64_t nearest_prefetch = 4096;  // bytes

inline float from_bf16(uint16_t bits) {
    const uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
}

inline uint16_t to_bf16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<uint16_t>(bits >> 16 | 0x40);  // NaN stays NaN
    return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename Element>
inline void store(const linear_piece& piece, int64_t row, int64_t output, float sum) {
    if (piece.bias != nullptr) sum += Element::widen(static_cast<const typename Element::weight_type*>(piece.bias)[output]);
    const int64_t place = row * piece.outputs + output;
    if (piece.wide) static_cast<float*>(piece.y)[place] = sum;
    else static_cast<typename Element::weight_type*>(piece.y)[place] = Element::narrow(sum);
}

template <typename Element, int Rows, int Outputs>
inline void tile(const linear_piece& piece, int64_t row, int64_t output) {
    using X = typename Element::x_type;
    using W = typename Element::weight_type;
    const int64_t width = piece.width;
    const X* x = static_cast<const X*>(piece.x) + row * width;
    const W* w = static_cast<const W*>(piece.weight) + output * width;

    // The next tile's weights lie right behind this one's: the memory works while this tile is multiplied.
    const int64_t ahead = Outputs * width * static_cast<int64_t>(sizeof(W)) > nearest_prefetch ? Outputs * width * static_cast<int64_t>(sizeof(W)) : nearest_prefetch;

    __m512 sums[Rows][Outputs];
#pragma GCC unroll 8
    for (int m = 0; m < Rows; m++) {
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) sums[m][n] = _mm512_setzero_ps();
    }

    int64_t k = 0;
    for (; k + Element::step <= width; k += Element::step) {
        typename Element::weight_vector weights[Outputs];
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) {
            weights[n] = Element::load_weight(w + n * width + k);
            _mm_prefetch(reinterpret_cast<const char*>(w + n * width + k) + ahead, _MM_HINT_T0);
        }
#pragma GCC unroll 8
        for (int m = 0; m < Rows; m++) {
            const auto values = Element::load_x(x + m * width + k);
#pragma GCC unroll 8
            for (int n = 0; n < Outputs; n++) sums[m][n] = Element::multiply(sums[m][n], values, weights[n]);
        }
    }

    if (k < width) {
        const auto mask = Element::tail_mask(width - k);
        typename Element::weight_vector weights[Outputs];
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) weights[n] = Element::load_weight(w + n * width + k, mask);
#pragma GCC unroll 8
        for (int m = 0; m < Rows; m++) {
            const auto values = Element::load_x(x + m * width + k, mask);
#pragma GCC unroll 8
            for (int n = 0; n < Outputs; n++) sums[m][n] = Element::multiply(sums[m][n], values, weights[n]);
        }
    }

#pragma GCC unroll 8
    for (int m = 0; m < Rows; m++) {
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) store<Element>(piece, row + m, output + n, _mm512_reduce_add_ps(sums[m][n]));
    }
}

// Registers: Rows x Outputs sums, Outputs weights, one x; 32 in all. One row reads its weights in the order of memory.
template <typename Element, int Rows>
inline void strip(const linear_piece& piece, int64_t row) {
    constexpr int outputs = Rows == 1 ? 1 : Rows <= 6 ? 4 : 2;
    int64_t output = piece.first;
    for (; output + outputs <= piece.last; output += outputs) tile<Element, Rows, outputs>(piece, row, output);
    for (; output < piece.last; output++) tile<Element, Rows, 1>(piece, row, output);
}

// Rows outermost: a strip of x stays in the first cache, the piece's weights in the second.
template <typename Element>
inline void multiply_piece(const linear_piece& piece) {
    int64_t row = 0;
    for (; row + 8 <= piece.rows; row += 8) strip<Element, 8>(piece, row);
    switch (piece.rows - row) {
        case 1: strip<Element, 1>(piece, row); break;
        case 2: strip<Element, 2>(piece, row); break;
        case 3: strip<Element, 3>(piece, row); break;
        case 4: strip<Element, 4>(piece, row); break;
        case 5: strip<Element, 5>(piece, row); break;
        case 6: strip<Element, 6>(piece, row); break;
        case 7: strip<Element, 7>(piece, row); break;
        default: break;
    }
}

}  // namespace
