#include "block_kernels.h"

#include <cstdlib>

#include "fts_abi.h"
#include "support.h"

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
FTS_DECLARE(amx)
FTS_DECLARE(amx_emulated)
#endif

namespace {

// c = a b by one table of kernels. [m, n], float
template <typename T>
at::Tensor product(const BlockKernels<T>& kernels, const at::Tensor& a, const at::Tensor& b, bool b_is_transposed) {
    const int64_t m = a.size(0), k = a.size(1), n = b_is_transposed ? b.size(0) : b.size(1);
    const int64_t depth = round_up(k, depth_unit), columns = round_up(n, column_unit);
    auto left = at::zeros({m, depth}, a.options()), packed = at::empty({depth, columns}, a.options());
    left.narrow(1, 0, k).copy_(a);
    if (b_is_transposed) {
        auto right = at::zeros({n, depth}, b.options());
        right.narrow(1, 0, k).copy_(b);
        kernels.pack_columns(data<T>(right), depth, depth, n, data<T>(packed), columns);
    } else {
        kernels.pack_rows(data<T>(b), n, k, n, data<T>(packed), columns);
    }
    // In two halves, so that adding is covered too.
    auto c = at::empty({m, columns}, a.options().dtype(at::kFloat));
    const int64_t half = depth / 2 / depth_unit * depth_unit;
    kernels.multiply(m, columns, half, data<T>(left), depth, data<T>(packed), columns, data<float>(c), columns, false);
    kernels.multiply(m, columns, depth - half, data<T>(left) + half, depth, data<T>(packed) + half * columns, columns, data<float>(c), columns, true);
    return c.narrow(1, 0, n).contiguous();
}

#if defined(__x86_64__)
// Tiles were tested by emulation only where this was built, so a processor's own are tried before they are trusted.
bool tiles_multiply_rightly() {
    at::NoGradGuard off;
    const auto options = at::TensorOptions().dtype(at::kFloat);
    const auto a = (at::arange(96 * 160, options).view({96, 160}).remainder(13) - 6).to(at::kBFloat16);
    const auto b = (at::arange(160 * 112, options).view({160, 112}).remainder(11) - 5).to(at::kBFloat16);
    return at::equal(product(amx::blocks_bf16, a, b, false), product(portable::blocks_bf16, a, b, false));
}
#endif

template <typename T>
const BlockKernels<T>* table_named(const std::string& isa) {
    constexpr bool half = sizeof(T) == 2;
    const auto pick = [](const auto& floats, const auto& halves) -> const BlockKernels<T>* {
        if constexpr (half) return &halves;
        else return &floats;
    };
    if (isa == "portable") return pick(portable::blocks_float, portable::blocks_bf16);
#if defined(__x86_64__)
    const int32_t features = fts_processor_features();
    if (isa == "avx2" && features & 1) return pick(avx2::blocks_float, avx2::blocks_bf16);
    if (isa == "avx512" && features & 2) return pick(avx512::blocks_float, avx512::blocks_bf16);
    if (isa == "avx512bf16" && features & 4) return pick(avx512bf16::blocks_float, avx512bf16::blocks_bf16);
    if constexpr (half) {
        if (isa == "amx" && features & 8) return &amx::blocks_bf16;
        if (isa == "amx_emulated" && features & 4) return &amx_emulated::blocks_bf16;
    }
#endif
    return nullptr;
}

// For tests: the product by one instruction set's kernels; [0, 0] where this processor lacks it.
at::Tensor block_product(std::string isa, const at::Tensor& a, const at::Tensor& b, bool b_is_transposed) {
    at::Tensor result = at::empty({0, 0}, a.options().dtype(at::kFloat));
    with_type(a, [&](auto type) {
        using T = decltype(type);
        if (const auto* kernels = table_named<T>(isa)) result = product(*kernels, a.contiguous(), b.contiguous(), b_is_transposed);
    });
    return result;
}

}  // namespace

template <>
const BlockKernels<float>& block_kernels<float>() {
    static const auto& best = []() -> const BlockKernels<float>& {
        for (const char* isa : {"avx512", "avx2"}) {
            if (const auto* kernels = table_named<float>(isa)) return *kernels;
        }
        return portable::blocks_float;
    }();
    return best;
}

template <>
const BlockKernels<bf16>& block_kernels<bf16>() {
    static const auto& best = []() -> const BlockKernels<bf16>& {
#if defined(__x86_64__)
        // For measurements: without tiles where there are some.
        const char* asked = std::getenv("FTS_BLOCKS");
        if (asked != nullptr && table_named<bf16>(asked) != nullptr) return *table_named<bf16>(asked);
        if (fts_processor_features() & 8 && tiles_multiply_rightly()) return amx::blocks_bf16;
#endif
        for (const char* isa : {"avx512bf16", "avx512", "avx2"}) {
            if (const auto* kernels = table_named<bf16>(isa)) return *kernels;
        }
        return portable::blocks_bf16;
    }();
    return best;
}

}  // namespace fts

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("block_product(str isa, Tensor a, Tensor b, bool b_is_transposed) -> Tensor", fts::block_product);
}
