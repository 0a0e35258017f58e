#include "CShimPrecision.h"

void tessera_narrow(ptrdiff_t count, const double *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (float)x[i];
}

void tessera_narrow_scaled(ptrdiff_t count, int parts, const double *restrict x, const double *restrict rows,
                           double column, float *restrict y) {
    if (parts == 1) {
        for (ptrdiff_t i = 0; i < count; i++) y[i] = (float)(rows[i] * x[i] * column);
    } else {
        for (ptrdiff_t i = 0; i < count; i++) {
            y[2 * i] = (float)(rows[i] * x[2 * i] * column);
            y[2 * i + 1] = (float)(rows[i] * x[2 * i + 1] * column);
        }
    }
}

void tessera_widen(ptrdiff_t count, const float *restrict x, double *restrict y) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i];
}
