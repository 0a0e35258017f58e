// A⁻¹ as the solution of A X = I: 2 n³ flops beyond the factorization, the words of a solve with n right-hand sides, and the
// memory of X.

public import DistributedArrays
public import Failures
internal import LinearAlgebra

extension LU {
    /// A⁻¹, dealt like A. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.singular`;
    ///   `TesseraError.argument` where A is not square; `TesseraError.memory` where it does not fit;
    ///   `TesseraError.interrupted` between two blocks.
    public borrowing func inverse() throws(TesseraError) -> DistributedMatrix<Scalar> {
        try requireSquare("inverse")
        if let firstZeroPivot { throw .singular(pivot: firstZeroPivot) }
        var x = try DistributedMatrix<Scalar>(identity: factors.layout, on: factors.grid)
        try solve(inPlace: &x)
        return x
    }
}

extension Cholesky {
    /// A⁻¹, dealt like A. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.memory` where it does not fit; `TesseraError.interrupted` between two blocks.
    public borrowing func inverse() throws(TesseraError) -> DistributedMatrix<Scalar> {
        var x = try DistributedMatrix<Scalar>(identity: factor.layout, on: factor.grid)
        try solve(inPlace: &x)
        return x
    }
}

extension SymmetricIndefinite {
    /// A⁻¹, dealt like A. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.memory` where it does not fit;
    ///   `TesseraError.interrupted` between two blocks.
    public borrowing func inverse() throws(TesseraError) -> DistributedMatrix<Scalar> {
        if let firstZeroPivot { throw .singular(pivot: firstZeroPivot) }
        var x = try DistributedMatrix<Scalar>(identity: factor.layout, on: factor.grid)
        try solve(inPlace: &x)
        return x
    }
}

extension DistributedMatrix {
    /// I.
    fileprivate init(identity layout: MatrixLayout, on grid: ProcessGrid) throws(TesseraError) {
        var matrix = try DistributedMatrix(zeros: layout, on: grid)
        matrix.fill { $0 == $1 ? 1 : 0 }
        self = matrix
    }
}
