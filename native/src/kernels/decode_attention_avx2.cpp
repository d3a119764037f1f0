#include "decode_attention.inl"

namespace fts::decode {

void attention_f32_avx2(const attention_task& task) { attend<float>(task); }

void attention_bf16_avx2(const attention_task& task) { attend<uint16_t>(task); }

}  // namespace fts::decode
