#include "CShimRows.h"

#include <complex.h>
#include <stddef.h>

// While a column is gathered, the lines of the next one are asked for; the scatter finds its own lines in cache.
#define MOVE_ROWS(NAME, TYPE)                                                                                          \
    static void NAME(TYPE *a, int64_t leading_dimension, int64_t columns, const int64_t *sources,                      \
                     const int64_t *targets, int64_t count, TYPE *buffer) {                                            \
        for (int64_t j = 0; j < columns; j++) {                                                                        \
            TYPE *column = a + j * leading_dimension;                                                                  \
            const TYPE *next = j + 1 < columns ? column + leading_dimension : column;                                  \
            for (int64_t i = 0; i < count; i++) {                                                                      \
                __builtin_prefetch(next + sources[i], 1);                                                              \
                buffer[i] = column[sources[i]];                                                                        \
            }                                                                                                          \
            for (int64_t i = 0; i < count; i++) column[targets[i]] = buffer[i];                                        \
        }                                                                                                              \
    }

MOVE_ROWS(move_rows_4, float)
MOVE_ROWS(move_rows_8, double)
MOVE_ROWS(move_rows_16, double complex)

void tessera_move_rows(int32_t size, void *a, int64_t leading_dimension, int64_t columns, const int64_t *sources,
                       const int64_t *targets, int64_t count, void *buffer) {
    switch (size) {
    case 4: move_rows_4(a, leading_dimension, columns, sources, targets, count, buffer); break;
    case 8: move_rows_8(a, leading_dimension, columns, sources, targets, count, buffer); break;
    default: move_rows_16(a, leading_dimension, columns, sources, targets, count, buffer); break;
    }
}
