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
constexpr int64_t cached_bytes = 16 << 10;      // of x: half of a usual first cache

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

// Sums over 16 lanes, always as a tree of halves: the same bits alone and eight at a time.
inline float add_lanes(__m512 v) {
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

inline __m256 add_lanes_of_four(const __m512* v, int64_t stride) {
    __m256 eight[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) eight[i] = _mm256_add_ps(_mm512_castps512_ps256(v[i * stride]), _mm512_extractf32x8_ps(v[i * stride], 1));
    const __m256 first = _mm256_add_ps(_mm256_permute2f128_ps(eight[0], eight[1], 0x20), _mm256_permute2f128_ps(eight[0], eight[1], 0x31));
    const __m256 second = _mm256_add_ps(_mm256_permute2f128_ps(eight[2], eight[3], 0x20), _mm256_permute2f128_ps(eight[2], eight[3], 0x31));
    // Lanes 0 2 | 1 3 of the four.
    return _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(first), _mm256_castps_pd(second))),
                         _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(first), _mm256_castps_pd(second))));
}

inline void add_lanes_of_eight(const __m512* v, int64_t stride, float* sums) {
    const __m256 low = add_lanes_of_four(v, stride), high = add_lanes_of_four(v + 4 * stride, stride);
    const __m256 all = _mm256_add_ps(_mm256_shuffle_ps(low, high, 0x88), _mm256_shuffle_ps(low, high, 0xdd));
    alignas(32) float lanes[8];
    _mm256_store_ps(lanes, all);
    constexpr int order[8] = {0, 4, 1, 5, 2, 6, 3, 7};
    for (int i = 0; i < 8; i++) sums[i] = lanes[order[i]];
}

// The low-rank part of one output of one row.
inline float low_part(const linear_piece& piece, int64_t row, int64_t output) {
    const float *low = piece.low + row * piece.rank, *factor = piece.factor + output * piece.rank;
    __m512 sum = _mm512_setzero_ps();
    int64_t r = 0;
    for (; r + 16 <= piece.rank; r += 16) sum = _mm512_fmadd_ps(_mm512_loadu_ps(low + r), _mm512_loadu_ps(factor + r), sum);
    const __mmask16 rest = static_cast<__mmask16>((1u << (piece.rank - r)) - 1);
    return add_lanes(_mm512_fmadd_ps(_mm512_maskz_loadu_ps(rest, low + r), _mm512_maskz_loadu_ps(rest, factor + r), sum));
}

template <typename Element>
inline void store(const linear_piece& piece, int64_t row, int64_t output, float sum) {
    if (piece.low != nullptr) sum += low_part(piece, row, output);
    if (piece.bias != nullptr) sum += Element::widen(static_cast<const typename Element::weight_type*>(piece.bias)[output]);
    const int64_t place = row * piece.stride + output;
    if (piece.wide) static_cast<float*>(piece.y)[place] = sum;
    else static_cast<typename Element::weight_type*>(piece.y)[place] = Element::narrow(sum);
}

// Sums of Rows x Outputs products over the columns first <= k < last; `carried` holds them where a row is too wide for one go.
template <typename Element, int Rows, int Outputs>
inline void tile(const linear_piece& piece, int64_t row, int64_t output, int64_t first, int64_t last, __m512* carried) {
    using X = typename Element::x_type;
    using W = typename Element::weight_type;
    const int64_t width = piece.width;
    constexpr int64_t step = Element::step;
    static_assert(step * sizeof(X) == fts::decode::line_bytes, "rows lie in strips of lines");
    const X* x = static_cast<const X*>(piece.x) + row * ((width + step - 1) / step * step);
    const W* w = static_cast<const W*>(piece.weight) + output * width;

    // The next tile's weights lie right behind this one's: the memory works while this tile is multiplied.
    const int64_t tile_bytes = Outputs * width * static_cast<int64_t>(sizeof(W));
    const int64_t ahead = tile_bytes > nearest_prefetch ? tile_bytes : nearest_prefetch;

    __m512 sums[Rows][Outputs];
#pragma GCC unroll 8
    for (int m = 0; m < Rows; m++) {
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) sums[m][n] = first == 0 ? _mm512_setzero_ps() : carried[m * Outputs + n];
    }

    int64_t k = first;
    for (; k + Element::step <= last; k += Element::step) {
        typename Element::weight_vector weights[Outputs];
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) {
            weights[n] = Element::load_weight(w + n * width + k);
            _mm_prefetch(reinterpret_cast<const char*>(w + n * width + k) + ahead, _MM_HINT_T0);
        }
#pragma GCC unroll 8
        for (int m = 0; m < Rows; m++) {
            auto values = Element::load_x(x + k * Rows + m * step);
            __asm__("" : "+v"(values));  // once: the compiler would read it anew for each output
#pragma GCC unroll 8
            for (int n = 0; n < Outputs; n++) sums[m][n] = Element::multiply(sums[m][n], values, weights[n]);
        }
    }

    if (k < last) {
        const auto mask = Element::tail_mask(last - k);
        typename Element::weight_vector weights[Outputs];
#pragma GCC unroll 8
        for (int n = 0; n < Outputs; n++) weights[n] = Element::load_weight(w + n * width + k, mask);
#pragma GCC unroll 8
        for (int m = 0; m < Rows; m++) {
            const auto values = Element::load_x(x + k * Rows + m * step);
#pragma GCC unroll 8
            for (int n = 0; n < Outputs; n++) sums[m][n] = Element::multiply(sums[m][n], values, weights[n]);
        }
    }

    if (last < width) {
#pragma GCC unroll 8
        for (int m = 0; m < Rows; m++) {
#pragma GCC unroll 8
            for (int n = 0; n < Outputs; n++) carried[m * Outputs + n] = sums[m][n];
        }
        return;
    }

#pragma GCC unroll 8
    for (int n = 0; n < Outputs; n++) {
        float added[8];
        if constexpr (Rows == 8) {
            add_lanes_of_eight(&sums[0][n], Outputs, added);
        } else {
#pragma GCC unroll 8
            for (int m = 0; m < Rows; m++) added[m] = add_lanes(sums[m][n]);
        }
        for (int m = 0; m < Rows; m++) store<Element>(piece, row + m, output + n, added[m]);
    }
}

// Registers: Rows x Outputs sums, Outputs weights, one x; 32 in all. One row reads its weights in the order of memory.
template <typename Element, int Rows>
inline void strip(const linear_piece& piece, int64_t row) {
    constexpr int outputs = Rows == 1 ? 1 : Rows <= 6 ? 4 : 3, most_tiles = 32;

    // So many columns of all rows stay in the first cache beside the weights that pass through it.
    constexpr int64_t most_columns = cached_bytes / Rows / static_cast<int64_t>(sizeof(typename Element::x_type)) / Element::step * Element::step;
    const int64_t columns = piece.width < most_columns ? piece.width : most_columns;
    __m512 carried[most_tiles + 1][Rows * outputs];
    for (int64_t start = piece.first; start < piece.last; start += most_tiles * outputs) {
        const int64_t end = start + most_tiles * outputs < piece.last ? start + most_tiles * outputs : piece.last;
        for (int64_t first = 0; first < piece.width; first += columns) {
            const int64_t last = first + columns < piece.width ? first + columns : piece.width;
            int64_t output = start;
            int number = 0;
            for (; output + outputs <= end; output += outputs) tile<Element, Rows, outputs>(piece, row, output, first, last, carried[number++]);
            for (__m512* rest = carried[number]; output < end; output++, rest += Rows) tile<Element, Rows, 1>(piece, row, output, first, last, rest);
        }
    }
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
