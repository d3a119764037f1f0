#define FTS_ISA avx512
#include "block_kernels_avx512.inl"
