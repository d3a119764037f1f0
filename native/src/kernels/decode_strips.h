// Rows as the small products read them: strips of eight (the last has what is left), and of a strip one block of columns after another, in it
// row after row. Rows that lie a power of two apart would share the first cache's few places.
#pragma once
#include <ATen/ATen.h>

#include "decode_linear.h"

namespace fts::decode {

// Bytes of one row in strips, for elements of so many bytes.
int64_t strip_row_bytes(linear_kernel kernel, int64_t width, int64_t element_bytes);

// Lays one of `count` rows of `width` elements into its place in strips.
void lay_row(linear_kernel kernel, const void* row, int64_t index, int64_t count, int64_t width, int64_t element_bytes, void* strips);

// Lays rows of `width` elements, without gaps, into strips; columns up to a whole block are zero.
void lay_strips(linear_kernel kernel, const void* rows, int64_t count, int64_t width, int64_t element_bytes, void* strips);

}  // namespace fts::decode
