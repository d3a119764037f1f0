#include <immintrin.h>

#include "machine_limit.inl"

namespace {

// Pairs of bfloat16, whose products are added in fp32.
struct Step {
    using vector = __m512;
    using scalar = int;
    static constexpr int count = 16, operations = 2 * 32;
    static constexpr int one = 0x3f803f80;
    static __m512 zero() { return _mm512_setzero_ps(); }
    static __m512bh fill(int pair) { return (__m512bh)_mm512_set1_epi32(pair); }
    static __m512 multiply_add(__m512 sum, __m512bh factor) { return _mm512_dpbf16_ps(sum, factor, factor); }
    static __m512 add(__m512 left, __m512 right) { return _mm512_add_ps(left, right); }
    static int first(__m512 sum) { return static_cast<int>(_mm512_cvtss_f32(sum)); }
};

}  // namespace

double fts::limit_avx512bf16(int64_t rounds) { return limit_of<Step>(rounds); }
