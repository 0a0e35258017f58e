// BLAS and LAPACK for Swift.
#ifndef TESSERA_CSHIM_BLAS_H
#define TESSERA_CSHIM_BLAS_H

#include <cblas.h>

#endif
