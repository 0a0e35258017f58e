// BLAS 1 over pointers, without checks: for loops that hold their storage by pointers. Lengths and strides are in
// scalars; a size beyond 32 bits traps.

import CShim

/// The library's routines for one scalar type.
func kernels<Scalar: LinearScalar>(_: Scalar.Type) -> UnsafePointer<TesseraKernels> {
    tessera_kernels(Scalar.kind.rawValue)
}

func withScalar<Scalar: LinearScalar>(_ alpha: Scalar, _ body: (UnsafePointer<Scalar>) -> Void) {
    withUnsafePointer(to: alpha, body)
}

func withScalars<Scalar: LinearScalar>(
    _ alpha: Scalar, _ beta: Scalar, _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>) -> Void
) {
    withUnsafePointer(to: alpha) { alpha in withUnsafePointer(to: beta) { beta in body(alpha, beta) } }
}

extension LinearScalar {
    /// Σ conj(xᵢ) yᵢ, or Σ xᵢ yᵢ where not `conjugated`.
    package static func dot(
        _ n: Int, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafePointer<Self>, _ incy: Int, conjugated: Bool = true
    ) -> Self {
        var result = Self.zero
        withUnsafeMutablePointer(to: &result) {
            kernels(Self.self).pointee.dot(Int32(n), x, Int32(incx), y, Int32(incy), conjugated, $0)
        }
        return result
    }

    /// y += alpha x
    package static func axpy(
        _ n: Int, _ alpha: Self, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafeMutablePointer<Self>, _ incy: Int
    ) {
        withScalar(alpha) { kernels(Self.self).pointee.axpy(Int32(n), $0, x, Int32(incx), y, Int32(incy)) }
    }

    /// x = alpha x; alpha = 0 overwrites, NaN included (versions of OpenBLAS differ there).
    package static func scal(_ n: Int, _ alpha: Self, _ x: UnsafeMutablePointer<Self>, _ incx: Int) {
        if alpha == .zero {
            for i in 0..<n { x[i &* incx] = .zero }
        } else {
            withScalar(alpha) { kernels(Self.self).pointee.scal(Int32(n), $0, x, Int32(incx)) }
        }
    }

    /// (Σ |xᵢ|²)^½
    package static func nrm2(_ n: Int, _ x: UnsafePointer<Self>, _ incx: Int) -> Real {
        Real(kernels(Self.self).pointee.nrm2(Int32(n), x, Int32(incx)))
    }

    /// Σ |Re xᵢ| + |Im xᵢ|
    package static func asum(_ n: Int, _ x: UnsafePointer<Self>, _ incx: Int) -> Real {
        Real(kernels(Self.self).pointee.asum(Int32(n), x, Int32(incx)))
    }

    /// The first i (from 0) with the largest |Re xᵢ| + |Im xᵢ|; 0 where n = 0. Any index where x holds a NaN: a
    /// caller that must see NaN looks for it.
    package static func iamax(_ n: Int, _ x: UnsafePointer<Self>, _ incx: Int) -> Int {
        Int(kernels(Self.self).pointee.iamax(Int32(n), x, Int32(incx)))
    }

    /// x and y change places.
    package static func swap(
        _ n: Int, _ x: UnsafeMutablePointer<Self>, _ incx: Int, _ y: UnsafeMutablePointer<Self>, _ incy: Int
    ) {
        kernels(Self.self).pointee.swap(Int32(n), x, Int32(incx), y, Int32(incy))
    }

    /// y = x
    package static func copy(
        _ n: Int, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafeMutablePointer<Self>, _ incy: Int
    ) {
        kernels(Self.self).pointee.copy(Int32(n), x, Int32(incx), y, Int32(incy))
    }
}
