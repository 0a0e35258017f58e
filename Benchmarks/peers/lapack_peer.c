// OpenBLAS's own threaded DGEMM, DSYRK, DTRSM, DGETRF, DPOTRF and DGESV on one process; threads by OPENBLAS_NUM_THREADS.
//
// usage: lapack_peer ROUTINE SIZE PASSES; prints the GFLOP/s of the fastest pass.

#include "peer.h"

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
            const int *, const double *, const int *, const double *, double *, const int *);
void dsyrk_(const char *, const char *, const int *, const int *, const double *, const double *, const int *,
            const double *, double *, const int *);
void dtrsm_(const char *, const char *, const char *, const char *, const int *, const int *, const double *,
            const double *, const int *, double *, const int *);
void dgetrf_(const int *, const int *, double *, const int *, int *, int *);
void dpotrf_(const char *, const int *, double *, const int *, int *);
void dgesv_(const int *, const int *, double *, const int *, int *, double *, const int *, int *);

static int *pivots;

static int call(const struct job *job, struct matrix *a, struct matrix *b, struct matrix *c) {
    const int *m = &job->m, *n = &job->n, *k = &job->k;
    const double one = 1, zero = 0;
    int info = 0;
    switch (job->routine) {
    case GEMM:
        dgemm_("N", "N", m, n, k, &one, a->elements, m, b->elements, k, &zero, c->elements, m);
        break;
    case SYRK: dsyrk_("L", "N", n, k, &one, a->elements, n, &zero, c->elements, n); break;
    case TRSM: dtrsm_("L", "L", "N", "N", n, k, &one, a->elements, n, b->elements, n); break;
    case LU: dgetrf_(m, n, a->elements, m, pivots, &info); break;
    case CHOLESKY: dpotrf_("L", n, a->elements, n, &info); break;
    default: dgesv_(n, k, a->elements, n, pivots, b->elements, n, &info);
    }
    return info;
}

static int pivot(const struct matrix *a, int i) { return pivots[i] - 1; }
static double largest(double value) { return value; }
static void add_up(double *values, int count) {}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: lapack_peer ROUTINE SIZE PASSES\n"), 2;
    struct job job = job_named(arguments[1], arguments[2]);
    grid = (struct grid){1, 1, 1, 0, 0};
    pivots = allocate(job.n > job.m ? job.n : job.m, sizeof *pivots);
    double rate = measure(&job, positive(arguments[3]), 1);
    if (rate < 0) return 1;
    printf("%.6g\n", rate);
}
