// Attention of one new token of each of several sequences over the cache, a piece of work for each row and key/value head.
#pragma once
#include <ATen/ATen.h>

#include <vector>

#include "../compat.h"
#include "decode_attention.h"

namespace fts::decode {

struct cache_places {
    at::Tensor keys, values;      // [slots, K, capacity, C] and [slots, K, capacity, V]
    at::Tensor slots, positions;  // [rows], int64
};

struct scoring {
    double scale, soft_cap;       // 0: no bound
    int64_t window;               // 0: all
    fts::optional<at::Tensor> sinks;
};

struct steps_of_heads {
    fts::optional<at::Tensor> query_norm, key_norm, cos, sin;
    double epsilon;
    bool unit_offset;
};

// Steps of the heads of one kind, and the tensors that their pointers look into.
struct prepared_steps {
    at::Tensor weight, cos, sin;
    float offset = 0, epsilon = 0;
    int64_t half = 0;

    head_steps of(int64_t row) const {
        return {weight.defined() ? weight.data_ptr() : nullptr, half == 0 ? nullptr : cos.data_ptr<float>() + row * half, half == 0 ? nullptr : sin.data_ptr<float>() + row * half,
                half, offset, epsilon};
    }
};

class cached_rows {
public:
    // q [rows, H, C], k [rows, K, C], v [rows, K, V]: contiguous, and read only when a piece is done. Shapes and places are checked here.
    cached_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const cache_places& cache, const scoring& scoring, const steps_of_heads& steps);

    int64_t pieces() const { return query_.size(0) * heads_; }
    void operator()(int64_t piece) const;

    // [rows, H, V]
    const at::Tensor& result() const { return result_; }

private:
    at::Tensor query_, key_, value_, keys_, values_, slots_, positions_, sinks_, result_;
    float scale_, soft_cap_;
    int64_t window_, heads_, longest_ = 0;
    const int64_t *slot_ = nullptr, *position_ = nullptr;
    attention_kernel kernel_ = nullptr;
    prepared_steps query_steps_, key_steps_;
};

}  // namespace fts::decode
