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

void floats(const view& weight, int64_t row, float* y) {
    // As halves of floats the bits stand for a 256th: the exponent counts from 15 there, from 7 here.
    const __m256i size_bits = _mm256_set1_epi16(0x7F), sign_bit = _mm256_set1_epi16(0x80);
    const __m512 factor = _mm512_set1_ps(256), none = _mm512_set1_ps(std::numeric_limits<float>::quiet_NaN());
    float_row(weight, row, y, [&](const uint8_t* codes, int64_t count, float scale, float* to) {
        const __m512 scales = _mm512_set1_ps(scale);
        const int64_t whole = count / 16 * 16;
        for (int64_t index = 0; index < whole; index += 16) {
            const __m256i bits = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + index)));
            const __m256i size = _mm256_and_si256(bits, size_bits);
            const __m256i half = _mm256_or_si256(_mm256_slli_epi16(size, 7), _mm256_slli_epi16(_mm256_and_si256(bits, sign_bit), 8));
            const __m512 numbers = _mm512_mask_blend_ps(_mm256_cmpeq_epi16_mask(size, size_bits), _mm512_mul_ps(_mm512_cvtph_ps(half), factor), none);
            _mm512_storeu_ps(to + index, _mm512_mul_ps(numbers, scales));
        }
        return whole;
    });
}

}  // namespace

void fts::packed::row_avx512(const view& weight, int64_t row, float* y) {
    switch (weight.kind) {
        case coding::HALVES: return halves(weight, row, y);
        case coding::BYTES: return eight_bit_row(weight, row, y);
        case coding::FLOATS: return floats(weight, row, y);
    }
}
