// Arithmetic on SIMD lanes, one vector operation a function.
//
// Swift's own SIMD types do the same arithmetic element by element and leave it to the optimiser to put vectors together
// again; by then an update is too large to be inlined into the sweep. Here each operation is one call that vanishes.
// Every lane function rounds once; nothing is contracted, whatever the flags, because none multiplies and adds.
#ifndef TESSERA_CLANES_H
#define TESSERA_CLANES_H

#define TESSERA_LANE static inline __attribute__((always_inline, nodebug))

#define TESSERA_DEFINE_LANE(scalar, vector, unaligned, integer, mask, width)                                           \
    typedef scalar vector __attribute__((ext_vector_type(width)));                                                     \
    typedef scalar unaligned __attribute__((ext_vector_type(width), aligned(sizeof(scalar)), may_alias));              \
    typedef integer mask __attribute__((ext_vector_type(width)));                                                      \
    TESSERA_LANE vector vector##_splat(scalar a) { return (vector)(a); }                                               \
    TESSERA_LANE vector vector##_load(const scalar *a) { return *(const unaligned *)a; }                               \
    TESSERA_LANE void vector##_store(scalar *a, vector b) { *(unaligned *)a = b; }                                     \
    TESSERA_LANE vector vector##_add(vector a, vector b) { return a + b; }                                             \
    TESSERA_LANE vector vector##_subtract(vector a, vector b) { return a - b; }                                        \
    TESSERA_LANE vector vector##_multiply(vector a, vector b) { return a * b; }                                        \
    TESSERA_LANE vector vector##_divide(vector a, vector b) { return a / b; }                                          \
    TESSERA_LANE vector vector##_negate(vector a) { return -a; }                                                       \
    TESSERA_LANE vector vector##_magnitude(vector a) { return __builtin_elementwise_abs(a); }                          \
    TESSERA_LANE vector vector##_squareRoot(vector a) { return __builtin_elementwise_sqrt(a); }                        \
    TESSERA_LANE mask vector##_less(vector a, vector b) { return a < b; }                                              \
    TESSERA_LANE mask vector##_lessOrEqual(vector a, vector b) { return a <= b; }                                      \
    TESSERA_LANE mask vector##_and(mask a, mask b) { return a & b; }                                                   \
    TESSERA_LANE mask vector##_or(mask a, mask b) { return a | b; }                                                    \
    TESSERA_LANE mask vector##_not(mask a) { return ~a; }                                                              \
    TESSERA_LANE vector vector##_select(mask a, vector b, vector c) { return a ? b : c; }                              \
    TESSERA_LANE vector vector##_convert(mask a) { return __builtin_convertvector(a, vector); }

TESSERA_DEFINE_LANE(double, tessera_double8, tessera_double8_unaligned, long, tessera_long8, 8)
TESSERA_DEFINE_LANE(float, tessera_float16, tessera_float16_unaligned, int, tessera_int16, 16)

// The numbers from `shift` beyond `a`, which lies on a whole vector. A vector that crosses a cache line costs two loads, so
// that where the shift is known when compiled, two whole vectors are put together: each is loaded once for all taps on
// either side of it. As integers, whose concatenations are one instruction.
#ifdef __AVX512F__
#define TESSERA_PICK8(s) s, s + 1, s + 2, s + 3, s + 4, s + 5, s + 6, s + 7
#define TESSERA_BESIDE8(s) case s: chosen = __builtin_shufflevector(lower, upper, TESSERA_PICK8(s)); break;
#define TESSERA_BESIDE16(s)                                                                                            \
    case s: chosen = __builtin_shufflevector(lower, upper, TESSERA_PICK8(s), TESSERA_PICK8(s + 8)); break;

TESSERA_LANE tessera_double8 tessera_double8_loadBeside(const double *a, long shift) {
    if (!__builtin_constant_p(shift) || (shift & 7) == 0) return tessera_double8_load(a + shift);
    const double *whole = a + (shift & ~7L);
    tessera_long8 lower = (tessera_long8)tessera_double8_load(whole), chosen = lower;
    tessera_long8 upper = (tessera_long8)tessera_double8_load(whole + 8);
    switch (shift & 7) {
        TESSERA_BESIDE8(1) TESSERA_BESIDE8(2) TESSERA_BESIDE8(3) TESSERA_BESIDE8(4)
        TESSERA_BESIDE8(5) TESSERA_BESIDE8(6) TESSERA_BESIDE8(7)
    }
    return (tessera_double8)chosen;
}

TESSERA_LANE tessera_float16 tessera_float16_loadBeside(const float *a, long shift) {
    if (!__builtin_constant_p(shift) || (shift & 15) == 0) return tessera_float16_load(a + shift);
    const float *whole = a + (shift & ~15L);
    tessera_int16 lower = (tessera_int16)tessera_float16_load(whole), chosen = lower;
    tessera_int16 upper = (tessera_int16)tessera_float16_load(whole + 16);
    switch (shift & 15) {
        TESSERA_BESIDE16(1) TESSERA_BESIDE16(2) TESSERA_BESIDE16(3) TESSERA_BESIDE16(4) TESSERA_BESIDE16(5)
        TESSERA_BESIDE16(6) TESSERA_BESIDE16(7) TESSERA_BESIDE16(8) TESSERA_BESIDE16(9) TESSERA_BESIDE16(10)
        TESSERA_BESIDE16(11) TESSERA_BESIDE16(12) TESSERA_BESIDE16(13) TESSERA_BESIDE16(14) TESSERA_BESIDE16(15)
    }
    return (tessera_float16)chosen;
}

#undef TESSERA_BESIDE16
#undef TESSERA_BESIDE8
#undef TESSERA_PICK8
#else
TESSERA_LANE tessera_double8 tessera_double8_loadBeside(const double *a, long shift) {
    return tessera_double8_load(a + shift);
}
TESSERA_LANE tessera_float16 tessera_float16_loadBeside(const float *a, long shift) {
    return tessera_float16_load(a + shift);
}
#endif

#undef TESSERA_DEFINE_LANE
#undef TESSERA_LANE

// Sums of products a[i] * b[i], each rounded to double, added without error to 2 x 8 partial sums; where b is null, sums of
// a[i]. What the partial sums cannot hold goes to `spill`, 8 numbers at a time, to be added elsewhere. Returns the number of
// terms done: fewer than `count` where `spill` is full, and always so many that `*spilled` counts what lies there.
long tessera_expansion_double(
    const double *a, const double *b, long count, double *sums, double *spill, long capacity, long *spilled);
long tessera_expansion_float(
    const float *a, const float *b, long count, double *sums, double *spill, long capacity, long *spilled);

// Whether none of some numbers is NaN or infinite.
int tessera_are_finite_double(const double *a, long count);
int tessera_are_finite_float(const float *a, long count);

#endif
