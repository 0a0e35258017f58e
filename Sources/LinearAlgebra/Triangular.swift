// BLAS 3: triangular solves and products in place, m² n flops on the left, m n² on the right.

public import Failures

/// B = alpha op(A)⁻¹ B (`.left`) or alpha B op(A)⁻¹ (`.right`) for a triangular A.
///
/// A's other triangle is not read, nor its diagonal where `diagonal` is `.unit`. A zero on the diagonal gives
/// infinities or NaN, not an error. alpha = 0 overwrites B.
public func solveTriangular<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none,
    diagonal: Diagonal = .nonUnit, on side: Side = .left, _ b: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireTriangularOperands("solveTriangular", a, side, b)
    Scalar.trsm(
        side, triangle, transposeA, diagonal, b.rows, b.columns, alpha, a.base, a.leadingDimension, b.base,
        b.leadingDimension)
}

/// B = alpha op(A) B (`.left`) or alpha B op(A) (`.right`) for a triangular A.
///
/// A's other triangle is not read, nor its diagonal where `diagonal` is `.unit`. alpha = 0 overwrites B.
public func multiplyTriangular<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none,
    diagonal: Diagonal = .nonUnit, on side: Side = .left, _ b: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireTriangularOperands("multiplyTriangular", a, side, b)
    Scalar.trmm(
        side, triangle, transposeA, diagonal, b.rows, b.columns, alpha, a.base, a.leadingDimension, b.base,
        b.leadingDimension)
}

private func requireTriangularOperands<Scalar: LinearScalar>(
    _ routine: String, _ a: MatrixView<Scalar>, _ side: Side, _ b: borrowing MutableMatrixView<Scalar>
) throws(TesseraError) {
    let order = side == .left ? b.rows : b.columns
    try requireShape(routine, "a", a.rows, a.columns, order, order)
    try a.requireIndexable(routine, "a")
    try b.requireIndexable(routine, "b")
}
