// One scalar type's kernels. The file that includes this defines LETTER (s d c z), TYPE, REAL, REAL_SCALAR, AMAX,
// NRM2, ASUM; they are undefined at the end.

#define FN(name) GLUE(name##_, LETTER)
#define BLAS(name) GLUE(GLUE(cblas_, LETTER), name)
#define LAPACK(name) GLUE(GLUE(GLUE(LAPACKE_, LETTER), name), _work)
#define LAYOUT LAPACK_COL_MAJOR
#define COL CblasColMajor
#if REAL_SCALAR
#define VALUE(p) (*(const TYPE *)(p))
#define ORTHOGONAL(tail) LAPACK(or##tail)
#define CONJ(c) ((c) == 'C' ? 'T' : (c))
#else
#define VALUE(p) (p)
#define ORTHOGONAL(tail) LAPACK(un##tail)
#define CONJ(c) (c)
#endif

// ---- BLAS 1

static void FN(dot)(int32_t n, const void *x, int32_t incx, const void *y, int32_t incy, bool conjugate, void *result) {
#if REAL_SCALAR
    (void)conjugate;
    *(TYPE *)result = BLAS(dot)(n, x, incx, y, incy);
#else
    if (conjugate) BLAS(dotc_sub)(n, x, incx, y, incy, result);
    else BLAS(dotu_sub)(n, x, incx, y, incy, result);
#endif
}

static void FN(axpy)(int32_t n, const void *alpha, const void *x, int32_t incx, void *y, int32_t incy) {
    BLAS(axpy)(n, VALUE(alpha), x, incx, y, incy);
}

static void FN(scal)(int32_t n, const void *alpha, void *x, int32_t incx) { BLAS(scal)(n, VALUE(alpha), x, incx); }

static double FN(nrm2)(int32_t n, const void *x, int32_t incx) { return NRM2(n, x, incx); }

static double FN(asum)(int32_t n, const void *x, int32_t incx) { return ASUM(n, x, incx); }

static int64_t FN(iamax)(int32_t n, const void *x, int32_t incx) { return (int64_t)AMAX(n, x, incx); }

static void FN(swap)(int32_t n, void *x, int32_t incx, void *y, int32_t incy) { BLAS(swap)(n, x, incx, y, incy); }

static void FN(copy)(int32_t n, const void *x, int32_t incx, void *y, int32_t incy) { BLAS(copy)(n, x, incx, y, incy); }

// ---- BLAS 2

static void FN(gemv)(char trans, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda, const void *x,
                     int32_t incx, const void *beta, void *y, int32_t incy) {
    BLAS(gemv)(COL, trans_of(trans), m, n, VALUE(alpha), a, lda, x, incx, VALUE(beta), y, incy);
}

static void FN(ger)(int32_t m, int32_t n, const void *alpha, const void *x, int32_t incx, const void *y, int32_t incy,
                    bool conjugate, void *a, int32_t lda) {
#if REAL_SCALAR
    (void)conjugate;
    BLAS(ger)(COL, m, n, VALUE(alpha), x, incx, y, incy, a, lda);
#else
    if (conjugate) BLAS(gerc)(COL, m, n, alpha, x, incx, y, incy, a, lda);
    else BLAS(geru)(COL, m, n, alpha, x, incx, y, incy, a, lda);
#endif
}

static void FN(trsv)(char uplo, char trans, char diag, int32_t n, const void *a, int32_t lda, void *x, int32_t incx) {
    BLAS(trsv)(COL, uplo_of(uplo), trans_of(trans), diag_of(diag), n, a, lda, x, incx);
}

static void FN(trmv)(char uplo, char trans, char diag, int32_t n, const void *a, int32_t lda, void *x, int32_t incx) {
    BLAS(trmv)(COL, uplo_of(uplo), trans_of(trans), diag_of(diag), n, a, lda, x, incx);
}

static void FN(hemv)(char uplo, int32_t n, const void *alpha, const void *a, int32_t lda, const void *x, int32_t incx,
                     const void *beta, void *y, int32_t incy) {
#if REAL_SCALAR
    BLAS(symv)(COL, uplo_of(uplo), n, VALUE(alpha), a, lda, x, incx, VALUE(beta), y, incy);
#else
    BLAS(hemv)(COL, uplo_of(uplo), n, alpha, a, lda, x, incx, beta, y, incy);
#endif
}

// ---- BLAS 3

static void FN(gemm)(char transa, char transb, int32_t m, int32_t n, int32_t k, const void *alpha, const void *a,
                     int32_t lda, const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc) {
    BLAS(gemm)(COL, trans_of(transa), trans_of(transb), m, n, k, VALUE(alpha), a, lda, b, ldb, VALUE(beta), c, ldc);
}

static void FN(trsm)(char side, char uplo, char trans, char diag, int32_t m, int32_t n, const void *alpha,
                     const void *a, int32_t lda, void *b, int32_t ldb) {
    BLAS(trsm)(COL, side_of(side), uplo_of(uplo), trans_of(trans), diag_of(diag), m, n, VALUE(alpha), a, lda, b, ldb);
}

static void FN(trmm)(char side, char uplo, char trans, char diag, int32_t m, int32_t n, const void *alpha,
                     const void *a, int32_t lda, void *b, int32_t ldb) {
    BLAS(trmm)(COL, side_of(side), uplo_of(uplo), trans_of(trans), diag_of(diag), m, n, VALUE(alpha), a, lda, b, ldb);
}

static void FN(symm)(char side, char uplo, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda,
                     const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc) {
    BLAS(symm)(COL, side_of(side), uplo_of(uplo), m, n, VALUE(alpha), a, lda, b, ldb, VALUE(beta), c, ldc);
}

static void FN(hemm)(char side, char uplo, int32_t m, int32_t n, const void *alpha, const void *a, int32_t lda,
                     const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc) {
#if REAL_SCALAR
    FN(symm)(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc);
#else
    BLAS(hemm)(COL, side_of(side), uplo_of(uplo), m, n, alpha, a, lda, b, ldb, beta, c, ldc);
#endif
}

static void FN(syrk)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                     const void *beta, void *c, int32_t ldc) {
    BLAS(syrk)(COL, uplo_of(uplo), trans_of(trans), n, k, VALUE(alpha), a, lda, VALUE(beta), c, ldc);
}

static void FN(herk)(char uplo, char trans, int32_t n, int32_t k, double alpha, const void *a, int32_t lda, double beta,
                     void *c, int32_t ldc) {
#if REAL_SCALAR
    BLAS(syrk)(COL, uplo_of(uplo), trans_of(trans), n, k, (REAL)alpha, a, lda, (REAL)beta, c, ldc);
#else
    BLAS(herk)(COL, uplo_of(uplo), trans_of(trans), n, k, (REAL)alpha, a, lda, (REAL)beta, c, ldc);
#endif
}

static void FN(syr2k)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                      const void *b, int32_t ldb, const void *beta, void *c, int32_t ldc) {
    BLAS(syr2k)(COL, uplo_of(uplo), trans_of(trans), n, k, VALUE(alpha), a, lda, b, ldb, VALUE(beta), c, ldc);
}

static void FN(her2k)(char uplo, char trans, int32_t n, int32_t k, const void *alpha, const void *a, int32_t lda,
                      const void *b, int32_t ldb, double beta, void *c, int32_t ldc) {
#if REAL_SCALAR
    BLAS(syr2k)(COL, uplo_of(uplo), trans_of(trans), n, k, VALUE(alpha), a, lda, b, ldb, (REAL)beta, c, ldc);
#else
    BLAS(her2k)(COL, uplo_of(uplo), trans_of(trans), n, k, alpha, a, lda, b, ldb, (REAL)beta, c, ldc);
#endif
}

// ---- LAPACK: factorizations, solves, inverses

static int32_t FN(potrf)(char uplo, int32_t n, void *a, int32_t lda) { return LAPACK(potrf)(LAYOUT, uplo, n, a, lda); }

static int32_t FN(potrs)(char uplo, int32_t n, int32_t nrhs, const void *a, int32_t lda, void *b, int32_t ldb) {
    return LAPACK(potrs)(LAYOUT, uplo, n, nrhs, a, lda, b, ldb);
}

static int32_t FN(potri)(char uplo, int32_t n, void *a, int32_t lda) { return LAPACK(potri)(LAYOUT, uplo, n, a, lda); }

static int32_t FN(getrf)(int32_t m, int32_t n, void *a, int32_t lda, int32_t *ipiv) {
    return LAPACK(getrf)(LAYOUT, m, n, a, lda, ipiv);
}

static int32_t FN(getrs)(char trans, int32_t n, int32_t nrhs, const void *a, int32_t lda, const int32_t *ipiv, void *b,
                         int32_t ldb) {
    return LAPACK(getrs)(LAYOUT, trans, n, nrhs, a, lda, ipiv, b, ldb);
}

static int32_t FN(getri)(int32_t n, void *a, int32_t lda, const int32_t *ipiv, void *work, int32_t lwork) {
    return LAPACK(getri)(LAYOUT, n, a, lda, ipiv, work, lwork);
}

static int32_t FN(trtri)(char uplo, char diag, int32_t n, void *a, int32_t lda) {
    return LAPACK(trtri)(LAYOUT, uplo, diag, n, a, lda);
}

static int32_t FN(laswp)(int32_t n, void *a, int32_t lda, int32_t k1, int32_t k2, const int32_t *ipiv, int32_t incx) {
    return LAPACK(laswp)(LAYOUT, n, a, lda, k1, k2, ipiv, incx);
}

static int32_t FN(lacpy)(char uplo, int32_t m, int32_t n, const void *a, int32_t lda, void *b, int32_t ldb) {
    return LAPACK(lacpy)(LAYOUT, uplo, m, n, a, lda, b, ldb);
}

static int32_t FN(gttrf)(int32_t n, void *dl, void *d, void *du, void *du2, int32_t *ipiv) {
    return LAPACK(gttrf)(n, dl, d, du, du2, ipiv);
}

static int32_t FN(gttrs)(char trans, int32_t n, int32_t nrhs, const void *dl, const void *d, const void *du,
                         const void *du2, const int32_t *ipiv, void *b, int32_t ldb) {
    return LAPACK(gttrs)(LAYOUT, trans, n, nrhs, dl, d, du, du2, ipiv, b, ldb);
}

// ---- LAPACK: reciprocal condition numbers

static int32_t FN(gecon)(char norm, int32_t n, const void *a, int32_t lda, double anorm, double *rcond, void *work,
                         void *rwork) {
    REAL r = 0;
    int32_t info = LAPACK(gecon)(LAYOUT, norm, n, a, lda, (REAL)anorm, &r, work, rwork);
    *rcond = r;
    return info;
}

static int32_t FN(pocon)(char uplo, int32_t n, const void *a, int32_t lda, double anorm, double *rcond, void *work,
                         void *rwork) {
    REAL r = 0;
    int32_t info = LAPACK(pocon)(LAYOUT, uplo, n, a, lda, (REAL)anorm, &r, work, rwork);
    *rcond = r;
    return info;
}

static int32_t FN(trcon)(char norm, char uplo, char diag, int32_t n, const void *a, int32_t lda, double *rcond,
                         void *work, void *rwork) {
    REAL r = 0;
    int32_t info = LAPACK(trcon)(LAYOUT, norm, uplo, diag, n, a, lda, &r, work, rwork);
    *rcond = r;
    return info;
}

// ---- LAPACK: norms

static double FN(lange)(char norm, int32_t m, int32_t n, const void *a, int32_t lda, void *work) {
    return LAPACK(lange)(LAYOUT, norm, m, n, a, lda, work);
}

static double FN(lansy)(char norm, char uplo, int32_t n, const void *a, int32_t lda, void *work) {
    return LAPACK(lansy)(LAYOUT, norm, uplo, n, a, lda, work);
}

static double FN(lanhe)(char norm, char uplo, int32_t n, const void *a, int32_t lda, void *work) {
#if REAL_SCALAR
    return LAPACK(lansy)(LAYOUT, norm, uplo, n, a, lda, work);
#else
    return LAPACK(lanhe)(LAYOUT, norm, uplo, n, a, lda, work);
#endif
}

// ---- LAPACK: orthogonal factors, eigenvalues, singular values

static int32_t FN(geqrf)(int32_t m, int32_t n, void *a, int32_t lda, void *tau, void *work, int32_t lwork) {
    return LAPACK(geqrf)(LAYOUT, m, n, a, lda, tau, work, lwork);
}

static int32_t FN(ungqr)(int32_t m, int32_t n, int32_t k, void *a, int32_t lda, const void *tau, void *work,
                         int32_t lwork) {
    return ORTHOGONAL(gqr)(LAYOUT, m, n, k, a, lda, tau, work, lwork);
}

static int32_t FN(unmqr)(char side, char trans, int32_t m, int32_t n, int32_t k, const void *a, int32_t lda,
                         const void *tau, void *c, int32_t ldc, void *work, int32_t lwork) {
    return ORTHOGONAL(mqr)(LAYOUT, side, CONJ(trans), m, n, k, a, lda, tau, c, ldc, work, lwork);
}

static int32_t FN(heev)(char job, char uplo, int32_t n, void *a, int32_t lda, void *w, void *work, int32_t lwork,
                        void *rwork) {
#if REAL_SCALAR
    (void)rwork;
    return LAPACK(syev)(LAYOUT, job, uplo, n, a, lda, w, work, lwork);
#else
    return LAPACK(heev)(LAYOUT, job, uplo, n, a, lda, w, work, lwork, rwork);
#endif
}

static int32_t FN(gesvd)(char jobu, char jobvt, int32_t m, int32_t n, void *a, int32_t lda, void *s, void *u,
                         int32_t ldu, void *vt, int32_t ldvt, void *work, int32_t lwork, void *rwork) {
#if REAL_SCALAR
    (void)rwork;
    return LAPACK(gesvd)(LAYOUT, jobu, jobvt, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork);
#else
    return LAPACK(gesvd)(LAYOUT, jobu, jobvt, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, rwork);
#endif
}

#define ENTRY(name) .name = FN(name)
static const TesseraKernels FN(table) = {
    ENTRY(dot),   ENTRY(axpy),  ENTRY(scal),  ENTRY(nrm2),  ENTRY(asum),  ENTRY(iamax), ENTRY(swap),  ENTRY(copy),
    ENTRY(gemv),  ENTRY(ger),   ENTRY(trsv),  ENTRY(trmv),  ENTRY(hemv),  ENTRY(gemm),  ENTRY(trsm),  ENTRY(trmm),
    ENTRY(symm),  ENTRY(hemm),  ENTRY(syrk),  ENTRY(herk),  ENTRY(syr2k), ENTRY(her2k), ENTRY(potrf), ENTRY(potrs),
    ENTRY(potri), ENTRY(getrf), ENTRY(getrs), ENTRY(getri), ENTRY(trtri), ENTRY(laswp), ENTRY(lacpy), ENTRY(gecon),
    ENTRY(pocon), ENTRY(trcon), ENTRY(lange), ENTRY(lansy), ENTRY(lanhe), ENTRY(geqrf), ENTRY(ungqr), ENTRY(unmqr),
    ENTRY(heev),  ENTRY(gesvd), ENTRY(gttrf), ENTRY(gttrs),
};

#undef ENTRY
#undef CONJ
#undef ORTHOGONAL
#undef VALUE
#undef COL
#undef LAYOUT
#undef LAPACK
#undef BLAS
#undef FN
#undef ASUM
#undef NRM2
#undef AMAX
#undef REAL
#undef TYPE
#undef LETTER
#undef REAL_SCALAR
