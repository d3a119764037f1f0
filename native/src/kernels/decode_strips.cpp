#include "decode_strips.h"

#include <algorithm>
#include <cstring>

namespace fts::decode {

int64_t strip_row_bytes(linear_kernel kernel, int64_t width, int64_t element_bytes) {
    const int64_t at_once = columns_at_once(kernel);
    return (width + at_once - 1) / at_once * at_once * element_bytes;
}

void lay_row(linear_kernel kernel, const void* row, int64_t index, int64_t count, int64_t width, int64_t element_bytes, void* strips) {
    const int64_t block = columns_at_once(kernel) * element_bytes, row_bytes = width * element_bytes;
    const int64_t strip = index / strip_rows * strip_rows, tall = std::min(strip_rows, count - strip);
    const char* from = static_cast<const char*>(row);
    char* to = static_cast<char*>(strips) + strip * strip_row_bytes(kernel, width, element_bytes) + (index - strip) * block;
    for (int64_t column = 0; column < row_bytes; column += block, to += tall * block) {
        const int64_t there = std::min(block, row_bytes - column);
        std::memcpy(to, from + column, there);
        std::memset(to + there, 0, block - there);
    }
}

void lay_strips(linear_kernel kernel, const void* rows, int64_t count, int64_t width, int64_t element_bytes, void* strips) {
    for (int64_t row = 0; row < count; row++) lay_row(kernel, static_cast<const char*>(rows) + row * width * element_bytes, row, count, width, element_bytes, strips);
}

at::Tensor strips_of(linear_kernel kernel, const at::Tensor& x) {
    const at::Tensor rows = reads_wide_rows(kernel) ? x.to(at::kFloat).contiguous() : x.contiguous();
    const int64_t count = rows.size(0), width = rows.size(1), bytes = rows.element_size();
    const int64_t row_bytes = strip_row_bytes(kernel, width, bytes);
    if (count == 1 && row_bytes == width * bytes) return rows;
    at::Tensor strips = at::empty({count, row_bytes / bytes}, rows.options());
    lay_strips(kernel, rows.data_ptr(), count, width, bytes, strips.data_ptr());
    return strips;
}

}  // namespace fts::decode
