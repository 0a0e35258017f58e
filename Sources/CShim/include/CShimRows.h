// Moves of rows in a column-major matrix: one cache line an element, so that latency is all there is to hide.
#ifndef TESSERA_CSHIM_ROWS_H
#define TESSERA_CSHIM_ROWS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

/// In each of `columns` columns, element targets[i] becomes what element sources[i] was, for all i < count at once.
/// Elements are of `size` = 4, 8 or 16 bytes; `buffer` holds count of them.
void tessera_move_rows(int32_t size, void *a, int64_t leading_dimension, int64_t columns, const int64_t *sources,
                       const int64_t *targets, int64_t count, void *buffer);

#pragma clang assume_nonnull end

#endif
