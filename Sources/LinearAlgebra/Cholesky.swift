// LAPACK: the Cholesky factorization of a Hermitian positive definite matrix, n³/3 flops, and what follows from it.

public import Failures

/// Overwrites one triangle of A by its Cholesky factor: A = L Lᴴ (`.lower`) or A = Uᴴ U (`.upper`). The other triangle
/// is neither read nor written.
///
/// Throws `TesseraError.notPositiveDefinite` with the order of the first leading minor that is not positive
/// (a NaN there counts as such); the columns before it are factored then.
public func factorCholesky<Scalar: LinearScalar>(
    _ a: inout MutableMatrixView<Scalar>, _ triangle: Triangle = .lower
) throws(TesseraError) {
    try requireSquare("factorCholesky", "a", a.rows, a.columns)
    try a.requireIndexable("factorCholesky", "a")
    let info = Scalar.potrf(triangle, a.rows, a.base, a.leadingDimension)
    if info > 0 { throw .notPositiveDefinite(minor: info) }
    try requireSuccess("potrf", info)
}

/// B = A⁻¹ B, where `factor` holds A's factor as ``factorCholesky(_:_:)`` left it.
public func solveCholesky<Scalar: LinearScalar>(
    _ factor: MatrixView<Scalar>, _ triangle: Triangle = .lower, _ b: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireSquare("solveCholesky", "factor", factor.rows, factor.columns)
    try requireShape("solveCholesky", "b", b.rows, b.columns, factor.rows, b.columns)
    try factor.requireIndexable("solveCholesky", "factor")
    try b.requireIndexable("solveCholesky", "b")
    let info = Scalar.potrs(
        triangle, factor.rows, b.columns, factor.base, factor.leadingDimension, b.base, b.leadingDimension)
    try requireSuccess("potrs", info)
}

/// Overwrites the factor by the same triangle of A⁻¹.
///
/// Throws `TesseraError.singular` where the factor has a zero on its diagonal.
public func invertCholesky<Scalar: LinearScalar>(
    _ factor: inout MutableMatrixView<Scalar>, _ triangle: Triangle = .lower
) throws(TesseraError) {
    try requireSquare("invertCholesky", "factor", factor.rows, factor.columns)
    try factor.requireIndexable("invertCholesky", "factor")
    let info = Scalar.potri(triangle, factor.rows, factor.base, factor.leadingDimension)
    if info > 0 { throw .singular(pivot: info - 1) }
    try requireSuccess("potri", info)
}

/// LAPACK's `info` must be 0: a negative one names an argument that the checks above should have refused.
func requireSuccess(_ routine: String, _ info: Int) throws(TesseraError) {
    if info != 0 { throw .lapack(routine: routine, info: info) }
}
