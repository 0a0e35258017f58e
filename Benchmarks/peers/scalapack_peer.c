// ScaLAPACK's PDGEMM, PDSYRK, PDTRSM, PDGETRF, PDPOTRF and PDGESV on a grid of P x Q ranks, all matrices in blocks of NB.
//
// usage: mpirun -np P*Q scalapack_peer ROUTINE SIZE PASSES P Q NB; prints the GFLOP/s of the fastest pass.

#include <mpi.h>

#include "peer.h"

void Cblacs_get(int, int, int *);
void Cblacs_gridinit(int *, const char *, int, int);
void Cblacs_gridinfo(int, int *, int *, int *, int *);
void Cblacs_gridexit(int);
void descinit_(int *, const int *, const int *, const int *, const int *, const int *, const int *, const int *,
               const int *, int *);
void pdgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
             const int *, const int *, const int *, const double *, const int *, const int *, const int *,
             const double *, double *, const int *, const int *, const int *);
void pdsyrk_(const char *, const char *, const int *, const int *, const double *, const double *, const int *,
             const int *, const int *, const double *, double *, const int *, const int *, const int *);
void pdtrsm_(const char *, const char *, const char *, const char *, const int *, const int *, const double *,
             const double *, const int *, const int *, const int *, double *, const int *, const int *, const int *);
void pdgetrf_(const int *, const int *, double *, const int *, const int *, const int *, int *, int *);
void pdpotrf_(const char *, const int *, double *, const int *, const int *, const int *, int *);
void pdgesv_(const int *, const int *, double *, const int *, const int *, const int *, int *, double *, const int *,
             const int *, const int *, int *);

static int context, *pivots;

struct descriptor { int words[9]; };

static struct descriptor descriptor(const struct matrix *a) {
    const int origin = 0;
    struct descriptor d = {{0}};
    int info = 0;
    if (a->rows)
        descinit_(d.words, &a->rows, &a->columns, &grid.nb, &grid.nb, &origin, &origin, &context, &a->leading, &info);
    return d;
}

static int call(const struct job *job, struct matrix *a, struct matrix *b, struct matrix *c) {
    const int *m = &job->m, *n = &job->n, *k = &job->k, i = 1;
    struct descriptor da = descriptor(a), db = descriptor(b), dc = descriptor(c);
    const double one = 1, zero = 0;
    double *ea = a->elements, *eb = b->elements, *ec = c->elements;
    int info = 0;
    switch (job->routine) {
    case GEMM:
        pdgemm_("N", "N", m, n, k, &one, ea, &i, &i, da.words, eb, &i, &i, db.words, &zero, ec, &i, &i, dc.words);
        break;
    case SYRK: pdsyrk_("L", "N", n, k, &one, ea, &i, &i, da.words, &zero, ec, &i, &i, dc.words); break;
    case TRSM: pdtrsm_("L", "L", "N", "N", n, k, &one, ea, &i, &i, da.words, eb, &i, &i, db.words); break;
    case LU: pdgetrf_(m, n, ea, &i, &i, da.words, pivots, &info); break;
    case CHOLESKY: pdpotrf_("L", n, ea, &i, &i, da.words, &info); break;
    default: pdgesv_(n, k, ea, &i, &i, da.words, pivots, eb, &i, &i, db.words, &info);
    }
    return info;
}

/// Each process row knows the pivots of its own rows.
static int pivot(const struct matrix *a, int i) {
    static double *everywhere;
    if (!everywhere) {
        everywhere = allocate(a->rows, sizeof *everywhere);
        for (int l = 0; l < a->localRows && grid.column == 0; l++)
            everywhere[global(l, grid.row, grid.rows)] = pivots[l] - 1;
        add_up(everywhere, a->rows);
    }
    return (int)everywhere[i];
}

static double largest(double value) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return value;
}

static void add_up(double *values, int count) {
    MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

int main(int count, char **arguments) {
    int rank, size;
    MPI_Init(&count, &arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (count != 7) {
        fprintf(stderr, "usage: scalapack_peer ROUTINE SIZE PASSES P Q NB\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    struct job job = job_named(arguments[1], arguments[2]);
    grid = (struct grid){positive(arguments[6]), positive(arguments[4]), positive(arguments[5])};
    if (size != grid.rows * grid.columns) {
        fprintf(stderr, "expected %d ranks, found %d\n", grid.rows * grid.columns, size);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    Cblacs_get(-1, 0, &context);
    Cblacs_gridinit(&context, "Row", grid.rows, grid.columns);
    Cblacs_gridinfo(context, &grid.rows, &grid.columns, &grid.row, &grid.column);
    pivots = allocate(share(job.m, grid.row, grid.rows) + grid.nb, sizeof *pivots);

    double rate = measure(&job, positive(arguments[3]), rank == 0);
    if (rank == 0 && rate >= 0) printf("%.6g\n", rate);
    Cblacs_gridexit(context);
    MPI_Finalize();
    return rate < 0;
}
