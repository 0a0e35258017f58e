// LAPACK: LU factorization with partial pivoting, 2 n³/3 flops, and what follows from it.

public import Failures

/// The row exchanges of an LU factorization, and whether U is singular.
public struct Pivots: Hashable, Sendable {
    /// Row i changed places with row `rows[i]` >= i, in order of i. Counted from 0 (LAPACK's own count from 1).
    public let rows: [Int]
    /// The first i, from 0, with U(i, i) exactly zero; nil where there is none.
    public let firstZero: Int?

    /// Exchanges of which each names its own row or a later one.
    public init(rows: [Int], firstZero: Int? = nil) {
        self.rows = rows
        self.firstZero = firstZero
    }

    /// The sign of the permutation: -1 to the number of real exchanges.
    public var sign: Int { rows.enumerated().reduce(1) { $1.element == $1.offset ? $0 : -$0 } }
}

/// Overwrites A (m x n) by its factors: A = P L U, L unit lower trapezoidal, U upper trapezoidal.
///
/// A singular matrix is factored to the end; the result tells its first zero pivot. A NaN in A spreads and is no error.
public func factorLU<Scalar: LinearScalar>(_ a: inout MutableMatrixView<Scalar>) throws(TesseraError) -> Pivots {
    try a.requireIndexable("factorLU", "a")
    let steps = min(a.rows, a.columns)
    var pivots = [Int32](repeating: 0, count: steps)
    let info = unsafe pivots.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress, steps > 0 else { return 0 }
        return Scalar.getrf(a.rows, a.columns, a.base, a.leadingDimension, first)
    }
    if info < 0 { throw .lapack(routine: "getrf", info: info) }
    return Pivots(rows: pivots.map { Int($0) - 1 }, firstZero: info > 0 ? info - 1 : nil)
}

/// B = op(A)⁻¹ B from the factors of ``factorLU(_:)``.
///
/// Throws `TesseraError.singular` where U has a zero on its diagonal.
public func solveLU<Scalar: LinearScalar>(
    _ factors: MatrixView<Scalar>, _ pivots: Pivots, transposeA: Transpose = .none,
    _ b: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireFactors("solveLU", factors, pivots)
    try requireShape("solveLU", "b", b.rows, b.columns, factors.rows, b.columns)
    try b.requireIndexable("solveLU", "b")
    guard b.rows > 0 else { return }
    let info = pivots.withLAPACKPivots {
        Scalar.getrs(
            transposeA, factors.rows, b.columns, factors.base, factors.leadingDimension, $0, b.base, b.leadingDimension)
    }
    try requireSuccess("getrs", info)
}

/// Overwrites the factors of ``factorLU(_:)`` by A⁻¹.
///
/// Throws `TesseraError.singular` where U has a zero on its diagonal.
public func invertLU<Scalar: LinearScalar>(
    _ factors: inout MutableMatrixView<Scalar>, _ pivots: Pivots
) throws(TesseraError) {
    try requireFactors("invertLU", factors.view, pivots)
    guard factors.rows > 0 else { return }
    let info = pivots.withLAPACKPivots { Scalar.getri(factors.rows, factors.base, factors.leadingDimension, $0) }
    if info > 0 { throw .singular(pivot: info - 1) }
    try requireSuccess("getri", info)
}

/// Exchanges rows of A as `pivots` says: from the first to the last, which applies Pᵀ, or with `reversed` from the last
/// to the first, which applies P.
public func exchangeRows<Scalar: LinearScalar>(
    of a: inout MutableMatrixView<Scalar>, _ pivots: Pivots, reversed: Bool = false
) throws(TesseraError) {
    try requirePivots("exchangeRows", pivots, within: a.rows)
    try a.requireIndexable("exchangeRows", "a")
    pivots.withLAPACKPivots {
        Scalar.laswp(a.columns, a.base, a.leadingDimension, 1, pivots.rows.count, $0, reversed: reversed)
    }
}

private func requireFactors<Scalar: LinearScalar>(
    _ routine: String, _ factors: MatrixView<Scalar>, _ pivots: Pivots
) throws(TesseraError) {
    try requireSquare(routine, "factors", factors.rows, factors.columns)
    try factors.requireIndexable(routine, "factors")
    try requireCount(routine, "pivots", pivots.rows.count, factors.rows)
    try requirePivots(routine, pivots, within: factors.rows)
    if let zero = (0..<factors.rows).first(where: { factors[$0, $0] == .zero }) { throw .singular(pivot: zero) }
}

private func requirePivots(_ routine: String, _ pivots: Pivots, within rows: Int) throws(TesseraError) {
    let outside = pivots.rows.enumerated().first { $0.element < $0.offset || $0.element >= rows }
    try require(
        outside == nil && pivots.rows.count <= rows, routine, "pivots",
        expected: "at most \(rows) rows, the one at i from i up to \(rows - 1)",
        found: outside.map { "\($0.element) at \($0.offset)" } ?? "\(pivots.rows.count) rows")
}

extension Pivots {
    /// LAPACK's form: 32 bits, counted from 1.
    func withLAPACKPivots<Result>(_ body: (UnsafePointer<Int32>) -> Result) -> Result {
        withScratch(Int32.self, rows.count) { scratch in
            for (i, row) in rows.enumerated() { (scratch + i).initialize(to: Int32(row + 1)) }
            return body(scratch)
        }
    }
}
