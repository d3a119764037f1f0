#include "decode_sample.inl"

namespace fts::decode {

sample_passes sample_passes_avx512() { return {find_largest, weigh, find_above}; }

}  // namespace fts::decode
