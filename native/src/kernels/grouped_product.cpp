#include "grouped_product.h"

#include "blocks.h"
#include "decode_linear.h"
#include "decode_parallel.h"
#include "decode_pieces.h"
#include "decode_strips.h"
#include "product.h"
#include "workers.h"

namespace fts {
namespace {

constexpr int64_t outer_height = 128;  // of a block of an outer product
constexpr int64_t outer_width = 512;
constexpr int64_t outer_column = 64;  // what the kernels multiply at a time
constexpr int64_t most_streamed = 16;  // rows of a group up to which its matrix is read once, in the order of memory, without packing

int64_t width_of(const GroupedMatrices& b, bool transposed, Side side) {
    return (transposed ? b.rows() : b.columns()) * (side == Side::SIDE_BY_SIDE ? b.parts() : 1);
}

int64_t depth_of(const GroupedMatrices& b, bool transposed, Side side) {
    return (transposed ? b.columns() : b.rows()) * (side == Side::SUMMED ? b.parts() : 1);
}

// One block of columns of the result for some rows of one group.
struct Task {
    int64_t group, part, column, first, last;
};

template <typename T>
class BlockProduct {
public:
    BlockProduct(const at::Tensor& a, const GroupedMatrices& b, bool transposed, Side side, const Groups& groups, const GroupedSum& sum, const at::Tensor& result)
        : a_(a), b_(b), transposed_(transposed), side_(side), groups_(groups), sum_(sum), result_(result), kernels_(block_kernels<T>()) {}

    void run(const Task& task) const {
        const int64_t across = transposed_ ? b_.rows() : b_.columns(), count = std::min(column_block, across - task.column), columns = round_up(count, column_unit);
        const int64_t depth = depth_of(b_, transposed_, side_), column = task.part * across + task.column;  // in the result
        const bool once = task.last - task.first <= row_block;
        T* packed = scratch<T>(PACKED, (once ? depth_block : depth) * column_block);
        if (!once) each_depth(depth, [&](int64_t from, int64_t to) { pack(task, from, to, count, columns, packed + from * columns); });
        const int64_t rank = sum_.low.defined() ? sum_.low.size(1) : 0;
        T* thin = scratch<T>(FACTOR, std::max<int64_t>(rank, 1) * column_block);
        if (rank > 0) pack_matrix(data<T>(sum_.factor) + task.group * sum_.factor.stride(0), sum_.factor.stride(1), 0, rank, column, count, columns, thin);
        float* sums = scratch<float>(PRODUCT, row_block * column_block);
        for (int64_t row = task.first; row < task.last; row += row_block) {
            const int64_t rows = std::min(row_block, task.last - row);
            each_depth(depth, [&](int64_t from, int64_t to) {
                if (once) pack(task, from, to, count, columns, packed);
                kernels_.multiply(rows, columns, to - from, data<T>(a_) + row * depth + from, depth, once ? packed : packed + from * columns, columns, sums, columns, from > 0);
            });
            if (rank > 0) kernels_.multiply(rows, columns, rank, data<T>(sum_.low) + row * rank, rank, thin, columns, sums, columns, true);
            const int64_t n = result_.size(1);
            write_rows(sums, columns, rows, count, sum_.bias.defined() ? data<float>(sum_.bias) + task.group * n + column : nullptr, data<T>(result_) + row * n + column, n);
        }
    }

private:
    // Pieces of the depth that do not cross the border of two summed parts.
    template <typename Body>
    void each_depth(int64_t depth, Body&& body) const {
        const int64_t part = side_ == Side::SUMMED ? depth / b_.parts() : depth;
        for (int64_t start = 0; start < depth; start += part) {
            for (int64_t from = start; from < start + part; from += depth_block) body(from, std::min(from + depth_block, start + part));
        }
    }

    void pack(const Task& task, int64_t from, int64_t to, int64_t count, int64_t columns, T* packed) const {
        const int64_t deep = transposed_ ? b_.columns() : b_.rows(), part = side_ == Side::SUMMED ? from / deep : task.part;
        pack_matrix(static_cast<const T*>(b_.address(part, task.group)), b_.stride(part, task.group), from % deep, to - from, task.column, count, columns, packed);
    }

    void pack_matrix(const T* matrix, int64_t stride, int64_t from, int64_t depth, int64_t column, int64_t count, int64_t columns, T* packed) const {
        if (transposed_) kernels_.pack_columns(matrix + column * stride + from, stride, depth, count, packed, columns);
        else kernels_.pack_rows(matrix + from * stride + column, stride, depth, count, packed, columns);
    }

    const at::Tensor& a_;
    const GroupedMatrices& b_;
    const bool transposed_;
    const Side side_;
    const Groups& groups_;
    const GroupedSum& sum_;
    const at::Tensor& result_;
    const BlockKernels<T>& kernels_;
};

// Group by group through the library, for processors and shapes without block products.
void multiply_by_library(const at::Tensor& a, const GroupedMatrices& b, bool transposed, Side side, const Groups& groups, const GroupedSum& sum, int64_t group, const at::Tensor& result) {
    const int64_t first = groups.first(group), rows = groups.rows(group);
    const auto mine = a.narrow(0, first, rows);
    auto target = result.narrow(0, first, rows);
    const int64_t deep = transposed ? b.columns() : b.rows(), across = transposed ? b.rows() : b.columns();
    for (int64_t part = 0; part < b.parts(); part++) {
        const auto matrix = b.matrix(part, group);
        const auto from = side == Side::SUMMED ? mine.narrow(1, part * deep, deep) : mine;
        const auto product = transposed ? at::linear(from, matrix) : at::mm(from, matrix);
        auto columns = side == Side::SUMMED ? target : target.narrow(1, part * across, across);
        if (side == Side::SUMMED && part > 0) columns.add_(product);
        else columns.copy_(product);
    }
    if (sum.low.defined()) {
        const auto low = sum.low.narrow(0, first, rows);
        const auto factor = sum.factor.select(0, group);
        target.add_(transposed ? at::linear(low, factor) : at::mm(low, factor));
    }
    if (sum.bias.defined()) target.add_(sum.bias.select(0, group));
}

// Low-rank parts must be a multiple of the unit deep; the padding is zero.
GroupedSum padded(const GroupedSum& sum, bool transposed) {
    GroupedSum result = sum;
    if (sum.bias.defined()) result.bias = sum.bias.to(at::kFloat).contiguous();
    if (!sum.low.defined()) return result;
    result.low = whole_depth(sum.low, 1);
    result.factor = whole_depth(sum.factor, transposed ? 2 : 1);
    return result;
}

// Few rows: each matrix is read once. Groups that take this way are marked in `done`.
void multiply_streamed(const at::Tensor& a, const GroupedMatrices& b, const Groups& groups, const GroupedSum& sum, const at::Tensor& result, std::vector<bool>& done) {
    const auto kernel = decode::choose_linear(a.scalar_type() == at::kBFloat16);
    const int64_t n = result.size(1), k = a.size(1), size = a.element_size();
    std::vector<int64_t> taken;
    for (int64_t group = 0; group < groups.count(); group++) {
        const int64_t rows = groups.rows(group);
        if (rows > 0 && rows <= most_streamed && b.stride(0, group) == k) taken.push_back(group);
    }
    // Where all groups are large, as in training, nothing is converted.
    if (kernel == nullptr || taken.empty()) return;
    const auto input = decode::reads_wide_rows(kernel) ? a.to(at::kFloat) : a;
    const auto own = sum.bias.defined() ? sum.bias.to(a.scalar_type()).contiguous() : sum.bias;
    const auto low = sum.low.defined() ? sum.low.to(at::kFloat).contiguous() : sum.low;
    const int64_t rank = low.defined() ? low.size(1) : 0;
    const int64_t row_bytes = decode::strip_row_bytes(k * input.element_size());
    const auto strips = at::empty({a.size(0), row_bytes / input.element_size()}, input.options());
    std::vector<at::Tensor> factors;  // of the groups taken
    decode::piece_list pieces(size);
    for (const int64_t group : taken) {
        const int64_t first = groups.first(group), rows = groups.rows(group);
        done[group] = true;
        char* own_strips = static_cast<char*>(strips.data_ptr()) + first * row_bytes;
        decode::lay_strips(static_cast<const char*>(input.data_ptr()) + first * k * input.element_size(), rows, k * input.element_size(), own_strips);
        if (rank > 0) factors.push_back(sum.factor.select(0, group).to(at::kFloat).contiguous());
        for (int64_t part = 0; part < b.parts(); part++) {
            pieces.add({own_strips, b.address(part, group),
                own.defined() ? static_cast<const char*>(own.data_ptr()) + (group * n + part * b.rows()) * size : nullptr,
                static_cast<char*>(result.data_ptr()) + (first * n + part * b.rows()) * size, n, rows, k, b.rows(), 0, 0, false,
                rank > 0 ? low.data_ptr<float>() + first * rank : nullptr, rank > 0 ? factors.back().data_ptr<float>() + part * b.rows() * rank : nullptr, rank});
        }
    }
    decode::take_pieces(pieces.count(), [&](int64_t number) { kernel(pieces.at(number)); });
}

template <typename T>
void multiply_outer(const at::Tensor& left, const at::Tensor& right, int64_t first, int64_t rows, int64_t top, int64_t column, int64_t width, const at::Tensor& result) {
    const auto& kernels = block_kernels<T>();
    const int64_t p = left.size(1), q = right.size(1), height = std::min(outer_height, p - top), count = std::min(width, q - column), columns = round_up(count, column_unit);
    // Floats lie as a packed matrix does.
    const bool as_it_lies = std::is_same<T, float>::value && columns == count;
    T* turned = scratch<T>(TURNED, outer_height * depth_block);
    T* packed = scratch<T>(PACKED, outer_width * depth_block);
    float* sums = scratch<float>(PRODUCT, outer_height * outer_width);
    for (int64_t from = 0; from < rows; from += depth_block) {
        const int64_t depth = std::min(depth_block, rows - from), padded = round_up(depth, depth_unit);
        kernels.transpose(data<T>(left) + (first + from) * p + top, p, depth, height, turned, padded);
        const T* source = data<T>(right) + (first + from) * q + column;
        if (as_it_lies) {
            kernels.multiply(height, columns, depth, turned, padded, source, q, sums, columns, from > 0);
            continue;
        }
        kernels.pack_rows(source, q, depth, count, packed, columns);
        kernels.multiply(height, columns, padded, turned, padded, packed, columns, sums, columns, from > 0);
    }
    with_type(result, [&](auto type) {
        using R = decltype(type);
        write_rows(sums, columns, height, count, nullptr, data<R>(result) + top * q + column, q);
    });
}

}  // namespace

Groups Groups::of(const at::Tensor& offsets, int64_t rows) {
    TORCH_CHECK(offsets.dim() == 1 && offsets.numel() > 1 && offsets.scalar_type() == at::kLong && offsets.is_cpu(), "groups: offsets must be int64 [groups + 1], not ", offsets.sizes());
    Groups groups{offsets.contiguous()};
    const int64_t* values = groups.memory.data_ptr<int64_t>();
    TORCH_CHECK(values[0] == 0 && values[groups.count()] == rows && std::is_sorted(values, values + groups.count() + 1), "groups: offsets must rise from 0 to the ", rows, " rows");
    return groups;
}

GroupedMatrices::GroupedMatrices(at::TensorList tensors, const Groups& groups) : groups_(groups.count()) {
    TORCH_CHECK(!tensors.empty(), "grouped product: no matrices");
    stacked_ = tensors[0].dim() == 3;
    TORCH_CHECK(stacked_ || tensors.size() % groups_ == 0, "grouped product: ", tensors.size(), " matrices for ", groups_, " groups");
    parts_ = static_cast<int64_t>(tensors.size()) / (stacked_ ? 1 : groups_);
    type_ = tensors[0].scalar_type();
    tensors_ = tensors.vec();
    for (size_t index = 0; index < tensors_.size(); index++) {
        at::Tensor& tensor = tensors_[index];
        if (!stacked_ && groups.rows(static_cast<int64_t>(index) % groups_) == 0) continue;
        TORCH_CHECK(tensor.dim() == (stacked_ ? 3 : 2) && (!stacked_ || tensor.size(0) == groups_), "grouped product: matrices of ", tensor.sizes(), " for ", groups_, " groups");
        if (rows_ == 0) std::tie(rows_, columns_, type_) = std::make_tuple(tensor.size(-2), tensor.size(-1), tensor.scalar_type());
        TORCH_CHECK(tensor.size(-2) == rows_ && tensor.size(-1) == columns_ && tensor.scalar_type() == type_, "grouped product: matrix ", index, " is ", tensor.sizes(), " ",
            tensor.scalar_type(), ", others [", rows_, ", ", columns_, "] ", type_);
        if (tensor.stride(-1) != 1 || tensor.stride(-2) < columns_) tensor = tensor.contiguous();
    }
}

at::Tensor grouped_product(const at::Tensor& a, const GroupedMatrices& b, bool transposed, Side side, const Groups& groups, const GroupedSum& sum) {
    const int64_t n = width_of(b, transposed, side), k = depth_of(b, transposed, side);
    auto result = at::empty({a.size(0), n}, a.options());
    if (a.size(0) == 0) return result;
    TORCH_CHECK(a.dim() == 2 && a.size(1) == k && a.is_contiguous() && a.scalar_type() == b.type(), "grouped product: rows of ", a.sizes(), " ", a.scalar_type(), " and ", b.parts(), " x ",
        groups.count(), " matrices of [", b.rows(), ", ", b.columns(), "] ", b.type());
    std::vector<bool> done(groups.count());
    if (a.is_cpu() && transposed && side == Side::SIDE_BY_SIDE) multiply_streamed(a, b, groups, sum, result, done);
    const bool in_blocks = a.is_cpu() && prefers_own_product(a.scalar_type()) && (transposed ? b.columns() : b.rows()) % depth_unit == 0;
    const auto deep = in_blocks ? padded(sum, transposed) : sum;
    std::vector<Task> tasks;
    const int64_t across = transposed ? b.rows() : b.columns(), parts = side == Side::SUMMED ? 1 : b.parts();
    for (int64_t group = 0; group < groups.count(); group++) {
        const int64_t first = groups.first(group), last = groups.first(group + 1);
        if (first == last || done[group]) continue;
        if (!in_blocks) {
            multiply_by_library(a, b, transposed, side, groups, deep, group, result);
            continue;
        }
        // Rows of a large group are shared out too, where there would be too few blocks of columns for the threads.
        const int64_t blocks = groups.count() * parts * ((across + column_block - 1) / column_block);
        const int64_t tall = blocks < 3 * at::get_num_threads() ? row_block : last - first;
        for (int64_t part = 0; part < parts; part++) {
            for (int64_t column = 0; column < across; column += column_block) {
                for (int64_t row = first; row < last; row += tall) tasks.push_back({group, part, column, row, std::min(last, row + tall)});
            }
        }
    }
    if (tasks.empty()) return result;
    with_type(a, [&](auto type) {
        const BlockProduct<decltype(type)> product(a, b, transposed, side, groups, deep, result);
        each_task(static_cast<int64_t>(tasks.size()), [&](int64_t task) { product.run(tasks[task]); });
    });
    return result;
}

at::Tensor grouped_outer_product(const at::Tensor& left, const at::Tensor& right, const Groups& groups, at::ScalarType type) {
    auto result = at::empty({groups.count(), left.size(1), right.size(1)}, left.options().dtype(type));
    for (int64_t group = 0; group < groups.count(); group++) {
        if (groups.rows(group) == 0) result.select(0, group).zero_();
    }
    if (!left.is_cpu() || !prefers_own_product(left.scalar_type())) {
        for (int64_t group = 0; group < groups.count(); group++) {
            const int64_t first = groups.first(group), rows = groups.rows(group);
            if (rows > 0) result.select(0, group).copy_(at::mm(left.narrow(0, first, rows).t(), right.narrow(0, first, rows)));
        }
        return result;
    }
    // Narrower blocks where there would be too few for the threads.
    const int64_t q = right.size(1), down = (left.size(1) + outer_height - 1) / outer_height;
    const int64_t wanted = std::max<int64_t>(1, at::get_num_threads() / (groups.count() * down));
    const int64_t width = std::clamp(round_up((q + wanted - 1) / wanted, outer_column), outer_column, outer_width), across = (q + width - 1) / width;
    with_type(left, [&](auto element) {
        each_task(groups.count() * down * across, [&](int64_t task) {
            const int64_t group = task / (down * across), block = task % (down * across);
            if (groups.rows(group) > 0) {
                multiply_outer<decltype(element)>(left, right, groups.first(group), groups.rows(group), block / across * outer_height, block % across * width, width, result.select(0, group));
            }
        });
    });
    return result;
}

at::Tensor outer_product(const at::Tensor& left, const at::Tensor& right, at::ScalarType type) {
    // The narrow one is turned, the wide one read as it lies.
    if (left.size(1) > right.size(1)) return outer_product(right, left, type).t().contiguous();
    return grouped_outer_product(left, right, Groups::of(at::tensor({int64_t{0}, left.size(0)}), left.size(0)), type).select(0, 0);
}

}  // namespace fts
