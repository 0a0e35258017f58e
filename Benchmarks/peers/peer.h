// What the peers' programs share: the matrices, the operations counted, the clock, and the check of each answer. A program
// defines the four functions that are declared without a body.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum routine { GEMM, SYRK, TRSM, LU, CHOLESKY, GESV, ROUTINES };
static const char *const names[ROUTINES] = {"gemm", "syrk", "trsm", "lu", "cholesky", "gesv"};

/// A routine and the extents of its matrices:
///     gemm C = A B: A m x k, B k x n      syrk C = A Aᵀ, the lower triangle: A n x k
///     trsm L X = B: L n x n, B n x k      lu P A = L U: A m x n
///     cholesky A = L Lᵀ: A n x n          gesv A X = B: A n x n, B n x k
struct job { enum routine routine; int m, n, k; };

/// Square blocks of nb, dealt to a grid of ranks, of which this is one.
struct grid { int nb, rows, columns, row, column; };

/// This rank's share of a matrix, column by column; no elements where the routine has no such matrix.
struct matrix { int rows, columns, localRows, localColumns, leading; double *elements; };

enum part { WHOLE, LOWER, BELOW, UNIT_LOWER, UPPER };

/// The routine, once; its info.
static int call(const struct job *, struct matrix *a, struct matrix *b, struct matrix *c);
/// The row with which row i < steps of A was exchanged, from 0.
static int pivot(const struct matrix *a, int i);
/// The largest of all ranks' numbers, when all have come.
static double largest(double);
/// Sums over all ranks.
static void add_up(double *, int count);

static struct grid grid;

// --- Arguments -------------------------------------------------------------------------------------------------------

static int positive(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < 1 || value > 1000000) {
        fprintf(stderr, "expected a number from 1 on, found %s\n", text);
        exit(2);
    }
    return (int)value;
}

/// "4000" is square, with one right-hand side in gesv; "20000x500x500" is m x n x k, of which a routine takes those it has.
static struct job job_named(const char *routine, const char *size) {
    int extents[3], count = 0;
    char *text = strdup(size);
    for (char *part = strtok(text, "x"); part; part = strtok(NULL, "x"))
        if (count < 3) extents[count++] = positive(part);
    free(text);
    int first = count > 0 ? extents[0] : 0, second = count > 1 ? extents[1] : first;
    for (enum routine r = 0; r < ROUTINES && first; r++) {
        if (strcmp(routine, names[r])) continue;
        switch (r) {
        case GEMM: return (struct job){r, first, second, count > 2 ? extents[2] : first};
        case LU: return (struct job){r, first, second, 0};
        case GESV: return (struct job){r, first, first, count > 1 ? second : 1};
        default: return (struct job){r, first, first, second};
        }
    }
    fprintf(stderr, "expected a routine and a size, found %s %s\n", routine, size);
    exit(2);
}

static double flops(const struct job *job) {
    double m = job->m, n = job->n, k = job->k, longer = fmax(m, n), shorter = fmin(m, n);
    switch (job->routine) {
    case GEMM: return 2 * m * n * k;
    case LU: return longer * shorter * shorter - shorter * shorter * shorter / 3;
    case CHOLESKY: return n * n * n / 3;
    case GESV: return 2 * n * n * n / 3 + 2 * n * n * k;
    default: return n * n * k;
    }
}

// --- Matrices --------------------------------------------------------------------------------------------------------

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "no memory for %zu bytes\n", count * size);
        exit(1);
    }
    return memory;
}

/// The global index of local index l on part p of `parts`.
static int global(int l, int p, int parts) { return (l / grid.nb * parts + p) * grid.nb + l % grid.nb; }

/// How many of `extent` indices part p owns.
static int share(int extent, int p, int parts) {
    int blocks = extent / grid.nb, count = blocks / parts * grid.nb, turn = blocks % parts;
    return count + (p < turn ? grid.nb : p == turn ? extent % grid.nb : 0);
}

static struct matrix matrix(int rows, int columns) {
    struct matrix a = {rows, columns, share(rows, grid.row, grid.rows), share(columns, grid.column, grid.columns)};
    a.leading = a.localRows > 1 ? a.localRows : 1;
    a.elements = allocate((size_t)a.leading * a.localColumns, sizeof(double));
    return a;
}

/// Uniform on [-1/2, 1/2), from the indices alone (the finaliser of SplitMix64).
static double uniform(uint64_t i, uint64_t j) {
    uint64_t z = (i << 32 ^ j) + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53 - 0.5;
}

/// A: symmetric with a dominant diagonal, so positive definite, for cholesky; with one for trsm, whose solution would
/// grow exponentially with n otherwise. B: other random numbers. C: zeros.
static void fill(const struct job *job, struct matrix *a, struct matrix *b, struct matrix *c) {
    for (int lj = 0; lj < a->localColumns; lj++)
        for (int li = 0; li < a->localRows; li++) {
            int i = global(li, grid.row, grid.rows), j = global(lj, grid.column, grid.columns);
            int isFlipped = job->routine == CHOLESKY && i < j;
            int isDominant = (job->routine == CHOLESKY || job->routine == TRSM) && i == j;
            a->elements[li + (size_t)lj * a->leading] =
                (isFlipped ? uniform(j, i) : uniform(i, j)) + (isDominant ? job->n : 0);
        }
    for (int lj = 0; lj < b->localColumns; lj++)
        for (int li = 0; li < b->localRows; li++)
            b->elements[li + (size_t)lj * b->leading] =
                uniform(global(li, grid.row, grid.rows), (1 << 24) + global(lj, grid.column, grid.columns));
    memset(c->elements, 0, (size_t)c->leading * c->localColumns * sizeof(double));
}

// --- The check: with a random x, by plain loops, in infinity norms and units of rounding ------------------------------

/// What stands at (i, j) of a part of a matrix.
static double seen(enum part part, int i, int j, double value) {
    switch (part) {
    case LOWER: return i >= j ? value : 0;
    case BELOW: return i > j ? value : 0;
    case UNIT_LOWER: return i > j ? value : i == j;
    case UPPER: return i <= j ? value : 0;
    default: return value;
    }
}

/// T x or Tᵀ x for a part T of A; without x the sums of magnitudes. On every rank, with room for A's longer side.
static double *product(const struct matrix *a, enum part part, int isTransposed, const double *x) {
    int length = a->rows > a->columns ? a->rows : a->columns;
    double *y = allocate(length, sizeof *y);
    for (int lj = 0; lj < a->localColumns; lj++)
        for (int li = 0; li < a->localRows; li++) {
            int i = global(li, grid.row, grid.rows), j = global(lj, grid.column, grid.columns);
            double value = seen(part, i, j, a->elements[li + (size_t)lj * a->leading]);
            y[isTransposed ? j : i] += x ? value * x[isTransposed ? i : j] : fabs(value);
        }
    add_up(y, length);
    return y;
}

/// The largest magnitude of x - y; NaN where there is one.
static double distance(const double *x, const double *y, int count) {
    double most = 0;
    for (int i = 0; i < count; i++) {
        double here = fabs(x[i] - (y ? y[i] : 0));
        if (!isnan(most) && !(here <= most)) most = here;
    }
    return most;
}

static double norm(const struct matrix *a, enum part part, int isTransposed) {
    return distance(product(a, part, isTransposed, NULL), NULL, isTransposed ? a->columns : a->rows);
}

/// The residual of what the routine has left in A, B and C; generates A and B again. Its vectors end with the program.
static double residual(const struct job *job, struct matrix *a, struct matrix *b, struct matrix *c) {
    int m = job->m, n = job->n, k = job->k, rows = n, length = n > k ? n : k;
    double *x = allocate(length, sizeof *x), *y, *z, scale;
    for (int i = 0; i < length; i++) x[i] = uniform(i, 1 << 25);
    switch (job->routine) {
    case GEMM:
        rows = m;
        y = product(c, WHOLE, 0, x);
        z = product(a, WHOLE, 0, product(b, WHOLE, 0, x));
        scale = norm(a, WHOLE, 0) * norm(b, WHOLE, 0) * length;
        break;
    case SYRK:
        y = product(c, LOWER, 0, x);
        z = product(c, BELOW, 1, x);
        for (int i = 0; i < n; i++) y[i] += z[i];
        z = product(a, WHOLE, 0, product(a, WHOLE, 1, x));
        scale = norm(a, WHOLE, 0) * norm(a, WHOLE, 1) * length;
        break;
    case TRSM:
    case GESV: {
        enum part part = job->routine == TRSM ? LOWER : WHOLE;
        double normX = norm(b, WHOLE, 0), *solution = product(b, WHOLE, 0, x);
        fill(job, a, b, c);
        y = product(a, part, 0, solution);
        z = product(b, WHOLE, 0, x);
        scale = (norm(a, part, 0) * normX + norm(b, WHOLE, 0)) * n;
        break;
    }
    case LU:
        rows = m;
        y = product(a, UNIT_LOWER, 0, product(a, UPPER, 0, x));
        for (int i = (m < n ? m : n) - 1; i >= 0; i--) {
            int p = pivot(a, i);
            double swapped = y[i];
            y[i] = y[p], y[p] = swapped;
        }
        fill(job, a, b, c);
        z = product(a, WHOLE, 0, x);
        scale = norm(a, WHOLE, 0) * n;
        break;
    default:
        y = product(a, LOWER, 0, product(a, LOWER, 1, x));
        fill(job, a, b, c);
        z = product(a, WHOLE, 0, x);
        scale = norm(a, WHOLE, 0) * n;
    }
    return distance(y, z, rows) / (scale * distance(x, NULL, length) * 0x1p-53);
}

// --- The measurement -------------------------------------------------------------------------------------------------

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

/// The GFLOP/s of the fastest of some passes; -1, said on standard error, where an answer is wrong. On all ranks alike.
static double measure(const struct job *job, int passes, int isSpeaker) {
    int m = job->m, n = job->n, k = job->k;
    struct matrix a, b = {0}, c = {0};
    switch (job->routine) {
    case GEMM: a = matrix(m, k), b = matrix(k, n), c = matrix(m, n); break;
    case SYRK: a = matrix(n, k), c = matrix(n, n); break;
    case TRSM:
    case GESV: a = matrix(n, n), b = matrix(n, k); break;
    default: a = matrix(m, n);
    }
    double best = INFINITY;
    for (int pass = 0; pass < passes; pass++) {
        fill(job, &a, &b, &c);
        largest(0);
        double start = seconds();
        int info = call(job, &a, &b, &c);
        best = fmin(best, largest(seconds() - start));
        if (largest(info != 0) != 0) {
            if (info) fprintf(stderr, "info = %d\n", info);
            return -1;
        }
    }
    double error = residual(job, &a, &b, &c);
    if (isSpeaker && !(error < 16)) fprintf(stderr, "residual %g\n", error);
    return error < 16 ? flops(job) / best * 1e-9 : -1;
}
