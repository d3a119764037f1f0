// Work that many threads take from one counter: a core that something else slows down takes fewer pieces, and the others never wait for its share.
#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

namespace fts::decode {

// Takes pieces from `next` until none is left, and calls body(piece) for each: long runs of neighbouring pieces first, which memory delivers
// fastest, and shorter ones towards the end, so that threads finish together. Returns how many it took.
template <typename Body>
int64_t take_runs(std::atomic<int64_t>& next, int64_t pieces, int64_t threads, const Body& body) {
    int64_t taken = 0, first = next.load(std::memory_order_relaxed);
    while (first < pieces) {
        const int64_t last = first + std::max<int64_t>(1, (pieces - first) / (2 * threads));
        if (!next.compare_exchange_weak(first, last, std::memory_order_relaxed)) continue;
        for (int64_t piece = first; piece < last; piece++) body(piece);
        taken += last - first;
        first = next.load(std::memory_order_relaxed);
    }
    return taken;
}

// Calls body(piece) for each piece once, on up to at::get_num_threads() threads.
template <typename Body>
void take_pieces(int64_t pieces, const Body& body) {
    const int64_t threads = std::min<int64_t>(at::get_num_threads(), pieces);
    if (threads <= 1) {
        for (int64_t piece = 0; piece < pieces; piece++) body(piece);
        return;
    }

    std::atomic<int64_t> next{0};
    at::parallel_for(0, threads, 1, [&](int64_t, int64_t) { take_runs(next, pieces, threads, body); });
}

}  // namespace fts::decode
