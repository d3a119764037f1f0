#define FTS_ISA portable
#include "block_kernels.inl"
