#include "row_kernels.h"

#include "fts_abi.h"

namespace fts {

namespace portable {
extern const RowKernels<float> rows_float;
extern const RowKernels<bf16> rows_bf16;
extern const FlatKernels flat;
}  // namespace portable

#if defined(__x86_64__)
namespace avx2 {
extern const RowKernels<float> rows_float;
extern const RowKernels<bf16> rows_bf16;
extern const FlatKernels flat;
}  // namespace avx2
namespace avx512 {
extern const RowKernels<float> rows_float;
extern const RowKernels<bf16> rows_bf16;
extern const FlatKernels flat;
}  // namespace avx512
#define FTS_CHOOSE(name) (fts_processor_features() & 2 ? avx512::name : fts_processor_features() & 1 ? avx2::name : portable::name)
#else
#define FTS_CHOOSE(name) (portable::name)
#endif

template <>
const RowKernels<float>& row_kernels<float>() { return FTS_CHOOSE(rows_float); }
template <>
const RowKernels<bf16>& row_kernels<bf16>() { return FTS_CHOOSE(rows_bf16); }
const FlatKernels& flat_kernels() { return FTS_CHOOSE(flat); }

}  // namespace fts
