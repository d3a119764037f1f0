// Stages of work, one behind another, on threads that do not part between them: waking a thread takes longer than many a stage.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>

namespace fts::decode {

class stages {
public:
    // body(piece) for each of so many pieces, once all pieces of the stages before are done. It must not start threads of its own.
    void add(int64_t pieces, std::function<void(int64_t)> body) {
        if (pieces > 0) list_.emplace_back(pieces, std::move(body));
    }

    // Runs all of them once, on up to at::get_num_threads() threads. What a body throws ends the run.
    void run();

private:
    struct stage {
        stage(int64_t pieces, std::function<void(int64_t)> body) : pieces(pieces), body(std::move(body)) {}

        const int64_t pieces;
        const std::function<void(int64_t)> body;
        alignas(64) std::atomic<int64_t> next{0};
        alignas(64) std::atomic<int64_t> done{0};
    };

    void take_part(int64_t threads, std::atomic<bool>& failed);

    std::deque<stage> list_;
};

}  // namespace fts::decode
