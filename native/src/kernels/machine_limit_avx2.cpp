#include <immintrin.h>

#include "machine_limit.h"

namespace fts {

double limit_avx2(int64_t rounds) {
    __m256 sums[12];
    for (auto& sum : sums) sum = _mm256_setzero_ps();
    volatile float source = 1.0f;
    const __m256 factor = _mm256_set1_ps(source);
    for (int64_t round = 0; round < rounds; round++) {
        #pragma GCC unroll 12
        for (int i = 0; i < 12; i++) sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
    }
    for (int i = 1; i < 12; i++) sums[0] = _mm256_add_ps(sums[0], sums[i]);
    source = _mm256_cvtss_f32(sums[0]);
    return static_cast<double>(rounds) * 12 * 8 * 2;
}

}  // namespace fts
