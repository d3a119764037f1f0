// Reads memory and adds it up, 64 bytes at a time.
#pragma GCC diagnostic ignored "-Wpsabi"
#include <cstdint>
#include <cstring>

namespace fts::decode {

using reader = uint64_t (*)(const char* from, int64_t bytes);

uint64_t read_bytes_portable(const char* from, int64_t bytes);
uint64_t read_bytes_avx512(const char* from, int64_t bytes);

}  // namespace fts::decode

namespace {

// As many sums as registers hold, so that no load waits for another; what is left of 64 times their number is not read.
template <int Sums>
inline uint64_t read_bytes(const char* from, int64_t bytes) {
    typedef uint64_t u64x8 __attribute__((vector_size(64)));
    u64x8 sums[Sums] = {};
    for (int64_t i = 0; i + 64 * Sums <= bytes; i += 64 * Sums) {
#pragma GCC unroll 8
        for (int j = 0; j < Sums; j++) {
            __builtin_prefetch(from + i + 64 * j + 4096);  // over the page's end, where the processor's own prefetching stops
            u64x8 part;
            std::memcpy(&part, from + i + 64 * j, sizeof part);
            sums[j] += part;
        }
    }
    uint64_t sum = 0;
    for (const auto& part : sums) {
        for (int i = 0; i < 8; i++) sum += part[i];
    }
    return sum;
}

}  // namespace
