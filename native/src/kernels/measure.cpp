// For measurements: what the processor could do, and where the time of operators goes.
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <mutex>

#include "fts_abi.h"
#include "machine_limit.h"
#include "support.h"

using namespace fts;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Multiply-adds in registers, on the calling thread's number of threads, with the widest instructions there are. FLOP/s
double machine_limit(double seconds) {
    auto* run = limit_portable;
#if defined(__x86_64__)
    const int32_t features = fts_processor_features();
    run = features & 8 ? limit_amx : features & 4 ? limit_avx512bf16 : features & 2 ? limit_avx512 : features & 1 ? limit_avx2 : limit_portable;
#endif
    const int64_t threads = at::get_num_threads();
    std::vector<double> rates(threads);
    at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
        for (int64_t thread = begin; thread < end; thread++) {
            const auto start = Clock::now();
            double done = 0, elapsed = 0;
            while (elapsed < seconds) {
                done += run(20000);
                elapsed = seconds_since(start);
            }
            rates[thread] = done / elapsed;
        }
    });
    double total = 0;
    for (const double rate : rates) total += rate;
    return total;
}

struct Row {
    double own = 0;  // seconds, without what it calls
    int64_t calls = 0;
};

// The calling thread's processor time: what other programs take does not count.
double thread_seconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Call : at::ObserverContext {
    double start = thread_seconds();
    double within = 0;
};

std::mutex rows_lock;
std::map<std::string, Row> rows;
thread_local std::vector<Call*> open_calls;
at::CallbackHandle callback = 0;

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction&) {
    auto call = std::make_unique<Call>();
    open_calls.push_back(call.get());
    return call;
}

void leave(const at::RecordFunction& function, at::ObserverContext* context) {
    auto* call = static_cast<Call*>(context);
    const double spent = thread_seconds() - call->start;
    open_calls.pop_back();
    if (!open_calls.empty()) open_calls.back()->within += spent;
    std::lock_guard<std::mutex> lock(rows_lock);
    auto& row = rows[function.name()];
    row.own += spent - call->within;
    row.calls++;
}

void profile_start() {
    rows.clear();
    callback = at::addGlobalCallback(at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
}

// Prints each operator's own time to stderr, the longest first.
void profile_stop() {
    at::removeCallback(callback);
    std::vector<std::pair<std::string, Row>> sorted(rows.begin(), rows.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) { return left.second.own > right.second.own; });
    double total = 0;
    for (const auto& row : sorted) total += row.second.own;
    std::fprintf(stderr, "%10.1f ms  %7s  total in operators\n", total * 1e3, "calls");
    for (const auto& [name, row] : sorted) {
        if (row.own > total * 0.002) std::fprintf(stderr, "%10.1f ms  %7lld  %s\n", row.own * 1e3, static_cast<long long>(row.calls), name.c_str());
    }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("machine_limit(float seconds) -> float", machine_limit);
    library.def("profile_start() -> ()", profile_start);
    library.def("profile_stop() -> ()", profile_stop);
}
