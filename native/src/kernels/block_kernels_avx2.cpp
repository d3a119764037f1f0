#define FTS_ISA avx2
#include "block_kernels.inl"
