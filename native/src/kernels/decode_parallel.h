// Work that many threads take from one counter: a core that something else slows down takes fewer pieces, and the others never wait for its share.
#pragma once
#include <ATen/Parallel.h>
#include <atomic>

namespace fts::decode {

// Calls body(piece) for each piece once, in any order, on up to at::get_num_threads() threads.
template <typename Body>
void take_pieces(int64_t pieces, const Body& body) {
    const int64_t threads = std::min<int64_t>(at::get_num_threads(), pieces);
    if (threads <= 1) {
        for (int64_t piece = 0; piece < pieces; piece++) body(piece);
        return;
    }

    std::atomic<int64_t> next{0};
    at::parallel_for(0, threads, 1, [&](int64_t, int64_t) {
        for (;;) {
            const int64_t piece = next.fetch_add(1, std::memory_order_relaxed);
            if (piece >= pieces) return;
            body(piece);
        }
    });
}

}  // namespace fts::decode
