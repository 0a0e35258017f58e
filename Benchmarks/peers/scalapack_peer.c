// ScaLAPACK's PDGEMM, PDGETRF and PDPOTRF on a grid of P x Q ranks.
//
// usage: mpirun -np P*Q scalapack_peer gemm|lu|cholesky N PASSES P Q NB; prints the GFLOP/s of the fastest pass.

#include <mpi.h>

#include "peer.h"

void Cblacs_get(int, int, int *);
void Cblacs_gridinit(int *, const char *, int, int);
void Cblacs_gridinfo(int, int *, int *, int *, int *);
void Cblacs_gridexit(int);
int numroc_(const int *, const int *, const int *, const int *, const int *);
void descinit_(int *, const int *, const int *, const int *, const int *, const int *, const int *, const int *,
               const int *, int *);
void pdgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
             const int *, const int *, const int *, const double *, const int *, const int *, const int *,
             const double *, double *, const int *, const int *, const int *);
void pdgetrf_(const int *, const int *, double *, const int *, const int *, const int *, int *, int *);
void pdpotrf_(const char *, const int *, double *, const int *, const int *, const int *, int *);

/// The global index of local index l on part p of `parts`.
static int global(int l, int p, int parts, int nb) { return (l / nb * parts + p) * nb + l % nb; }

int main(int count, char **arguments) {
    MPI_Init(&count, &arguments);
    if (count != 7) {
        fprintf(stderr, "usage: scalapack_peer gemm|lu|cholesky N PASSES P Q NB\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    enum routine routine = routine_named(arguments[1]);
    int n = positive(arguments[2]), passes = positive(arguments[3]), nb = positive(arguments[6]);
    int rows = positive(arguments[4]), columns = positive(arguments[5]), row, column, grid, rank, size, info = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size != rows * columns) {
        fprintf(stderr, "expected %d ranks, found %d\n", rows * columns, size);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    Cblacs_get(-1, 0, &grid);
    Cblacs_gridinit(&grid, "Row", rows, columns);
    Cblacs_gridinfo(grid, &rows, &columns, &row, &column);

    const int first = 1, origin = 0;
    int localRows = numroc_(&n, &nb, &row, &origin, &rows), localColumns = numroc_(&n, &nb, &column, &origin, &columns);
    int leading = localRows > 1 ? localRows : 1, layout[9];
    descinit_(layout, &n, &n, &nb, &nb, &origin, &origin, &grid, &leading, &info);
    size_t share = (size_t)leading * localColumns;
    double *a = allocate(share, sizeof *a), best = INFINITY, one = 1, zero = 0;
    double *b = routine == GEMM ? allocate(share, sizeof *b) : NULL;
    double *c = routine == GEMM ? allocate(share, sizeof *c) : NULL;
    int *pivots = allocate(localRows + nb, sizeof *pivots);

    for (int pass = 0; pass < passes && !info; pass++) {
        for (int lj = 0; lj < localColumns; lj++)
            for (int li = 0; li < localRows; li++) {
                int i = global(li, row, rows, nb), j = global(lj, column, columns, nb);
                a[li + (size_t)lj * leading] = element(routine, n, i, j);
                if (b) b[li + (size_t)lj * leading] = uniform(i, j + n);
            }
        MPI_Barrier(MPI_COMM_WORLD);
        double start = seconds(), time;
        switch (routine) {
        case GEMM:
            pdgemm_("N", "N", &n, &n, &n, &one, a, &first, &first, layout, b, &first, &first, layout, &zero, c, &first,
                    &first, layout);
            break;
        case LU: pdgetrf_(&n, &n, a, &first, &first, layout, pivots, &info); break;
        case CHOLESKY: pdpotrf_("L", &n, a, &first, &first, layout, &info); break;
        }
        time = seconds() - start;
        MPI_Allreduce(MPI_IN_PLACE, &time, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        best = fmin(best, time);
    }
    if (rank == 0) {
        if (info) fprintf(stderr, "info = %d\n", info);
        else printf("%.6g\n", flops(routine, n) / best * 1e-9);
    }
    free(a), free(b), free(c), free(pivots);
    Cblacs_gridexit(grid);
    MPI_Finalize();
    return info != 0;
}
