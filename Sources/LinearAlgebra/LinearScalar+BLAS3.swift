// BLAS 3 over pointers, without checks. Matrices are column-major with a leading dimension of at least 1.
// In every update beta = 0 overwrites C, NaN included, and an inner dimension of 0 still scales C by beta.

import CShim

extension LinearScalar {
    /// C = alpha op(A) op(B) + beta C for a C of m x n and an inner dimension of k.
    package static func gemm(
        _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int, _ alpha: Self,
        _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self,
        _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        // OpenBLAS's kernels for small matrices read A and B even where alpha is zero: no terms, nothing to read.
        let k = alpha == .zero ? 0 : k
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.gemm(
                transposeA.letter, transposeB.letter, Int32(m), Int32(n), Int32(k), $0, a, Int32(lda), b, Int32(ldb),
                $1, c, Int32(ldc))
        }
    }

    /// B = alpha op(A) B or alpha B op(A) for a triangular A and a B of m x n.
    package static func trmm(
        _ side: Side, _ triangle: Triangle, _ transpose: Transpose, _ diagonal: Diagonal, _ m: Int, _ n: Int,
        _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) {
        withScalar(alpha) {
            kernels(Self.self).pointee.trmm(
                side.letter, triangle.letter, transpose.letter, diagonal.letter, Int32(m), Int32(n), $0, a, Int32(lda),
                b, Int32(ldb))
        }
    }

    /// C = alpha A B + beta C or alpha B A + beta C for a symmetric A and a C of m x n.
    package static func symm(
        _ side: Side, _ triangle: Triangle, _ m: Int, _ n: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
        _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.symm(
                side.letter, triangle.letter, Int32(m), Int32(n), $0, a, Int32(lda), b, Int32(ldb), $1, c, Int32(ldc))
        }
    }

    /// C = alpha A B + beta C or alpha B A + beta C for a Hermitian A and a C of m x n.
    package static func hemm(
        _ side: Side, _ triangle: Triangle, _ m: Int, _ n: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
        _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.hemm(
                side.letter, triangle.letter, Int32(m), Int32(n), $0, a, Int32(lda), b, Int32(ldb), $1, c, Int32(ldc))
        }
    }

    /// C = alpha A Aᵀ + beta C (`.none`, A of n x k) or alpha Aᵀ A + beta C (`.transpose`, A of k x n), one triangle.
    package static func syrk(
        _ triangle: Triangle, _ transpose: Transpose, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>,
        _ lda: Int, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.syrk(
                triangle.letter, transpose.letter, Int32(n), Int32(k), $0, a, Int32(lda), $1, c, Int32(ldc))
        }
    }

    /// C = alpha A Aᴴ + beta C (`.none`, A of n x k) or alpha Aᴴ A + beta C (`.conjugateTranspose`), one triangle.
    package static func herk(
        _ triangle: Triangle, _ transpose: Transpose, _ n: Int, _ k: Int, _ alpha: Real, _ a: UnsafePointer<Self>,
        _ lda: Int, _ beta: Real, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        kernels(Self.self).pointee.herk(
            triangle.letter, transpose.letter, Int32(n), Int32(k), Double(alpha), a, Int32(lda), Double(beta), c,
            Int32(ldc))
    }

    /// C = alpha A Bᵀ + alpha B Aᵀ + beta C (`.none`) or alpha Aᵀ B + alpha Bᵀ A + beta C (`.transpose`), one triangle.
    package static func syr2k(
        _ triangle: Triangle, _ transpose: Transpose, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>,
        _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.syr2k(
                triangle.letter, transpose.letter, Int32(n), Int32(k), $0, a, Int32(lda), b, Int32(ldb), $1, c,
                Int32(ldc))
        }
    }

    /// C = alpha A Bᴴ + conj(alpha) B Aᴴ + beta C (`.none`) or alpha Aᴴ B + conj(alpha) Bᴴ A + beta C
    /// (`.conjugateTranspose`), one triangle.
    package static func her2k(
        _ triangle: Triangle, _ transpose: Transpose, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>,
        _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Real, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) {
        withScalar(alpha) {
            kernels(Self.self).pointee.her2k(
                triangle.letter, transpose.letter, Int32(n), Int32(k), $0, a, Int32(lda), b, Int32(ldb), Double(beta),
                c, Int32(ldc))
        }
    }
}
