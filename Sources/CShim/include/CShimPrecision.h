// Vectors between double and float: complex numbers count as two parts each.
#ifndef TESSERA_CSHIM_PRECISION_H
#define TESSERA_CSHIM_PRECISION_H

#include <stddef.h>

/// y[i] = (float)x[i]
void tessera_narrow(ptrdiff_t count, const double *x, float *y);

/// The same of (rows[i] x[i]) column, for `count` scalars of `parts` parts (1 or 2).
void tessera_narrow_scaled(ptrdiff_t count, int parts, const double *x, const double *rows, double column, float *y);

/// y[i] = x[i]
void tessera_widen(ptrdiff_t count, const float *x, double *y);

#endif
