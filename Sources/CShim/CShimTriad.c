#include "CShimTriad.h"

typedef double Vector __attribute__((vector_size(32)));
typedef double UnalignedVector __attribute__((vector_size(32), aligned(8)));

void tessera_triad(double *a, const double *b, const double *c, double s, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + 4 <= count; i += 4) {
        Vector sum = *(const UnalignedVector *)(b + i) + s * *(const UnalignedVector *)(c + i);
        __builtin_nontemporal_store(sum, (Vector *)(a + i));
    }
    for (; i < count; i++) a[i] = b[i] + s * c[i];
    // Streaming stores are weakly ordered: they are done when the fence is.
    __sync_synchronize();
}
