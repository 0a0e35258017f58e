// LAPACK: the inverse of a triangular matrix in place, n³/3 flops.

public import Failures

/// Overwrites the triangle of A by that of A⁻¹; the other triangle is not touched, nor the diagonal where `.unit`.
///
/// Throws `TesseraError.singular` at the first zero on the diagonal; A is unchanged then.
public func invertTriangular<Scalar: LinearScalar>(
    _ a: inout MutableMatrixView<Scalar>, _ triangle: Triangle, diagonal: Diagonal = .nonUnit
) throws(TesseraError) {
    try requireSquare("invertTriangular", "a", a.rows, a.columns)
    try a.requireIndexable("invertTriangular", "a")
    let info = Scalar.trtri(triangle, diagonal, a.rows, a.base, a.leadingDimension)
    if info > 0 { throw .singular(pivot: info - 1) }
    try requireSuccess("trtri", info)
}
