// Two passes over the keys' and values' memory, softmax in fp32 between them.
#include <cmath>

#include "decode_attention.h"
#include "decode_math.inl"

namespace {

using fts::decode::attention_task;
using fts::decode::head_steps;

// Norms and turns one head, each rounded to T as where the two are passes of their own: a step gives the keys that a prompt's pass gives.
template <typename T>
inline void take_steps(const head_steps& steps, const T* from, int64_t size, T* to) {
    if (steps.norm != nullptr) {
        const T* weight = static_cast<const T*>(steps.norm);
        float squares = 0;
        for (int64_t i = 0; i < size; i++) squares += load_one(from + i) * load_one(from + i);
        const float factor = 1.0f / std::sqrt(squares / static_cast<float>(size) + steps.epsilon);
        for (int64_t i = 0; i < size; i++) store_one(to + i, load_one(from + i) * factor * (steps.offset + load_one(weight + i)));
    } else if (to != from) {
        std::memcpy(to, from, size * sizeof(T));
    }
    for (int64_t i = 0; i < steps.half; i++) {
        const float first = load_one(to + i), second = load_one(to + i + steps.half), c = steps.cos[i], s = steps.sin[i];
        store_one(to + i, first * c - second * s);
        store_one(to + i + steps.half, second * c + first * s);
    }
}

// scores[g * length + t] = query_g . key_t, for Heads queries at once.
template <typename T, int Heads>
inline void score_keys(const float* queries, const T* keys, int64_t size, int64_t length, float* scores) {
    const int64_t whole = size / lanes * lanes;
    for (int64_t t = 0; t < length; t++) {
        const T* key = keys + t * size;
        f32x16 sums[Heads] = {};
        for (int64_t c = 0; c < whole; c += lanes) {
            const f32x16 part = load(key + c);
            for (int g = 0; g < Heads; g++) sums[g] = multiply_add(load(queries + g * size + c), part, sums[g]);
        }
        for (int g = 0; g < Heads; g++) {
            float sum = total(sums[g]);
            for (int64_t c = whole; c < size; c++) sum += queries[g * size + c] * load_one(key + c);
            scores[g * length + t] = sum;
        }
    }
}

// cap tanh(s / cap), in place.
inline void bound(float* scores, int64_t length, float cap) {
    for (int64_t t = 0; t < length; t += lanes) {
        float part[lanes] = {};
        const int64_t count = length - t < lanes ? length - t : lanes;
        std::memcpy(part, scores + t, count * sizeof(float));
        // tanh(|x|) = (1 - e) / (1 + e) with e = exp(-2 |x|), which never overflows.
        const f32x16 x = load(part) / spread(cap), size = larger(x, -x), e = exponential(size * spread(-2.0f));
        const f32x16 tanh = (spread(1.0f) - e) / (spread(1.0f) + e);
        store(part, (x < f32x16{} ? -tanh : tanh) * spread(cap));
        std::memcpy(scores + t, part, count * sizeof(float));
    }
}

// In place; returns the sum of the exponentials, a sink's included.
inline float soften(float* scores, int64_t length, const float* sink) {
    const int64_t whole = length / lanes * lanes;
    float highest = sink != nullptr ? *sink : scores[0];
    for (int64_t t = 0; t < length; t++) highest = scores[t] > highest ? scores[t] : highest;

    f32x16 sums = {};
    if (sink != nullptr) sums[0] = exponential(spread(*sink - highest))[0];
    for (int64_t t = 0; t < whole; t += lanes) {
        const f32x16 weight = exponential(load(scores + t) - spread(highest));
        store(scores + t, weight);
        sums += weight;
    }
    if (whole < length) {
        float rest[lanes];
        for (int64_t i = 0; i < lanes; i++) rest[i] = whole + i < length ? scores[whole + i] - highest : -100.0f;
        const f32x16 weight = exponential(load(rest));
        store(rest, weight);
        std::memcpy(scores + whole, rest, (length - whole) * sizeof(float));
        sums += weight;
    }
    return total(sums);
}

// result_g = sum over t of weights_g,t * value_t, for Parts vectors of each head.
template <typename T, int Heads, int Parts>
inline void mix_part(const float* weights, const float* sums, const T* values, int64_t size, int64_t length, int64_t start, T* result) {
    f32x16 mixed[Heads][Parts] = {};
    for (int64_t t = 0; t < length; t++) {
        f32x16 value[Parts];
        for (int p = 0; p < Parts; p++) value[p] = load(values + t * size + start + p * lanes);
        for (int g = 0; g < Heads; g++) {
            const f32x16 weight = spread(weights[g * length + t]);
            for (int p = 0; p < Parts; p++) mixed[g][p] = multiply_add(weight, value[p], mixed[g][p]);
        }
    }
    for (int g = 0; g < Heads; g++) {
        for (int p = 0; p < Parts; p++) {
            const f32x16 scaled = mixed[g][p] / spread(sums[g]);
            for (int i = 0; i < lanes; i++) store_one(result + g * size + start + p * lanes + i, scaled[i]);
        }
    }
}

template <typename T, int Heads>
inline void mix_values(const float* weights, const float* sums, const T* values, int64_t size, int64_t length, T* result) {
    int64_t start = 0;
    for (; start + 4 * lanes <= size; start += 4 * lanes) mix_part<T, Heads, 4>(weights, sums, values, size, length, start, result);
    for (; start + lanes <= size; start += lanes) mix_part<T, Heads, 1>(weights, sums, values, size, length, start, result);
    for (; start < size; start++) {
        for (int g = 0; g < Heads; g++) {
            float sum = 0;
            for (int64_t t = 0; t < length; t++) sum += weights[g * length + t] * load_one(values + t * size + start);
            store_one(result + g * size + start, sum / sums[g]);
        }
    }
}

template <typename T, int Heads>
inline void attend_heads(const attention_task& task, int64_t head) {
    const int64_t size = task.size, value_size = task.value_size, length = task.length;
    const T* query = static_cast<const T*>(task.query) + head * size;
    float* queries = task.scratch;
    T* ready = reinterpret_cast<T*>(queries + Heads * size);
    float* scores = queries + 2 * Heads * size;
    for (int g = 0; g < Heads; g++) {
        take_steps(task.query_steps, query + g * size, size, ready);
        for (int64_t i = 0; i < size; i++) queries[g * size + i] = load_one(ready + i) * task.scale;
    }

    score_keys<T, Heads>(queries, static_cast<const T*>(task.keys) + task.first * size, size, length, scores);
    float sums[Heads];
    if (task.cap > 0) bound(scores, Heads * length, task.cap);
    for (int g = 0; g < Heads; g++) sums[g] = soften(scores + g * length, length, task.sinks == nullptr ? nullptr : task.sinks + head + g);
    mix_values<T, Heads>(scores, sums, static_cast<const T*>(task.values) + task.first * value_size, value_size, length, static_cast<T*>(task.result) + head * value_size);
}

template <typename T>
inline void attend(const attention_task& task) {
    take_steps(task.key_steps, static_cast<const T*>(task.key), task.size, static_cast<T*>(task.keys) + task.place * task.size);
    std::memcpy(static_cast<T*>(task.values) + task.place * task.value_size, task.value, task.value_size * sizeof(T));
    int64_t head = 0;
    for (; head + 4 <= task.group; head += 4) attend_heads<T, 4>(task, head);
    switch (task.group - head) {
        case 1: attend_heads<T, 1>(task, head); break;
        case 2: attend_heads<T, 2>(task, head); break;
        case 3: attend_heads<T, 3>(task, head); break;
        default: break;
    }
}

}  // namespace
