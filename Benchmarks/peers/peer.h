// What the peers' programs share: the matrices, the flop counts, the clock.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum routine { GEMM, LU, CHOLESKY };

static inline enum routine routine_named(const char *name) {
    if (!strcmp(name, "gemm")) return GEMM;
    if (!strcmp(name, "lu")) return LU;
    if (!strcmp(name, "cholesky")) return CHOLESKY;
    fprintf(stderr, "expected gemm, lu or cholesky, found %s\n", name);
    exit(2);
}

/// A positive number from a program's arguments.
static inline int positive(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < 1 || value > 1000000) {
        fprintf(stderr, "expected a number from 1 on, found %s\n", text);
        exit(2);
    }
    return (int)value;
}

static inline double flops(enum routine routine, double n) {
    return n * n * n * (routine == GEMM ? 2 : routine == LU ? 2.0 / 3 : 1.0 / 3);
}

/// Uniform on [-1/2, 1/2), from the indices alone (the finaliser of SplitMix64).
static inline double uniform(uint64_t i, uint64_t j) {
    uint64_t z = (i << 32 ^ j) + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53 - 0.5;
}

/// Element (i, j) of A: general for gemm and lu; symmetric with a dominant diagonal, so positive definite, for cholesky.
static inline double element(enum routine routine, int n, int i, int j) {
    if (routine != CHOLESKY) return uniform(i, j);
    return i < j ? uniform(j, i) : uniform(i, j) + (i == j ? n : 0);
}

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static inline void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "no memory for %zu bytes\n", count * size);
        exit(1);
    }
    return memory;
}
