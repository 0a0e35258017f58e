// Stencils as one writes them in C: a loop over rows for each step, shared by OpenMP's threads (OMP_NUM_THREADS), Float64.
//
// usage: stencil_peer box3d|star2d|gray-scott SIZE STEPS PASSES; prints the Gpoint/s of the fastest pass.
//
//     box3d        u' = u + r/30 (-128 u + 14 faces + 3 edges + corners), zeros beyond the edge; an eigenmode decays as known
//     star2d       out += star of radius 2 of in, in += 1, on all cells but two at each edge, as the Parallel Research
//                  Kernels have it; out must be the number of steps times 1 + pi
//     gray-scott   two fields in a periodic plane; the last step must change the sum of both by what is fed and killed

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double pi = 3.14159265358979323846;
static long extents[3];
static int steps;

static void *field(size_t count) {
    void *memory = aligned_alloc(4096, (count * sizeof(double) + 4095) / 4096 * 4096);
    if (!memory) fprintf(stderr, "no memory for %zu numbers\n", count), exit(1);
    return memory;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

// --- box3d -----------------------------------------------------------------------------------------------------------

static const double r = 0.13;

/// One row of the next level; p counts from a plane to the next, q from a row to the next.
static void box_row(double *restrict next, const double *restrict u, long count, long p, long q) {
    const double center = 1 - r / 30 * 128, face = r / 30 * 14, edge = r / 30 * 3, corner = r / 30;
    for (long k = 0; k < count; k++) {
        const double *x = u + k;
        double faces = (x[-p] + x[p]) + (x[-q] + x[q]) + (x[-1] + x[1]);
        double edges = ((x[-q - 1] + x[-q + 1]) + (x[q - 1] + x[q + 1]))
            + (((x[-p - q] + x[-p + q]) + (x[-p - 1] + x[-p + 1])) + ((x[p - q] + x[p + q]) + (x[p - 1] + x[p + 1])));
        double corners = ((x[-p - q - 1] + x[-p - q + 1]) + (x[-p + q - 1] + x[-p + q + 1]))
            + ((x[p - q - 1] + x[p - q + 1]) + (x[p + q - 1] + x[p + q + 1]));
        next[k] = (center * x[0] + face * faces) + (edge * edges + corner * corners);
    }
}

static double box_pass(double *error) {
    long n0 = extents[0], n1 = extents[1], n2 = extents[2], q = n2 + 2, p = q * (n1 + 2);
    static double *u, *next, *sines[3];
    if (!u) {
        u = field(p * (n0 + 2)), next = field(p * (n0 + 2));
        for (int axis = 0; axis < 3; axis++) {
            sines[axis] = field(extents[axis] + 2);
            for (long i = 0; i < extents[axis] + 2; i++)
                sines[axis][i] = i % (extents[axis] + 1) ? sin(pi * i / (extents[axis] + 1)) : 0;
        }
    }
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n0 + 2; i++)
        for (long j = 0; j < n1 + 2; j++)
            for (long k = 0; k < n2 + 2; k++) {
                u[i * p + j * q + k] = sines[0][i] * sines[1][j] * sines[2][k];
                next[i * p + j * q + k] = 0;
            }
    double start = seconds();
    for (int step = 0; step < steps; step++) {
#pragma omp parallel for schedule(static)
        for (long i = 1; i <= n0; i++)
            for (long j = 1; j <= n1; j++) box_row(next + i * p + j * q + 1, u + i * p + j * q + 1, n2, p, q);
        double *other = u;
        u = next, next = other;
    }
    double taken = seconds() - start, c[3];
    for (int axis = 0; axis < 3; axis++) c[axis] = cos(pi / (extents[axis] + 1));
    double pairs = c[0] * c[1] + c[1] * c[2] + c[2] * c[0];
    double factor = 1 + r / 30 * (-128 + 28 * (c[0] + c[1] + c[2]) + 12 * pairs + 8 * c[0] * c[1] * c[2]);
    double decay = pow(factor, steps);
    *error = 0;
    for (long i = 1; i <= n0; i++)
        for (long j = 1; j <= n1; j++)
            for (long k = 1; k <= n2; k++) {
                double here = fabs(u[i * p + j * q + k] - decay * sines[0][i] * sines[1][j] * sines[2][k]);
                if (!(here <= *error)) *error = here;
            }
    return taken;
}

// --- star2d ----------------------------------------------------------------------------------------------------------

static void star_row(double *restrict out, const double *restrict in, long count, long q) {
    for (long k = 0; k < count; k++) {
        const double *x = in + k;
        out[k] += (0.25 * (x[q] - x[-q]) + 0.125 * (x[2 * q] - x[-2 * q]))
            + (0.25 * (x[1] - x[-1]) + 0.125 * (x[2] - x[-2]));
    }
}

static double star_pass(double *error) {
    long n0 = extents[0], n1 = extents[1];
    static double *in, *out;
    if (!in) in = field(n0 * n1), out = field(n0 * n1);
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n0; i++)
        for (long j = 0; j < n1; j++) in[i * n1 + j] = i + pi * j, out[i * n1 + j] = 0;
    double start = seconds();
    for (int step = 0; step < steps; step++) {
#pragma omp parallel
        {
#pragma omp for schedule(static)
            for (long i = 2; i < n0 - 2; i++) star_row(out + i * n1 + 2, in + i * n1 + 2, n1 - 4, n1);
#pragma omp for schedule(static)
            for (long i = 0; i < n0; i++)
                for (long j = 0; j < n1; j++) in[i * n1 + j] += 1;
        }
    }
    double taken = seconds() - start;
    *error = 0;
    for (long i = 2; i < n0 - 2; i++)
        for (long j = 2; j < n1 - 2; j++) {
            double here = fabs(out[i * n1 + j] - steps * (1 + pi)) / (n0 + pi * n1 + steps);
            if (!(here <= *error)) *error = here;
        }
    return taken;
}

// --- gray-scott ------------------------------------------------------------------------------------------------------

static const double feed = 0.04, kill_rate = 0.06;

static void reaction_row(double *restrict nu, double *restrict nv, const double *restrict u, const double *restrict v,
                         const double *restrict uAbove, const double *restrict uBelow, const double *restrict vAbove,
                         const double *restrict vBelow, long count) {
    for (long k = 1; k <= count; k++) {
        double reaction = u[k] * (v[k] * v[k]);
        double du = -4 * u[k] + ((uAbove[k] + uBelow[k]) + (u[k - 1] + u[k + 1]));
        double dv = -4 * v[k] + ((vAbove[k] + vBelow[k]) + (v[k - 1] + v[k + 1]));
        nu[k] = u[k] + (0.2 * du - reaction + feed * (1 - u[k]));
        nv[k] = v[k] + (0.1 * dv + reaction - (feed + kill_rate) * v[k]);
    }
    nu[0] = nu[count], nu[count + 1] = nu[1];
    nv[0] = nv[count], nv[count + 1] = nv[1];
}

static long double total(const double *u, long q) {
    long double sum = 0;
    for (long i = 0; i < extents[0]; i++)
        for (long k = 1; k <= extents[1]; k++) sum += u[i * q + k];
    return sum;
}

static double reaction_pass(double *error) {
    long n0 = extents[0], n1 = extents[1], q = n1 + 2;
    static double *level[4];
    if (!level[0])
        for (int f = 0; f < 4; f++) level[f] = field(n0 * q);
    double *u = level[0], *v = level[1], *nu = level[2], *nv = level[3];
    long rowWaves = n0 >= 100 ? n0 / 100 : 1, columnWaves = n1 >= 100 ? n1 / 100 : 1;
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n0; i++)
        for (long k = 0; k < q; k++) {
            double spot = (1 + cos(2 * pi * i * rowWaves / n0)) * (1 + cos(2 * pi * (k - 1) * columnWaves / n1)) / 4;
            u[i * q + k] = 1 - spot / 2, v[i * q + k] = spot / 4, nu[i * q + k] = nv[i * q + k] = 0;
        }
    double start = seconds();
    for (int step = 0; step < steps; step++) {
#pragma omp parallel for schedule(static)
        for (long i = 0; i < n0; i++) {
            long here = i * q, above = (i ? i - 1 : n0 - 1) * q, below = (i < n0 - 1 ? i + 1 : 0) * q;
            reaction_row(nu + here, nv + here, u + here, v + here, u + above, u + below, v + above, v + below, n1);
        }
        double *otherU = u, *otherV = v;
        u = nu, v = nv, nu = otherU, nv = otherV;
    }
    double taken = seconds() - start;
    // nu and nv are what the last step began with.
    long double cells = (long double)n0 * n1, before = total(nu, q), killed = total(nv, q);
    long double change = (total(u, q) - before) + (total(v, q) - killed);
    *error = fabsl(change - (feed * (cells - before) - (feed + kill_rate) * killed)) / cells;
    return taken;
}

// --- The measurement -------------------------------------------------------------------------------------------------

static long positive(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < 1 || value > 1000000) fprintf(stderr, "expected a number from 1 on, found %s\n", text), exit(2);
    return value;
}

int main(int count, char **arguments) {
    if (count != 5) return fprintf(stderr, "usage: stencil_peer ROUTINE SIZE STEPS PASSES\n"), 2;
    const char *const names[] = {"box3d", "star2d", "gray-scott"};
    double (*const passes[])(double *) = {box_pass, star_pass, reaction_pass};
    int axes = 0, routine = 0;
    for (char *part = strtok(arguments[2], "x"); part && axes < 3; part = strtok(NULL, "x"))
        extents[axes++] = positive(part);
    while (routine < 3 && strcmp(arguments[1], names[routine])) routine++;
    if (routine == 3 || axes != (routine == 0 ? 3 : 2))
        return fprintf(stderr, "expected a routine and its extents, found %s\n", arguments[1]), 2;
    steps = positive(arguments[3]);
    double best = INFINITY, points = steps;
    for (int axis = 0; axis < axes; axis++) points *= extents[axis];
    for (long pass = positive(arguments[4]); pass > 0; pass--) {
        double error, taken = passes[routine](&error);
        if (!(error < 16 * 0x1p-53 * (steps + 1))) return fprintf(stderr, "wrong by %g\n", error), 1;
        best = fmin(best, taken);
    }
    printf("%.6g\n", points / best * 1e-9);
}
