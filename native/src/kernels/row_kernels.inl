// Included once for each instruction set, with FTS_ISA naming its namespace. Plain loops: the compiler makes vectors of them.
#include "numbers.inl"

namespace fts {
namespace FTS_ISA {
namespace {

template <typename T>
void rms_norm(const T* x, const T* residual, const T* weight, float offset, float epsilon, int64_t rows, int64_t width, T* sum, T* y, float* rstd) {
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
        for (int64_t i = 0; i < width; i++) to[i] = narrow<T>(wide(from[i]) * factor * (offset + wide(weight[i])));
    }
}

template <typename T>
void rms_norm_backward(const T* x, const T* dy, const T* add, const T* weight, float offset, const float* rstd, int64_t rows, int64_t width, T* dx, float* dweight) {
    for (int64_t row = 0; row < rows; row++) {
        const int64_t at = row * width;
        const float factor = rstd[row];
        float dot = 0;
        #pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < width; i++) dot += wide(dy[at + i]) * (offset + wide(weight[i])) * wide(x[at + i]);
        const float back = dot * factor * factor / static_cast<float>(width);
        if (add != nullptr) {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dx[at + i] = narrow<T>(wide(add[at + i]) + factor * (wide(dy[at + i]) * (offset + wide(weight[i])) - wide(x[at + i]) * back));
        } else {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dx[at + i] = narrow<T>(factor * (wide(dy[at + i]) * (offset + wide(weight[i])) - wide(x[at + i]) * back));
        }
        if (dweight != nullptr) {
            #pragma omp simd
            for (int64_t i = 0; i < width; i++) dweight[i] += wide(dy[at + i]) * wide(x[at + i]) * factor;
        }
    }
}

template <typename T>
void rope(const T* x, int64_t x_stride, const float* cos, const float* sin, float sign, int64_t tokens, int64_t heads, int64_t half, int64_t size, T* y) {
    for (int64_t token = 0; token < tokens; token++) {
        const float* c = cos + token * half;
        const float* s = sin + token * half;
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + token * x_stride + head * size;
            T* to = y + (token * heads + head) * size;
            #pragma omp simd
            for (int64_t i = 0; i < half; i++) {
                const float first = wide(from[i]), second = wide(from[i + half]), turn = s[i] * sign;
                to[i] = narrow<T>(first * c[i] - second * turn);
                to[i + half] = narrow<T>(second * c[i] + first * turn);
            }
            for (int64_t i = 2 * half; i < size; i++) to[i] = from[i];
        }
    }
}

template <typename T>
void rope_interleaved(const T* x, int64_t x_stride, const float* cos, const float* sin, float sign, int64_t tokens, int64_t heads, int64_t half, int64_t size, T* y) {
    for (int64_t token = 0; token < tokens; token++) {
        const float* c = cos + token * half;
        const float* s = sin + token * half;
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + token * x_stride + head * size;
            T* to = y + (token * heads + head) * size;
            #pragma omp simd
            for (int64_t i = 0; i < half; i++) {
                const float first = wide(from[2 * i]), second = wide(from[2 * i + 1]), turn = s[i] * sign;
                to[2 * i] = narrow<T>(first * c[i] - second * turn);
                to[2 * i + 1] = narrow<T>(second * c[i] + first * turn);
            }
            for (int64_t i = 2 * half; i < size; i++) to[i] = from[i];
        }
    }
}

// GELU's tanh form is x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
constexpr float gelu_linear = 2.0f * 0.7978845608f, gelu_cubic = gelu_linear * 0.044715f;

template <Gate kind>
inline float gate_sigmoid(float x) {
    return sigmoid(kind == Gate::silu ? x : x * (gelu_linear + gelu_cubic * x * x));
}

// d (x s(x)) / dx, s = sigmoid(u(x)): s + x s (1 - s) u'.
template <Gate kind>
inline float gate_slope(float x, float s) {
    const float inner = kind == Gate::silu ? 1.0f : gelu_linear + 3.0f * gelu_cubic * x * x;
    return s * (1.0f + x * (1.0f - s) * inner);
}

template <Gate kind, typename T>
void gated_by(const T* gate, const T* up, int64_t count, T* y) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(gate[i]);
        y[i] = narrow<T>(g * gate_sigmoid<kind>(g) * wide(up[i]));
    }
}

template <Gate kind, typename T>
void gated_backward_by(const T* gate, const T* up, const T* dy, int64_t count, T* dgate, T* dup) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(gate[i]), d = wide(dy[i]), s = gate_sigmoid<kind>(g);
        dgate[i] = narrow<T>(d * wide(up[i]) * gate_slope<kind>(g, s));
        dup[i] = narrow<T>(d * g * s);
    }
}

template <typename T>
void gated(Gate kind, const T* gate, const T* up, int64_t count, T* y) {
    if (kind == Gate::silu) gated_by<Gate::silu>(gate, up, count, y);
    else gated_by<Gate::gelu_tanh>(gate, up, count, y);
}

template <typename T>
void gated_backward(Gate kind, const T* gate, const T* up, const T* dy, int64_t count, T* dgate, T* dup) {
    if (kind == Gate::silu) gated_backward_by<Gate::silu>(gate, up, dy, count, dgate, dup);
    else gated_backward_by<Gate::gelu_tanh>(gate, up, dy, count, dgate, dup);
}

template <typename T>
void soft_cap(T* logits, int64_t count, float cap) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) logits[i] = narrow<T>(soft_capped(wide(logits[i]), cap));
}

template <typename T>
void log_sum_exp(const T* logits, int64_t count, float* lse, float* entropy) {
    float largest = -std::numeric_limits<float>::infinity();
    #pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < count; i++) largest = wide(logits[i]) > largest ? wide(logits[i]) : largest;
    // In pieces, so that a hundred thousand summands lose nothing.
    double total = 0, weighted = 0;
    for (int64_t start = 0; start < count; start += 2048) {
        const int64_t end = start + 2048 < count ? start + 2048 : count;
        float part = 0, moment = 0;
        if (entropy == nullptr) {
            #pragma omp simd reduction(+ : part)
            for (int64_t i = start; i < end; i++) part += exponential(wide(logits[i]) - largest);
        } else {
            #pragma omp simd reduction(+ : part, moment)
            for (int64_t i = start; i < end; i++) {
                const float below = wide(logits[i]) - largest, share = exponential(below);
                part += share;
                moment += share * below;
            }
        }
        total += part;
        weighted += moment;
    }
    const double logarithm = std::log(total);
    *lse = largest + static_cast<float>(logarithm);
    if (entropy != nullptr) *entropy = static_cast<float>(logarithm - weighted / total);
}

template <typename T>
void softmax_minus_target(const T* logits, int64_t count, float lse, int64_t target, float scale, float cap, T* gradient) {
    // Through z = cap tanh(x / cap): dz / dx = 1 - (z / cap)^2.
    const float inverse = cap > 0 ? 1.0f / cap : 0.0f;
    const auto slope = [&](float z) { return scale * (1.0f - z * inverse * z * inverse); };
    const float z = wide(logits[target]), at_target = (exponential(z - lse) - 1.0f) * slope(z);
    if (cap > 0) {
        #pragma omp simd
        for (int64_t i = 0; i < count; i++) gradient[i] = narrow<T>(exponential(wide(logits[i]) - lse) * slope(wide(logits[i])));
    } else {
        #pragma omp simd
        for (int64_t i = 0; i < count; i++) gradient[i] = narrow<T>(exponential(wide(logits[i]) - lse) * scale);
    }
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
void add(const T* x, const T* y, int64_t count, T* sum) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) sum[i] = narrow<T>(wide(x[i]) + wide(y[i]));
}

template <typename T>
float dot(const T* x, const T* y, int64_t count) {
    float sum = 0;
    #pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < count; i++) sum += wide(x[i]) * wide(y[i]);
    return sum;
}

template <typename T>
void add_scaled(const T* x, float factor, int64_t count, float* sum) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) sum[i] += wide(x[i]) * factor;
}

template <typename T>
void clamped_swiglu(const T* pairs, float alpha, float limit, int64_t count, T* y) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(pairs[2 * i]), u = wide(pairs[2 * i + 1]);
        const float gate = g < limit ? g : limit, up = u < -limit ? -limit : u > limit ? limit : u;
        y[i] = narrow<T>((up + 1.0f) * gate / (1.0f + exponential(-alpha * gate)));
    }
}

template <typename T>
void clamped_swiglu_backward(const T* pairs, const T* dy, float alpha, float limit, int64_t count, T* dpairs) {
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = wide(pairs[2 * i]), u = wide(pairs[2 * i + 1]), d = wide(dy[i]);
        const float gate = g < limit ? g : limit, up = u < -limit ? -limit : u > limit ? limit : u;
        const float sigmoid = 1.0f / (1.0f + exponential(-alpha * gate));
        const float slope = d * (up + 1.0f) * sigmoid * (1.0f + alpha * gate * (1.0f - sigmoid));
        dpairs[2 * i] = narrow<T>(g > limit ? 0.0f : slope);
        dpairs[2 * i + 1] = narrow<T>(u < -limit || u > limit ? 0.0f : d * gate * sigmoid);
    }
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

// The nearest of 256 values: how many borders lie below x, by halving.
inline int32_t nearest(const float* borders, float x) {
    int32_t code = x > borders[127] ? 128 : 0;
    code += x > borders[code + 63] ? 64 : 0;
    code += x > borders[code + 31] ? 32 : 0;
    code += x > borders[code + 15] ? 16 : 0;
    code += x > borders[code + 7] ? 8 : 0;
    code += x > borders[code + 3] ? 4 : 0;
    code += x > borders[code + 1] ? 2 : 0;
    code += x > borders[code] ? 1 : 0;
    return code;
}

void adamw8(float* parameter, const float* gradient, uint8_t* first, uint8_t* second, float* first_scale, float* second_scale, int64_t count,
    const Codebook& first_codes, const Codebook& second_codes, const AdamWOptions& options) {
    const AdamWOptions o = options;
    const float *first_values = first_codes.values, *second_values = second_codes.values;
    const float *first_borders = first_codes.borders, *second_borders = second_codes.borders;
    for (int64_t start = 0; start < count; start += block_of_state) {
        const int64_t block = start / block_of_state, size = count - start < block_of_state ? count - start : block_of_state;
        float *p = parameter + start, m[block_of_state], v[block_of_state];
        const float *g = gradient + start, m_scale = first_scale[block], v_scale = second_scale[block];
        uint8_t *m_code = first + start, *v_code = second + start;
        float m_largest = 0, v_largest = 0;
        #pragma omp simd reduction(max : m_largest, v_largest)
        for (int64_t i = 0; i < size; i++) {
            const float scaled = g[i] * o.gradient_scale;
            m[i] = first_values[m_code[i]] * m_scale * o.beta1 + o.rest1 * scaled;
            v[i] = second_values[v_code[i]] * v_scale * o.beta2 + o.rest2 * scaled * scaled;
            p[i] = p[i] * o.decay - o.step_size * m[i] / (std::sqrt(v[i]) / o.root_correction + o.epsilon);
            const float magnitude = std::fabs(m[i]);
            m_largest = magnitude > m_largest ? magnitude : m_largest;
            v_largest = v[i] > v_largest ? v[i] : v_largest;
        }
        first_scale[block] = m_largest;
        second_scale[block] = v_largest;
        const float m_unit = m_largest > 0 ? m_largest : 1.0f, v_unit = v_largest > 0 ? v_largest : 1.0f;
        #pragma omp simd
        for (int64_t i = 0; i < size; i++) {
            m_code[i] = static_cast<uint8_t>(nearest(first_borders, m[i] / m_unit));
            v_code[i] = static_cast<uint8_t>(nearest(second_borders, v[i] / v_unit));
        }
    }
}

void sgd(float* parameter, const float* gradient, float* momentum, int64_t count, const SgdOptions& options) {
    const SgdOptions o = options;
    if (momentum == nullptr) {
        #pragma omp simd
        for (int64_t i = 0; i < count; i++) parameter[i] -= o.learning_rate * (gradient[i] * o.gradient_scale + o.decay * parameter[i]);
        return;
    }
    const float own = o.nesterov ? 1.0f : 0.0f, shared = o.nesterov ? o.momentum : 1.0f;
    #pragma omp simd
    for (int64_t i = 0; i < count; i++) {
        const float g = gradient[i] * o.gradient_scale + o.decay * parameter[i];
        const float m = o.keep * momentum[i] + o.take * g;
        momentum[i] = m;
        parameter[i] -= o.learning_rate * (own * g + shared * m);
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
    return {rms_norm<T>, rms_norm_backward<T>, rope<T>, rope_interleaved<T>, gated<T>, gated_backward<T>, soft_cap<T>, log_sum_exp<T>, softmax_minus_target<T>, to_float<T>, from_float<T>, add<T>, dot<T>,
        add_scaled<T>, clamped_swiglu<T>, clamped_swiglu_backward<T>};
}

}  // namespace

extern const RowKernels<float> rows_float;
extern const RowKernels<bf16> rows_bf16;
extern const FlatKernels flat;
const RowKernels<float> rows_float = table<float>();
const RowKernels<bf16> rows_bf16 = table<bf16>();
const FlatKernels flat = {adamw, adamw8, sgd, sum_of_squares};

}  // namespace FTS_ISA
}  // namespace fts
