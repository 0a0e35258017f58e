// LAPACK over pointers, without checks: each returns LAPACK's `info`. Pivots here are LAPACK's own: 32 bits, counted
// from 1, pivot i naming the row with which row i changed places.

import CShim

extension LinearScalar {
    /// A = L Lᴴ or Uᴴ U; info > 0 is the order of the first leading minor that is not positive, or is NaN.
    ///
    /// OpenBLAS passes NaN by; a NaN anywhere in the triangle makes the factor's diagonal NaN in its row or column,
    /// so that the diagonal shows the first one.
    package static func potrf(_ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int {
        let info = Int(kernels(Self.self).pointee.potrf(triangle.letter, Int32(n), a, Int32(lda)))
        guard info >= 0 else { return info }
        let factored = info > 0 ? info - 1 : n
        for i in 0..<factored where a[i &+ i &* lda].realPart.isNaN { return i + 1 }
        return info
    }

    /// B = A⁻¹ B from the factor of ``potrf``, for `count` right-hand sides.
    package static func potrs(
        _ triangle: Triangle, _ n: Int, _ count: Int, _ a: UnsafePointer<Self>, _ lda: Int,
        _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) -> Int {
        Int(kernels(Self.self).pointee.potrs(triangle.letter, Int32(n), Int32(count), a, Int32(lda), b, Int32(ldb)))
    }

    /// A⁻¹, one triangle, from the factor of ``potrf``.
    package static func potri(_ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int {
        Int(kernels(Self.self).pointee.potri(triangle.letter, Int32(n), a, Int32(lda)))
    }

    /// A = P L U for an A of m x n; `pivots` has min(m, n) places; info > 0 is the first zero pivot, counted from 1.
    package static func getrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ pivots: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(kernels(Self.self).pointee.getrf(Int32(m), Int32(n), a, Int32(lda), pivots))
    }

    /// B = op(A)⁻¹ B from the factors of ``getrf``, for `count` right-hand sides.
    package static func getrs(
        _ transpose: Transpose, _ n: Int, _ count: Int, _ a: UnsafePointer<Self>, _ lda: Int,
        _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) -> Int {
        Int(
            kernels(Self.self).pointee.getrs(
                transpose.letter, Int32(n), Int32(count), a, Int32(lda), pivots, b, Int32(ldb)))
    }

    /// A⁻¹ from the factors of ``getrf``.
    package static func getri(
        _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ pivots: UnsafePointer<Int32>
    ) -> Int {
        withWorkspace { work, count in kernels(Self.self).pointee.getri(Int32(n), a, Int32(lda), pivots, work, count) }
    }

    /// T = P L U for a tridiagonal T with `lower`, `diagonal` and `upper`, which become L's multipliers and the diagonal and
    /// first superdiagonal of U; `second` takes U's second one. info > 0 is the first zero pivot, counted from 1.
    package static func gttrf(
        _ n: Int, _ lower: UnsafeMutablePointer<Self>, _ diagonal: UnsafeMutablePointer<Self>,
        _ upper: UnsafeMutablePointer<Self>, _ second: UnsafeMutablePointer<Self>,
        _ pivots: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(kernels(Self.self).pointee.gttrf(Int32(n), lower, diagonal, upper, second, pivots))
    }

    /// B = T⁻¹ B from the factors of ``gttrf``, for `count` right-hand sides.
    package static func gttrs(
        _ n: Int, _ count: Int, _ lower: UnsafePointer<Self>, _ diagonal: UnsafePointer<Self>,
        _ upper: UnsafePointer<Self>, _ second: UnsafePointer<Self>, _ pivots: UnsafePointer<Int32>,
        _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) -> Int {
        Int(
            kernels(Self.self).pointee.gttrs(
                Transpose.none.letter, Int32(n), Int32(count), lower, diagonal, upper, second, pivots, b, Int32(ldb)))
    }

    /// The inverse of a triangular matrix; info > 0 is the first zero on the diagonal, counted from 1.
    package static func trtri(
        _ triangle: Triangle, _ diagonal: Diagonal, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int
    ) -> Int {
        Int(kernels(Self.self).pointee.trtri(triangle.letter, diagonal.letter, Int32(n), a, Int32(lda)))
    }

    /// Exchanges row i with row `pivots[i]` (from 1) in n columns, for i in `first`...`last` counted from 1; with
    /// `reversed`, from the last to the first.
    package static func laswp(
        _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ first: Int, _ last: Int,
        _ pivots: UnsafePointer<Int32>, reversed: Bool = false
    ) {
        guard n > 0, first <= last else { return }
        _ = kernels(Self.self).pointee.laswp(
            Int32(n), a, Int32(lda), Int32(first), Int32(last), pivots, reversed ? -1 : 1)
    }

    /// B = A for A of m x n, whole or one triangle with the diagonal.
    package static func lacpy(
        _ triangle: Triangle?, _ m: Int, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int,
        _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) {
        _ = kernels(Self.self).pointee.lacpy(
            triangle?.letter ?? 65, Int32(m), Int32(n), a, Int32(lda), b, Int32(ldb))
    }

    /// Asks `routine` for the size of its workspace (count -1), makes one, and runs it: the two-call habit of LAPACK.
    static func withWorkspace(_ routine: (UnsafeMutablePointer<Self>, Int32) -> Int32) -> Int {
        var best = Self.zero
        let queried = withUnsafeMutablePointer(to: &best) { routine($0, -1) }
        guard queried == 0 else { return Int(queried) }
        // A size above 2²⁴ may have been rounded down to a Float: the next number up is never too small.
        let count = max(1, Int32(best.realPart.nextUp.rounded(.up)))
        return withScratch(Self.self, Int(count)) { Int(routine($0, count)) }
    }
}

/// Uninitialised memory for the length of `body`.
func withScratch<T, Result>(_: T.Type, _ count: Int, _ body: (UnsafeMutablePointer<T>) -> Result) -> Result {
    let scratch = UnsafeMutablePointer<T>.allocate(capacity: max(1, count))
    defer { scratch.deallocate() }
    return body(scratch)
}
