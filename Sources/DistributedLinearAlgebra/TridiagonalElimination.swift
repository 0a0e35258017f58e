// P T = L U of a tridiagonal T by Gaussian elimination with partial pivoting (LAPACK gttrf, gttrs): 8 n flops, and 8 n for
// each right-hand side. Every rank does it, with the same numbers and to the same bits.

import LinearAlgebra

struct TridiagonalElimination<Scalar: LinearScalar>: Sendable {
    /// The first i, from 0, with U(i, i) exactly zero.
    let firstZeroPivot: Int?
    /// U(i, i).
    let diagonal: [Scalar]
    /// Row i changed places with row pivots[i] - 1.
    let pivots: [Int32]
    private let lower: [Scalar]
    private let upper: [Scalar]
    private let second: [Scalar]

    init(_ t: Tridiagonal<Scalar>, isHermitian: Bool) {
        let n = t.diagonal.count
        // A place more, so that no array is empty.
        var lower = t.subdiagonal + [.zero]
        var upper = isHermitian ? lower.map(\.conjugate) : lower
        var diagonal = t.diagonal + [.zero]
        var second = [Scalar](repeating: .zero, count: n + 1)
        var pivots = [Int32](repeating: 0, count: n + 1)
        let info = Scalar.gttrf(n, &lower, &diagonal, &upper, &second, &pivots)
        firstZeroPivot = info > 0 ? info - 1 : nil
        (self.diagonal, self.pivots) = (Array(diagonal.prefix(n)), Array(pivots.prefix(n)))
        (self.lower, self.upper, self.second) = (lower, upper, second)
    }

    /// B = T⁻¹ B for `count` columns.
    func solve(_ count: Int, _ b: UnsafeMutablePointer<Scalar>, _ leadingDimension: Int) {
        guard !diagonal.isEmpty, count > 0 else { return }
        _ = Scalar.gttrs(
            diagonal.count, count, lower, diagonal, upper, second, pivots, b, max(1, leadingDimension))
    }
}
