// Loops in vector registers that Swift's optimiser does not find.
//
// Exact sums: Knuth's TwoSum (The Art of Computer Programming 2, 4.2.2, theorem B) cascaded over two
// partial sums a lane, as in Collange, Defour, Graillat and Iakymchuk, Numerical Reproducibility for the Parallel Reduction
// on Multi- and Many-Core Architectures (Parallel Computing 49, 2015). 12 additions a term and one test for all eight.
//
// s = fl(a + x) and e = (a - (s - t)) + (x - t) with t = s - a give s + e = a + x exactly, unless s overflows: then a partial
// sum is no longer finite, which the caller sees.
// Vectors pass between inline functions alone: how a processor without AVX-512 would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#include "CLanes.h"

typedef long truth8 __attribute__((ext_vector_type(8)));

static inline __attribute__((always_inline)) tessera_double8 two_sum(tessera_double8 *sum, tessera_double8 x) {
    tessera_double8 s = *sum + x;
    tessera_double8 t = s - *sum;
    tessera_double8 e = (*sum - (s - t)) + (x - t);
    *sum = s;
    return e;
}

#define TESSERA_DEFINE_EXPANSION(name, scalar, load)                                                                   \
    long name(                                                                                                         \
        const scalar *a, const scalar *b, long count, double *sums, double *spill, long capacity, long *spilled) {     \
        tessera_double8 first = tessera_double8_load(sums), second = tessera_double8_load(sums + 8);                   \
        long done = 0, used = 0;                                                                                       \
        while (done < count) {                                                                                         \
            tessera_double8 x;                                                                                         \
            if (count - done >= 8) {                                                                                   \
                x = load(a + done);                                                                                    \
                if (b) x = x * load(b + done);                                                                         \
            } else {                                                                                                   \
                x = (tessera_double8)(0.0);                                                                            \
                for (long k = 0; k < count - done; k++) x[k] = b ? (double)a[done + k] * b[done + k] : a[done + k];    \
            }                                                                                                          \
            x = two_sum(&second, two_sum(&first, x));                                                                  \
            done = count - done >= 8 ? done + 8 : count;                                                               \
            if (__builtin_expect(__builtin_reduce_or((truth8)(x != 0.0)) != 0, 0)) {                                   \
                tessera_double8_store(spill + used, x);                                                                \
                used += 8;                                                                                             \
                if (used + 8 > capacity) break;                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        tessera_double8_store(sums, first);                                                                            \
        tessera_double8_store(sums + 8, second);                                                                       \
        *spilled = used;                                                                                               \
        return done;                                                                                                   \
    }

typedef float float8 __attribute__((ext_vector_type(8)));
typedef float unaligned_float8 __attribute__((ext_vector_type(8), aligned(4), may_alias));

static inline __attribute__((always_inline)) tessera_double8 load_floats(const float *a) {
    return __builtin_convertvector((float8) * (const unaligned_float8 *)a, tessera_double8);
}

TESSERA_DEFINE_EXPANSION(tessera_expansion_double, double, tessera_double8_load)
TESSERA_DEFINE_EXPANSION(tessera_expansion_float, float, load_floats)

// x - x is zero for every finite x, and NaN for the others; a sum keeps a NaN. Four sums, so that additions do not wait for
// each other.
#define TESSERA_DEFINE_ARE_FINITE(name, scalar, vector, truth, width)                                                  \
    int name(const scalar *a, long count) {                                                                            \
        vector sums[4] = {0, 0, 0, 0};                                                                                 \
        long done = 0;                                                                                                 \
        for (; count - done >= 4 * width; done += 4 * width) {                                                         \
            for (int k = 0; k < 4; k++) {                                                                              \
                vector x = vector##_load(a + done + k * width);                                                        \
                sums[k] += x - x;                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        scalar rest = 0;                                                                                               \
        for (; done < count; done++) rest += a[done] - a[done];                                                        \
        vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);                                                        \
        return rest == 0 && __builtin_reduce_and((truth)(sum == 0)) != 0;                                              \
    }

typedef int truth16 __attribute__((ext_vector_type(16)));

TESSERA_DEFINE_ARE_FINITE(tessera_are_finite_double, double, tessera_double8, truth8, 8)
TESSERA_DEFINE_ARE_FINITE(tessera_are_finite_float, float, tessera_float16, truth16, 16)
