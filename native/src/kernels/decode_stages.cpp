#include "decode_stages.h"

#include <thread>

#include "decode_parallel.h"

namespace fts::decode {

namespace {

// About as long as a stage of small work takes; a thread that waits longer has lost its core to somebody, who may want this one's.
constexpr int spins = 4000;

void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace

void stages::run() {
    int64_t threads = 0;
    for (const auto& stage : list_) threads = std::max(threads, std::min<int64_t>(at::get_num_threads(), stage.pieces));
    std::atomic<bool> failed{false};
    if (threads <= 1) take_part(1, failed);
    else at::parallel_for(0, threads, 1, [&](int64_t, int64_t) { take_part(threads, failed); });
}

// A thread that comes late, or alone, finds what is left: no stage counts on how many threads there are.
void stages::take_part(int64_t threads, std::atomic<bool>& failed) {
    try {
        for (auto& stage : list_) {
            stage.done.fetch_add(take_runs(stage.next, stage.pieces, threads, stage.body), std::memory_order_acq_rel);
            for (int waited = 0; stage.done.load(std::memory_order_acquire) < stage.pieces; waited++) {
                if (failed.load(std::memory_order_relaxed)) return;
                if (waited < spins) pause();
                else std::this_thread::yield();
            }
        }
    } catch (...) {
        failed = true;
        throw;
    }
}

}  // namespace fts::decode
