// Block products of bfloat16 with AMX tiles; rows that do not fill a tile go the way of AVX-512, which every processor with AMX has.
#include "tiles.inl"

#define FTS_NO_TABLES
#include "block_kernels_avx512.inl"

namespace fts {
namespace FTS_ISA {
namespace {

// 16 * down rows and 16 * across columns of c: tiles 0 to 3 gather them, 4 and 5 hold a, 6 and 7 b.
template <int down, int across>
inline void multiply_tiles(int64_t k, const bf16* a, int64_t lda, const bf16* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    constexpr int64_t lower = tile_rows;
    const int64_t a_stride = lda * 2, b_stride = ldb * 4, c_stride = ldc * 4;
    if (add) {
        tile_load<0>(c, c_stride);
        if (across == 2) tile_load<1>(c + 16, c_stride);
        if (down == 2) tile_load<2>(c + lower * ldc, c_stride);
        if (down == 2 && across == 2) tile_load<3>(c + lower * ldc + 16, c_stride);
    } else {
        tile_zero<0>();
        if (across == 2) tile_zero<1>();
        if (down == 2) tile_zero<2>();
        if (down == 2 && across == 2) tile_zero<3>();
    }
    for (int64_t depth = 0; depth < k; depth += tile_depth) {
        tile_load<4>(a + depth, a_stride);
        tile_load<6>(b + depth * ldb, b_stride);
        tile_multiply<0, 4, 6>();
        if (across == 2) {
            tile_load<7>(b + depth * ldb + 32, b_stride);
            tile_multiply<1, 4, 7>();
        }
        if (down == 2) {
            tile_load<5>(a + lower * lda + depth, a_stride);
            tile_multiply<2, 5, 6>();
        }
        if (down == 2 && across == 2) tile_multiply<3, 5, 7>();
    }
    tile_store<0>(c, c_stride);
    if (across == 2) tile_store<1>(c + 16, c_stride);
    if (down == 2) tile_store<2>(c + lower * ldc, c_stride);
    if (down == 2 && across == 2) tile_store<3>(c + lower * ldc + 16, c_stride);
}

void multiply_by_tiles(int64_t m, int64_t n, int64_t k, const bf16* a, int64_t lda, const bf16* b, int64_t ldb, float* c, int64_t ldc, bool add) {
    const int64_t whole = m / tile_rows * tile_rows;
    if (whole > 0) {
        [[maybe_unused]] const Tiles tiles;
        for (int64_t column = 0; column < n; column += 32) {
            const bf16* from = b + column * 2;
            int64_t row = 0;
            for (; row + 32 <= whole; row += 32) {
                if (n - column >= 32) multiply_tiles<2, 2>(k, a + row * lda, lda, from, ldb, c + row * ldc + column, ldc, add);
                else multiply_tiles<2, 1>(k, a + row * lda, lda, from, ldb, c + row * ldc + column, ldc, add);
            }
            if (row < whole) {
                if (n - column >= 32) multiply_tiles<1, 2>(k, a + row * lda, lda, from, ldb, c + row * ldc + column, ldc, add);
                else multiply_tiles<1, 1>(k, a + row * lda, lda, from, ldb, c + row * ldc + column, ldc, add);
            }
        }
    }
    if (whole < m) multiply<bf16>(m - whole, n, k, a + whole * lda, lda, b, ldb, c + whole * ldc, ldc, add);
}

}  // namespace

extern const BlockKernels<bf16> blocks_bf16;
const BlockKernels<bf16> blocks_bf16 = {multiply_by_tiles, pack_rows, pack_columns<bf16>, transpose<bf16>, transpose_in_tiles<bf16>, softmax<bf16>, softmax_backward<bf16>, soft_cap, soft_cap_backward<bf16>};

}  // namespace FTS_ISA
}  // namespace fts
