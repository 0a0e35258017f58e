// OpenBLAS's own threaded DGEMM, DGETRF and DPOTRF on one process; threads by OPENBLAS_NUM_THREADS.
//
// usage: lapack_peer gemm|lu|cholesky N PASSES; prints the GFLOP/s of the fastest pass.

#include "peer.h"

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
            const int *, const double *, const int *, const double *, double *, const int *);
void dgetrf_(const int *, const int *, double *, const int *, int *, int *);
void dpotrf_(const char *, const int *, double *, const int *, int *);

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: lapack_peer gemm|lu|cholesky N PASSES\n"), 2;
    enum routine routine = routine_named(arguments[1]);
    int n = positive(arguments[2]), passes = positive(arguments[3]), info = 0;
    size_t square = (size_t)n * n;
    double *a = allocate(square, sizeof *a), best = INFINITY, one = 1, zero = 0;
    double *b = routine == GEMM ? allocate(square, sizeof *b) : NULL;
    double *c = routine == GEMM ? allocate(square, sizeof *c) : NULL;
    int *pivots = allocate(n, sizeof *pivots);

    for (int pass = 0; pass < passes; pass++) {
        for (int j = 0; j < n; j++)
            for (int i = 0; i < n; i++) {
                a[i + (size_t)j * n] = element(routine, n, i, j);
                if (b) b[i + (size_t)j * n] = uniform(i, j + n);
            }
        double start = seconds();
        switch (routine) {
        case GEMM: dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n); break;
        case LU: dgetrf_(&n, &n, a, &n, pivots, &info); break;
        case CHOLESKY: dpotrf_("L", &n, a, &n, &info); break;
        }
        best = fmin(best, seconds() - start);
        if (info) return fprintf(stderr, "info = %d\n", info), 1;
    }
    printf("%.6g\n", flops(routine, n) / best * 1e-9);
    free(a), free(b), free(c), free(pivots);
}
