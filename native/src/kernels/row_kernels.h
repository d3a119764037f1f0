// Kernels over rows of numbers, without libtorch's headers: the same loops are compiled for several instruction sets, and inline
// functions of shared headers compiled for one must not be linked into the others.
#pragma once
#include <cstdint>

namespace fts {

struct bf16 {
    uint16_t bits;
};

enum class Gate { silu, gelu_tanh };

template <typename T>
struct RowKernels {
    // y = x * rstd * (offset + weight), rstd = 1 / sqrt(mean(x^2) + epsilon), for rows of `width`. With a residual: sum = x + residual is
    // written too, and normalised.
    void (*rms_norm)(const T* x, const T* residual, const T* weight, float offset, float epsilon, int64_t rows, int64_t width, T* sum, T* y, float* rstd);
    // dx from dy; `add`, where given, is added to it (the gradient that reaches the sum by itself). dweight, where given, is added to.
    void (*rms_norm_backward)(const T* x, const T* dy, const T* add, const T* weight, float offset, const float* rstd, int64_t rows, int64_t width, T* dx, float* dweight);
    // Turns pairs (i, i + half) of each head, and copies what a head has beyond them; sign -1 turns back. Tokens of x are x_stride
    // elements apart, of y heads * size.
    void (*rope)(const T* x, int64_t x_stride, const float* cos, const float* sin, float sign, int64_t tokens, int64_t heads, int64_t half, int64_t size, T* y);
    // The same with pairs (2 i, 2 i + 1).
    void (*rope_interleaved)(const T* x, int64_t x_stride, const float* cos, const float* sin, float sign, int64_t tokens, int64_t heads, int64_t half, int64_t size, T* y);
    // y = activation(gate) * up, one row.
    void (*gated)(Gate kind, const T* gate, const T* up, int64_t count, T* y);
    void (*gated_backward)(Gate kind, const T* gate, const T* up, const T* dy, int64_t count, T* dgate, T* dup);
    // In place: cap tanh(logits / cap).
    void (*soft_cap)(T* logits, int64_t count, float cap);
    // Cross-entropy of one row of logits: lse = log(sum(exp(logits))), and the entropy of their softmax, in nats, where it is asked for; then,
    // where gradient is set, d = (softmax - onehot) * scale, and where a cap (above 0) was put on the logits, through it.
    void (*log_sum_exp)(const T* logits, int64_t count, float* lse, float* entropy);
    void (*softmax_minus_target)(const T* logits, int64_t count, float lse, int64_t target, float scale, float cap, T* gradient);
    void (*to_float)(const T* x, int64_t count, float* y);
    void (*from_float)(const float* x, int64_t count, T* y);
    // sum = x + y
    void (*add)(const T* x, const T* y, int64_t count, T* sum);
    float (*dot)(const T* x, const T* y, int64_t count);
    // sum += x * factor
    void (*add_scaled)(const T* x, float factor, int64_t count, float* sum);
    // As gated, clamped (gpt-oss): gate and up stand in turns in pairs of one row; the gate is cut above `limit`, up on both sides;
    // y = (up + 1) * gate * sigmoid(alpha * gate). What was cut has no gradient.
    void (*clamped_swiglu)(const T* pairs, float alpha, float limit, int64_t count, T* y);
    void (*clamped_swiglu_backward)(const T* pairs, const T* dy, float alpha, float limit, int64_t count, T* dpairs);
};

struct AdamWOptions {
    float decay;             // 1 - learning rate * weight decay
    float beta1, beta2;
    float rest1, rest2;      // 1 - beta, subtracted in double: 1 - 0.999f is off by five digits
    float step_size;         // learning rate / (1 - beta1^step)
    float root_correction;   // sqrt(1 - beta2^step)
    float epsilon;
    float gradient_scale;
};

struct SgdOptions {
    float decay;             // added to the gradient for each unit of the weight
    float keep, take;        // of the momentum before, and of the gradient
    float momentum;          // Nesterov's share of the new momentum
    float learning_rate, gradient_scale;
    bool nesterov;
};

// 256 values in rising order, and the borders between neighbours; above the last one there is none.
struct Codebook {
    float values[256];
    float borders[256];
};

// Elements that share a scale in 8-bit states.
constexpr int64_t block_of_state = 256;

struct FlatKernels {
    void (*adamw)(float* parameter, const float* gradient, float* first, float* second, int64_t count, const AdamWOptions& options);
    // Moments as codes, with the largest of each block beside them; `count` elements from the start of a block.
    void (*adamw8)(float* parameter, const float* gradient, uint8_t* first, uint8_t* second, float* first_scale, float* second_scale, int64_t count,
        const Codebook& first_codes, const Codebook& second_codes, const AdamWOptions& options);
    // momentum is null where there is none.
    void (*sgd)(float* parameter, const float* gradient, float* momentum, int64_t count, const SgdOptions& options);
    double (*sum_of_squares)(const float* x, int64_t count);
};

// The best that this processor runs.
template <typename T>
const RowKernels<T>& row_kernels();
const FlatKernels& flat_kernels();

}  // namespace fts
