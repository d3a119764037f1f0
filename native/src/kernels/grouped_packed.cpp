// fts::grouped_packed_linear: rows sorted by group times their group's own matrix, which is kept in few bits. A few matrices are unpacked at a time,
// used, and forgotten; the backward pass unpacks them again.
#include "grouped_weights.h"
#include "packed_weight.h"

using namespace fts;

namespace {

// What may lie unpacked at a time, beyond the matrices of one group.
constexpr int64_t most_unpacked = int64_t{32} << 20;  // bytes

// Matrices [out, in]: one weight for each part and, inside it, each group; or one for each part, with the groups' rows one after another.
class PackedGroups : public GroupedWeights {
public:
    // For one product with x, whose way is chosen here: inside of it nothing is recorded any more.
    PackedGroups(const at::Tensor& x, at::TensorList tensors, at::IntArrayRef sizes, at::ArrayRef<double> offsets, int64_t parts, int64_t groups)
        : tensors_(tensors.begin(), tensors.end()), sizes_(sizes.vec()), offsets_(offsets.vec()), parts_(parts), groups_(groups) {
        const int64_t weights = static_cast<int64_t>(offsets_.size());
        TORCH_CHECK(parts > 0 && sizes_.size() == weights * PackedWeight::sizes && (weights == parts || weights == parts * groups), "grouped_packed_linear: ", weights, " weights and ",
            sizes_.size(), " sizes for ", parts, " parts of ", groups, " groups");
        stacked_ = weights == parts;
        first_.push_back(0);
        for (int64_t weight = 0; weight < weights; weight++) first_.push_back(first_.back() + sizes_[weight * PackedWeight::sizes + PackedWeight::sizes - 1]);
        TORCH_CHECK(first_.back() == static_cast<int64_t>(tensors_.size()), "grouped_packed_linear: ", tensors_.size(), " tensors, ", first_.back(), " expected");
        for (int64_t weight = 0; weight < weights; weight++) {
            TORCH_CHECK(size(weight, 0) == size(0, 0) && size(weight, 1) == size(0, 1), "grouped_packed_linear: weight ", weight, " is [", size(weight, 0), ", ", size(weight, 1),
                "], others [", size(0, 0), ", ", size(0, 1), "]");
        }
        TORCH_CHECK(size(0, 0) % (stacked_ ? groups : 1) == 0, "grouped_packed_linear: ", size(0, 0), " rows for ", groups, " groups");
        reads_few_bits_ = reads_few_bits(x, weight(0, 0));
    }

    int64_t inputs() const { return size(0, 1); }
    int64_t outputs() const { return size(0, 0) / (stacked_ ? groups_ : 1); }  // of a part

    at::Tensor forward(const at::Tensor& x, const Groups& groups, const GroupedSum& sum) const override {
        auto result = at::empty({x.size(0), parts_ * outputs()}, x.options());
        std::vector<bool> done(groups_);
        if (reads_few_bits_) multiply_few_rows(x, groups, sum, result, done);
        multiply(x, groups, sum, true, Side::SIDE_BY_SIDE, result, done);
        return result;
    }

    at::Tensor backward(const at::Tensor& dy, const Groups& groups, const GroupedSum& sum) const override {
        auto result = at::empty({dy.size(0), inputs()}, dy.options());
        multiply(dy, groups, sum, false, Side::SUMMED, result, std::vector<bool>(groups_));
        return result;
    }

private:
    int64_t size(int64_t weight, int64_t which) const { return sizes_[weight * PackedWeight::sizes + which]; }

    PackedWeight weight(int64_t part, int64_t group) const {
        const int64_t index = stacked_ ? part : part * groups_ + group;
        return PackedWeight(at::TensorList(tensors_).slice(first_[index], first_[index + 1] - first_[index]),
            at::IntArrayRef(sizes_).slice(index * PackedWeight::sizes, PackedWeight::sizes), offsets_[index]);
    }

    int64_t first_row(int64_t group) const { return stacked_ ? group * outputs() : 0; }

    // Groups of few rows, whose matrices are read in few bits; they are marked in `done`.
    void multiply_few_rows(const at::Tensor& x, const Groups& groups, const GroupedSum& sum, const at::Tensor& result, std::vector<bool>& done) const {
        std::vector<FewRows> pieces;
        std::vector<at::Tensor> kept;
        const auto wide = [&](const at::Tensor& tensor) {
            kept.push_back(tensor.to(at::kFloat).contiguous());
            return data<float>(kept.back());
        };
        const int64_t n = result.size(1), out = outputs(), rank = sum.low.defined() ? sum.low.size(1) : 0;
        for (int64_t group = 0; group < groups_; group++) {
            const int64_t first = groups.first(group), rows = groups.rows(group);
            if (rows == 0 || rows > few_rows) continue;
            done[group] = true;
            const float* own = wide(x.narrow(0, first, rows));
            const float* bias = sum.bias.defined() ? wide(sum.bias.select(0, group)) : nullptr;
            const float* low = rank > 0 ? wide(sum.low.narrow(0, first, rows)) : nullptr;
            const float* factor = rank > 0 ? wide(sum.factor.select(0, group)) : nullptr;
            for (int64_t part = 0; part < parts_; part++) {
                pieces.push_back({weight(part, group).view(), first_row(group), out, own, rows,
                    static_cast<char*>(result.data_ptr()) + (first * n + part * out) * result.element_size(), n, bias != nullptr ? bias + part * out : nullptr, low,
                    factor != nullptr ? factor + part * out * rank : nullptr, rank});
            }
        }
        multiply_few(pieces, result.scalar_type());
    }

    void multiply(const at::Tensor& a, const Groups& groups, const GroupedSum& sum, bool transposed, Side side, const at::Tensor& result, const std::vector<bool>& done) const {
        const int64_t matrix = outputs() * inputs(), most = std::max<int64_t>(1, most_unpacked / (parts_ * matrix * a.element_size()));
        at::Tensor memory;  // of as many groups as lie unpacked at a time
        for (int64_t group = 0; group < groups_;) {
            // Neighbours that have rows, and what lies between them without any.
            const int64_t begin = group;
            std::vector<int64_t> active;
            for (; group < groups_ && static_cast<int64_t>(active.size()) < most && !(done[group] && groups.rows(group) > 0); group++) {
                if (groups.rows(group) > 0) active.push_back(group);
            }
            if (active.empty()) {
                group = std::max(group, begin + 1);
                continue;
            }
            const int64_t count = group - begin, first = groups.first(begin), rows = groups.first(group) - first, needed = static_cast<int64_t>(active.size()) * parts_;
            if (!memory.defined() || memory.size(0) < needed) memory = at::empty({needed, outputs(), inputs()}, a.options());
            std::vector<at::Tensor> matrices(parts_ * count, at::empty({0}, a.options()));
            int64_t next = 0;
            for (const int64_t own : active) {
                for (int64_t part = 0; part < parts_; part++) {
                    auto& numbers = matrices[part * count + own - begin] = memory.select(0, next++);
                    weight(part, own).unpack(first_row(own), numbers);
                }
            }
            const auto part_of = [&](const at::Tensor& tensor, int64_t from, int64_t length) { return tensor.defined() ? tensor.narrow(0, from, length) : tensor; };
            const auto here = Groups::of(groups.memory.narrow(0, begin, count + 1) - first, rows);
            const GroupedSum own_sum{part_of(sum.low, first, rows), part_of(sum.factor, begin, count), part_of(sum.bias, begin, count)};
            result.narrow(0, first, rows).copy_(grouped_product(a.narrow(0, first, rows), GroupedMatrices(matrices, here), transposed, side, here, own_sum));
        }
    }

    const std::vector<at::Tensor> tensors_;
    const std::vector<int64_t> sizes_;
    const std::vector<double> offsets_;
    std::vector<int64_t> first_;  // tensor of each weight
    const int64_t parts_, groups_;
    bool stacked_, reads_few_bits_;
};

// Keeps nothing of the rows: only they have a gradient.
struct GroupedPacked : torch::autograd::Function<GroupedPacked> {
    static Variable forward(AutogradContext* context, const at::Tensor& x_input, const c10::intrusive_ptr<PackedGroups>& weights, const at::Tensor& offsets, const fts::optional<at::Tensor>& bias) {
        const auto x = x_input.contiguous();
        const auto groups = Groups::of(offsets, x.size(0));
        context->save_for_backward({groups.memory});
        context->saved_data["weights"] = c10::IValue::make_capsule(weights);
        return weights->forward(x, groups, {{}, {}, bias ? *bias : at::Tensor()});
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto weights = c10::static_intrusive_pointer_cast<PackedGroups>(context->saved_data["weights"].toCapsule());
        const auto dy = gradients[0].contiguous();
        return {weights->backward(dy, Groups::of(context->get_saved_variables()[0], dy.size(0)), {}), {}, {}, {}};
    }
};

at::Tensor grouped_packed_linear(const at::Tensor& x, at::TensorList tensors, at::IntArrayRef sizes, at::ArrayRef<double> shifts, int64_t parts, const at::Tensor& offsets,
    const fts::optional<at::Tensor>& bias, const fts::optional<at::Tensor>& a, const fts::optional<at::Tensor>& b, double scale) {
    const auto weights = c10::make_intrusive<PackedGroups>(x, tensors, sizes, shifts, parts, offsets.numel() - 1);
    TORCH_CHECK(x.dim() == 2 && x.size(1) == weights->inputs(), "grouped_packed_linear: x ", x.sizes(), ", matrices [", weights->outputs(), ", ", weights->inputs(), "]");
    return a && b ? grouped_lora_product(x, weights, offsets, bias, *a, *b, scale) : GroupedPacked::apply(x, weights, offsets, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("grouped_packed_linear(Tensor x, Tensor[] tensors, int[] sizes, float[] shifts, int parts, Tensor offsets, Tensor? bias=None, Tensor? a=None, Tensor? b=None, float scale=1) -> Tensor",
        grouped_packed_linear);
}
