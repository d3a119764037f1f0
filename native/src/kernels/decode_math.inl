// Vectors of 16 fp32 in gcc's own notation: AVX-512 registers where the file is compiled for them, narrower ones elsewhere.
// Unnamed namespace: the linker must not take one processor's function for the other's.
#pragma GCC diagnostic ignored "-Wpsabi"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#ifdef __AVX2__
#include <immintrin.h>
#endif
#include <cstdint>
#include <cstring>

namespace {

constexpr int64_t lanes = 16;
typedef float f32x16 __attribute__((vector_size(64)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));

inline f32x16 spread(float value) { return value - f32x16{}; }

inline f32x16 load(const float* from) {
    f32x16 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

inline f32x16 load(const uint16_t* from) {
    u16x16 bits;
    std::memcpy(&bits, from, sizeof bits);
    return reinterpret_cast<f32x16>(__builtin_convertvector(bits, u32x16) << 16);
}

inline float load_one(const float* from) { return *from; }

inline float load_one(const uint16_t* from) {
    const uint32_t bits = static_cast<uint32_t>(*from) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline void store(float* to, f32x16 value) { std::memcpy(to, &value, sizeof value); }

inline void store_one(float* to, float value) { *to = value; }

inline void store_one(uint16_t* to, float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const bool nan = (bits & 0x7fffffff) > 0x7f800000;
    *to = static_cast<uint16_t>(nan ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline f32x16 multiply_add(f32x16 a, f32x16 b, f32x16 c) {
#ifdef __AVX512F__
    return reinterpret_cast<f32x16>(_mm512_fmadd_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(c)));
#elif defined(__FMA__)
#define FTS_LOWER(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
#define FTS_UPPER(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)
    const __m256 lower = _mm256_fmadd_ps(FTS_LOWER(a), FTS_LOWER(b), FTS_LOWER(c)), upper = _mm256_fmadd_ps(FTS_UPPER(a), FTS_UPPER(b), FTS_UPPER(c));
    return __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#undef FTS_LOWER
#undef FTS_UPPER
#else
    return a * b + c;
#endif
}

inline float total(f32x16 value) {
#ifdef __AVX512F__
    return _mm512_reduce_add_ps(reinterpret_cast<__m512>(value));
#else
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) value[i] += value[i + width];
    }
    return value[0];
#endif
}

inline f32x16 larger(f32x16 a, f32x16 b) { return a > b ? a : b; }

inline float largest(f32x16 value) {
    float found = value[0];
    for (int i = 1; i < lanes; i++) found = value[i] > found ? value[i] : found;
    return found;
}

// e^x for x <= 0, to about one unit in the last place; 0 below -87, not a number where x is none. Cephes' polynomial.
inline f32x16 exponential(f32x16 x) {
    const f32x16 clamped = larger(x, spread(-87.0f));
    const f32x16 shifted = multiply_add(clamped, spread(1.44269504088896341f), spread(12582912.0f));  // 1.5 * 2^23: rounds to a whole number
    const f32x16 whole = shifted - spread(12582912.0f);
    f32x16 rest = multiply_add(whole, spread(-0.693359375f), clamped);
    rest = multiply_add(whole, spread(2.12194440e-4f), rest);
    f32x16 p = multiply_add(rest, spread(1.9875691500e-4f), spread(1.3981999507e-3f));
    p = multiply_add(p, rest, spread(8.3334519073e-3f));
    p = multiply_add(p, rest, spread(4.1665795894e-2f));
    p = multiply_add(p, rest, spread(1.6666665459e-1f));
    p = multiply_add(p, rest, spread(5.0000001201e-1f));
    p = multiply_add(p, rest * rest, rest + spread(1.0f));
    const i32x16 exponent = reinterpret_cast<i32x16>(shifted) << 23;
    const f32x16 result = reinterpret_cast<f32x16>(reinterpret_cast<i32x16>(p) + exponent);
    return x < spread(-87.0f) ? f32x16{} : result + (x - x);
}

}  // namespace
