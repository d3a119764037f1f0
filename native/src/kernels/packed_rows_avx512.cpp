#include "packed_rows.inl"

#include <immintrin.h>

namespace {

void halves(const view& weight, int64_t row, float* y) {
    const __m512 table = _mm512_loadu_ps(weight.table);
    const __m128i low_half = _mm_set1_epi8(15);
    four_bit_row(weight, row, y, [&](int64_t position, int64_t count, float scale, float* to) {
        const __m512 scales = _mm512_set1_ps(scale);
        const int64_t whole = count / 16 * 16;
        for (int64_t index = 0; index < whole; index += 16) {
            const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weight.codes + (position + index) / 2));
            const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), low_half), low = _mm_and_si128(bytes, low_half);
            const __m128i codes = weight.low_first ? _mm_unpacklo_epi8(low, high) : _mm_unpacklo_epi8(high, low);
            _mm512_storeu_ps(to + index, _mm512_mul_ps(_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(codes), table), scales));
        }
        return whole;
    });
}

// A 256th of sixteen e4m3: as halves of floats their bits stand for that, because the exponent counts from 15 there, from 7 here.
inline __m512 sixteen_floats(const uint8_t* codes) {
    const __m256i sign_and_size = _mm256_set1_epi16(static_cast<int16_t>(0xBF80)), size = _mm256_set1_epi16(0x3F80);
    const __m256i half = _mm256_and_si256(_mm256_slli_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes))), 7), sign_and_size);
    const __mmask16 none = _mm256_testn_epi16_mask(_mm256_xor_si256(half, size), size);
    return _mm512_mask_blend_ps(none, _mm512_cvtph_ps(half), _mm512_set1_ps(std::numeric_limits<float>::quiet_NaN()));
}

void floats(const view& weight, int64_t row, float* y) {
    float_row(weight, row, y, [&](const uint8_t* codes, int64_t count, float scale, float* to) {
        const __m512 scales = _mm512_set1_ps(scale * 256);
        const int64_t whole = count / 16 * 16;
        for (int64_t index = 0; index < whole; index += 16) _mm512_storeu_ps(to + index, _mm512_mul_ps(sixteen_floats(codes + index), scales));
        return whole;
    });
}

// To the nearest bfloat16, ties to even.
template <bool Rounded>
inline __m512 rounded_numbers(__m512 numbers) {
    if constexpr (!Rounded) return numbers;
    const __m512i bits = _mm512_castps_si512(numbers), odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i sum = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    return _mm512_castsi512_ps(_mm512_and_si512(sum, _mm512_set1_epi32(static_cast<int32_t>(0xffff0000))));
}

// Sums of some rows of x, each in two chains: of the first and of the second half of every run of columns.
template <int Rows>
struct chains {
    const float* x;
    int64_t stride;
    __m512 first[Rows], second[Rows];

    chains(const float* x, int64_t stride) : x(x), stride(stride) {
        for (int r = 0; r < Rows; r++) first[r] = second[r] = _mm512_setzero_ps();
    }

    void add(int64_t column, __m512 low, __m512 high) {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; r++) {
            first[r] = _mm512_fmadd_ps(_mm512_loadu_ps(x + r * stride + column), low, first[r]);
            second[r] = _mm512_fmadd_ps(_mm512_loadu_ps(x + r * stride + column + 16), high, second[r]);
        }
    }

    void store(float* sums) const {
        for (int r = 0; r < Rows; r++) sums[r] = _mm512_reduce_add_ps(_mm512_add_ps(first[r], second[r]));
    }
};

constexpr int64_t bytes_ahead = 1024;

// A block has sixteen numbers, whatever its codes: they are scaled and rounded once.
template <int Rows, bool Rounded>
void halves_product(const view& weight, int64_t row, const float* x, float* sums) {
    const __m512 table = _mm512_loadu_ps(weight.table);
    const int64_t first = row * weight.columns, last = first + weight.columns;
    chains<Rows> all(x, weight.columns);
    row_blocks blocks(weight, row);
    for (int64_t position = first; position < last;) {
        const __m512 numbers = rounded_numbers<Rounded>(_mm512_mul_ps(table, _mm512_set1_ps(blocks.next())));
        for (const int64_t end = blocks.end(); position < end; position += 32) {
            const uint8_t* codes = weight.codes + position / 2;
            _mm_prefetch(reinterpret_cast<const char*>(codes + bytes_ahead), _MM_HINT_T0);
            const __m512i both = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
            // Only the low four bits of an index count.
            all.add(position - first, _mm512_permutexvar_ps(both, numbers), _mm512_permutexvar_ps(_mm512_srli_epi32(both, 4), numbers));
        }
    }
    all.store(sums);
}

template <int Rows, bool Rounded>
void bytes_product(const view& weight, int64_t row, const float* x, float* sums) {
    const uint8_t* codes = weight.codes + row * weight.columns;
    const __m512 scale = _mm512_set1_ps(weight.scales[row]), unit = _mm512_set1_ps(1.0f / 127);
    const auto sixteen = [&](const uint8_t* from) {
        const __m512 whole = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
        return rounded_numbers<Rounded>(_mm512_mul_ps(_mm512_mul_ps(whole, scale), unit));
    };
    chains<Rows> all(x, weight.columns);
    for (int64_t column = 0; column < weight.columns; column += 32) {
        _mm_prefetch(reinterpret_cast<const char*>(codes + column + bytes_ahead), _MM_HINT_T0);
        all.add(column, sixteen(codes + column), sixteen(codes + column + 16));
    }
    all.store(sums);
}

template <int Rows, bool Rounded>
void floats_product(const view& weight, int64_t row, const float* x, float* sums) {
    const uint8_t* codes = weight.codes + row * weight.columns;
    const float* scales = weight.scales + row / weight.block * ((weight.columns + weight.block - 1) / weight.block);
    chains<Rows> all(x, weight.columns);
    for (int64_t column = 0; column < weight.columns; scales++) {
        const int64_t end = std::min(weight.columns, column + weight.block);
        const __m512 scale = _mm512_set1_ps(*scales * 256);
        for (; column < end; column += 32) {
            _mm_prefetch(reinterpret_cast<const char*>(codes + column + bytes_ahead), _MM_HINT_T0);
            all.add(column, rounded_numbers<Rounded>(_mm512_mul_ps(sixteen_floats(codes + column), scale)), rounded_numbers<Rounded>(_mm512_mul_ps(sixteen_floats(codes + column + 16), scale)));
        }
    }
    all.store(sums);
}

template <int Rows, bool Rounded>
void products_of(const view& weight, int64_t row, const float* x, float* sums) {
    switch (weight.kind) {
        case coding::HALVES: return halves_product<Rows, Rounded>(weight, row, x, sums);
        case coding::BYTES: return bytes_product<Rows, Rounded>(weight, row, x, sums);
        case coding::FLOATS: return floats_product<Rows, Rounded>(weight, row, x, sums);
    }
}

template <bool Rounded>
void products(const view& weight, int64_t row, const float* x, int64_t count, float* sums) {
    const auto at = [&](int64_t r) { return x + r * weight.columns; };
    int64_t r = 0;
    for (; r + fts::packed::rows_together <= count; r += fts::packed::rows_together) products_of<fts::packed::rows_together, Rounded>(weight, row, at(r), sums + r);
    if (r + 4 <= count) products_of<4, Rounded>(weight, row, at(r), sums + r), r += 4;
    if (r + 2 <= count) products_of<2, Rounded>(weight, row, at(r), sums + r), r += 2;
    if (r < count) products_of<1, Rounded>(weight, row, at(r), sums + r);
}

}  // namespace

void fts::packed::products_avx512(const view& weight, int64_t row, bool rounded, const float* x, int64_t count, float* sums) {
    if (rounded) products<true>(weight, row, x, count, sums);
    else products<false>(weight, row, x, count, sums);
}

void fts::packed::row_avx512(const view& weight, int64_t row, float* y) {
    switch (weight.kind) {
        case coding::HALVES: return halves(weight, row, y);
        case coding::BYTES: return eight_bit_row(weight, row, y);
        case coding::FLOATS: return floats(weight, row, y);
    }
}
