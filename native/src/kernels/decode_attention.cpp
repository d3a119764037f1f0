// fts::cached_attention and fts::cache_write: the key/value cache of generation. No gradient.
#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>
#include <tuple>

#include "../internal.h"
#include "cached_rows.h"
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

prepared_steps prepare(const at::Tensor& x, const fts::optional<at::Tensor>& weight, const steps_of_heads& given) {
    prepared_steps steps;
    if (weight) {
        TORCH_CHECK(weight->dim() == 1 && weight->size(0) == x.size(2), "a norm's weight of ", weight->sizes(), " for heads of ", x.sizes());
        steps.weight = weight->to(x.scalar_type()).contiguous();
    }
    if (given.cos) {
        const auto &cos = given.cos, &sin = given.sin;
        TORCH_CHECK(sin && cos->dim() == 2 && cos->size(0) == x.size(0) && cos->sizes() == sin->sizes() && 2 * cos->size(1) <= x.size(2), "angles of ", cos->sizes(), " for ", x.sizes());
        steps.cos = cos->to(at::kFloat).contiguous();
        steps.sin = sin->to(at::kFloat).contiguous();
        steps.half = cos->size(1);
    }
    steps.offset = given.unit_offset ? 1.0f : 0.0f;
    steps.epsilon = static_cast<float>(given.epsilon);
    return steps;
}

}  // namespace

cached_rows::cached_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const cache_places& cache, const scoring& scoring, const steps_of_heads& steps)
    : query_(q), key_(k), value_(v), keys_(cache.keys), values_(cache.values), slots_(cache.slots), positions_(cache.positions), scale_(static_cast<float>(scoring.scale)),
      soft_cap_(static_cast<float>(scoring.soft_cap)), window_(scoring.window), heads_(cache.keys.dim() == 4 ? cache.keys.size(1) : 0) {
    check_cache(k, v, keys_, values_);
    TORCH_CHECK(q.dim() == 3 && q.size(2) == keys_.size(3) && q.size(1) % heads_ == 0 && q.scalar_type() == k.scalar_type(), "queries ", q.sizes(), " do not fit the cache ", keys_.sizes());
    TORCH_CHECK(k.size(0) == q.size(0), "one key and value for each of ", q.size(0), " queries, not ", k.sizes(), " and ", v.sizes());
    TORCH_CHECK(!scoring.sinks || (scoring.sinks->dim() == 1 && scoring.sinks->size(0) == q.size(1)), "one sink for each head of ", q.sizes());
    std::tie(slot_, position_) = check_places(q.size(0), keys_, slots_, positions_, window_);
    kernel_ = choose(q.scalar_type());
    query_steps_ = prepare(q, steps.query_norm, steps);
    key_steps_ = prepare(k, steps.key_norm, steps);
    if (scoring.sinks) sinks_ = scoring.sinks->to(at::kFloat).contiguous();
    result_ = at::empty({q.size(0), q.size(1), values_.size(3)}, q.options());
    longest_ = q.size(0) == 0 ? 0 : std::min(keys_.size(2), *std::max_element(position_, position_ + q.size(0)) + 1);
}

void cached_rows::operator()(int64_t piece) const {
    static thread_local std::vector<float> scratch;
    const int64_t size = keys_.size(3), value_size = values_.size(3), capacity = keys_.size(2), group = query_.size(1) / heads_;
    const int64_t bytes = size * query_.element_size(), value_bytes = value_size * query_.element_size();
    scratch.resize(std::max<size_t>(scratch.size(), attention_scratch(size, longest_)));
    const int64_t row = piece / heads_, head = piece % heads_, whole = position_[row] + 1;
    // Past the cache's end all its places are within the window, whichever they are.
    const int64_t first = whole > capacity ? 0 : window_ > 0 ? std::max<int64_t>(0, whole - window_) : 0, length = std::min(whole, capacity) - first;
    kernel_({static_cast<const char*>(query_.data_ptr()) + piece * group * bytes, static_cast<const char*>(key_.data_ptr()) + piece * bytes,
             static_cast<const char*>(value_.data_ptr()) + piece * value_bytes, place(keys_, slot_[row], head, 0), place(values_, slot_[row], head, 0),
             static_cast<char*>(result_.data_ptr()) + piece * group * value_bytes, group, size, value_size, position_[row] % capacity, first, length, scale_, soft_cap_,
             sinks_.defined() ? sinks_.data_ptr<float>() + head * group : nullptr, query_steps_.of(row), key_steps_.of(row), scratch.data()});
}

namespace {

at::Tensor cached_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& keys, const at::Tensor& values,
                            const at::Tensor& slots, const at::Tensor& positions, double scale, int64_t window, double soft_cap, const fts::optional<at::Tensor>& sinks,
                            const fts::optional<at::Tensor>& query_norm, const fts::optional<at::Tensor>& key_norm, double epsilon, bool unit_offset,
                            const fts::optional<at::Tensor>& cos, const fts::optional<at::Tensor>& sin) {
    const cached_rows rows(q.contiguous(), k.contiguous(), v.contiguous(), {keys, values, slots, positions}, {scale, soft_cap, window, sinks}, {query_norm, key_norm, cos, sin, epsilon, unit_offset});
    take_pieces(rows.pieces(), rows);
    return rows.result();
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
