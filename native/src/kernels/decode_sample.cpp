// fts::choose_tokens: the next token of each row, and its log-probability. A row's choice depends on its own logits, key and counter alone.
#include <ATen/ATen.h>
#include <torch/library.h>

#include <array>
#include <cmath>

#include "../internal.h"
#include "decode_parallel.h"
#include "decode_sample.inl"

namespace fts::decode {

sample_passes sample_passes_portable() { return {find_largest, weigh, find_above}; }

namespace {

sample_passes choose_passes() {
#if defined(__x86_64__)
    constexpr int32_t avx512 = 2;
    if ((fts_processor_features() & avx512) != 0) return sample_passes_avx512();
#endif
    return sample_passes_portable();
}

// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3": Philox 4x32 with 10 rounds. A number in [0, 1).
double uniform(uint64_t key, uint64_t counter) {
    std::array<uint32_t, 4> state{static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0};
    uint32_t low = static_cast<uint32_t>(key), high = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t first = 0xD2511F53ull * state[0], second = 0xCD9E8D57ull * state[2];
        state = {static_cast<uint32_t>(second >> 32) ^ state[1] ^ low, static_cast<uint32_t>(second),
                 static_cast<uint32_t>(first >> 32) ^ state[3] ^ high, static_cast<uint32_t>(first)};
        low += 0x9E3779B9;
        high += 0xBB67AE85;
    }
    return static_cast<double>((static_cast<uint64_t>(state[0]) << 32 | state[1]) >> 11) * 0x1.0p-53;
}

struct row_options {
    double temperature, top_p;
    double min_p;  // against the likeliest token's probability; 0 keeps all
    int64_t top_k;
    uint64_t key, counter;
};

struct choice {
    int64_t token;
    double sampled_log_probability;  // at the row's temperature
    double log_probability;          // at temperature 1
};

// Its buffers serve one row after another.
class row_sampler {
public:
    explicit row_sampler(const sample_passes& passes) : passes_(passes) {}

    choice choose(const float* logits, int64_t count, const row_options& options) {
        logits_ = logits;
        count_ = count;
        const int64_t likeliest = passes_.largest(logits_, count_);
        highest_ = logits_[likeliest];
        const bool greedy = options.temperature == 0;
        const bool filtered = !greedy && ((options.top_k > 0 && options.top_k < count_) || options.top_p < 1 || options.min_p > 0);
        const float sharpness = greedy ? 1.0f : static_cast<float>(1 / options.temperature);
        const double mass = weigh(sharpness, filtered);
        TORCH_CHECK(std::isfinite(mass) && std::isfinite(highest_), "the logits are not numbers: the model has diverged or its weights are broken");

        const double place = uniform(options.key, options.counter);
        const int64_t token = greedy ? likeliest : filtered ? choose_among_likeliest(options, sharpness, mass, place) : choose_among_all(place * mass, sharpness);
        const double distance = static_cast<double>(logits_[token]) - highest_;
        const double sampled = distance * sharpness - std::log(mass);
        return {token, sampled, sharpness == 1 ? sampled : distance - std::log(weigh(1, false))};
    }

private:
    // Fills block_sums_, and weights_ where all are needed; else only the last block's.
    double weigh(float sharpness, bool keep) {
        weights_.resize(std::max<size_t>(weights_.size(), keep ? count_ : sample_block));
        block_sums_.clear();
        double mass = 0;
        for (int64_t start = 0; start < count_; start += sample_block) {
            block_sums_.push_back(weigh_block(start, sharpness, keep ? start : 0));
            mass += block_sums_.back();
        }
        return mass;
    }

    float weigh_block(int64_t start, float sharpness, int64_t place) {
        return passes_.weigh(logits_ + start, std::min(sample_block, count_ - start), highest_, sharpness, weights_.data() + place);
    }

    int64_t choose_among_all(double target, float sharpness) {
        size_t block = 0;
        while (block + 1 < block_sums_.size() && target >= block_sums_[block]) target -= block_sums_[block++];
        const int64_t start = static_cast<int64_t>(block) * sample_block;
        weigh_block(start, sharpness, 0);
        return start + choose(weights_.data(), std::min(sample_block, count_ - start), target);
    }

    // The likeliest k, of these the fewest that hold the share p, and of these the ones likely enough beside the likeliest, as in Hugging Face's order of warpers.
    int64_t choose_among_likeliest(const row_options& options, double sharpness, double mass, double place) {
        const bool limited = options.top_k > 0 && options.top_k < count_;
        const int64_t most = limited ? options.top_k : count_;
        // What weighs less than min_p is never kept; but a share of the likeliest k is of all of them.
        const double deepest = options.min_p > 0 && (!limited || options.top_p == 1) ? -std::log(options.min_p) : INFINITY;
        gather(most, options.top_p * mass, deepest, sharpness);
        std::sort(places_.begin(), places_.end(), [this](int32_t a, int32_t b) { return logits_[a] > logits_[b] || (logits_[a] == logits_[b] && a < b); });
        places_.resize(std::min<size_t>(places_.size(), most));

        std::vector<float> kept;
        double kept_mass = 0;
        for (const int32_t index : places_) kept_mass += weights_[index];
        const double enough = options.top_p * (limited ? kept_mass : mass);
        kept_mass = 0;
        for (const int32_t index : places_) {
            // The likeliest weighs 1.
            if (!kept.empty() && weights_[index] < options.min_p) break;
            kept.push_back(weights_[index]);
            kept_mass += weights_[index];
            if (kept_mass >= enough) break;
        }
        return places_[choose(kept.data(), kept.size(), place * kept_mass)];
    }

    // Enough of the likeliest to hold the first `most`, this much mass or all down to a depth, whichever needs fewer, without sorting the whole vocabulary.
    void gather(int64_t most, double enough_mass, double deepest, double sharpness) {
        for (double depth = 6;; depth *= 2) {
            places_.resize(count_);
            const double limit = depth > 100 ? -INFINITY : highest_ - depth / sharpness;
            places_.resize(passes_.above(logits_, count_, static_cast<float>(limit), places_.data()));
            if (depth > 100 || depth >= deepest || static_cast<int64_t>(places_.size()) >= most) return;
            double mass = 0;
            for (const int32_t index : places_) mass += weights_[index];
            if (most == count_ && mass >= enough_mass) return;
        }
    }

    static int64_t choose(const float* weights, int64_t count, double target) {
        int64_t last = 0;
        for (int64_t i = 0; i < count; i++) {
            if (weights[i] == 0) continue;
            if (target < weights[i]) return i;
            target -= weights[i];
            last = i;  // rounding may leave a rest behind the last one
        }
        return last;
    }

    const sample_passes passes_;
    const float* logits_ = nullptr;
    int64_t count_ = 0;
    float highest_ = 0;
    std::vector<float> weights_;
    std::vector<float> block_sums_;
    std::vector<int32_t> places_;
};

std::tuple<at::Tensor, at::Tensor> choose_tokens(const at::Tensor& logits, at::ArrayRef<double> temperatures, at::ArrayRef<double> top_p, at::IntArrayRef top_k,
                                                 at::IntArrayRef keys, at::IntArrayRef counters, at::ArrayRef<double> min_p) {
    TORCH_CHECK(logits.dim() == 2 && logits.size(1) > 0 && logits.scalar_type() == at::kFloat && logits.is_contiguous(), "logits must be contiguous fp32 [rows, vocabulary], not ", logits.sizes());
    const size_t rows = logits.size(0);
    TORCH_CHECK(temperatures.size() == rows && top_p.size() == rows && top_k.size() == rows && keys.size() == rows && counters.size() == rows && (min_p.empty() || min_p.size() == rows), "one option of each kind for each of ", rows, " rows");
    const auto passes = choose_passes();
    at::Tensor tokens = at::empty({logits.size(0)}, logits.options().dtype(at::kLong));
    at::Tensor probabilities = at::empty({logits.size(0), 2}, logits.options());
    take_pieces(logits.size(0), [&](int64_t row) {
        static thread_local row_sampler sampler(passes);
        const choice chosen = sampler.choose(logits.data_ptr<float>() + row * logits.size(1), logits.size(1), {temperatures[row], top_p[row], min_p.empty() ? 0 : min_p[row], top_k[row], static_cast<uint64_t>(keys[row]), static_cast<uint64_t>(counters[row])});
        tokens.data_ptr<int64_t>()[row] = chosen.token;
        probabilities.data_ptr<float>()[2 * row] = static_cast<float>(chosen.sampled_log_probability);
        probabilities.data_ptr<float>()[2 * row + 1] = static_cast<float>(chosen.log_probability);
    });
    return {tokens, probabilities};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fts, m) {
    m.def("choose_tokens(Tensor logits, float[] temperatures, float[] top_p, int[] top_k, int[] keys, int[] counters, float[] min_p=[]) -> (Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(fts, CPU, m) {
    m.impl("choose_tokens", choose_tokens);
}

}  // namespace fts::decode
