// fts::streaming_read: reads memory as fast as the machine can, and nothing else: the measure for decoding.
#include <ATen/ATen.h>
#include <sys/mman.h>
#include <torch/library.h>

#include "../internal.h"
#include "decode_parallel.h"
#include "decode_stream.inl"

namespace fts::decode {

uint64_t read_bytes_portable(const char* from, int64_t bytes) { return read_bytes<1>(from, bytes); }

namespace {

constexpr int64_t piece_bytes = 1 << 20, huge_page = 2 << 20;

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

// Asks for large pages, before the memory is first touched: the processor then looks up fewer addresses while streaming.
void prefer_huge_pages(const at::Tensor& buffer) {
    const auto start = reinterpret_cast<uintptr_t>(buffer.data_ptr());
    const uintptr_t first = (start + huge_page - 1) / huge_page * huge_page;
    const uintptr_t end = start + buffer.numel() * buffer.element_size();
    if (end > first) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);  // a wish: refusal costs speed only
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("streaming_read(Tensor buffer) -> int");
    m.def("prefer_huge_pages(Tensor buffer) -> ()");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("streaming_read", streaming_read);
    m.impl("prefer_huge_pages", prefer_huge_pages);
}

}  // namespace fts::decode
