// fts::streaming_read: reads memory as fast as the machine can, and nothing else: the measure for decoding.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_parallel.h"
#include "decode_stream.inl"

namespace fts::decode {

uint64_t read_bytes_portable(const char* from, int64_t bytes) { return read_bytes<1>(from, bytes); }

namespace {

constexpr int64_t piece_bytes = 64 << 10;

reader choose_reader() {
#if defined(__x86_64__)
    if ((fts_processor_features() & 2) != 0) return read_bytes_avx512;
#endif
    return read_bytes_portable;
}

int64_t streaming_read(const at::Tensor& buffer) {
    TORCH_CHECK(buffer.is_contiguous(), "only contiguous memory can be streamed");
    const int64_t bytes = buffer.numel() * buffer.element_size();
    const char* start = static_cast<const char*>(buffer.data_ptr());
    const reader read = choose_reader();
    std::atomic<uint64_t> sum{0};
    take_pieces((bytes + piece_bytes - 1) / piece_bytes, [&](int64_t piece) {
        const int64_t from = piece * piece_bytes;
        sum.fetch_add(read(start + from, std::min(piece_bytes, bytes - from)), std::memory_order_relaxed);
    });
    return static_cast<int64_t>(sum.load());
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("streaming_read(Tensor buffer) -> int");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("streaming_read", streaming_read);
}

}  // namespace fts::decode
