#include <immintrin.h>

#include "machine_limit.inl"

namespace {

struct Step {
    using vector = __m512;
    using scalar = float;
    static constexpr int count = 16, operations = 2 * 16;
    static constexpr float one = 1;
    static __m512 zero() { return _mm512_setzero_ps(); }
    static __m512 fill(float value) { return _mm512_set1_ps(value); }
    static __m512 multiply_add(__m512 sum, __m512 factor) { return _mm512_fmadd_ps(sum, factor, factor); }
    static __m512 add(__m512 left, __m512 right) { return _mm512_add_ps(left, right); }
    static float first(__m512 sum) { return _mm512_cvtss_f32(sum); }
};

}  // namespace

double fts::limit_avx512(int64_t rounds) { return limit_of<Step>(rounds); }
