// What the processor multiplies at most: products that never leave its registers.
#pragma once
#include <cstdint>

namespace fts {

// Runs `rounds` of independent multiply-adds on one core; returns the floating-point operations done.
double limit_portable(int64_t rounds);
double limit_avx2(int64_t rounds);
double limit_avx512(int64_t rounds);
double limit_avx512bf16(int64_t rounds);
double limit_amx(int64_t rounds);

}  // namespace fts
