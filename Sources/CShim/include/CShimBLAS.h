// BLAS and LAPACK for Swift, one table of functions for each scalar type.
//
// C's complex numbers do not import into Swift, and the four types' routines differ in ways that Swift need not know
// (scalars by value or by address, `orgqr` or `ungqr`, `iwork` or `rwork`). Each table therefore has the same
// signatures: scalars and arrays are `void *`, a real-valued argument is `double` (exact for float), matrices are
// column-major, Transpose, Triangle, Diagonal and Side are LAPACK's letters, and LAPACK's `info` is returned.
#ifndef TESSERA_CSHIM_BLAS_H
#define TESSERA_CSHIM_BLAS_H

#include <cblas.h>
#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct TesseraKernels {
    // BLAS 1
    void (*dot)(int32_t n, const void *x, int32_t incx, const void *y, int32_t incy, bool conjugate, void *result);
    void (*axpy)(int32_t n, const void *alpha, const void *x, int32_t incx, void *y, int32_t incy);
    void (*scal)(int32_t n, const void *alpha, void *x, int32_t incx);
    double (*nrm2)(int32_t n, const void *x, int32_t incx);
    double (*asum)(int32_t n, const void *x, int32_t incx);
    int64_t (*iamax)(int32_t n, const void *x, int32_t incx);
    void (*swap)(int32_t n, void *x, int32_t incx, void *y, int32_t incy);
    void (*copy)(int32_t n, const void *x, int32_t incx, void *y, int32_t incy);

    // BLAS 2
    void (*gemv)(char trans, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda, const void *x,
                 int32_t incx, const void *beta, void *y, int32_t incy);
    void (*ger)(int32_t m, int32_t n, const void *alpha, const void *x, int32_t incx, const void *y, int32_t incy,
                bool conjugate, void *a, int32_t lda);
    void (*trsv)(char uplo, char trans, char diag, int32_t n, const void *a, int32_t lda, void *x, int32_t incx);
    void (*trmv)(char uplo, char trans, char diag, int32_t n, const void *a, int32_t lda, void *x, int32_t incx);
    void (*hemv)(char uplo, int32_t n, const void *alpha, const void *a, int32_t lda, const void *x, int32_t incx,
                 const void *beta, void *y, int32_t incy);

    // BLAS 3
    void (*gemm)(char transa, char transb, int32_t m, int32_t n, int32_t k, const void *alpha, const void *a,
                 int32_t lda, const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc);
    void (*trsm)(char side, char uplo, char trans, char diag, int32_t m, int32_t n, const void *alpha, const void *a,
                 int32_t lda, void *b, int32_t ldb);
    void (*trmm)(char side, char uplo, char trans, char diag, int32_t m, int32_t n, const void *alpha, const void *a,
                 int32_t lda, void *b, int32_t ldb);
    void (*symm)(char side, char uplo, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda,
                 const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc);
    void (*hemm)(char side, char uplo, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda,
                 const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc);
    void (*syrk)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                 const void *beta, void *c, int32_t ldc);
    void (*herk)(char uplo, char trans, int32_t n, int32_t k, double alpha, const void *a, int32_t lda, double beta,
                 void *c, int32_t ldc);
    void (*syr2k)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                  const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc);
    void (*her2k)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                  const void *b, int32_t ldb, double beta, void *c, int32_t ldc);

    // LAPACK: factorizations, solves, inverses
    int32_t (*potrf)(char uplo, int32_t n, void *a, int32_t lda);
    int32_t (*potrs)(char uplo, int32_t n, int32_t nrhs, const void *a, int32_t lda, void *b, int32_t ldb);
    int32_t (*potri)(char uplo, int32_t n, void *a, int32_t lda);
    int32_t (*getrf)(int32_t m, int32_t n, void *a, int32_t lda, int32_t *ipiv);
    int32_t (*getrs)(char trans, int32_t n, int32_t nrhs, const void *a, int32_t lda, const int32_t *ipiv, void *b,
                     int32_t ldb);
    int32_t (*getri)(int32_t n, void *a, int32_t lda, const int32_t *ipiv, void *work, int32_t lwork);
    int32_t (*trtri)(char uplo, char diag, int32_t n, void *a, int32_t lda);
    int32_t (*laswp)(int32_t n, void *a, int32_t lda, int32_t k1, int32_t k2, const int32_t *ipiv, int32_t incx);
    int32_t (*lacpy)(char uplo, int32_t m, int32_t n, const void *a, int32_t lda, void *b, int32_t ldb);
    int32_t (*gttrf)(int32_t n, void *dl, void *d, void *du, void *du2, int32_t *ipiv);
    int32_t (*gttrs)(char trans, int32_t n, int32_t nrhs, const void *dl, const void *d, const void *du,
                     const void *du2, const int32_t *ipiv, void *b, int32_t ldb);

    // LAPACK: reciprocal condition numbers; `work` holds 4 n scalars (real) or 2 n (complex), `rwork` n int32 or n
    // reals
    int32_t (*gecon)(char norm, int32_t n, const void *a, int32_t lda, double anorm, double *rcond, void *work,
                     void *rwork);
    int32_t (*pocon)(char uplo, int32_t n, const void *a, int32_t lda, double anorm, double *rcond, void *work,
                     void *rwork);
    int32_t (*trcon)(char norm, char uplo, char diag, int32_t n, const void *a, int32_t lda, double *rcond, void *work,
                     void *rwork);

    // LAPACK: norms; `work` holds as many reals as there are rows
    double (*lange)(char norm, int32_t m, int32_t n, const void *a, int32_t lda, void *work);
    double (*lansy)(char norm, char uplo, int32_t n, const void *a, int32_t lda, void *work);
    double (*lanhe)(char norm, char uplo, int32_t n, const void *a, int32_t lda, void *work);

    // LAPACK: orthogonal factors, eigenvalues, singular values; `lwork` = -1 asks for the size of `work`.
    // `rwork` is used by the complex routines: 3 n reals in heev, 5 min(m, n) in gesvd.
    int32_t (*geqrf)(int32_t m, int32_t n, void *a, int32_t lda, void *tau, void *work, int32_t lwork);
    int32_t (*ungqr)(int32_t m, int32_t n, int32_t k, void *a, int32_t lda, const void *tau, void *work, int32_t lwork);
    int32_t (*unmqr)(char side, char trans, int32_t m, int32_t n, int32_t k, const void *a, int32_t lda,
                     const void *tau, void *c, int32_t ldc, void *work, int32_t lwork);
    int32_t (*heev)(char job, char uplo, int32_t n, void *a, int32_t lda, void *w, void *work, int32_t lwork,
                    void *rwork);
    int32_t (*gesvd)(char jobu, char jobvt, int32_t m, int32_t n, void *a, int32_t lda, void *s, void *u, int32_t ldu,
                     void *vt, int32_t ldvt, void *work, int32_t lwork, void *rwork);
} TesseraKernels;

/// The table of a scalar type: 0 float, 1 double, 2 complex float, 3 complex double.
const TesseraKernels *tessera_kernels(int32_t kind);

#pragma clang assume_nonnull end

#endif
