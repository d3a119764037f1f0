// Small products laid side by side and cut into pieces that threads take one after another.
#pragma once
#include <algorithm>
#include <vector>

#include "decode_linear.h"

namespace fts::decode {

// The least that one thread takes at a time: large against the cost of taking it, small against the whole and the second cache.
constexpr int64_t piece_bytes = 64 << 10;

// Up to so many rows the kernels take four outputs at a time, from there on three; then every piece reads its rows into the first cache anew, too, which
// small pieces do not make up for (measured: docs/log.md).
constexpr int64_t rows_of_four_outputs = 6;

class piece_list {
public:
    // Of weights whose elements take so many bytes; where n products are shared out at once, each piece is a part of all.
    explicit piece_list(int64_t element_bytes, int64_t at_once = 1) : output_bytes_(element_bytes * at_once) {}

    // A whole product; pieces of it read about as many bytes as those of any other, fewer where many rows make more work of them.
    void add(const linear_piece& whole) {
        const int64_t fitting = piece_bytes * 8 / std::max<int64_t>(8, whole.rows) / std::max<int64_t>(1, whole.width * output_bytes_);
        const int64_t outputs = whole.rows > rows_of_four_outputs ? std::max<int64_t>(24, fitting / 12 * 12) : std::max<int64_t>(4, fitting / 4 * 4);
        entries_.push_back({whole, outputs, count()});
        count_ += (whole.outputs + outputs - 1) / outputs;
    }

    int64_t count() const { return count_; }

    // Which of the products added a piece belongs to.
    size_t owner_of(int64_t number) const {
        const auto after = std::upper_bound(entries_.begin(), entries_.end(), number, [](int64_t wanted, const entry& e) { return wanted < e.first; });
        return after - entries_.begin() - 1;
    }

    linear_piece at(int64_t number) const {
        const entry& owner = entries_[owner_of(number)];
        linear_piece piece = owner.whole;
        piece.first = (number - owner.first) * owner.outputs;
        piece.last = std::min(piece.outputs, piece.first + owner.outputs);
        return piece;
    }

private:
    struct entry {
        linear_piece whole;
        int64_t outputs;  // of a piece
        int64_t first;    // number of its first piece
    };

    int64_t output_bytes_;  // of an output, for each element of the width
    std::vector<entry> entries_;
    int64_t count_ = 0;
};

}  // namespace fts::decode
