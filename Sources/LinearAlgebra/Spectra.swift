// LAPACK: eigenvalues of Hermitian matrices (implicit QL) and singular values (implicit QR), O(n³).

public import Failures

/// The eigenvalues of a Hermitian matrix (symmetric for real scalars) in ascending order.
///
/// One triangle of A is read. A is destroyed; with `vectors` its columns become the orthonormal eigenvectors. Throws
/// `TesseraError.lapack` with info > 0 where the iteration does not converge.
public func hermitianEigenvalues<Scalar: LinearScalar>(
    _ a: inout MutableMatrixView<Scalar>, _ triangle: Triangle = .lower, vectors: Bool = false
) throws(TesseraError) -> [Scalar.Real] {
    try requireSquare("hermitianEigenvalues", "a", a.rows, a.columns)
    try a.requireIndexable("hermitianEigenvalues", "a")
    try requireFinite("hermitianEigenvalues", "a", a.view, triangle)
    var values = [Scalar.Real](repeating: 0, count: a.rows)
    let info = values.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        return Scalar.heev(vectors: vectors, triangle, a.rows, a.base, a.leadingDimension, first)
    }
    try requireSuccess("heev", info)
    return values
}

/// A singular value decomposition A = U diag(values) Vᴴ, thin: k = min(m, n) columns of U and rows of Vᴴ.
public struct SingularValueDecomposition<Scalar: LinearScalar>: ~Copyable {
    /// m x k, orthonormal columns.
    public let u: Matrix<Scalar>
    /// k values in descending order.
    public let values: [Scalar.Real]
    /// k x n, orthonormal rows.
    public let vConjugateTranspose: Matrix<Scalar>
}

/// The min(m, n) singular values of A in descending order. A is destroyed.
public func singularValues<Scalar: LinearScalar>(
    _ a: inout MutableMatrixView<Scalar>
) throws(TesseraError) -> [Scalar.Real] {
    try a.requireIndexable("singularValues", "a")
    try requireFinite("singularValues", "a", a.view)
    var values = [Scalar.Real](repeating: 0, count: min(a.rows, a.columns))
    let info = values.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        return Scalar.gesvd(a.rows, a.columns, a.base, a.leadingDimension, first, nil)
    }
    try requireSuccess("gesvd", info)
    return values
}

/// The thin singular value decomposition of A, which is destroyed.
public func singularValueDecomposition<Scalar: LinearScalar>(
    _ a: inout MutableMatrixView<Scalar>
) throws(TesseraError) -> SingularValueDecomposition<Scalar> {
    try a.requireIndexable("singularValueDecomposition", "a")
    try requireFinite("singularValueDecomposition", "a", a.view)
    let k = min(a.rows, a.columns)
    let u = Matrix<Scalar>(rows: a.rows, columns: k)
    let vt = Matrix<Scalar>(rows: k, columns: a.columns)
    var values = [Scalar.Real](repeating: 0, count: k)
    let info = values.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress, k > 0 else { return 0 }
        return Scalar.gesvd(
            a.rows, a.columns, a.base, a.leadingDimension, first,
            (u.base, u.leadingDimension, vt.base, vt.leadingDimension))
    }
    try requireSuccess("gesvd", info)
    return SingularValueDecomposition(u: u, values: values, vConjugateTranspose: vt)
}

/// The iterations for eigenvalues and singular values need not end on NaN or infinity. With `triangle`, only that
/// part of the matrix is looked at. A modulus may overflow where its parts do not, hence the second look.
private func requireFinite<Scalar: LinearScalar>(
    _ routine: String, _ name: String, _ a: MatrixView<Scalar>, _ triangle: Triangle? = nil
) throws(TesseraError) {
    let largest =
        if let triangle {
            Scalar.lanhe(.maximum, triangle, a.rows, a.base, a.leadingDimension)
        } else {
            Scalar.lange(.maximum, a.rows, a.columns, a.base, a.leadingDimension)
        }
    if largest.isFinite { return }
    for j in 0..<a.columns {
        for i in 0..<a.rows where triangle == nil || (triangle == .lower ? i >= j : i <= j) {
            if !a[i, j].isFinite { throw .notFinite(routine: routine, name: name) }
        }
    }
}
