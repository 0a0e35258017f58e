// LAPACK's norms and condition estimates over pointers, without checks.

import CShim

extension LinearScalar {
    /// A norm of an m x n matrix; NaN where it holds one, 0 where it is empty.
    package static func lange(
        _ norm: MatrixNorm, _ m: Int, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int
    ) -> Real {
        guard m > 0, n > 0 else { return 0 }
        return withScratch(Real.self, norm == .infinity ? m : 0) {
            Real(kernels(Self.self).pointee.lange(norm.letter, Int32(m), Int32(n), a, Int32(lda), $0))
        }
    }

    /// A norm of a symmetric matrix of which one triangle is read.
    package static func lansy(
        _ norm: MatrixNorm, _ triangle: Triangle, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int
    ) -> Real {
        guard n > 0 else { return 0 }
        return withScratch(Real.self, n) {
            Real(kernels(Self.self).pointee.lansy(norm.letter, triangle.letter, Int32(n), a, Int32(lda), $0))
        }
    }

    /// A norm of a Hermitian matrix of which one triangle is read.
    package static func lanhe(
        _ norm: MatrixNorm, _ triangle: Triangle, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int
    ) -> Real {
        guard n > 0 else { return 0 }
        return withScratch(Real.self, n) {
            Real(kernels(Self.self).pointee.lanhe(norm.letter, triangle.letter, Int32(n), a, Int32(lda), $0))
        }
    }

    /// 1 / (‖A‖ ‖A⁻¹‖), estimated from the factors of ``getrf`` and ‖A‖ in the one or the infinity norm.
    package static func gecon(
        _ norm: MatrixNorm, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int, normOfA: Real
    ) -> (reciprocal: Real, info: Int) {
        estimate(n) {
            kernels(Self.self).pointee.gecon(norm.letter, Int32(n), a, Int32(lda), Double(normOfA), $0, $1, $2)
        }
    }

    /// 1 / (‖A‖₁ ‖A⁻¹‖₁), estimated from the factor of ``potrf`` and ‖A‖₁.
    package static func pocon(
        _ triangle: Triangle, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int, normOfA: Real
    ) -> (reciprocal: Real, info: Int) {
        estimate(n) {
            kernels(Self.self).pointee.pocon(triangle.letter, Int32(n), a, Int32(lda), Double(normOfA), $0, $1, $2)
        }
    }

    /// 1 / (‖A‖ ‖A⁻¹‖) of a triangular A, estimated in the one or the infinity norm.
    package static func trcon(
        _ norm: MatrixNorm, _ triangle: Triangle, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int
    ) -> (reciprocal: Real, info: Int) {
        estimate(n) {
            kernels(Self.self).pointee.trcon(
                norm.letter, triangle.letter, diagonal.letter, Int32(n), a, Int32(lda), $0, $1, $2)
        }
    }

    /// Scratch for the estimators: 4 n scalars serve the real and the complex routines, and n reals hold n `Int32`s
    /// too.
    private static func estimate(
        _ n: Int,
        _ routine: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Self>, UnsafeMutablePointer<Real>) -> Int32
    ) -> (reciprocal: Real, info: Int) {
        var reciprocal = 0.0
        let info = withScratch(Self.self, 4 * n) { work in
            withScratch(Real.self, 2 * n) { realWork in routine(&reciprocal, work, realWork) }
        }
        return (Real(reciprocal), Int(info))
    }
}
