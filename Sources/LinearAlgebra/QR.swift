// LAPACK: Householder QR, 2 n² (m - n/3) flops for m >= n, and what is done with Q.

public import Failures

/// Overwrites A (m x n) by R (upper trapezoid) and the reflectors of Q (below the diagonal): A = Q R.
///
/// Returns the min(m, n) scalar factors of the reflectors H(i) = I - τᵢ vᵢ vᵢᴴ, Q = H(0) H(1) ...
public func factorQR<Scalar: LinearScalar>(_ a: inout MutableMatrixView<Scalar>) throws(TesseraError) -> [Scalar] {
    try a.requireIndexable("factorQR", "a")
    var tau = [Scalar](repeating: .zero, count: min(a.rows, a.columns))
    let info = tau.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        return Scalar.geqrf(a.rows, a.columns, a.base, a.leadingDimension, first)
    }
    try requireSuccess("geqrf", info)
    return tau
}

/// Overwrites reflectors (m x n, n <= m) by the first n columns of Q. There are at most n factors in `tau`.
public func formQ<Scalar: LinearScalar>(
    _ reflectors: inout MutableMatrixView<Scalar>, _ tau: [Scalar]
) throws(TesseraError) {
    let (m, n) = (reflectors.rows, reflectors.columns)
    try require(n <= m, "formQ", "reflectors", expected: "no more columns than rows", found: "\(m) x \(n)")
    try require(tau.count <= n, "formQ", "tau", expected: "at most \(n) elements", found: "\(tau.count)")
    try reflectors.requireIndexable("formQ", "reflectors")
    guard n > 0 else { return }
    let (base, lda) = (reflectors.base, reflectors.leadingDimension)
    let info = tau.withUnsafeBufferPointer {
        Scalar.ungqr(m, n, tau.count, base, lda, $0.baseAddress ?? UnsafePointer(base))
    }
    try requireSuccess("ungqr", info)
}

/// C = op(Q) C (`.left`) or C op(Q) (`.right`), with Q in the reflectors of ``factorQR(_:)``.
///
/// `transposeQ` is `.none` or `.conjugateTranspose` (`.transpose` for real scalars too).
public func applyQ<Scalar: LinearScalar>(
    _ reflectors: MatrixView<Scalar>, _ tau: [Scalar], transposeQ: Transpose = .none, on side: Side = .left,
    _ c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try require(
        !(Scalar.isComplex && transposeQ == .transpose), "applyQ", "transposeQ",
        expected: ".none or .conjugateTranspose for complex scalars", found: ".transpose")
    let order = side == .left ? c.rows : c.columns
    try require(
        reflectors.rows == order, "applyQ", "reflectors", expected: "\(order) rows", found: "\(reflectors.rows)")
    try require(
        tau.count <= min(order, reflectors.columns), "applyQ", "tau",
        expected: "at most \(min(order, reflectors.columns)) elements", found: "\(tau.count)")
    try reflectors.requireIndexable("applyQ", "reflectors")
    try c.requireIndexable("applyQ", "c")
    guard c.rows > 0, c.columns > 0, !tau.isEmpty else { return }
    let (target, m, n, ldc) = (c.base, c.rows, c.columns, c.leadingDimension)
    let info = tau.withUnsafeBufferPointer { tau in
        guard let first = tau.baseAddress else { return 0 }
        return Scalar.unmqr(
            side, transposeQ == .none ? .none : .conjugateTranspose, m, n, tau.count, reflectors.base,
            reflectors.leadingDimension, first, target, ldc)
    }
    try requireSuccess("unmqr", info)
}
