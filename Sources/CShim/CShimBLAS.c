// The four tables of CShimBLAS.h: CShimBLASTemplate.h is compiled once for each scalar type.
#include "CShimBLAS.h"

#include <cblas.h>
#include <lapacke.h>

// The letters of LAPACK as CBLAS's enumerations.
static enum CBLAS_TRANSPOSE trans_of(char c) {
    return c == 'N' ? CblasNoTrans : c == 'T' ? CblasTrans : CblasConjTrans;
}
static enum CBLAS_UPLO uplo_of(char c) { return c == 'L' ? CblasLower : CblasUpper; }
static enum CBLAS_DIAG diag_of(char c) { return c == 'U' ? CblasUnit : CblasNonUnit; }
static enum CBLAS_SIDE side_of(char c) { return c == 'L' ? CblasLeft : CblasRight; }

// CBLAS and LAPACKE refuse a leading dimension below 1 even where a matrix is empty; the callers keep it at 1 or above.

#define GLUE_(a, b) a##b
#define GLUE(a, b) GLUE_(a, b)

/// sum(|re| + |im|) through the real kernel: OpenBLAS 0.3.21's scasum is wrong for 9 and more elements on Cooperlake.
static float sum_of_complex_floats(int32_t n, const void *x, int32_t incx) {
    if (incx == 1 && n <= INT32_MAX / 2) return cblas_sasum(2 * n, x, 1);
    const float *parts = x;
    return n > 0 ? cblas_sasum(n, parts, 2 * incx) + cblas_sasum(n, parts + 1, 2 * incx) : 0;
}


#define REAL_SCALAR 1
#define LETTER s
#define TYPE float
#define REAL float
#define AMAX cblas_isamax
#define NRM2 cblas_snrm2
#define ASUM cblas_sasum
#include "CShimBLASTemplate.h"

#define REAL_SCALAR 1
#define LETTER d
#define TYPE double
#define REAL double
#define AMAX cblas_idamax
#define NRM2 cblas_dnrm2
#define ASUM cblas_dasum
#include "CShimBLASTemplate.h"

#define REAL_SCALAR 0
#define LETTER c
#define TYPE lapack_complex_float
#define REAL float
#define AMAX cblas_icamax
#define NRM2 cblas_scnrm2
#define ASUM sum_of_complex_floats
#include "CShimBLASTemplate.h"

#define REAL_SCALAR 0
#define LETTER z
#define TYPE lapack_complex_double
#define REAL double
#define AMAX cblas_izamax
#define NRM2 cblas_dznrm2
#define ASUM cblas_dzasum
#include "CShimBLASTemplate.h"

const TesseraKernels *tessera_kernels(int32_t kind) {
    switch (kind) {
    case 0: return &table_s;
    case 1: return &table_d;
    case 2: return &table_c;
    default: return &table_z;
    }
}
