#include "decode_linear.inl"

namespace {

struct f32_element {
    using x_type = float;
    using weight_type = float;
    using weight_vector = __m512;
    static constexpr int64_t step = 16;

    static __mmask16 tail_mask(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
    static __m512 load_weight(const float* w) { return _mm512_loadu_ps(w); }
    static __m512 load_weight(const float* w, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, w); }
    static __m512 load_x(const float* x) { return _mm512_loadu_ps(x); }
    static __m512 multiply(__m512 sum, __m512 x, __m512 w) { return _mm512_fmadd_ps(x, w, sum); }
    static float widen(float value) { return value; }
    static float narrow(float value) { return value; }
};

// Without bf16 dot products: a bf16 is the upper half of an fp32.
struct bf16_element : f32_element {
    using weight_type = uint16_t;

    static __m512 widen16(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }
    static __m512 load_weight(const uint16_t* w) { return widen16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w))); }
    static __m512 load_weight(const uint16_t* w, __mmask16 mask) { return widen16(_mm256_maskz_loadu_epi16(mask, w)); }
    static float widen(uint16_t value) { return from_bf16(value); }
    static uint16_t narrow(float value) { return to_bf16(value); }
};

}  // namespace

namespace fts::decode {

void linear_f32_avx512(const linear_piece& piece) { multiply_piece<f32_element>(piece); }

void linear_bf16_avx512(const linear_piece& piece) { multiply_piece<bf16_element>(piece); }

}  // namespace fts::decode
