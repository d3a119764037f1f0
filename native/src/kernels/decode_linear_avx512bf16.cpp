#include "decode_linear.inl"

namespace {

struct bf16_pair_element {
    using x_type = uint16_t;
    using weight_type = uint16_t;
    using weight_vector = __m512bh;
    static constexpr int64_t step = 32;

    static __mmask32 tail_mask(int64_t count) { return static_cast<__mmask32>((1ull << count) - 1); }
    static __m512bh load_weight(const uint16_t* w) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(w)); }
    static __m512bh load_weight(const uint16_t* w, __mmask32 mask) { return reinterpret_cast<__m512bh>(_mm512_maskz_loadu_epi16(mask, w)); }
    static __m512bh load_x(const uint16_t* x) { return load_weight(x); }
    static __m512 multiply(__m512 sum, __m512bh x, __m512bh w) { return _mm512_dpbf16_ps(sum, x, w); }
    static float widen(uint16_t value) { return from_bf16(value); }
    static uint16_t narrow(float value) { return to_bf16(value); }
};

}  // namespace

namespace fts::decode {

void linear_bf16_avx512bf16(const linear_piece& piece) { multiply_piece<bf16_pair_element>(piece); }

}  // namespace fts::decode
