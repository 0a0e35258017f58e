// Norms of local matrices, O(m n). A NaN in the matrix makes the norm NaN; an empty matrix has norm 0. The Frobenius
// norm is scaled against overflow.

public import Failures

extension MatrixView {
    /// A norm of the matrix.
    public func norm(_ norm: MatrixNorm) throws(TesseraError) -> Scalar.Real {
        try requireIndexable("norm", "self")
        return Scalar.lange(norm, rows, columns, base, leadingDimension)
    }

    /// A norm of the symmetric matrix (complex ones too) of which `triangle` is read.
    public func symmetricNorm(_ norm: MatrixNorm, _ triangle: Triangle) throws(TesseraError) -> Scalar.Real {
        try requireSquare("symmetricNorm", "self", rows, columns)
        try requireIndexable("symmetricNorm", "self")
        return Scalar.lansy(norm, triangle, rows, base, leadingDimension)
    }

    /// A norm of the Hermitian matrix of which `triangle` is read; the diagonal's imaginary parts are taken as zero.
    public func hermitianNorm(_ norm: MatrixNorm, _ triangle: Triangle) throws(TesseraError) -> Scalar.Real {
        try requireSquare("hermitianNorm", "self", rows, columns)
        try requireIndexable("hermitianNorm", "self")
        return Scalar.lanhe(norm, triangle, rows, base, leadingDimension)
    }
}
