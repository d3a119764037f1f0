// Causal attention inside each of several packed sequences, block by block with a running softmax (Dao et al. 2022, arXiv 2205.14135;
// 2023, arXiv 2307.08691): the square matrix of scores never exists, and the backward pass needs only each row's log-sum-exp. A sequence may
// follow another one, as answers follow their prompt: it looks at all of that first, whose keys and values are there once for all that follow.
#include <iterator>
#include <limits>

#include "blocks.h"
#include "workers.h"

using namespace fts;

namespace {

constexpr int64_t query_block = 64;
constexpr int64_t key_block = 128;

struct Problem {
    int64_t tokens, heads, key_heads, size, value_size;
    std::vector<int64_t> starts;
    float scale;
    int64_t window;
    float cap;  // 0: none
    std::vector<int64_t> prefixes;  // of each sequence the one that it follows, or -1; empty where none follows any

    int64_t group() const { return heads / key_heads; }
    int64_t padded() const { return round_up(size, depth_unit); }
    int64_t value_padded() const { return round_up(value_size, depth_unit); }
    // Bounded scores are scaled already.
    float rest_of_scale() const { return cap > 0 ? 1.0f : scale; }
    int64_t sequences() const { return static_cast<int64_t>(starts.size()) - 1; }
    int64_t length(int64_t sequence) const { return starts[sequence + 1] - starts[sequence]; }
    int64_t prefix(int64_t sequence) const { return prefixes.empty() ? -1 : prefixes[sequence]; }
    int64_t before(int64_t sequence) const { return prefix(sequence) < 0 ? 0 : length(prefix(sequence)); }
};

// Keys and values of every sequence and head, packed block by block for the products of the forward pass.
template <typename T>
struct PackedKeys {
    at::Tensor memory;
    std::vector<int64_t> offsets;      // of each (sequence, key head)
    int64_t key_count, value_count;    // elements of one packed block

    PackedKeys(const Problem& p, const at::Tensor& k, const at::Tensor& v) : key_count(p.padded() * key_block), value_count(p.value_padded() * key_block) {
        int64_t total = 0;
        for (int64_t sequence = 0; sequence < p.sequences(); sequence++) {
            for (int64_t head = 0; head < p.key_heads; head++) {
                offsets.push_back(total);
                total += round_up(p.length(sequence), key_block) * (p.padded() + p.value_padded());
            }
        }
        memory = at::empty({total}, k.options());
        each_task(static_cast<int64_t>(offsets.size()), [&](int64_t task) {
            const int64_t sequence = task / p.key_heads, head = task % p.key_heads;
            const auto& kernels = block_kernels<T>();
            T* copy = scratch<T>(COPY, key_count);
            for (int64_t start = 0; start < p.length(sequence); start += key_block) {
                const int64_t count = std::min(key_block, p.length(sequence) - start), place = (p.starts[sequence] + start) * p.key_heads + head;
                gather(data<T>(k) + place * p.size, p.key_heads * p.size, count, p.size, p.padded(), copy);
                kernels.pack_columns(copy, p.padded(), p.padded(), count, keys(task, start), key_block);
                kernels.pack_rows(data<T>(v) + place * p.value_size, p.key_heads * p.value_size, count, p.value_size, values(task, start), p.value_padded());
            }
        });
    }

    T* keys(int64_t task, int64_t start) const { return data<T>(memory) + offsets[task] + start / key_block * (key_count + value_count); }
    T* values(int64_t task, int64_t start) const { return keys(task, start) + key_count; }
};

template <typename T>
void forward_block(const Problem& p, const PackedKeys<T>& packed, const at::Tensor& q, const at::Tensor& sinks, int64_t sequence, int64_t key_head, int64_t start,
    const at::Tensor& output, const at::Tensor& lse) {
    const auto& kernels = block_kernels<T>();
    const int64_t width = p.padded(), value_width = p.value_padded(), rows = std::min(query_block, p.length(sequence) - start);
    T* queries = scratch<T>(COPY, query_block * width);
    T* weights = scratch<T>(WEIGHTS, query_block * key_block);
    float* scores = scratch<float>(SCORES, query_block * key_block);
    float* sums = scratch<float>(SUMS, query_block * value_width);
    float* largest = scratch<float>(LARGEST, query_block);
    float* totals = scratch<float>(TOTALS, query_block);
    for (int64_t head = key_head * p.group(); head < (key_head + 1) * p.group(); head++) {
        const int64_t place = (p.starts[sequence] + start) * p.heads + head;
        gather(data<T>(q) + place * p.size, p.heads * p.size, rows, p.size, width, queries);
        std::fill_n(sums, rows * value_width, 0.0f);
        // A sink is a score that is there before any key is looked at.
        std::fill_n(largest, rows, sinks.defined() ? data<float>(sinks)[head] : -std::numeric_limits<float>::infinity());
        std::fill_n(totals, rows, sinks.defined() ? 1.0f : 0.0f);
        // Key 0 of the sequence that is looked at has the place `base` in this one; keys up to `end` are looked at.
        const auto look = [&](int64_t other, int64_t base, int64_t end) {
            const int64_t oldest = std::max<int64_t>(start + 1 - p.window - base, 0) / key_block * key_block, task = other * p.key_heads + key_head;
            for (int64_t key = oldest; key < end; key += key_block) {
                const int64_t count = std::min(key_block, end - key);
                kernels.multiply(rows, round_up(count, column_unit), width, queries, width, packed.keys(task, key), key_block, scores, key_block, false);
                if (p.cap > 0) kernels.soft_cap(scores, key_block, rows, count, p.scale, p.cap);
                kernels.softmax(scores, key_block, rows, count, start - base - key, p.window, p.rest_of_scale(), weights, key_block, largest, totals, sums, value_width, value_width);
                kernels.multiply(rows, value_width, round_up(count, depth_unit), weights, key_block, packed.values(task, key), value_width, sums, value_width, true);
            }
        };
        if (p.prefix(sequence) >= 0) look(p.prefix(sequence), -p.before(sequence), p.before(sequence));
        look(sequence, 0, start + rows);
        for (int64_t row = 0; row < rows; row++) {
            const float factor = 1.0f / totals[row];
            float* sum = sums + row * value_width;
            for (int64_t i = 0; i < p.value_size; i++) sum[i] *= factor;
            row_kernels<T>().from_float(sum, p.value_size, data<T>(output) + (place + row * p.heads) * p.value_size);
            data<float>(lse)[place + row * p.heads] = largest[row] + std::log(totals[row]);
        }
    }
}

template <typename T>
void forward_all(const Problem& p, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& sinks, const at::Tensor& output, const at::Tensor& lse) {
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
    std::stable_sort(tasks.begin(), tasks.end(), [&](const Task& left, const Task& right) {
        return left.start + p.before(left.sequence) > right.start + p.before(right.sequence);
    });
    const PackedKeys<T> packed(p, k, v);
    each_task(static_cast<int64_t>(tasks.size()), [&](int64_t index) {
        forward_block(p, packed, q, sinks, tasks[index].sequence, tasks[index].key_head, tasks[index].start, output, lse);
    });
}

// One query head's part of the backward pass: its blocks packed, and the gradient gathered, transposed: [block][size][query].
template <typename T>
struct QueryHead {
    int64_t width, value_width, blocks;
    T *columns, *dcolumns, *rows, *drows;
    float *lse, *delta, *dqueries;

    QueryHead(const Problem& p, int64_t length) : width(p.padded()), value_width(p.value_padded()), blocks((length + query_block - 1) / query_block) {
        const int64_t places = blocks * query_block;
        columns = scratch<T>(COLUMNS, places * width);
        dcolumns = scratch<T>(DCOLUMNS, places * value_width);
        rows = scratch<T>(ROWS, places * width);
        drows = scratch<T>(DROWS, places * value_width);
        lse = scratch<float>(LSE, places);
        delta = scratch<float>(DELTA, places);
        dqueries = scratch<float>(DQUERIES, places * width);
    }

    void read(const Problem& p, int64_t first, int64_t length, int64_t head, const at::Tensor& q, const at::Tensor& output, const at::Tensor& doutput, const at::Tensor& log_sums) {
        const auto& kernels = block_kernels<T>();
        T* copy = scratch<T>(COPY, query_block * std::max(width, value_width));
        std::fill_n(dqueries, blocks * query_block * width, 0.0f);
        for (int64_t start = 0; start < length; start += query_block) {
            const int64_t count = std::min(query_block, length - start), place = (first + start) * p.heads + head;
            gather(data<T>(q) + place * p.size, p.heads * p.size, count, p.size, width, copy);
            kernels.pack_columns(copy, width, width, count, columns + start * width, query_block);
            kernels.pack_rows(copy, width, count, width, rows + start * width, width);
            const T* gradients = data<T>(doutput) + place * p.value_size;
            gather(gradients, p.heads * p.value_size, count, p.value_size, value_width, copy);
            kernels.pack_columns(copy, value_width, value_width, count, dcolumns + start * value_width, query_block);
            kernels.pack_rows(copy, value_width, count, value_width, drows + start * value_width, value_width);
            for (int64_t row = 0; row < count; row++) {
                const int64_t offset = row * p.heads * p.value_size;
                lse[start + row] = data<float>(log_sums)[place + row * p.heads];
                delta[start + row] = row_kernels<T>().dot(data<T>(output) + place * p.value_size + offset, gradients + offset, p.value_size);
            }
        }
    }

    // What a sink's share of each row's weight costs: -sum exp(sink - lse) delta.
    float sink_gradient(float sink, int64_t length) const {
        double sum = 0;
        for (int64_t row = 0; row < length; row++) sum -= static_cast<double>(std::exp(sink - lse[row])) * delta[row];
        return static_cast<float>(sum);
    }
};

// What the forward pass leaves, and where its gradients go.
struct Gradients {
    at::Tensor q, k, v, sinks, output, lse, doutput;
    at::Tensor dq, dk, dv, dsinks;  // dsinks [sequences, heads]
};

// Gradients of keys and values that several sequences look at, in parts until all are there: of each such sequence first its own part, then
// those of the sequences that follow it. One place has size + value_size floats for each key head.
struct SharedGradients {
    at::Tensor memory;
    std::vector<int64_t> first;                   // place of the part that a sequence makes; -1 where its keys are its own
    std::vector<std::vector<int64_t>> followers;  // of each sequence
    int64_t stride;                               // floats of a place

    explicit SharedGradients(const Problem& p) : first(p.sequences(), -1), followers(p.sequences()), stride(p.key_heads * (p.size + p.value_size)) {
        for (int64_t sequence = 0; sequence < p.sequences(); sequence++) {
            if (p.prefix(sequence) >= 0) followers[p.prefix(sequence)].push_back(sequence);
        }
        int64_t places = 0;
        for (int64_t sequence = 0; sequence < p.sequences(); sequence++) {
            if (followers[sequence].empty() && p.prefix(sequence) < 0) continue;
            first[sequence] = places;
            places += followers[sequence].empty() ? p.before(sequence) : p.length(sequence);
        }
        memory = at::empty({places * stride}, at::kFloat);
    }

    bool is_shared(int64_t sequence) const { return !followers[sequence].empty(); }
    // Row `row` of the part that a sequence makes; values stand behind keys.
    float* part(const Problem& p, int64_t sequence, int64_t row, int64_t key_head) const {
        return data<float>(memory) + (first[sequence] + row) * stride + key_head * (p.size + p.value_size);
    }
};

// One key head of one sequence for the backward pass.
template <typename T>
struct KeyHead {
    int64_t width, value_width, length, base;  // base: place of its first key in the sequence that looks
    T *keys, *values, *turned;
    float *dkeys, *dvalues;

    // `room` places are left in the worker's memory before those of this one.
    KeyHead(const Problem& p, int64_t length, int64_t base, int64_t room, int64_t all) : width(p.padded()), value_width(p.value_padded()), length(length), base(base) {
        keys = scratch<T>(KEYS, all * width) + room * width;
        values = scratch<T>(VALUES, all * value_width) + room * value_width;
        turned = scratch<T>(TURNED, all * width) + room * width;
        dkeys = scratch<float>(DKEYS, all * width) + room * width;
        dvalues = scratch<float>(DVALUES, all * value_width) + room * value_width;
    }

    void read(const Problem& p, int64_t first, int64_t key_head, const Gradients& g) {
        const int64_t places = round_up(length, key_block), place = first * p.key_heads + key_head;
        gather(data<T>(g.k) + place * p.size, p.key_heads * p.size, length, p.size, width, keys);
        gather(data<T>(g.v) + place * p.value_size, p.key_heads * p.value_size, length, p.value_size, value_width, values);
        for (int64_t key = 0; key < length; key += key_block) {
            block_kernels<T>().transpose(keys + key * width, width, std::min(key_block, length - key), width, turned + key * width, key_block);
        }
        std::fill_n(dkeys, places * width, 0.0f);
        std::fill_n(dvalues, places * value_width, 0.0f);
    }

    // Adds what the queries of one head say of these keys, and these keys of the queries.
    void add(const Problem& p, const QueryHead<T>& head, int64_t queries_there) {
        const auto& kernels = block_kernels<T>();
        T* weights = scratch<T>(WEIGHTS, key_block * query_block);
        T* dscores = scratch<T>(DSCORES, key_block * query_block);
        T* packed = scratch<T>(PACKED, key_block * query_block);
        float* scores = scratch<float>(SCORES, key_block * query_block);
        float* dweights = scratch<float>(DWEIGHTS, key_block * query_block);
        for (int64_t key = 0; key < length; key += key_block) {
            const int64_t count = std::min(key_block, length - key), place = base + key;
            const int64_t last = std::min(queries_there, place + count - 1 + p.window);
            for (int64_t query = std::max<int64_t>(place, 0) / query_block * query_block; query < last; query += query_block) {
                const int64_t queries = std::min(query_block, queries_there - query);
                const int64_t columns = round_up(queries, column_unit), depth = round_up(queries, depth_unit);
                kernels.multiply(count, columns, width, keys + key * width, width, head.columns + query * width, query_block, scores, query_block, false);
                kernels.multiply(count, columns, value_width, values + key * value_width, value_width, head.dcolumns + query * value_width, query_block, dweights, query_block, false);
                if (p.cap > 0) kernels.soft_cap(scores, query_block, count, queries, p.scale, p.cap);
                kernels.softmax_backward(scores, dweights, query_block, count, queries, query - place, p.window, p.rest_of_scale(), head.lse + query, head.delta + query, weights, dscores, query_block);
                if (p.cap > 0) kernels.soft_cap_backward(scores, query_block, count, queries, p.scale, p.cap, dscores, query_block);
                kernels.multiply(count, value_width, depth, weights, query_block, head.drows + query * value_width, value_width, dvalues + key * value_width, value_width, true);
                kernels.multiply(count, width, depth, dscores, query_block, head.rows + query * width, width, dkeys + key * width, width, true);
                kernels.pack_rows(dscores, query_block, count, queries, packed, query_block);
                kernels.multiply(width, columns, round_up(count, depth_unit), turned + key * width, key_block, packed, query_block, head.dqueries + query * width, query_block, true);
            }
        }
    }

    // As a part of what others add to.
    void write_part(const Problem& p, const SharedGradients& shared, int64_t sequence, int64_t key_head) const {
        for (int64_t row = 0; row < length; row++) {
            float* to = shared.part(p, sequence, row, key_head);
            std::copy_n(dkeys + row * width, p.size, to);
            std::copy_n(dvalues + row * value_width, p.value_size, to + p.size);
        }
    }

    void write(const Problem& p, const Gradients& g, int64_t first, int64_t key_head) const {
        for (int64_t row = 0; row < length; row++) {
            const int64_t at = (first + row) * p.key_heads + key_head;
            row_kernels<T>().from_float(dkeys + row * width, p.size, data<T>(g.dk) + at * p.size);
            row_kernels<T>().from_float(dvalues + row * value_width, p.value_size, data<T>(g.dv) + at * p.value_size);
        }
    }
};

// Gradients of one sequence's one key head and its group of query heads.
template <typename T>
void backward_head(const Problem& p, int64_t sequence, int64_t key_head, const Gradients& g, const SharedGradients& shared) {
    const int64_t length = p.length(sequence), first = p.starts[sequence], before = p.before(sequence), prefix = p.prefix(sequence);
    const int64_t room = round_up(before, key_block), all = room + round_up(length, key_block);
    KeyHead<T> earlier(p, before, -before, 0, all), own(p, length, 0, room, all);
    if (prefix >= 0) earlier.read(p, p.starts[prefix], key_head, g);
    own.read(p, first, key_head, g);
    QueryHead<T> head(p, length);
    for (int64_t query_head = key_head * p.group(); query_head < (key_head + 1) * p.group(); query_head++) {
        head.read(p, first, length, query_head, g.q, g.output, g.doutput, g.lse);
        if (g.sinks.defined()) data<float>(g.dsinks)[sequence * p.heads + query_head] = head.sink_gradient(data<float>(g.sinks)[query_head], length);
        if (prefix >= 0) earlier.add(p, head, length);
        own.add(p, head, length);
        for (int64_t query = 0; query < length; query += query_block) {
            block_kernels<T>().transpose_rounded(head.dqueries + query * head.width, query_block, p.size, std::min(query_block, length - query),
                data<T>(g.dq) + ((first + query) * p.heads + query_head) * p.size, p.heads * p.size);
        }
    }
    if (prefix >= 0) earlier.write_part(p, shared, sequence, key_head);
    if (shared.is_shared(sequence)) own.write_part(p, shared, sequence, key_head);
    else own.write(p, g, first, key_head);
}

// The parts of what several sequences look at become its gradient, in the same order each time.
template <typename T>
void add_parts(const Problem& p, int64_t sequence, int64_t key_head, const Gradients& g, const SharedGradients& shared) {
    for (int64_t row = 0; row < p.length(sequence); row++) {
        float* sum = shared.part(p, sequence, row, key_head);
        for (const int64_t follower : shared.followers[sequence]) {
            row_kernels<float>().add_scaled(shared.part(p, follower, row, key_head), 1.0f, p.size + p.value_size, sum);
        }
        const int64_t at = (p.starts[sequence] + row) * p.key_heads + key_head;
        row_kernels<T>().from_float(sum, p.size, data<T>(g.dk) + at * p.size);
        row_kernels<T>().from_float(sum + p.size, p.value_size, data<T>(g.dv) + at * p.value_size);
    }
}

// How the operator is called, beside its tensors.
struct Options {
    std::vector<int64_t> starts;
    double scale, cap;
    int64_t window;
    std::vector<int64_t> prefixes;
};

Problem problem_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& sinks, const Options& options) {
    const auto& starts = options.starts;
    TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && v.dim() == 3 && k.size(0) == v.size(0) && k.size(1) == v.size(1) && q.size(0) == k.size(0) && q.size(2) == k.size(2) &&
        k.size(1) > 0 && q.size(1) % k.size(1) == 0 && q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(),
        "packed_attention: q ", q.sizes(), ", k ", k.sizes(), ", v ", v.sizes());
    TORCH_CHECK(starts.size() > 1 && starts.front() == 0 && starts.back() == q.size(0) && std::is_sorted(starts.begin(), starts.end()),
        "packed_attention: sequences begin at ", starts, ", tokens are ", q.size(0));
    TORCH_CHECK(options.window >= 0 && options.cap >= 0, "packed_attention: a window of ", options.window, ", a cap of ", options.cap);
    TORCH_CHECK(!sinks.defined() || (sinks.dim() == 1 && sinks.size(0) == q.size(1)), "packed_attention: sinks ", sinks.defined() ? sinks.sizes() : at::IntArrayRef(), " for ", q.size(1), " heads");
    const auto& prefixes = options.prefixes;
    TORCH_CHECK(prefixes.empty() || prefixes.size() + 1 == starts.size(), "packed_attention: ", prefixes.size(), " prefixes of ", starts.size() - 1, " sequences");
    for (const int64_t prefix : prefixes) {
        TORCH_CHECK(prefix == -1 || (prefix >= 0 && prefix < static_cast<int64_t>(prefixes.size()) && prefixes[prefix] == -1),
            "packed_attention: a sequence follows one that follows none, not those of ", prefixes);
    }
    return {q.size(0), q.size(1), k.size(1), q.size(2), v.size(2), starts, static_cast<float>(options.scale),
        options.window == 0 ? std::max<int64_t>(q.size(0), 1) : options.window, static_cast<float>(options.cap), prefixes};
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
    static Variable forward(AutogradContext* context, const at::Tensor& q_input, const at::Tensor& k_input, const at::Tensor& v_input,
        const fts::optional<at::Tensor>& sink_input, const Options& options) {
        const auto q = q_input.contiguous(), k = k_input.contiguous(), v = v_input.contiguous();
        const auto sinks = sink_input ? sink_input->to(at::kFloat).contiguous() : at::Tensor();
        const auto p = problem_of(q, k, v, sinks, options);
        auto output = at::empty({p.tokens, p.heads, p.value_size}, q.options());
        auto lse = at::empty({p.tokens, p.heads}, q.options().dtype(at::kFloat));
        with_type(q, [&](auto type) { forward_all<decltype(type)>(p, q, k, v, sinks, output, lse); });
        context->save_for_backward({q, k, v, sinks, output, lse});
        context->saved_data["starts"] = options.starts;
        context->saved_data["scale"] = options.scale;
        context->saved_data["cap"] = options.cap;
        context->saved_data["window"] = options.window;
        context->saved_data["prefixes"] = options.prefixes;
        if (sinks.defined()) context->saved_data["sink_type"] = static_cast<int64_t>(sink_input->scalar_type());
        return output;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        auto& values = context->saved_data;
        const auto p = problem_of(saved[0], saved[1], saved[2], saved[3],
            {values["starts"].toIntVector(), values["scale"].toDouble(), values["cap"].toDouble(), values["window"].toInt(), values["prefixes"].toIntVector()});
        Gradients g{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], gradients[0].contiguous(),
            at::empty_like(saved[0]), at::empty_like(saved[1]), at::empty_like(saved[2]), {}};
        if (g.sinks.defined()) g.dsinks = at::empty({p.sequences(), p.heads}, g.sinks.options());
        // Long sequences first.
        std::vector<int64_t> order(p.sequences()), shared_ones;
        for (size_t index = 0; index < order.size(); index++) order[index] = static_cast<int64_t>(index);
        std::stable_sort(order.begin(), order.end(), [&](int64_t left, int64_t right) { return p.length(left) + p.before(left) > p.length(right) + p.before(right); });
        const SharedGradients shared(p);
        std::copy_if(order.begin(), order.end(), std::back_inserter(shared_ones), [&](int64_t sequence) { return shared.is_shared(sequence); });
        with_type(g.doutput, [&](auto type) {
            using T = decltype(type);
            each_task(p.sequences() * p.key_heads, [&](int64_t task) { backward_head<T>(p, order[task / p.key_heads], task % p.key_heads, g, shared); });
            each_task(static_cast<int64_t>(shared_ones.size()) * p.key_heads, [&](int64_t task) { add_parts<T>(p, shared_ones[task / p.key_heads], task % p.key_heads, g, shared); });
        });
        const auto dsinks = g.sinks.defined() ? g.dsinks.sum(0).to(static_cast<at::ScalarType>(values["sink_type"].toInt())) : at::Tensor();
        return {g.dq, g.dk, g.dv, dsinks, {}};
    }
};

at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef starts, double scale, int64_t window, double cap,
    const fts::optional<at::Tensor>& sinks, at::IntArrayRef prefixes) {
    return PackedAttention::apply(q, k, v, sinks, Options{starts.vec(), scale, cap, window, prefixes.vec()});
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, library) {
    library.def("packed_attention(Tensor q, Tensor k, Tensor v, int[] starts, float scale, int window=0, float soft_cap=0, Tensor? sinks=None, int[] prefixes=[]) -> Tensor", packed_attention);
}
