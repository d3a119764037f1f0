#define FTS_ISA portable
#include "row_kernels.inl"
