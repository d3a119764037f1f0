// The vocabulary product and its cross-entropy, a few rows at a time: the logits of all rows never exist at once. The gradients are
// made on the way forward, from the logits at hand, so that nothing is computed twice and nothing but them is kept.
#include "composed.h"
#include "product.h"
#include "support.h"

using namespace fts;

namespace {

constexpr int64_t chunk_bytes = 48 << 20;            // the logits of a piece
constexpr int64_t chunk_bytes_elsewhere = 256 << 20;  // fewer, larger pieces keep a GPU busy

int64_t rows_at_once(const at::Tensor& hidden, const at::Tensor& weight) {
    const int64_t row = std::max<int64_t>(weight.size(0), 1) * static_cast<int64_t>(hidden.element_size());
    const int64_t rows = std::max<int64_t>((hidden.is_cpu() ? chunk_bytes : chunk_bytes_elsewhere) / row / 32 * 32, 32);
    return std::min(rows, std::max<int64_t>(hidden.size(0), 1));
}

void check(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets) {
    TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && targets.dim() == 1 && hidden.size(1) == weight.size(1) && targets.size(0) == hidden.size(0) &&
        targets.scalar_type() == at::kLong, "linear_cross_entropy: hidden ", hidden.sizes(), ", weight ", weight.sizes(), ", targets ", targets.sizes(), " ", targets.scalar_type());
    TORCH_CHECK(hidden.scalar_type() == weight.scalar_type(), "linear_cross_entropy: hidden is ", hidden.scalar_type(), ", weight ", weight.scalar_type());
    if (!targets.is_cpu()) return;  // looking would wait for the device; gathering there checks them
    const auto* ids = data<int64_t>(targets);
    for (int64_t row = 0; row < targets.size(0); row++) {
        TORCH_CHECK(ids[row] >= 0 && ids[row] < weight.size(0), "linear_cross_entropy: target ", ids[row], " at row ", row, " is outside the vocabulary of ", weight.size(0));
    }
}

// What is made of each row of logits, beside the log-probability of its target.
struct Wanted {
    at::Tensor scales;     // defined: logits become d loss / d logits of losses with these factors. [rows], float
    at::Tensor entropies;  // defined: receives them. [rows], float
    double cap = 0;        // above 0: bounds the logits
    double factor = 1;     // on the logits, before all else

    Wanted rows(int64_t start, int64_t count) const {
        const auto part = [&](const at::Tensor& t) { return t.defined() ? t.narrow(0, start, count) : t; };
        return {part(scales), part(entropies), cap, factor};
    }
};

void score_rows(const at::Tensor& logits, const at::Tensor& targets, const Wanted& wanted, const at::Tensor& log_probabilities) {
    const int64_t vocabulary = logits.size(1);
    const auto cap = static_cast<float>(wanted.cap);
    with_type(logits, [&](auto type) {
        using T = decltype(type);
        parallel(logits.size(0), 1, [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; row++) {
                T* z = data<T>(logits) + row * vocabulary;
                const int64_t target = data<int64_t>(targets)[row];
                float lse, at_target;
                if (cap > 0) row_kernels<T>().soft_cap(z, vocabulary, cap);
                row_kernels<T>().log_sum_exp(z, vocabulary, &lse, wanted.entropies.defined() ? data<float>(wanted.entropies) + row : nullptr);
                row_kernels<T>().to_float(z + target, 1, &at_target);
                data<float>(log_probabilities)[row] = at_target - lse;
                if (wanted.scales.defined()) row_kernels<T>().softmax_minus_target(z, vocabulary, lse, target, data<float>(wanted.scales)[row], cap, z);
            }
        });
    });
}

// For each chunk of rows: log-probabilities of the targets; logits become d loss / d logits where scales are given; then `next`.
template <typename Next>
at::Tensor each_chunk(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets, const Wanted& wanted, Next&& next) {
    const int64_t rows = hidden.size(0), vocabulary = weight.size(0), at_once = rows_at_once(hidden, weight);
    auto log_probabilities = at::empty({rows}, hidden.options().dtype(at::kFloat));
    auto scratch = at::empty({rows == 0 ? 0 : at_once, vocabulary}, hidden.options());
    for (int64_t start = 0; start < rows; start += at_once) {
        const int64_t count = std::min(at_once, rows - start);
        auto logits = scratch.narrow(0, 0, count);
        product_into(logits, hidden.narrow(0, start, count), weight, true);
        if (wanted.factor != 1) logits.mul_(wanted.factor);
        const auto ids = targets.narrow(0, start, count);
        const auto own = wanted.rows(start, count);
        auto results = log_probabilities.narrow(0, start, count);
        if (composed::applies(logits)) results.copy_(composed::log_probabilities(logits, ids, own.scales, own.cap));
        else score_rows(logits, ids, own, results);
        next(start, count, logits);
    }
    return log_probabilities;
}

struct LinearCrossEntropy : torch::autograd::Function<LinearCrossEntropy> {
    static Variable forward(AutogradContext* context, const at::Tensor& hidden_input, const at::Tensor& weight_input, const at::Tensor& target_input,
        const fts::optional<at::Tensor>& row_weights, double cap, const fts::optional<at::Tensor>& losses, bool hidden_needed, bool weight_needed) {
        const auto hidden = hidden_input.contiguous(), weight = weight_input.contiguous(), targets = target_input.contiguous();
        check(hidden, weight, targets);
        const auto scales = row_weights ? row_weights->to(at::kFloat).contiguous() : at::ones({hidden.size(0)}, hidden.options().dtype(at::kFloat));
        TORCH_CHECK(scales.dim() == 1 && scales.size(0) == hidden.size(0), "linear_cross_entropy: ", scales.sizes(), " weights for ", hidden.size(0), " rows");
        TORCH_CHECK(!losses || (losses->scalar_type() == at::kFloat && losses->is_contiguous() && losses->dim() == 1 && losses->size(0) == hidden.size(0)),
            "linear_cross_entropy: a place for ", losses->sizes(), " losses of ", hidden.size(0), " rows");
        at::Tensor dhidden = hidden_needed ? at::empty_like(hidden) : at::Tensor();
        at::Tensor dweight = weight_needed ? at::zeros(weight.sizes(), weight.options().dtype(at::kFloat)) : at::Tensor();
        const bool any = hidden_needed || weight_needed;
        const auto log_probabilities = each_chunk(hidden, weight, targets, {any ? scales : at::Tensor(), {}, cap}, [&](int64_t start, int64_t count, const at::Tensor& dlogits) {
            if (hidden_needed) product_into(dhidden.narrow(0, start, count), dlogits, weight, false);
            if (weight_needed) {
                const auto rows = hidden.narrow(0, start, count);
                if (hidden.scalar_type() == at::kFloat) {
                    dweight.addmm_(dlogits.t(), rows);
                } else {
                    dweight.add_(at::mm(dlogits.t(), rows));
                }
            }
        });
        if (weight_needed) dweight = dweight.to(weight_input.scalar_type());
        if (losses) at::Tensor(*losses).copy_(log_probabilities).neg_();
        context->save_for_backward({dhidden, dweight});
        return log_probabilities.to(at::kDouble).mul_(scales).sum().neg_().to(at::kFloat);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        variable_list results(8);
        for (int index = 0; index < 2; index++) {
            if (saved[index].defined()) results[index] = saved[index] * gradients[0].to(saved[index].scalar_type());
        }
        return results;
    }
};

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets, const fts::optional<at::Tensor>& row_weights, double soft_cap,
    const fts::optional<at::Tensor>& losses) {
    const bool recorded = at::GradMode::is_enabled();
    return LinearCrossEntropy::apply(hidden, weight, targets, row_weights, soft_cap, losses, recorded && hidden.requires_grad(), recorded && weight.requires_grad());
}

at::Tensor token_log_probabilities(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets, double soft_cap) {
    at::NoGradGuard off;
    const auto rows = hidden.contiguous(), head = weight.contiguous(), ids = targets.contiguous();
    check(rows, head, ids);
    return each_chunk(rows, head, ids, {{}, {}, soft_cap}, [](int64_t, int64_t, const at::Tensor&) {});
}

// Everything that a policy's step asks of the vocabulary, from one product: log-probabilities and entropies at a temperature [rows], and how each
// log-probability moves with its own hidden state [rows, width], to be weighed when the loss is known. In main memory; unrecorded.
std::tuple<at::Tensor, at::Tensor, at::Tensor> token_scores(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets, double temperature, double soft_cap, bool slopes) {
    at::NoGradGuard off;
    const auto rows = hidden.contiguous(), head = weight.contiguous(), ids = targets.contiguous();
    check(rows, head, ids);
    TORCH_CHECK(rows.is_cpu() && !composed::applies(rows) && temperature > 0, "token_scores: hidden on ", rows.device(), ", temperature ", temperature);
    const auto floats = rows.options().dtype(at::kFloat);
    auto entropies = at::empty({rows.size(0)}, floats), dhidden = slopes ? at::empty_like(rows) : at::empty({0}, rows.options());
    // cap tanh(z / cap) / t is (cap / t) tanh((z / t) / (cap / t)): a cap comes down with the logits.
    const Wanted wanted = {slopes ? at::full({rows.size(0)}, -1 / temperature, floats) : at::Tensor(), entropies, soft_cap / temperature, 1 / temperature};
    auto log_probabilities = each_chunk(rows, head, ids, wanted, [&](int64_t start, int64_t count, const at::Tensor& dlogits) {
        if (slopes) product_into(dhidden.narrow(0, start, count), dlogits, head, false);
    });
    return {log_probabilities, entropies, dhidden};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def(
        "linear_cross_entropy(Tensor hidden, Tensor weight, Tensor targets, Tensor? row_weights=None, float soft_cap=0, Tensor(a!)? losses=None) -> Tensor", linear_cross_entropy);
    library.def("token_scores(Tensor hidden, Tensor weight, Tensor targets, float temperature, float soft_cap, bool slopes) -> (Tensor, Tensor, Tensor)", token_scores);
    library.def("token_log_probabilities(Tensor hidden, Tensor weight, Tensor targets, float soft_cap=0) -> Tensor", token_log_probabilities);
}
