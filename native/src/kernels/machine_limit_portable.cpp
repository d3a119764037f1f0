#include "machine_limit.h"

namespace fts {

double limit_portable(int64_t rounds) {
    float sums[64] = {};
    volatile float source = 1.0f;
    const float factor = source;
    for (int64_t round = 0; round < rounds; round++) {
        for (float& sum : sums) sum = sum * factor + factor;
    }
    source = sums[0] + sums[63];
    return static_cast<double>(rounds) * 64 * 2;
}

}  // namespace fts
