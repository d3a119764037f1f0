#include "decode_math.inl"
#include "decode_sample.h"

namespace {

using fts::decode::sample_block;

float largest_of(const float* logits, int64_t count) {
    const int64_t whole = count / lanes * lanes;
    f32x16 highest = spread(-__builtin_inff());
    for (int64_t i = 0; i < whole; i += lanes) highest = larger(load(logits + i), highest);
    float found = largest(highest);
    for (int64_t i = whole; i < count; i++) found = logits[i] > found ? logits[i] : found;
    return found;
}

int64_t find_largest(const float* logits, int64_t count) {
    float highest = -__builtin_inff();
    int64_t best = 0;
    for (int64_t start = 0; start < count; start += sample_block) {
        const float found = largest_of(logits + start, count - start < sample_block ? count - start : sample_block);
        if (found > highest) {
            highest = found;
            best = start;
        }
    }
    while (best + 1 < count && logits[best] != highest) best++;
    return best;
}

float weigh(const float* logits, int64_t count, float highest, float sharpness, float* weights) {
    const int64_t whole = count / lanes * lanes;
    f32x16 sums = {};
    for (int64_t i = 0; i < whole; i += lanes) {
        const f32x16 weight = exponential((load(logits + i) - spread(highest)) * spread(sharpness));
        store(weights + i, weight);
        sums += weight;
    }
    float sum = total(sums);
    for (int64_t i = whole; i < count; i++) {
        weights[i] = exponential(spread((logits[i] - highest) * sharpness))[0];
        sum += weights[i];
    }
    return sum;
}

int64_t find_above(const float* logits, int64_t count, float limit, int32_t* places) {
    const int64_t whole = count / lanes * lanes;
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        // Most stretches have none.
        if (i < whole && i % lanes == 0 && largest(load(logits + i)) < limit) {
            i += lanes - 1;
        } else if (logits[i] >= limit) {
            places[found++] = static_cast<int32_t>(i);
        }
    }
    return found;
}

}  // namespace
