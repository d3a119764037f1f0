// Products of rows that lie sorted by group with their group's own matrix: the experts of a layer, the heads of an absorbed projection.
#pragma once
#include <ATen/ATen.h>

#include <vector>

namespace fts {

// Where the rows of each group lie: group g has the rows from offsets[g] to before offsets[g + 1].
struct Groups {
    at::Tensor memory;  // [groups + 1], int64

    // Checked: rising from 0 to the number of rows.
    static Groups of(const at::Tensor& offsets, int64_t rows);

    int64_t count() const { return memory.numel() - 1; }
    int64_t first(int64_t group) const { return memory.data_ptr<int64_t>()[group]; }
    int64_t rows(int64_t group) const { return first(group + 1) - first(group); }
};

// The matrices of all groups, of one shape and type. A group may have several, its parts, which stand one above the other (gate and up).
class GroupedMatrices {
public:
    // One tensor for each part, [groups, rows, columns]; or one for each part and, inside it, each group, [rows, columns]. Nothing is
    // copied whose rows have no gaps. The matrix of a group without rows may be empty.
    GroupedMatrices(at::TensorList tensors, const Groups& groups);

    int64_t parts() const { return parts_; }
    int64_t rows() const { return rows_; }
    int64_t columns() const { return columns_; }
    at::ScalarType type() const { return type_; }

    // [rows, columns]
    at::Tensor matrix(int64_t part, int64_t group) const { return stacked_ ? tensors_[part].select(0, group) : tensors_[part * groups_ + group]; }

    // Its first element.
    const void* address(int64_t part, int64_t group) const {
        const at::Tensor& owner = tensor(part, group);
        return static_cast<const char*>(owner.data_ptr()) + (stacked_ ? group * owner.stride(0) * owner.element_size() : 0);
    }

    // Elements from a row to the next.
    int64_t stride(int64_t part, int64_t group) const { return tensor(part, group).stride(-2); }

private:
    const at::Tensor& tensor(int64_t part, int64_t group) const { return tensors_[stacked_ ? part : part * groups_ + group]; }

    int64_t groups_, parts_, rows_ = 0, columns_ = 0;
    bool stacked_;
    at::ScalarType type_;
    std::vector<at::Tensor> tensors_;
};

// How the matrices of a group's parts act on a row.
enum class Side {
    SIDE_BY_SIDE,  // each part makes its own columns of the result
    SUMMED         // each part reads its own columns of the rows, and the results are summed
};

// What is added before the result is rounded; each may be undefined.
struct GroupedSum {
    at::Tensor low;     // [rows, r]
    at::Tensor factor;  // with low: [groups, r, n], or transposed as the matrices are [groups, n, r]
    at::Tensor bias;    // [groups, n]
};

// a B_g + low F_g + bias_g for the rows of each group, in a's type, every sum in fp32; transposed: a B_g^T. [rows, n]
at::Tensor grouped_product(const at::Tensor& a, const GroupedMatrices& b, bool transposed, Side side, const Groups& groups, const GroupedSum& sum = {});

// left_g^T right_g of each group's rows: what a matrix of its own gets as gradient. [groups, left's columns, right's columns]
at::Tensor grouped_outer_product(const at::Tensor& left, const at::Tensor& right, const Groups& groups, at::ScalarType type);

// left^T right. [left's columns, right's columns]
at::Tensor outer_product(const at::Tensor& left, const at::Tensor& right, at::ScalarType type);

}  // namespace fts
