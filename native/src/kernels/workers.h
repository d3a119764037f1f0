// Threads that share out tasks, and memory that each keeps for its next one.
#pragma once
#include <ATen/Parallel.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace fts {

enum Slot {
    COPY, WEIGHTS, DSCORES, PACKED, SCORES, DWEIGHTS, SUMS, LARGEST, TOTALS, KEYS, VALUES, TURNED, DKEYS, DVALUES, COLUMNS, DCOLUMNS, ROWS, DROWS, LSE, DELTA, DQUERIES,
    PRODUCT, FACTOR, SLOTS
};

// Memory of one worker, aligned to 64 bytes: blocks are small, and fresh pages are dear. Contents are whatever was left there.
template <typename T>
T* scratch(Slot slot, int64_t count) {
    thread_local std::vector<char> buffers[SLOTS];
    auto& buffer = buffers[slot];
    const size_t bytes = static_cast<size_t>(count) * sizeof(T) + 64;
    if (buffer.size() < bytes) std::vector<char>(bytes).swap(buffer);
    const auto address = reinterpret_cast<uintptr_t>(buffer.data());
    return reinterpret_cast<T*>((address + 63) / 64 * 64);
}

// Workers take the next task when they are done. A task's output is its own, so the order has no part in the result.
template <typename Body>
void each_task(int64_t count, Body&& body) {
    std::atomic<int64_t> next{0};
    const int64_t workers = std::min<int64_t>(at::get_num_threads(), count);
    at::parallel_for(0, std::max<int64_t>(workers, 1), 1, [&](int64_t begin, int64_t end) {
        for (int64_t worker = begin; worker < end; worker++) {
            for (int64_t task = next.fetch_add(1); task < count; task = next.fetch_add(1)) body(task);
        }
    });
}

}  // namespace fts
