#include "decode_strips.h"

#include <algorithm>
#include <cstring>

namespace fts::decode {

namespace {

// What every kernel takes of a row at a time. A constant: a copy of it is a move or two, not a call.
constexpr int64_t line_bytes = 64;

}  // namespace

int64_t strip_row_bytes(linear_kernel kernel, int64_t width, int64_t element_bytes) {
    const int64_t at_once = columns_at_once(kernel);
    return (width + at_once - 1) / at_once * at_once * element_bytes;
}

void lay_row(linear_kernel kernel, const void* row, int64_t index, int64_t count, int64_t width, int64_t element_bytes, void* strips) {
    TORCH_CHECK(columns_at_once(kernel) * element_bytes == line_bytes, "kernels take a line of memory of each row at a time");
    const int64_t row_bytes = width * element_bytes;
    const int64_t strip = index / strip_rows * strip_rows, tall = std::min(strip_rows, count - strip);
    const char* from = static_cast<const char*>(row);
    char* to = static_cast<char*>(strips) + strip * strip_row_bytes(kernel, width, element_bytes) + (index - strip) * line_bytes;
    int64_t column = 0;
    for (; column + line_bytes <= row_bytes; column += line_bytes, to += tall * line_bytes) std::memcpy(to, from + column, line_bytes);
    if (column < row_bytes) {
        std::memset(to, 0, line_bytes);
        std::memcpy(to, from + column, row_bytes - column);
    }
}

void lay_strips(linear_kernel kernel, const void* rows, int64_t count, int64_t width, int64_t element_bytes, void* strips) {
    for (int64_t row = 0; row < count; row++) lay_row(kernel, static_cast<const char*>(rows) + row * width * element_bytes, row, count, width, element_bytes, strips);
}

}  // namespace fts::decode
