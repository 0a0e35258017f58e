// LAPACK's orthogonal factors, Hermitian eigenvalues and singular values over pointers, without checks; each returns
// `info`.

import CShim

extension LinearScalar {
    /// A = Q R for an A of m x n: R above, the reflectors below the diagonal and in `tau` (min(m, n) scalars).
    package static func geqrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafeMutablePointer<Self>
    ) -> Int {
        withWorkspace { kernels(Self.self).pointee.geqrf(Int32(m), Int32(n), a, Int32(lda), tau, $0, $1) }
    }

    /// The first n columns of Q (m x n) in place of the k reflectors of ``geqrf``; orgqr or ungqr.
    package static func ungqr(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafePointer<Self>
    ) -> Int {
        withWorkspace { kernels(Self.self).pointee.ungqr(Int32(m), Int32(n), Int32(k), a, Int32(lda), tau, $0, $1) }
    }

    /// C = op(Q) C or C op(Q) for a C of m x n and k reflectors of ``geqrf``; ormqr or unmqr. op is `.none` or
    /// `.conjugateTranspose`.
    package static func unmqr(
        _ side: Side, _ transpose: Transpose, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, _ lda: Int,
        _ tau: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>, _ ldc: Int
    ) -> Int {
        withWorkspace {
            kernels(Self.self).pointee.unmqr(
                side.letter, transpose.letter, Int32(m), Int32(n), Int32(k), a, Int32(lda), tau, c, Int32(ldc), $0, $1)
        }
    }

    /// Eigenvalues in ascending order, and with `vectors` the eigenvectors in place of A; syev or heev.
    package static func heev(
        vectors: Bool, _ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
        _ values: UnsafeMutablePointer<Real>
    ) -> Int {
        withScratch(Real.self, 3 * n) { realWork in
            withWorkspace {
                kernels(Self.self).pointee.heev(
                    vectors ? 86 : 78, triangle.letter, Int32(n), a, Int32(lda), values, $0, $1, realWork)
            }
        }
    }

    /// A = U S Vᴴ for an A of m x n, which is destroyed: min(m, n) singular values in descending order, and where the
    /// pointers are given the min(m, n) first columns of U and rows of Vᴴ.
    package static func gesvd(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ values: UnsafeMutablePointer<Real>,
        _ vectors: (u: UnsafeMutablePointer<Self>, ldu: Int, vt: UnsafeMutablePointer<Self>, ldvt: Int)?
    ) -> Int {
        let job: CChar = vectors == nil ? 78 : 83  // N, S
        let (u, ldu, vt, ldvt) = vectors ?? (a, max(1, m), a, max(1, n))
        return withScratch(Real.self, 5 * min(m, n)) { realWork in
            withWorkspace {
                kernels(Self.self).pointee.gesvd(
                    job, job, Int32(m), Int32(n), a, Int32(lda), values, u, Int32(ldu), vt, Int32(ldvt), $0, $1,
                    realWork)
            }
        }
    }
}
