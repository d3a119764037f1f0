#define FTS_ISA amx
#include "block_kernels_tiles.inl"
