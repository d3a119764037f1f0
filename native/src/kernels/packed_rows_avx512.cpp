#include "packed_rows.inl"

#include <immintrin.h>

void fts::packed::row_avx512(const view& weight, int64_t row, float* y) {
    if (weight.table == nullptr) return eight_bit_row(weight, row, y);
    const __m512 table = _mm512_loadu_ps(weight.table);
    const __m128i low_half = _mm_set1_epi8(15);
    four_bit_row(weight, row, y, [&](int64_t position, int64_t count, float scale, float* to) {
        const __m512 scales = _mm512_set1_ps(scale);
        const int64_t whole = count / 16 * 16;
        for (int64_t index = 0; index < whole; index += 16) {
            const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weight.codes + (position + index) / 2));
            const __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), low_half), _mm_and_si128(bytes, low_half));
            _mm512_storeu_ps(to + index, _mm512_mul_ps(_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(codes), table), scales));
        }
        return whole;
    });
}
