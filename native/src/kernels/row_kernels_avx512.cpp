#define FTS_ISA avx512
#include "row_kernels.inl"
