#include "decode_strips.h"

#include <cstring>

namespace fts::decode {

int64_t strip_row_bytes(linear_kernel kernel, int64_t width, int64_t element_bytes) {
    const int64_t at_once = columns_at_once(kernel);
    return (width + at_once - 1) / at_once * at_once * element_bytes;
}

void lay_strips(linear_kernel kernel, const void* rows, int64_t count, int64_t width, int64_t element_bytes, void* strips) {
    const int64_t block = columns_at_once(kernel) * element_bytes, row_bytes = width * element_bytes;
    const char* from = static_cast<const char*>(rows);
    char* to = static_cast<char*>(strips);
    for (int64_t strip = 0; strip < count; strip += strip_rows, from += strip_rows * row_bytes) {
        const int64_t tall = count - strip < strip_rows ? count - strip : strip_rows;
        for (int64_t column = 0; column < row_bytes; column += block) {
            const int64_t there = row_bytes - column < block ? row_bytes - column : block;
            for (int64_t row = 0; row < tall; row++, to += block) {
                std::memcpy(to, from + row * row_bytes + column, there);
                std::memset(to + there, 0, block - there);
            }
        }
    }
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
