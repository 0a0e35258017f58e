// BLAS 2 over pointers, without checks. Matrices are column-major with a leading dimension of at least 1.

import CShim

extension LinearScalar {
    /// y = alpha op(A) x + beta y for an A of m x n; beta = 0 overwrites y, also where op(A) has no columns.
    package static func gemv(
        _ transpose: Transpose, _ m: Int, _ n: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
        _ x: UnsafePointer<Self>, _ incx: Int, _ beta: Self, _ y: UnsafeMutablePointer<Self>, _ incy: Int
    ) {
        // BLAS returns at once from an empty A and leaves y unscaled.
        guard m > 0, n > 0 else { return scal(transpose == .none ? m : n, beta, y, incy) }
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.gemv(
                transpose.letter, Int32(m), Int32(n), $0, a, Int32(lda), x, Int32(incx), $1, y, Int32(incy))
        }
    }

    /// A += alpha x yᴴ, or alpha x yᵀ where not `conjugated`, for an A of m x n.
    package static func ger(
        _ m: Int, _ n: Int, _ alpha: Self, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafePointer<Self>, _ incy: Int,
        conjugated: Bool, _ a: UnsafeMutablePointer<Self>, _ lda: Int
    ) {
        withScalar(alpha) {
            kernels(Self.self).pointee.ger(
                Int32(m), Int32(n), $0, x, Int32(incx), y, Int32(incy), conjugated, a, Int32(lda))
        }
    }

    /// x = op(A)⁻¹ x for a triangular A of order n.
    package static func trsv(
        _ triangle: Triangle, _ transpose: Transpose, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Self>,
        _ lda: Int, _ x: UnsafeMutablePointer<Self>, _ incx: Int
    ) {
        kernels(Self.self).pointee.trsv(
            triangle.letter, transpose.letter, diagonal.letter, Int32(n), a, Int32(lda), x, Int32(incx))
    }

    /// x = op(A) x for a triangular A of order n.
    package static func trmv(
        _ triangle: Triangle, _ transpose: Transpose, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Self>,
        _ lda: Int, _ x: UnsafeMutablePointer<Self>, _ incx: Int
    ) {
        kernels(Self.self).pointee.trmv(
            triangle.letter, transpose.letter, diagonal.letter, Int32(n), a, Int32(lda), x, Int32(incx))
    }

    /// y = alpha A x + beta y for a Hermitian A of order n, of which one triangle is read.
    package static func hemv(
        _ triangle: Triangle, _ n: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ x: UnsafePointer<Self>,
        _ incx: Int, _ beta: Self, _ y: UnsafeMutablePointer<Self>, _ incy: Int
    ) {
        withScalars(alpha, beta) {
            kernels(Self.self).pointee.hemv(
                triangle.letter, Int32(n), $0, a, Int32(lda), x, Int32(incx), $1, y, Int32(incy))
        }
    }
}
