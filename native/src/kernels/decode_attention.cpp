// fts::cached_attention and fts::cache_write: the key/value cache of generation. No gradient.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_attention.inl"
#include "decode_parallel.h"

namespace fts::decode {

void attention_f32(const attention_task& task) { attend<float>(task); }

void attention_bf16(const attention_task& task) { attend<uint16_t>(task); }

namespace {

constexpr int32_t avx2 = 1, avx512 = 2;

attention_kernel choose(at::ScalarType type) {
    TORCH_CHECK(type == at::kFloat || type == at::kBFloat16, "the cache holds fp32 or bf16, not ", type);
#if defined(__x86_64__)
    const int32_t features = fts_processor_features();
    if ((features & avx512) != 0) return type == at::kFloat ? attention_f32_avx512 : attention_bf16_avx512;
    if ((features & avx2) != 0) return type == at::kFloat ? attention_f32_avx2 : attention_bf16_avx2;
#endif
    return type == at::kFloat ? attention_f32 : attention_bf16;
}

void check_cache(const at::Tensor& key, const at::Tensor& value, const at::Tensor& keys, const at::Tensor& values) {
    TORCH_CHECK(keys.dim() == 4 && values.dim() == 4 && keys.is_contiguous() && values.is_contiguous() && keys.sizes().slice(0, 3) == values.sizes().slice(0, 3),
                "keys and values must be contiguous [slots, heads, capacity, size], not ", keys.sizes(), " and ", values.sizes());
    TORCH_CHECK(key.dim() == 3 && key.size(1) == keys.size(1) && key.size(2) == keys.size(3), "keys ", key.sizes(), " do not fit the cache ", keys.sizes());
    TORCH_CHECK(value.dim() == 3 && value.size(0) == key.size(0) && value.size(1) == values.size(1) && value.size(2) == values.size(3),
                "values ", value.sizes(), " do not fit keys ", key.sizes(), " and the cache ", values.sizes());
    TORCH_CHECK(key.scalar_type() == keys.scalar_type() && value.scalar_type() == keys.scalar_type() && values.scalar_type() == keys.scalar_type(),
                "the cache must be of the keys' and values' type");
}

// Slots and positions of the rows, checked: a wrong one would write into another sequence. Where the cache is as long as the window, its
// places are used in turns, and positions go on without end.
std::pair<const int64_t*, const int64_t*> check_places(int64_t rows, const at::Tensor& keys, const at::Tensor& slots, const at::Tensor& positions, int64_t window) {
    TORCH_CHECK(slots.scalar_type() == at::kLong && positions.scalar_type() == at::kLong && slots.is_contiguous() && positions.is_contiguous()
                && slots.numel() == rows && positions.numel() == rows, "slots and positions must be int64, one for each of ", rows, " rows");
    const int64_t* slot = slots.data_ptr<int64_t>();
    const int64_t* position = positions.data_ptr<int64_t>();
    const bool in_turns = window == keys.size(2);
    for (int64_t row = 0; row < rows; row++) {
        TORCH_CHECK(slot[row] >= 0 && slot[row] < keys.size(0) && position[row] >= 0 && (in_turns || position[row] < keys.size(2)),
                    "slot ", slot[row], ", position ", position[row], " lie outside the cache ", keys.sizes());
    }
    return {slot, position};
}

char* place(const at::Tensor& cache, int64_t slot, int64_t head, int64_t position) {
    const int64_t index = ((slot * cache.size(1) + head) * cache.size(2) + position % cache.size(2)) * cache.size(3);
    return static_cast<char*>(cache.data_ptr()) + index * cache.element_size();
}

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

prepared_steps prepare(const at::Tensor& x, const fts::optional<at::Tensor>& weight, const fts::optional<at::Tensor>& cos, const fts::optional<at::Tensor>& sin,
                       double epsilon, bool unit_offset) {
    prepared_steps steps;
    if (weight) {
        TORCH_CHECK(weight->dim() == 1 && weight->size(0) == x.size(2), "a norm's weight of ", weight->sizes(), " for heads of ", x.sizes());
        steps.weight = weight->to(x.scalar_type()).contiguous();
    }
    if (cos) {
        TORCH_CHECK(sin && cos->dim() == 2 && cos->size(0) == x.size(0) && cos->sizes() == sin->sizes() && 2 * cos->size(1) <= x.size(2), "angles of ", cos->sizes(), " for ", x.sizes());
        steps.cos = cos->to(at::kFloat).contiguous();
        steps.sin = sin->to(at::kFloat).contiguous();
        steps.half = cos->size(1);
    }
    steps.offset = unit_offset ? 1.0f : 0.0f;
    steps.epsilon = static_cast<float>(epsilon);
    return steps;
}

at::Tensor cached_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& keys, const at::Tensor& values,
                            const at::Tensor& slots, const at::Tensor& positions, double scale, int64_t window, double soft_cap, const fts::optional<at::Tensor>& sinks,
                            const fts::optional<at::Tensor>& query_norm, const fts::optional<at::Tensor>& key_norm, double epsilon, bool unit_offset,
                            const fts::optional<at::Tensor>& cos, const fts::optional<at::Tensor>& sin) {
    check_cache(k, v, keys, values);
    const int64_t rows = q.size(0), heads = keys.size(1), size = keys.size(3), value_size = values.size(3);
    TORCH_CHECK(q.dim() == 3 && q.size(2) == size && q.size(1) % heads == 0 && q.scalar_type() == k.scalar_type(), "queries ", q.sizes(), " do not fit the cache ", keys.sizes());
    TORCH_CHECK(k.size(0) == rows, "one key and value for each of ", rows, " queries, not ", k.sizes(), " and ", v.sizes());
    TORCH_CHECK(!sinks || (sinks->dim() == 1 && sinks->size(0) == q.size(1)), "one sink for each head of ", q.sizes());
    const auto [slot, position] = check_places(rows, keys, slots, positions, window);
    const auto kernel = choose(q.scalar_type());
    const auto query_steps = prepare(q, query_norm, cos, sin, epsilon, unit_offset), key_steps = prepare(k, key_norm, cos, sin, epsilon, unit_offset);
    const at::Tensor query = q.contiguous(), key = k.contiguous(), value = v.contiguous();
    const at::Tensor sink = sinks ? sinks->to(at::kFloat).contiguous() : at::Tensor();
    at::Tensor result = at::empty({rows, q.size(1), value_size}, q.options());
    const int64_t group = q.size(1) / heads, bytes = size * q.element_size(), value_bytes = value_size * q.element_size();
    const int64_t capacity = keys.size(2), longest = rows == 0 ? 0 : std::min(capacity, *std::max_element(position, position + rows) + 1);

    take_pieces(rows * heads, [&, slot = slot, position = position](int64_t piece) {
        static thread_local std::vector<float> scratch;
        scratch.resize(std::max<size_t>(scratch.size(), attention_scratch(size, longest)));
        const int64_t row = piece / heads, head = piece % heads, whole = position[row] + 1;
        // Past the cache's end all its places are within the window, whichever they are.
        const int64_t first = whole > capacity ? 0 : window > 0 ? std::max<int64_t>(0, whole - window) : 0, length = std::min(whole, capacity) - first;
        kernel({static_cast<const char*>(query.data_ptr()) + piece * group * bytes, static_cast<const char*>(key.data_ptr()) + piece * bytes,
                static_cast<const char*>(value.data_ptr()) + piece * value_bytes, place(keys, slot[row], head, 0), place(values, slot[row], head, 0),
                static_cast<char*>(result.data_ptr()) + piece * group * value_bytes, group, size, value_size, position[row] % capacity, first, length,
                static_cast<float>(scale), static_cast<float>(soft_cap),
                sink.defined() ? sink.data_ptr<float>() + head * group : nullptr, query_steps.of(row), key_steps.of(row), scratch.data()});
    });
    return result;
}

// Tokens in the order of their sequences: of those that share a place, the last stays.
void cache_write(const at::Tensor& k, const at::Tensor& v, const at::Tensor& keys, const at::Tensor& values, const at::Tensor& slots, const at::Tensor& positions, int64_t window) {
    check_cache(k, v, keys, values);
    const int64_t rows = k.size(0), heads = keys.size(1), bytes = keys.size(3) * keys.element_size(), value_bytes = values.size(3) * values.element_size();
    const auto [slot, position] = check_places(rows, keys, slots, positions, window);
    const at::Tensor key = k.contiguous(), value = v.contiguous();
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t head = 0; head < heads; head++) {
            const int64_t from = row * heads + head;
            std::memcpy(place(keys, slot[row], head, position[row]), static_cast<const char*>(key.data_ptr()) + from * bytes, bytes);
            std::memcpy(place(values, slot[row], head, position[row]), static_cast<const char*>(value.data_ptr()) + from * value_bytes, value_bytes);
        }
    }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("cached_attention(Tensor q, Tensor k, Tensor v, Tensor(a!) keys, Tensor(b!) values, Tensor slots, Tensor positions, float scale, int window, float soft_cap=0, "
          "Tensor? sinks=None, Tensor? query_norm=None, Tensor? key_norm=None, float epsilon=0, bool unit_offset=False, Tensor? cos=None, Tensor? sin=None) -> Tensor");
    m.def("cache_write(Tensor k, Tensor v, Tensor(a!) keys, Tensor(b!) values, Tensor slots, Tensor positions, int window=0) -> ()");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("cached_attention", cached_attention);
    m.impl("cache_write", cache_write);
}

}  // namespace fts::decode
