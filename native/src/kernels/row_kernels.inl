// Included once for each instruction set, with FTS_ISA naming its namespace. Plain loops: the compiler makes vectors of them.
#include "numbers.inl"

namespace fts {
namespace FTS_ISA {
namespace {

template <typename T>
void rms_norm(const T* x, const T* residual, const float* weight, float epsilon, int64_t rows, int64_t width, T* sum, T* y, float* rstd) {
    for (int64_t row = 0; row < rows; row++) {
        const T* from = x + row * width;
        if (residual != nullptr) {
            const T* other = residual + row * width;
            T* to = sum + row * width;
            #pragma omp simd
            for (int64_t i = 0; i < width; i++) to[i] = narrow<T>(wide(from[i]) + wide(other[i]));
            from = to;
        }
        float squares = 0;
        #pragma omp simd reduction(+ : squares)
        for (int64_t i = 0; i < width; i++) squares += wide(from[i]) * wide(from[i]);
        const float factor = 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
        rstd[row] = factor;
        T* to = y + row * width;
        #pragma omp simd
        for (int64_t i = 0; i < width; i++) to[i] = narrow<T>(wide(from[i]) * factor * weight[i]);
    }
}

template <typename T>
void rms_norm_backward(const T* x, const T* dy, const T* add, const float* weight, const float* rstd, int64_t rows, int64_t width, T* dx, float* dweight) {
    for (int64_t row = 0; row < rows; row++) {
        const int64_t offset = row * width;
        const float factor = rstd[row];
        float dot = 0;
        #pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < width; i++) dot += wide(dy[offset + i]) * weight[i] * wide(x[offset + i]);
        const float back = dot * factor * factor / static_cast<float>(width);
        if (add != nullptr) {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dx[offset + i] = narrow<T>(wide(add[offset + i]) + factor * (wide(dy[offset + i]) * weight[i] - wide(x[offset + i]) * back));
        } else {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dx[offset + i] = narrow<T>(factor * (wide(dy[offset + i]) * weight[i] - wide(x[offset + i]) * back));
        }
        if (dweight != nullptr) {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++) dweight[i] += wide(dy[offset + i]) * wide(x[offset + i]) * factor;
        }
    }
}

template <typename T>
void rope(const T* x, int64_t x_stride, const float* cos, const float* sin, float sign, int64_t tokens, int64_t heads, int64_t half, T* y) {
    for (int64_t token = 0; token < tokens; token++) {
        const float* c = cos + token * half;
        const float* s = sin + token * half;
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + token * x_stride + head * 2 * half;
            T* to = y + (token * heads + head) * 2 * half;
            #pragma omp simd
            for (int64_t i = 0; i < half; i++) {
                const float first = wide(from[i]), second = wide(from[i + half]), turn = s[i] * sign;
                to[i] = narrow<T>(first * c[i] - second * turn);
                to[i + half] = narrow<T>(second * c[i] + first * turn);
            }
        }
    }
}

template <typename T>
void swiglu(const T* gate, const T* up, int64_t count, T* y) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(gate[i]);
        y[i] = narrow<T>(g / (1.0f + exponential(-g)) * wide(up[i]));
    }
}

template <typename T>
void swiglu_backward(const T* gate, const T* up, const T* dy, int64_t count, T* dgate, T* dup) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(gate[i]), d = wide(dy[i]);
        const float sigmoid = 1.0f / (1.0f + exponential(-g));
        dgate[i] = narrow<T>(d * wide(up[i]) * sigmoid * (1.0f + g * (1.0f - sigmoid)));
        dup[i] = narrow<T>(d * g * sigmoid);
    }
}

template <typename T>
void log_sum_exp(const T* logits, int64_t count, float* lse) {
    float largest = -std::numeric_limits<float>::infinity();
    #pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < count; i++) largest = wide(logits[i]) > largest ? wide(logits[i]) : largest;
    // In pieces, so that a hundred thousand summands lose nothing.
    double total = 0;
    for (int64_t start = 0; start < count; start += 2048) {
        const int64_t end = start + 2048 < count ? start + 2048 : count;
        float part = 0;
        #pragma omp simd reduction(+ : part)
        for (int64_t i = start; i < end; i++) part += exponential(wide(logits[i]) - largest);
        total += part;
    }
    *lse = largest + static_cast<float>(std::log(total));
}

template <typename T>
void softmax_minus_target(const T* logits, int64_t count, float lse, int64_t target, float scale, T* gradient) {
    const float at_target = (exponential(wide(logits[target]) - lse) - 1.0f) * scale;
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) gradient[i] = narrow<T>(exponential(wide(logits[i]) - lse) * scale);
    gradient[target] = narrow<T>(at_target);
}

template <typename T>
void to_float(const T* x, int64_t count, float* y) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) y[i] = wide(x[i]);
}

template <typename T>
void from_float(const float* x, int64_t count, T* y) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) y[i] = narrow<T>(x[i]);
}

template <typename T>
float dot(const T* x, const T* y, int64_t count) {
    float sum = 0;
    #pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < count; i++) sum += wide(x[i]) * wide(y[i]);
    return sum;
}

void adamw(float* parameter, const float* gradient, float* first, float* second, int64_t count, const AdamWOptions& options) {
    const AdamWOptions o = options;
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = gradient[i] * o.gradient_scale;
        const float m = first[i] + o.rest1 * (g - first[i]);
        const float v = second[i] * o.beta2 + o.rest2 * g * g;
        first[i] = m;
        second[i] = v;
        parameter[i] = parameter[i] * o.decay - o.step_size * m / (std::sqrt(v) / o.root_correction + o.epsilon);
    }
}

double sum_of_squares(const float* x, int64_t count) {
    double total = 0;
    for (int64_t start = 0; start < count; start += 1024) {
        const int64_t end = start + 1024 < count ? start + 1024 : count;
        float part = 0;
        #pragma omp simd reduction(+ : part)
        for (int64_t i = start; i < end; i++) part += x[i] * x[i];
        total += part;
    }
    return total;
}

template <typename T>
constexpr RowKernels<T> table() {
    return {rms_norm<T>, rms_norm_backward<T>, rope<T>, swiglu<T>, swiglu_backward<T>, log_sum_exp<T>, softmax_minus_target<T>, to_float<T>, from_float<T>, dot<T>};
}

}  // namespace

extern const RowKernels<float> rows_float;
extern const RowKernels<bf16> rows_bf16;
extern const FlatKernels flat;
const RowKernels<float> rows_float = table<float>();
const RowKernels<bf16> rows_bf16 = table<bf16>();
const FlatKernels flat = {adamw, sum_of_squares};

}  // namespace FTS_ISA
}  // namespace fts
