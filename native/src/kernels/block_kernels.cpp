#include "block_kernels.h"

#include "fts_abi.h"

namespace fts {

#define FTS_DECLARE(isa) \
    namespace isa { \
    extern const BlockKernels<float> blocks_float; \
    extern const BlockKernels<bf16> blocks_bf16; \
    }

FTS_DECLARE(portable)
#if defined(__x86_64__)
FTS_DECLARE(avx2)
FTS_DECLARE(avx512)
FTS_DECLARE(avx512bf16)
#endif

template <>
const BlockKernels<float>& block_kernels<float>() {
#if defined(__x86_64__)
    const int32_t features = fts_processor_features();
    if (features & 2) return avx512::blocks_float;
    if (features & 1) return avx2::blocks_float;
#endif
    return portable::blocks_float;
}

template <>
const BlockKernels<bf16>& block_kernels<bf16>() {
#if defined(__x86_64__)
    const int32_t features = fts_processor_features();
    if (features & 4) return avx512bf16::blocks_bf16;
    if (features & 2) return avx512::blocks_bf16;
    if (features & 1) return avx2::blocks_bf16;
#endif
    return portable::blocks_bf16;
}

}  // namespace fts
