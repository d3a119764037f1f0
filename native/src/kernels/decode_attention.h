// Attention of one new token of a sequence over the keys and values that are kept of it.
#pragma once
#include <cstdint>

namespace fts::decode {

// What a head goes through between its product and its scores; nothing where all is null.
struct head_steps {
    const void* norm;     // [size], the root mean square norm's weight
    const float* cos;     // [half], of the row's position; pairs (i, i + half) turn
    const float* sin;
    int64_t half;
    float offset;         // the norm multiplies by offset + weight
    float epsilon;
};

// One key/value head of one row, with the query heads that read it.
struct attention_task {
    const void* query;    // [group, size]
    const void* key;      // [size], of the new token; written into the cache
    const void* value;    // [value_size]
    void* keys;           // [capacity, size], of this sequence and head
    void* values;         // [capacity, value_size]
    void* result;         // [group, value_size]
    int64_t group, size, value_size;
    int64_t place;        // where the new token goes
    int64_t first, length; // the places it looks at, its own among them; their order does not matter
    float scale;
    float cap;            // bounds the scaled scores, cap tanh(s / cap); 0: none
    const float* sinks;   // [group], one more score of each query head; null: none
    head_steps query_steps, key_steps;
    float* scratch;       // attention_scratch floats
};

inline int64_t attention_scratch(int64_t size, int64_t length) { return 4 * (2 * size + length + 32); }

using attention_kernel = void (*)(const attention_task&);

void attention_f32(const attention_task&);
void attention_bf16(const attention_task&);
void attention_f32_avx2(const attention_task&);
void attention_bf16_avx2(const attention_task&);
void attention_f32_avx512(const attention_task&);
void attention_bf16_avx512(const attention_task&);

}  // namespace fts::decode
