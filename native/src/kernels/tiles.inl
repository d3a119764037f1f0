// The eight tile registers of AMX: as instructions, or, where FTS_TILES_EMULATED is set, as plain code, so that kernels made of them
// can be tested on any processor.
#include <immintrin.h>

#include <cstring>

#include "numbers.inl"

namespace fts {
namespace FTS_ISA {
namespace {

constexpr int64_t tile_rows = 16;
constexpr int64_t tile_depth = 32;  // bfloat16 elements of a tile's row

#if defined(FTS_TILES_EMULATED)

thread_local float tile_memory[8][16][16];

struct Tiles {};

template <int tile>
void tile_zero() { std::memset(tile_memory[tile], 0, sizeof tile_memory[tile]); }

template <int tile>
void tile_load(const void* from, int64_t stride) {
    for (int row = 0; row < 16; row++) std::memcpy(tile_memory[tile][row], static_cast<const char*>(from) + row * stride, 64);
}

template <int tile>
void tile_store(void* to, int64_t stride) {
    for (int row = 0; row < 16; row++) std::memcpy(static_cast<char*>(to) + row * stride, tile_memory[tile][row], 64);
}

template <int sum, int left, int right>
void tile_multiply() {
    const auto* a = reinterpret_cast<const bf16(*)[32]>(tile_memory[left]);
    const auto* b = reinterpret_cast<const bf16(*)[32]>(tile_memory[right]);
    for (int row = 0; row < 16; row++) {
        for (int depth = 0; depth < 32; depth++) {
            for (int column = 0; column < 16; column++) tile_memory[sum][row][column] += wide(a[row][depth]) * wide(b[depth / 2][column * 2 + depth % 2]);
        }
    }
}

#else

// Sets the shapes of the tiles for this thread while it lives.
struct Tiles {
    Tiles() {
        struct alignas(64) {
            uint8_t palette = 1, start = 0, reserved[14] = {};
            uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        } shapes;
        _tile_loadconfig(&shapes);
    }
    ~Tiles() { _tile_release(); }
};

// gcc's intrinsics take only literal numbers of tiles; these take template arguments.
template <int tile>
inline void tile_zero() { __asm__ volatile("tilezero %%tmm%c0" : : "i"(tile)); }

template <int tile>
inline void tile_load(const void* from, int64_t stride) { __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(tile) : "memory"); }

template <int tile>
inline void tile_store(void* to, int64_t stride) { __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(tile) : "memory"); }

template <int sum, int left, int right>
inline void tile_multiply() { __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sum), "i"(left), "i"(right)); }

#endif

}  // namespace
}  // namespace FTS_ISA
}  // namespace fts
