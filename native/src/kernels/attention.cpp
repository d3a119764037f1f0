// Causal attention inside each of several packed sequences, block by block with a running softmax (Dao et al. 2022, arXiv 2205.14135;
// 2023, arXiv 2307.08691): the square matrix of scores never exists, and the backward pass needs only each row's log-sum-exp.
#include <limits>

#include "block_kernels.h"
#include "support.h"
#include "workers.h"

using namespace fts;

namespace {

constexpr int64_t query_block = 64;
constexpr int64_t key_block = 128;

struct Problem {
    int64_t tokens, heads, key_heads, size;
    std::vector<int64_t> starts;
    float scale;
    int64_t window;

    int64_t group() const { return heads / key_heads; }
    int64_t padded() const { return round_up(size, depth_unit); }
    int64_t sequences() const { return static_cast<int64_t>(starts.size()) - 1; }
    int64_t length(int64_t sequence) const { return starts[sequence + 1] - starts[sequence]; }
};

// Copies rows of one head, padded with zeros to `width` elements.
template <typename T>
void gather(const T* from, int64_t stride, int64_t rows, int64_t size, int64_t width, T* to) {
    for (int64_t row = 0; row < rows; row++) {
        std::copy_n(from + row * stride, size, to + row * width);
        std::fill_n(to + row * width + size, width - size, T{});
    }
}

// Keys and values of every sequence and head, packed block by block for the products of the forward pass.
template <typename T>
struct PackedKeys {
    at::Tensor memory;
    std::vector<int64_t> offsets;  // of each (sequence, key head)
    int64_t block;                 // elements of one packed block

    PackedKeys(const Problem& p, const at::Tensor& k, const at::Tensor& v) : block(p.padded() * key_block) {
        int64_t total = 0;
        for (int64_t sequence = 0; sequence < p.sequences(); sequence++) {
            for (int64_t head = 0; head < p.key_heads; head++) {
                offsets.push_back(total);
                total += round_up(p.length(sequence), key_block) * p.padded() * 2;
            }
        }
        memory = at::empty({total}, k.options());
        each_task(static_cast<int64_t>(offsets.size()), [&](int64_t task) {
            const int64_t sequence = task / p.key_heads, head = task % p.key_heads, stride = p.key_heads * p.size;
            const auto& kernels = block_kernels<T>();
            T* copy = scratch<T>(COPY, block);
            for (int64_t start = 0; start < p.length(sequence); start += key_block) {
                const int64_t count = std::min(key_block, p.length(sequence) - start), offset = ((p.starts[sequence] + start) * p.key_heads + head) * p.size;
                gather(data<T>(k) + offset, stride, count, p.size, p.padded(), copy);
                kernels.pack_columns(copy, p.padded(), p.padded(), count, keys(task, start), key_block);
                kernels.pack_rows(data<T>(v) + offset, stride, count, p.size, values(task, start), p.padded());
            }
        });
    }

    T* keys(int64_t task, int64_t start) const { return data<T>(memory) + offsets[task] + start / key_block * 2 * block; }
    T* values(int64_t task, int64_t start) const { return keys(task, start) + block; }
};

template <typename T>
void forward_block(const Problem& p, const PackedKeys<T>& packed, const at::Tensor& q, int64_t sequence, int64_t key_head, int64_t start, const at::Tensor& output, const at::Tensor& lse) {
    const auto& kernels = block_kernels<T>();
    const int64_t width = p.padded(), rows = std::min(query_block, p.length(sequence) - start), stride = p.heads * p.size;
    T* queries = scratch<T>(COPY, query_block * width);
    T* weights = scratch<T>(WEIGHTS, query_block * key_block);
    float* scores = scratch<float>(SCORES, query_block * key_block);
    float* sums = scratch<float>(SUMS, query_block * width);
    float* largest = scratch<float>(LARGEST, query_block);
    float* totals = scratch<float>(TOTALS, query_block);
    for (int64_t head = key_head * p.group(); head < (key_head + 1) * p.group(); head++) {
        const int64_t offset = ((p.starts[sequence] + start) * p.heads + head) * p.size;
        gather(data<T>(q) + offset, stride, rows, p.size, width, queries);
        std::fill_n(sums, rows * width, 0.0f);
        std::fill_n(largest, rows, -std::numeric_limits<float>::infinity());
        std::fill_n(totals, rows, 0.0f);
        const int64_t oldest = std::max<int64_t>(start + 1 - p.window, 0) / key_block * key_block;
        for (int64_t key = oldest; key < start + rows; key += key_block) {
            const int64_t count = std::min(key_block, start + rows - key), task = sequence * p.key_heads + key_head;
            kernels.multiply(rows, round_up(count, column_unit), width, queries, width, packed.keys(task, key), key_block, scores, key_block, false);
            kernels.softmax(scores, key_block, rows, count, start - key, p.window, p.scale, weights, key_block, largest, totals, sums, width, width);
            kernels.multiply(rows, width, round_up(count, depth_unit), weights, key_block, packed.values(task, key), width, sums, width, true);
        }
        for (int64_t row = 0; row < rows; row++) {
            const float factor = 1.0f / totals[row];
            float* sum = sums + row * width;
            for (int64_t i = 0; i < p.size; i++) sum[i] *= factor;
            row_kernels<T>().from_float(sum, p.size, data<T>(output) + offset + row * stride);
            data<float>(lse)[(p.starts[sequence] + start + row) * p.heads + head] = largest[row] + std::log(totals[row]);
        }
    }
}

template <typename T>
void forward_all(const Problem& p, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& output, const at::Tensor& lse) {
    struct Task {
        int64_t sequence, key_head, start;
    };
    std::vector<Task> tasks;
    for (int64_t sequence = 0; sequence < p.sequences(); sequence++) {
        for (int64_t key_head = 0; key_head < p.key_heads; key_head++) {
            for (int64_t start = 0; start < p.length(sequence); start += query_block) tasks.push_back({sequence, key_head, start});
        }
    }
    // Late blocks look back furthest: the largest first, so that no worker begins one when the others are done.
    std::stable_sort(tasks.begin(), tasks.end(), [](const Task& left, const Task& right) { return left.start > right.start; });
    const PackedKeys<T> packed(p, k, v);
    each_task(static_cast<int64_t>(tasks.size()), [&](int64_t index) {
        forward_block(p, packed, q, tasks[index].sequence, tasks[index].key_head, tasks[index].start, output, lse);
    });
}

// One query head's part of the backward pass: its blocks packed, and the gradient gathered, transposed: [block][size][query].
template <typename T>
struct QueryHead {
    int64_t width, blocks;
    T *columns, *dcolumns, *rows, *drows;
    float *lse, *delta, *dqueries;

    QueryHead(const Problem& p, int64_t length) : width(p.padded()), blocks((length + query_block - 1) / query_block) {
        const int64_t elements = blocks * query_block * width;
        columns = scratch<T>(COLUMNS, elements);
        dcolumns = scratch<T>(DCOLUMNS, elements);
        rows = scratch<T>(ROWS, elements);
        drows = scratch<T>(DROWS, elements);
        lse = scratch<float>(LSE, blocks * query_block);
        delta = scratch<float>(DELTA, blocks * query_block);
        dqueries = scratch<float>(DQUERIES, elements);
    }

    void read(const Problem& p, int64_t first, int64_t length, int64_t head, const at::Tensor& q, const at::Tensor& output, const at::Tensor& doutput, const at::Tensor& log_sums) {
        const auto& kernels = block_kernels<T>();
        const int64_t stride = p.heads * p.size;
        T* copy = scratch<T>(COPY, query_block * width);
        std::fill_n(dqueries, blocks * query_block * width, 0.0f);
        for (int64_t block = 0; block < blocks; block++) {
            const int64_t start = block * query_block, count = std::min(query_block, length - start), at = block * query_block * width;
            const int64_t offset = ((first + start) * p.heads + head) * p.size;
            gather(data<T>(q) + offset, stride, count, p.size, width, copy);
            kernels.pack_columns(copy, width, width, count, columns + at, query_block);
            kernels.pack_rows(copy, width, count, width, rows + at, width);
            gather(data<T>(doutput) + offset, stride, count, p.size, width, copy);
            kernels.pack_columns(copy, width, width, count, dcolumns + at, query_block);
            kernels.pack_rows(copy, width, count, width, drows + at, width);
            for (int64_t row = 0; row < count; row++) {
                lse[start + row] = data<float>(log_sums)[(first + start + row) * p.heads + head];
                delta[start + row] = row_kernels<T>().dot(data<T>(output) + offset + row * stride, data<T>(doutput) + offset + row * stride, p.size);
            }
        }
    }
};

// Gradients of one sequence's one key head and its group of query heads.
template <typename T>
void backward_head(const Problem& p, int64_t sequence, int64_t key_head, const variable_list& saved, const at::Tensor& doutput, const at::Tensor& dq, const at::Tensor& dk, const at::Tensor& dv) {
    const auto& kernels = block_kernels<T>();
    const int64_t width = p.padded(), length = p.length(sequence), first = p.starts[sequence], stride = p.key_heads * p.size;
    const int64_t total = round_up(length, key_block) * width;
    T* keys = scratch<T>(KEYS, total);
    T* values = scratch<T>(VALUES, total);
    T* turned = scratch<T>(TURNED, total);
    float* dkeys = scratch<float>(DKEYS, total);
    float* dvalues = scratch<float>(DVALUES, total);
    const int64_t offset = (first * p.key_heads + key_head) * p.size;
    gather(data<T>(saved[1]) + offset, stride, length, p.size, width, keys);
    gather(data<T>(saved[2]) + offset, stride, length, p.size, width, values);
    for (int64_t key = 0; key < length; key += key_block) {
        kernels.transpose(keys + key * width, width, std::min(key_block, length - key), width, turned + key * width, key_block);
    }
    std::fill_n(dkeys, total, 0.0f);
    std::fill_n(dvalues, total, 0.0f);

    T* weights = scratch<T>(WEIGHTS, key_block * query_block);
    T* dscores = scratch<T>(DSCORES, key_block * query_block);
    T* packed = scratch<T>(PACKED, key_block * query_block);
    float* scores = scratch<float>(SCORES, key_block * query_block);
    float* dweights = scratch<float>(DWEIGHTS, key_block * query_block);
    QueryHead<T> head(p, length);
    for (int64_t query_head = key_head * p.group(); query_head < (key_head + 1) * p.group(); query_head++) {
        head.read(p, first, length, query_head, saved[0], saved[3], doutput, saved[4]);
        for (int64_t key = 0; key < length; key += key_block) {
            const int64_t count = std::min(key_block, length - key), last = p.window < length ? std::min(length, key + count - 1 + p.window) : length;
            for (int64_t query = key / query_block * query_block; query < last; query += query_block) {
                const int64_t at = query * width, queries = std::min(query_block, length - query);
                const int64_t columns = round_up(queries, column_unit), depth = round_up(queries, depth_unit);
                kernels.multiply(count, columns, width, keys + key * width, width, head.columns + at, query_block, scores, query_block, false);
                kernels.multiply(count, columns, width, values + key * width, width, head.dcolumns + at, query_block, dweights, query_block, false);
                kernels.softmax_backward(scores, dweights, query_block, count, queries, query - key, p.window, p.scale, head.lse + query, head.delta + query, weights, dscores, query_block);
                kernels.multiply(count, width, depth, weights, query_block, head.drows + at, width, dvalues + key * width, width, true);
                kernels.multiply(count, width, depth, dscores, query_block, head.rows + at, width, dkeys + key * width, width, true);
                kernels.pack_rows(dscores, query_block, count, queries, packed, query_block);
                kernels.multiply(width, columns, round_up(count, depth_unit), turned + key * width, key_block, packed, query_block, head.dqueries + at, query_block, true);
            }
        }
        for (int64_t query = 0; query < length; query += query_block) {
            kernels.transpose_rounded(head.dqueries + query * width, query_block, p.size, std::min(query_block, length - query),
                data<T>(dq) + ((first + query) * p.heads + query_head) * p.size, p.heads * p.size);
        }
    }
    for (int64_t row = 0; row < length; row++) {
        row_kernels<T>().from_float(dkeys + row * width, p.size, data<T>(dk) + offset + row * stride);
        row_kernels<T>().from_float(dvalues + row * width, p.size, data<T>(dv) + offset + row * stride);
    }
}

Problem problem_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef starts, double scale, int64_t window) {
    TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && q.size(0) == k.size(0) && q.size(2) == k.size(2) && k.size(1) > 0 && q.size(1) % k.size(1) == 0 &&
        q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(), "packed_attention: q ", q.sizes(), ", k ", k.sizes(), ", v ", v.sizes());
    TORCH_CHECK(starts.size() > 1 && starts.front() == 0 && starts.back() == q.size(0) && std::is_sorted(starts.begin(), starts.end()),
        "packed_attention: sequences begin at ", starts, ", tokens are ", q.size(0));
    TORCH_CHECK(window >= 0, "packed_attention: a window of ", window);
    return {q.size(0), q.size(1), k.size(1), q.size(2), starts.vec(), static_cast<float>(scale), window == 0 ? std::max<int64_t>(q.size(0), 1) : window};
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
    static Variable forward(AutogradContext* context, const at::Tensor& q_input, const at::Tensor& k_input, const at::Tensor& v_input, std::vector<int64_t> starts, double scale, int64_t window) {
        const auto q = q_input.contiguous(), k = k_input.contiguous(), v = v_input.contiguous();
        const auto p = problem_of(q, k, v, starts, scale, window);
        auto output = at::empty_like(q);
        auto lse = at::empty({p.tokens, p.heads}, q.options().dtype(at::kFloat));
        with_type(q, [&](auto type) { forward_all<decltype(type)>(p, q, k, v, output, lse); });
        context->save_for_backward({q, k, v, output, lse});
        context->saved_data["starts"] = starts;
        context->saved_data["scale"] = scale;
        context->saved_data["window"] = window;
        return output;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto p = problem_of(saved[0], saved[1], saved[2], context->saved_data["starts"].toIntVector(), context->saved_data["scale"].toDouble(), context->saved_data["window"].toInt());
        const auto doutput = gradients[0].contiguous();
        auto dq = at::empty_like(saved[0]), dk = at::empty_like(saved[1]), dv = at::empty_like(saved[2]);
        // Long sequences first.
        std::vector<int64_t> order(p.sequences());
        for (size_t index = 0; index < order.size(); index++) order[index] = static_cast<int64_t>(index);
        std::stable_sort(order.begin(), order.end(), [&](int64_t left, int64_t right) { return p.length(left) > p.length(right); });
        with_type(doutput, [&](auto type) {
            using T = decltype(type);
            each_task(p.sequences() * p.key_heads, [&](int64_t task) { backward_head<T>(p, order[task / p.key_heads], task % p.key_heads, saved, doutput, dq, dk, dv); });
        });
        return {dq, dk, dv, {}, {}, {}};
    }
};

at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef starts, double scale, int64_t window) {
    return PackedAttention::apply(q, k, v, starts.vec(), scale, window);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("packed_attention(Tensor q, Tensor k, Tensor v, int[] starts, float scale, int window=0) -> Tensor", packed_attention);
}
