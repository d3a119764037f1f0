// The passes over one row of logits from which a token is chosen.
#pragma once
#include <cstdint>

namespace fts::decode {

constexpr int64_t sample_block = 1024;

struct sample_passes {
    // The first place of the largest logit; NaN is never larger.
    int64_t (*largest)(const float* logits, int64_t count);
    // weights[i] = exp((logits[i] - highest) * sharpness); returns their sum. highest must be the largest of all logits.
    float (*weigh)(const float* logits, int64_t count, float highest, float sharpness, float* weights);
    // The places of logits >= limit, in order; returns how many.
    int64_t (*above)(const float* logits, int64_t count, float limit, int32_t* places);
};

sample_passes sample_passes_portable();
sample_passes sample_passes_avx512();

}  // namespace fts::decode
