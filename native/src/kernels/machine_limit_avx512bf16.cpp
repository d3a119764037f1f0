#include <immintrin.h>

#include "machine_limit.h"

namespace fts {

double limit_avx512bf16(int64_t rounds) {
    __m512 sums[16];
    for (auto& sum : sums) sum = _mm512_setzero_ps();
    volatile int source = 0x3f803f80;
    const __m512bh factor = (__m512bh)_mm512_set1_epi32(source);
    for (int64_t round = 0; round < rounds; round++) {
        #pragma GCC unroll 16
        for (int i = 0; i < 16; i++) sums[i] = _mm512_dpbf16_ps(sums[i], factor, factor);
    }
    for (int i = 1; i < 16; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
    source = static_cast<int>(_mm512_cvtss_f32(sums[0]));
    return static_cast<double>(rounds) * 16 * 32 * 2;
}

}  // namespace fts
