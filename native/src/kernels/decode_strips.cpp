#include "decode_strips.h"

#include <algorithm>
#include <cstring>

namespace fts::decode {

void lay_row(const void* row, int64_t index, int64_t count, int64_t row_bytes, void* strips) {
    const int64_t strip = index / strip_rows * strip_rows, tall = std::min(strip_rows, count - strip);
    const char* from = static_cast<const char*>(row);
    char* to = static_cast<char*>(strips) + strip * strip_row_bytes(row_bytes) + (index - strip) * line_bytes;
    int64_t column = 0;
    for (; column + line_bytes <= row_bytes; column += line_bytes, to += tall * line_bytes) std::memcpy(to, from + column, line_bytes);
    if (column < row_bytes) {
        std::memset(to, 0, line_bytes);
        std::memcpy(to, from + column, row_bytes - column);
    }
}

void lay_strips(const void* rows, int64_t count, int64_t row_bytes, void* strips) {
    for (int64_t row = 0; row < count; row++) lay_row(static_cast<const char*>(rows) + row * row_bytes, row, count, row_bytes, strips);
}

}  // namespace fts::decode
