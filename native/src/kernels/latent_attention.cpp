// fts::latent_attention: one new token of each sequence over the latents that are kept of it (DeepSeek-AI 2024, arXiv 2405.04434). All heads
// read the same latents, which are keys with their whole width and values with the first part of it, so that the queries of all heads make
// one matrix: products of blocks with a running softmax, as in attention.cpp. No gradient.
#include <limits>

#include "blocks.h"
#include "workers.h"

using namespace fts;

namespace {

constexpr int64_t key_block = 128;
constexpr int64_t most_heads = 64;  // of a task: their sums stay in the second cache

struct Latents {
    const at::Tensor& cache;  // [slots, capacity, width]
    int64_t slot, length;
};

// Heads [head, head + count) of one row.
template <typename T>
void attend(const at::Tensor& q, int64_t row, int64_t head, int64_t count, const Latents& latents, int64_t value_size, float scale, const at::Tensor& result) {
    const auto& kernels = block_kernels<T>();
    const int64_t width = q.size(2), deep = round_up(width, depth_unit), across = round_up(value_size, column_unit), heads = q.size(1);
    T* queries = scratch<T>(COPY, most_heads * deep);
    T* block = scratch<T>(ROWS, key_block * deep);
    T* keys = scratch<T>(KEYS, key_block * deep);
    T* values = scratch<T>(VALUES, key_block * across);
    T* weights = scratch<T>(WEIGHTS, most_heads * key_block);
    float* scores = scratch<float>(SCORES, most_heads * key_block);
    float* sums = scratch<float>(SUMS, most_heads * across);
    float* largest = scratch<float>(LARGEST, most_heads);
    float* totals = scratch<float>(TOTALS, most_heads);
    gather(data<T>(q) + (row * heads + head) * width, width, count, width, deep, queries);
    std::fill_n(sums, count * across, 0.0f);
    std::fill_n(largest, count, -std::numeric_limits<float>::infinity());
    std::fill_n(totals, count, 0.0f);
    for (int64_t start = 0; start < latents.length; start += key_block) {
        const int64_t tokens = std::min(key_block, latents.length - start);
        const T* kept = data<T>(latents.cache) + (latents.slot * latents.cache.size(1) + start) * width;
        if (deep == width) {
            kernels.pack_columns(kept, width, width, tokens, keys, key_block);
        } else {
            gather(kept, width, tokens, width, deep, block);
            kernels.pack_columns(block, deep, deep, tokens, keys, key_block);
        }
        kernels.pack_rows(kept, width, tokens, value_size, values, across);
        kernels.multiply(count, round_up(tokens, column_unit), deep, queries, deep, keys, key_block, scores, key_block, false);
        // Every head sees all that is kept.
        kernels.softmax(scores, key_block, count, tokens, tokens, std::numeric_limits<int32_t>::max(), scale, weights, key_block, largest, totals, sums, across, across);
        kernels.multiply(count, across, round_up(tokens, depth_unit), weights, key_block, values, across, sums, across, true);
    }
    for (int64_t h = 0; h < count; h++) {
        float* sum = sums + h * across;
        for (int64_t i = 0; i < value_size; i++) sum[i] /= totals[h];
        row_kernels<T>().from_float(sum, value_size, data<T>(result) + (row * heads + head + h) * value_size);
    }
}

at::Tensor latent_attention(const at::Tensor& q_input, const at::Tensor& latent, const at::Tensor& cache, const at::Tensor& slots, const at::Tensor& positions, int64_t value_size, double scale) {
    TORCH_CHECK(q_input.dim() == 3 && latent.dim() == 2 && cache.dim() == 3 && cache.is_contiguous() && q_input.size(2) == cache.size(2) && latent.size(1) == cache.size(2) &&
        latent.size(0) == q_input.size(0) && q_input.scalar_type() == cache.scalar_type() && latent.scalar_type() == cache.scalar_type() && value_size > 0 && value_size <= cache.size(2),
        "latent_attention: queries ", q_input.sizes(), ", latents ", latent.sizes(), ", cache ", cache.sizes(), ", values of ", value_size);
    const int64_t rows = q_input.size(0), heads = q_input.size(1), width = cache.size(2);
    TORCH_CHECK(slots.scalar_type() == at::kLong && positions.scalar_type() == at::kLong && slots.is_contiguous() && positions.is_contiguous() && slots.numel() == rows && positions.numel() == rows,
        "latent_attention: slots and positions must be int64, one for each of ", rows, " rows");
    const auto q = q_input.contiguous(), own = latent.contiguous();
    const int64_t *slot = data<int64_t>(slots), *position = data<int64_t>(positions);
    for (int64_t row = 0; row < rows; row++) {
        TORCH_CHECK(slot[row] >= 0 && slot[row] < cache.size(0) && position[row] >= 0 && position[row] < cache.size(1), "latent_attention: slot ", slot[row], ", position ", position[row],
            " lie outside the cache ", cache.sizes());
    }
    auto result = at::empty({rows, heads, value_size}, q.options());
    // Heads are shared out where there are fewer rows than threads.
    const int64_t wanted = std::max<int64_t>(1, at::get_num_threads() / std::max<int64_t>(1, rows));
    const int64_t together = std::min(most_heads, (heads + wanted - 1) / wanted), pieces = (heads + together - 1) / together;
    with_type(q, [&](auto type) {
        using T = decltype(type);
        for (int64_t row = 0; row < rows; row++) std::copy_n(data<T>(own) + row * width, width, data<T>(cache) + (slot[row] * cache.size(1) + position[row]) * width);
        each_task(rows * pieces, [&](int64_t task) {
            const int64_t row = task / pieces, head = task % pieces * together;
            attend<T>(q, row, head, std::min(together, heads - head), {cache, slot[row], position[row] + 1}, value_size, static_cast<float>(scale), result);
        });
    });
    return result;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("latent_attention(Tensor q, Tensor latent, Tensor cache, Tensor slots, Tensor positions, int value_size, float scale) -> Tensor", latent_attention);
}
