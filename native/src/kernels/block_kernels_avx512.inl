// Block products with AVX-512; where the file is compiled for it, with dot products of bfloat16 pairs.
#include <immintrin.h>

#include "block_softmax.inl"

namespace fts {
namespace FTS_ISA {
namespace {

// One register of a packed matrix (16 columns; of bfloat16, 16 pairs) times one broadcast element (pair) of a row.
inline __m512 multiply_add(__m512 sum, __m512i row, __m512i packed) {
#if defined(__AVX512BF16__)
    return _mm512_dpbf16_ps(sum, (__m512bh)row, (__m512bh)packed);
#else
    const __m512i high = _mm512_set1_epi32(static_cast<int32_t>(0xffff0000));
    sum = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_slli_epi32(row, 16)), _mm512_castsi512_ps(_mm512_slli_epi32(packed, 16)), sum);
    return _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(row, high)), _mm512_castsi512_ps(_mm512_and_si512(packed, high)), sum);
#endif
}

inline __m512 multiply_add(__m512 sum, __m512 row, __m512 packed) { return _mm512_fmadd_ps(row, packed, sum); }

// Both types move 32 bits at a time: a float, or a pair of bfloat16.
template <typename T>
struct Lanes;
template <>
struct Lanes<float> {
    static __m512 load(const float* packed) { return _mm512_loadu_ps(packed); }
    static __m512 spread(const float* row) { return _mm512_set1_ps(*row); }
};
template <>
struct Lanes<bf16> {
    static __m512i load(const bf16* packed) { return _mm512_loadu_si512(packed); }
    static __m512i spread(const bf16* row) {
        int32_t bits;
        std::memcpy(&bits, row, sizeof bits);
        return _mm512_set1_epi32(bits);
    }
};

template <typename T>
constexpr int64_t together = 4 / sizeof(T);

template <typename T, int rows, int vectors>
inline void multiply_tile(int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    constexpr int64_t pair = together<T>;
    __m512 sums[rows][vectors];
    #pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
        #pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) sums[r][v] = add ? _mm512_loadu_ps(c + r * ldc + v * 16) : _mm512_setzero_ps();
    }
    for (int64_t depth = 0; depth < k; depth += pair) {
        const T* from = b + depth * ldb;
        decltype(Lanes<T>::load(b)) columns[vectors];
        #pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) columns[v] = Lanes<T>::load(from + v * 16 * pair);
        #pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            const auto row = Lanes<T>::spread(a + r * lda + depth);
            #pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(sums[r][v], row, columns[v]);
        }
    }
    #pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
        #pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) _mm512_storeu_ps(c + r * ldc + v * 16, sums[r][v]);
    }
}

template <typename T, int vectors>
void multiply_columns(int64_t m, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    int64_t row = 0;
    for (; row + 6 <= m; row += 6) multiply_tile<T, 6, vectors>(k, a + row * lda, lda, b, ldb, c + row * ldc, ldc, add);
    const T* rest = a + row * lda;
    float* to = c + row * ldc;
    switch (m - row) {
        case 5: return multiply_tile<T, 5, vectors>(k, rest, lda, b, ldb, to, ldc, add);
        case 4: return multiply_tile<T, 4, vectors>(k, rest, lda, b, ldb, to, ldc, add);
        case 3: return multiply_tile<T, 3, vectors>(k, rest, lda, b, ldb, to, ldc, add);
        case 2: return multiply_tile<T, 2, vectors>(k, rest, lda, b, ldb, to, ldc, add);
        case 1: return multiply_tile<T, 1, vectors>(k, rest, lda, b, ldb, to, ldc, add);
        default: return;
    }
}

template <typename T>
void multiply(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    constexpr int64_t pair = together<T>;
    int64_t column = 0;
    for (; column + 64 <= n; column += 64) multiply_columns<T, 4>(m, k, a, lda, b + column * pair, ldb, c + column, ldc, add);
    const T* rest = b + column * pair;
    switch ((n - column) / 16) {
        case 3: return multiply_columns<T, 3>(m, k, a, lda, rest, ldb, c + column, ldc, add);
        case 2: return multiply_columns<T, 2>(m, k, a, lda, rest, ldb, c + column, ldc, add);
        case 1: return multiply_columns<T, 1>(m, k, a, lda, rest, ldb, c + column, ldc, add);
        default: return;
    }
}

// Rows lie apart, a few lines of memory from each: without a word to the memory long before, every row is waited for.
constexpr int64_t rows_ahead = 8;

template <typename T>
inline void ask_ahead(const T* from, int64_t stride, int64_t depth, int64_t k, int64_t n) {
    if (depth + rows_ahead >= k) return;
    const T* row = from + (depth + rows_ahead) * stride;
    for (int64_t column = 0; column < n; column += 64 / static_cast<int64_t>(sizeof(T))) _mm_prefetch(reinterpret_cast<const char*>(row + column), _MM_HINT_T0);
}

[[maybe_unused]] void pack_rows(const float* from, int64_t stride, int64_t k, int64_t n, float* packed, int64_t ldb) {
    for (int64_t depth = 0; depth < round_up(k, depth_unit); depth++) {
        ask_ahead(from, stride, depth, k, n);
        float* to = packed + depth * ldb;
        const int64_t count = depth < k ? n : 0;
        for (int64_t column = 0; column < count; column++) to[column] = from[depth * stride + column];
        for (int64_t column = count; column < ldb; column++) to[column] = 0;
    }
}

void pack_rows(const bf16* from, int64_t stride, int64_t k, int64_t n, bf16* packed, int64_t ldb) {
    for (int64_t depth = 0; depth < round_up(k, depth_unit); depth += 2) {
        ask_ahead(from, stride, depth, k, n);
        ask_ahead(from, stride, depth + 1, k, n);
        const bf16 *even = from + depth * stride, *odd = even + stride;
        for (int64_t column = 0; column < ldb; column += 16) {
            const int64_t left = n - column;
            const __mmask16 there = left >= 16 ? 0xffff : left > 0 ? (1u << left) - 1 : 0;
            const __m256i low = _mm256_maskz_loadu_epi16(depth < k ? there : 0, even + column);
            const __m256i high = _mm256_maskz_loadu_epi16(depth + 1 < k ? there : 0, odd + column);
            const __m512i pairs = _mm512_or_si512(_mm512_cvtepu16_epi32(low), _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
            _mm512_storeu_si512(packed + depth * ldb + column * 2, pairs);
        }
    }
}

// Turns 16 x 16 elements of 32 bits.
inline void turn(__m512i (&rows)[16]) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        rows[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        rows[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        rows[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        rows[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        rows[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        rows[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        rows[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

template <typename T>
void pack_columns(const T* from, int64_t stride, int64_t k, int64_t n, T* packed, int64_t ldb) {
    constexpr int64_t pair = together<T>;
    for (int64_t column = 0; column < ldb; column += 16) {
        for (int64_t depth = 0; depth < k; depth += 16 * pair) {
            __m512i rows[16];
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) {
                rows[i] = column + i < n ? _mm512_loadu_si512(from + (column + i) * stride + depth) : _mm512_setzero_si512();
            }
            turn(rows);
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) _mm512_storeu_si512(packed + (depth + i * pair) * ldb + column * pair, rows[i]);
        }
    }
}

inline void store_rounded(float* to, __m512 values, __mmask16 there) { _mm512_mask_storeu_ps(to, there, values); }

inline void store_rounded(bf16* to, __m512 values, __mmask16 there) {
#if defined(__AVX512BF16__)
    const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(values);
#else
    const __m512i bits = _mm512_castps_si512(values);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i sum = _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, odd), _mm512_set1_epi32(0x7fff)), 16);
    const __m512i kept = _mm512_mask_mov_epi32(sum, _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q), _mm512_set1_epi32(0x7fc0));
    const __m256i rounded = _mm512_cvtepi32_epi16(kept);
#endif
    _mm256_mask_storeu_epi16(to, there, rounded);
}

template <typename T>
void transpose_in_tiles(const float* from, int64_t ld, int64_t rows, int64_t columns, T* to, int64_t stride) {
    for (int64_t c = 0; c < columns; c += 16) {
        const int64_t wide = columns - c < 16 ? columns - c : 16;
        const __mmask16 there = static_cast<__mmask16>((1u << wide) - 1);
        for (int64_t r = 0; r < rows; r += 16) {
            const int64_t tall = rows - r < 16 ? rows - r : 16;
            const __mmask16 kept = static_cast<__mmask16>((1u << tall) - 1);
            __m512i tile[16];
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) tile[i] = i < tall ? _mm512_maskz_loadu_epi32(there, from + (r + i) * ld + c) : _mm512_setzero_si512();
            turn(tile);
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) {
                if (i < wide) store_rounded(to + (c + i) * stride + r, _mm512_castsi512_ps(tile[i]), kept);
            }
        }
    }
}

#if !defined(FTS_NO_TABLES)
template <typename T>
constexpr BlockKernels<T> block_table() {
    return {multiply<T>, pack_rows, pack_columns<T>, transpose<T>, transpose_in_tiles<T>, softmax<T>, softmax_backward<T>, soft_cap, soft_cap_backward<T>};
}

#endif

}  // namespace

#if !defined(FTS_NO_TABLES)
extern const BlockKernels<float> blocks_float;
extern const BlockKernels<bf16> blocks_bf16;
const BlockKernels<float> blocks_float = block_table<float>();
const BlockKernels<bf16> blocks_bf16 = block_table<bf16>();
#endif

}  // namespace FTS_ISA
}  // namespace fts
