// Frozen weights in few bits, and products with them. Nothing of a weight's full size outlives an operator: the backward pass unpacks again.
// Dettmers et al. 2023, arXiv 2305.14314 (QLoRA), section 3.
#include "../internal.h"
#include "packed_rows.h"
#include "product.h"
#include "support.h"
#include "workers.h"

using namespace fts;

namespace {

// Up to here rows share the unpacking of a weight's row, and the whole weight is never there.
constexpr int64_t few_rows = 16;

struct Weight {
    // codes, scales; then the table of 16 where codes are 4 bits; then the outer scales and their table of 256 where scales are quantised.
    std::vector<at::Tensor> parts;
    int64_t rows, columns, block, outer_block;
    at::ScalarType rounding;  // what the format rounds its numbers to, before any other type sees them; float leaves them as they are
    float offset;

    Weight(at::TensorList tensors, at::IntArrayRef sizes, double offset) : parts(tensors.begin(), tensors.end()), offset(static_cast<float>(offset)) {
        TORCH_CHECK((parts.size() == 2 || parts.size() == 3 || parts.size() == 5) && sizes.size() == 5, "a packed weight has 2, 3 or 5 parts and 5 sizes, not ", parts.size(), " and ", sizes.size());
        rows = sizes[0], columns = sizes[1], block = sizes[2], outer_block = sizes[3], rounding = static_cast<at::ScalarType>(sizes[4]);
        const int64_t count = rows * columns, blocks = (count + block - 1) / block;
        TORCH_CHECK(codes().numel() == (four_bits() ? (count + 1) / 2 : count) && scales().numel() == (four_bits() ? blocks : rows), "codes ", codes().sizes(), " and scales ", scales().sizes(),
            " do not make [", rows, ", ", columns, "] in blocks of ", block);
        TORCH_CHECK(parts.size() == 5 ? scales().scalar_type() == at::kByte && outer_block > 0 && parts[3].numel() == (blocks + outer_block - 1) / outer_block && parts[4].numel() == 256
            : scales().scalar_type() == at::kFloat, "scales ", scales().scalar_type(), scales().sizes(), " lack their own scales");
        for (const auto& part : parts) TORCH_CHECK(part.is_contiguous(), "parts of a packed weight are contiguous");
    }

    const at::Tensor& codes() const { return parts[0]; }
    const at::Tensor& scales() const { return parts[1]; }
    bool four_bits() const { return parts.size() > 2; }

    packed::view view() const {
        const bool nested = parts.size() == 5;
        return {static_cast<const uint8_t*>(codes().data_ptr()), four_bits() ? data<float>(parts[2]) : nullptr, nested ? nullptr : data<float>(scales()),
            nested ? data<uint8_t>(scales()) : nullptr, nested ? data<float>(parts[4]) : nullptr, nested ? data<float>(parts[3]) : nullptr, offset, columns, block, outer_block};
    }

    // [rows, columns], in the given type
    at::Tensor numbers(at::ScalarType type) const { return is_rounded_for(type) ? exact_numbers(type) : exact_numbers(rounding).to(type); }

    // Whether rounding to the type alone gives its numbers.
    bool is_rounded_for(at::ScalarType type) const { return rounding == at::kFloat || rounding == type; }

    at::Tensor exact_numbers(at::ScalarType type) const {
        const bool kernels = codes().is_cpu() && (type == at::kFloat || type == at::kBFloat16);
        return kernels ? by_rows(type) : by_operators(type);
    }

    at::Tensor by_rows(at::ScalarType type) const {
        auto result = at::empty({rows, columns}, codes().options().dtype(type));
        const auto weight = view();
        const auto unpack = row_function();
        with_type(result, [&](auto kind) {
            using T = decltype(kind);
            parallel(rows, 16, [&](int64_t begin, int64_t end) {
                std::vector<float> wide(sizeof(T) == sizeof(float) ? 0 : columns);
                for (int64_t row = begin; row < end; row++) {
                    T* to = data<T>(result) + row * columns;
                    if constexpr (sizeof(T) == sizeof(float)) {
                        unpack(weight, row, to);
                    } else {
                        unpack(weight, row, wide.data());
                        row_kernels<T>().from_float(wide.data(), columns, to);
                    }
                }
            });
        });
        return result;
    }

    // On every other device.
    at::Tensor by_operators(at::ScalarType type) const {
        if (!four_bits()) return (codes().view({rows, columns}).to(at::kFloat) * scales().view({rows, 1}) * (1.0f / 127)).to(type);
        const auto bytes = codes().view({-1}).to(at::kLong);
        const auto numbers = parts[2].index_select(0, at::stack({bytes.bitwise_right_shift(4), bytes.bitwise_and(15)}, 1).view({-1})).narrow(0, 0, rows * columns);
        const auto spread = [](const at::Tensor& values, int64_t times, int64_t count) { return values.view({-1, 1}).expand({values.numel(), times}).reshape({-1}).narrow(0, 0, count); };
        auto wide = scales().view({-1});
        if (parts.size() == 5) wide = parts[4].index_select(0, wide.to(at::kLong)) * spread(parts[3].view({-1}), outer_block, wide.numel()) + offset;
        return (numbers * spread(wide, block, rows * columns)).view({rows, columns}).to(type);
    }

    static packed::row_function row_function() {
#if defined(__x86_64__)
        constexpr int32_t avx512 = 2;
        if (fts_processor_features() & avx512) return packed::row_avx512;
#endif
        return packed::row_portable;
    }
};

at::Tensor few(const at::Tensor& x_input, const Weight& weight, const fts::optional<at::Tensor>& bias) {
    const auto x = x_input.to(at::kFloat).contiguous();
    const auto wide_bias = bias ? bias->to(at::kFloat).contiguous() : at::Tensor();
    auto result = at::empty({x.size(0), weight.rows}, x_input.options());
    const auto packed = weight.view();
    const auto unpack = Weight::row_function();
    with_type(result, [&](auto kind) {
        using T = decltype(kind);
        parallel(weight.rows, 8, [&](int64_t begin, int64_t end) {
            std::vector<float> numbers(weight.columns);
            std::vector<T> rounded(sizeof(T) == sizeof(float) ? 0 : weight.columns);
            for (int64_t row = begin; row < end; row++) {
                unpack(packed, row, numbers.data());
                if constexpr (sizeof(T) != sizeof(float)) {
                    // As the wide products see it.
                    row_kernels<T>().from_float(numbers.data(), weight.columns, rounded.data());
                    row_kernels<T>().to_float(rounded.data(), weight.columns, numbers.data());
                }
                for (int64_t r = 0; r < x.size(0); r++) {
                    const float sum = row_kernels<float>().dot(data<float>(x) + r * weight.columns, numbers.data(), weight.columns) + (wide_bias.defined() ? data<float>(wide_bias)[row] : 0);
                    row_kernels<T>().from_float(&sum, 1, data<T>(result) + r * weight.rows + row);
                }
            }
        });
    });
    return result;
}

struct PackedLinear : torch::autograd::Function<PackedLinear> {
    struct Holder : torch::CustomClassHolder {
        explicit Holder(std::shared_ptr<const Weight> weight) : weight(std::move(weight)) {}
        std::shared_ptr<const Weight> weight;
    };

    static Variable forward(AutogradContext* context, const at::Tensor& x_input, std::shared_ptr<const Weight> weight, const fts::optional<at::Tensor>& bias) {
        const auto x = x_input.contiguous(), numbers = weight->numbers(x.scalar_type());
        context->saved_data["weight"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(weight));
        return product(x, numbers, true, bias ? *bias : at::Tensor());
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto holder = c10::static_intrusive_pointer_cast<Holder>(context->saved_data["weight"].toCapsule());
        const auto dy = gradients[0].contiguous(), numbers = holder->weight->numbers(dy.scalar_type());
        return {product(dy, numbers, false), {}, {}};
    }
};

at::Tensor packed_numbers(at::TensorList parts, at::IntArrayRef sizes, double offset, at::ScalarType type) { return Weight(parts, sizes, offset).numbers(type); }

at::Tensor packed_linear(const at::Tensor& x, at::TensorList parts, at::IntArrayRef sizes, double offset, const fts::optional<at::Tensor>& bias) {
    auto weight = std::make_shared<const Weight>(parts, sizes, offset);
    TORCH_CHECK(x.dim() == 2 && x.size(1) == weight->columns, "packed_linear: x ", x.sizes(), ", weight [", weight->rows, ", ", weight->columns, "]");
    const bool kernels = x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
    if (kernels && x.size(0) <= few_rows && weight->is_rounded_for(x.scalar_type()) && !records_graph()) return few(x, *weight, bias);
    return PackedLinear::apply(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("packed_numbers(Tensor[] parts, int[] sizes, float offset, ScalarType dtype) -> Tensor", packed_numbers);
    library.def("packed_linear(Tensor x, Tensor[] parts, int[] sizes, float offset, Tensor? bias=None) -> Tensor", packed_linear);
}
