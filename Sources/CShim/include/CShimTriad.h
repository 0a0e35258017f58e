// The bandwidth yardstick.
#ifndef TESSERA_CSHIM_TRIAD_H
#define TESSERA_CSHIM_TRIAD_H

#include <stddef.h>

/// a[i] = b[i] + s c[i] with stores that bypass the caches; `a` is aligned to 64 bytes.
void tessera_triad(double *a, const double *b, const double *c, double s, ptrdiff_t count);

#endif
