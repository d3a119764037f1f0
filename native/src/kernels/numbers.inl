// bfloat16 and e^x as plain code, in the namespace of the instruction set that includes it.
#pragma once
#include <cmath>
#include <cstring>
#include <limits>

#include "row_kernels.h"

namespace fts {
namespace FTS_ISA {
namespace {

inline float wide(float x) { return x; }
inline float wide(bf16 x) {
    const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
    float result;
    std::memcpy(&result, &bits, sizeof result);
    return result;
}

template <typename T>
inline T narrow(float x);
template <>
inline float narrow<float>(float x) { return x; }
template <>
inline bf16 narrow<bf16>(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    // To the nearest, ties to even; a NaN stays one.
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return {static_cast<uint16_t>(x != x ? 0x7fc0 : rounded)};
}

// e^x to about one unit in the last place; -> 0 below -87.
inline float exponential(float x) {
    const float bounded = x < -87.3f ? -87.3f : x > 88.3f ? 88.3f : x;
    const float magic = 12582912.0f;  // adding it rounds to the nearest integer
    const float shifted = bounded * 1.44269504f + magic;
    const float n = shifted - magic;
    const float r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t exponent;
    std::memcpy(&exponent, &shifted, sizeof exponent);
    const uint32_t power = static_cast<uint32_t>(exponent - 0x4b400000 + 127) << 23;
    float scale;
    std::memcpy(&scale, &power, sizeof scale);
    return x < -87.3f ? 0.0f : p * scale;
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

// cap tanh(x / cap), to about one unit in the last place of the cap.
inline float soft_capped(float x, float cap) { return cap - 2.0f * cap / (1.0f + exponential(2.0f * x / cap)); }

}  // namespace
}  // namespace FTS_ISA
}  // namespace fts
