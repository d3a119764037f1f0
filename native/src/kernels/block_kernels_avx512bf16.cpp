#define FTS_ISA avx512bf16
#include "block_kernels_avx512.inl"
