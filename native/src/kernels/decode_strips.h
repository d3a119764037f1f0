// Rows as the small products read them: strips of eight (the last has what is left), and of a strip one block of columns after another, in it
// row after row. Rows that lie a power of two apart would share the first cache's few places.
#pragma once
#include "decode_linear.h"

namespace fts::decode {

// Bytes of one row in strips: whole lines.
inline int64_t strip_row_bytes(int64_t row_bytes) { return (row_bytes + line_bytes - 1) / line_bytes * line_bytes; }

// Lays one of `count` rows into its place in strips; what is left of its last line is zero.
void lay_row(const void* row, int64_t index, int64_t count, int64_t row_bytes, void* strips);

// Lays rows, without gaps, into strips.
void lay_strips(const void* rows, int64_t count, int64_t row_bytes, void* strips);

}  // namespace fts::decode
