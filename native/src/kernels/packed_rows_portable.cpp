#include "packed_rows.inl"

void fts::packed::row_portable(const view& weight, int64_t row, float* y) {
    if (weight.table == nullptr) return eight_bit_row(weight, row, y);
    four_bit_row(weight, row, y, [](int64_t, int64_t, float, float*) -> int64_t { return 0; });
}
