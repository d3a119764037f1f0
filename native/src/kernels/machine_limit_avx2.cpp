#include <immintrin.h>

#include "machine_limit.inl"

namespace {

struct Step {
    using vector = __m256;
    using scalar = float;
    static constexpr int count = 12, operations = 2 * 8;
    static constexpr float one = 1;
    static __m256 zero() { return _mm256_setzero_ps(); }
    static __m256 fill(float value) { return _mm256_set1_ps(value); }
    static __m256 multiply_add(__m256 sum, __m256 factor) { return _mm256_fmadd_ps(sum, factor, factor); }
    static __m256 add(__m256 left, __m256 right) { return _mm256_add_ps(left, right); }
    static float first(__m256 sum) { return _mm256_cvtss_f32(sum); }
};

}  // namespace

double fts::limit_avx2(int64_t rounds) { return limit_of<Step>(rounds); }
