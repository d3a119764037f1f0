#include "packed_rows.inl"

void fts::packed::row_portable(const view& weight, int64_t row, float* y) {
    switch (weight.kind) {
        case coding::HALVES: return four_bit_row(weight, row, y, [](int64_t, int64_t, float, float*) -> int64_t { return 0; });
        case coding::BYTES: return eight_bit_row(weight, row, y);
        case coding::FLOATS: return float_row(weight, row, y, [](const uint8_t*, int64_t, float, float*) -> int64_t { return 0; });
    }
}
