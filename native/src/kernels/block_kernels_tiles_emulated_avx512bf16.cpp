// The tile kernels without tiles, for tests.
#define FTS_ISA amx_emulated
#define FTS_TILES_EMULATED
#include "block_kernels_tiles.inl"
