// BLAS 3: symmetric and Hermitian updates of one triangle of C, n² k flops (rank k) or 2 n² k (rank 2k).
// In each, `.none` takes operands of n x k and the other transpositions operands of k x n. beta = 0 overwrites the
// triangle, NaN included.

public import Failures

/// C = alpha A Aᴴ + beta C, or alpha Aᴴ A + beta C where `transposeA` is not `.none`. The diagonal's imaginary parts
/// are set to zero.
///
/// For complex scalars `transposeA` is `.none` or `.conjugateTranspose`.
public func hermitianRankUpdate<Scalar: LinearScalar>(
    alpha: Scalar.Real = 1, _ a: MatrixView<Scalar>, transposeA: Transpose = .none, beta: Scalar.Real = 0,
    _ triangle: Triangle, of c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireHermitianTranspose("hermitianRankUpdate", transposeA, Scalar.self)
    let (n, k) = try requireUpdate("hermitianRankUpdate", "a", a, transposeA, c)
    Scalar.herk(
        triangle, transposeA, n, k, alpha, a.base, a.leadingDimension, beta, c.base, c.leadingDimension)
}

/// C = alpha A Aᵀ + beta C, or alpha Aᵀ A + beta C where `transposeA` is not `.none`.
///
/// For complex scalars `transposeA` is `.none` or `.transpose`.
public func symmetricRankUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, transposeA: Transpose = .none, beta: Scalar = 0, _ triangle: Triangle,
    of c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireSymmetricTranspose("symmetricRankUpdate", transposeA, Scalar.self)
    let (n, k) = try requireUpdate("symmetricRankUpdate", "a", a, transposeA, c)
    Scalar.syrk(
        triangle, transposeA, n, k, alpha, a.base, a.leadingDimension, beta, c.base, c.leadingDimension)
}

/// C = alpha A Bᴴ + conj(alpha) B Aᴴ + beta C, or alpha Aᴴ B + conj(alpha) Bᴴ A + beta C where `transpose` is not
/// `.none`. The diagonal's imaginary parts are set to zero.
///
/// For complex scalars `transpose` is `.none` or `.conjugateTranspose`.
public func hermitianRankTwoUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>, transpose: Transpose = .none,
    beta: Scalar.Real = 0, _ triangle: Triangle, of c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireHermitianTranspose("hermitianRankTwoUpdate", transpose, Scalar.self)
    let (n, k) = try requireUpdate("hermitianRankTwoUpdate", "a", a, transpose, c)
    try requireShape("hermitianRankTwoUpdate", "b", b.rows, b.columns, a.rows, a.columns)
    try b.requireIndexable("hermitianRankTwoUpdate", "b")
    Scalar.her2k(
        triangle, transpose, n, k, alpha, a.base, a.leadingDimension, b.base, b.leadingDimension, beta, c.base,
        c.leadingDimension)
}

/// C = alpha A Bᵀ + alpha B Aᵀ + beta C, or alpha Aᵀ B + alpha Bᵀ A + beta C where `transpose` is not `.none`.
///
/// For complex scalars `transpose` is `.none` or `.transpose`.
public func symmetricRankTwoUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>, transpose: Transpose = .none,
    beta: Scalar = 0, _ triangle: Triangle, of c: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireSymmetricTranspose("symmetricRankTwoUpdate", transpose, Scalar.self)
    let (n, k) = try requireUpdate("symmetricRankTwoUpdate", "a", a, transpose, c)
    try requireShape("symmetricRankTwoUpdate", "b", b.rows, b.columns, a.rows, a.columns)
    try b.requireIndexable("symmetricRankTwoUpdate", "b")
    Scalar.syr2k(
        triangle, transpose, n, k, alpha, a.base, a.leadingDimension, b.base, b.leadingDimension, beta, c.base,
        c.leadingDimension)
}

private func requireUpdate<Scalar: LinearScalar>(
    _ routine: String, _ name: String, _ a: MatrixView<Scalar>, _ transpose: Transpose,
    _ c: borrowing MutableMatrixView<Scalar>
) throws(TesseraError) -> (n: Int, k: Int) {
    let (n, k) = a.shape(transpose)
    try requireSquare(routine, "c", c.rows, c.columns)
    try require(
        c.rows == n, routine, name, expected: "op(\(name)) of \(c.rows) rows, as c has", found: "\(n)")
    try a.requireIndexable(routine, name)
    try c.requireIndexable(routine, "c")
    return (n, k)
}

private func requireHermitianTranspose<Scalar: LinearScalar>(
    _ routine: String, _ transpose: Transpose, _: Scalar.Type
) throws(TesseraError) {
    try require(
        !(Scalar.isComplex && transpose == .transpose), routine, "transpose",
        expected: ".none or .conjugateTranspose for complex scalars", found: ".transpose")
}

private func requireSymmetricTranspose<Scalar: LinearScalar>(
    _ routine: String, _ transpose: Transpose, _: Scalar.Type
) throws(TesseraError) {
    try require(
        !(Scalar.isComplex && transpose == .conjugateTranspose), routine, "transpose",
        expected: ".none or .transpose for complex scalars", found: ".conjugateTranspose")
}
