#include "decode_stream.inl"

namespace fts::decode {

uint64_t read_bytes_avx512(const char* from, int64_t bytes) { return read_bytes<8>(from, bytes); }

}  // namespace fts::decode
