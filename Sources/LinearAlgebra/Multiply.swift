// BLAS 3: products of two matrices, 2 m n k flops (four times as many for complex scalars).

public import Failures

/// C = alpha op(A) op(B) + beta C.
///
/// op(A) is m x k, op(B) is k x n, C is m x n. beta = 0 overwrites C, NaN included; with alpha = 0 or k = 0 neither A
/// nor B is read and C is only scaled.
public func multiply<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, transposeA: Transpose = .none, _ b: MatrixView<Scalar>,
    transposeB: Transpose = .none, beta: Scalar = 0, into c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    let (m, k) = a.shape(transposeA)
    let (inner, n) = b.shape(transposeB)
    try require(
        inner == k, "multiply", "b", expected: "op(b) of \(k) rows, as op(a) has columns", found: "\(inner)")
    try requireShape("multiply", "c", c.rows, c.columns, m, n)
    try a.requireIndexable("multiply", "a")
    try b.requireIndexable("multiply", "b")
    try c.requireIndexable("multiply", "c")
    Scalar.gemm(
        transposeA, transposeB, m, n, k, alpha, a.base, a.leadingDimension, b.base, b.leadingDimension, beta, c.base,
        c.leadingDimension)
}

/// C = alpha A B + beta C (`.left`) or alpha B A + beta C (`.right`) for a Hermitian A (symmetric for real scalars), of
/// which one triangle is read; the imaginary parts of the diagonal are taken as zero.
public func multiplyHermitian<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, on side: Side = .left, _ b: MatrixView<Scalar>,
    beta: Scalar = 0, into c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireSidedOperands("multiplyHermitian", a, side, b, c)
    Scalar.hemm(
        side, triangle, c.rows, c.columns, alpha, a.base, a.leadingDimension, b.base, b.leadingDimension, beta, c.base,
        c.leadingDimension)
}

/// C = alpha A B + beta C (`.left`) or alpha B A + beta C (`.right`) for a symmetric A, complex ones too, of which one
/// triangle is read.
public func multiplySymmetric<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, on side: Side = .left, _ b: MatrixView<Scalar>,
    beta: Scalar = 0, into c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireSidedOperands("multiplySymmetric", a, side, b, c)
    Scalar.symm(
        side, triangle, c.rows, c.columns, alpha, a.base, a.leadingDimension, b.base, b.leadingDimension, beta, c.base,
        c.leadingDimension)
}

private func requireSidedOperands<Scalar: LinearScalar>(
    _ routine: String, _ a: MatrixView<Scalar>, _ side: Side, _ b: MatrixView<Scalar>,
    _ c: borrowing MutableMatrixView<Scalar>
) throws(TesseraError) {
    let order = side == .left ? b.rows : b.columns
    try requireShape(routine, "a", a.rows, a.columns, order, order)
    try requireShape(routine, "c", c.rows, c.columns, b.rows, b.columns)
    try a.requireIndexable(routine, "a")
    try b.requireIndexable(routine, "b")
    try c.requireIndexable(routine, "c")
}
