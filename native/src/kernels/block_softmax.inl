// What every instruction set shares of the block kernels: the softmax of a block and moving numbers about.
#include "block_kernels.h"
#include "numbers.inl"

namespace fts {
namespace FTS_ISA {
namespace {

inline int64_t bounded(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

template <typename T>
void transpose(const T* from, int64_t stride, int64_t rows, int64_t columns, T* to, int64_t ld) {
    for (int64_t c = 0; c < columns; c++) {
        T* row = to + c * ld;
        for (int64_t r = 0; r < rows; r++) row[r] = from[r * stride + c];
        for (int64_t r = rows; r < ld; r++) row[r] = T{};
    }
}

template <typename T>
void softmax(const float* scores, int64_t ld, int64_t rows, int64_t columns, int64_t first, int64_t window, float scale, T* p, int64_t ldp,
    float* largest, float* total, float* o, int64_t ldo, int64_t width) {
    const int64_t padded = round_up(columns, depth_unit);
    for (int64_t r = 0; r < rows; r++) {
        const int64_t end = bounded(first + r + 1, 0, columns), begin = bounded(first + r + 1 - window, 0, end);
        const float* s = scores + r * ld;
        T* to = p + r * ldp;
        for (int64_t c = 0; c < begin; c++) to[c] = T{};
        for (int64_t c = end; c < padded; c++) to[c] = T{};
        if (begin == end) continue;

        float top = s[begin];
        #pragma omp simd reduction(max : top)
        for (int64_t c = begin; c < end; c++) top = s[c] > top ? s[c] : top;
        const float before = largest[r], now = top * scale > before ? top * scale : before;
        float sum = 0;
        #pragma omp simd reduction(+ : sum)
        for (int64_t c = begin; c < end; c++) {
            const float weight = exponential(s[c] * scale - now);
            to[c] = narrow<T>(weight);
            sum += weight;
        }
        if (now != before) {
            const float shrink = exponential(before - now);
            total[r] *= shrink;
            float* out = o + r * ldo;
            #pragma omp simd
            for (int64_t c = 0; c < width; c++) out[c] *= shrink;
        }
        total[r] += sum;
        largest[r] = now;
    }
}

template <typename T>
void softmax_backward(const float* scores, const float* dp, int64_t ld, int64_t rows, int64_t columns, int64_t first, int64_t window, float scale,
    const float* lse, const float* delta, T* p, T* ds, int64_t ldp) {
    const int64_t padded = round_up(columns, depth_unit);
    for (int64_t r = 0; r < rows; r++) {
        const int64_t begin = bounded(r - first, 0, columns), end = bounded(r - first + window, begin, columns);
        const float *s = scores + r * ld, *d = dp + r * ld;
        T *weights = p + r * ldp, *gradients = ds + r * ldp;
        for (int64_t c = 0; c < begin; c++) weights[c] = gradients[c] = T{};
        for (int64_t c = end; c < padded; c++) weights[c] = gradients[c] = T{};
        #pragma omp simd
        for (int64_t c = begin; c < end; c++) {
            const float weight = exponential(s[c] * scale - lse[c]);
            weights[c] = narrow<T>(weight);
            gradients[c] = narrow<T>(weight * (d[c] - delta[c]) * scale);
        }
    }
}

void soft_cap(float* scores, int64_t ld, int64_t rows, int64_t columns, float scale, float cap) {
    for (int64_t r = 0; r < rows; r++) {
        float* s = scores + r * ld;
        #pragma omp simd
        for (int64_t c = 0; c < columns; c++) s[c] = soft_capped(s[c] * scale, cap);
    }
}

template <typename T>
void soft_cap_backward(const float* scores, int64_t ld, int64_t rows, int64_t columns, float scale, float cap, T* ds, int64_t ldp) {
    for (int64_t r = 0; r < rows; r++) {
        const float* s = scores + r * ld;
        T* gradients = ds + r * ldp;
        #pragma omp simd
        for (int64_t c = 0; c < columns; c++) {
            const float share = s[c] / cap;
            gradients[c] = narrow<T>(wide(gradients[c]) * (1.0f - share * share) * scale);
        }
    }
}

}  // namespace
}  // namespace FTS_ISA
}  // namespace fts
