public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// The factorization P A = L U of a general matrix, with partial pivoting.
///
/// ```swift
/// let factor = try LU(a)                      // LU(consuming: a) works in the memory of A
/// let x = try factor.solve(b)                 // A x = b
/// let d = try factor.determinant()
/// ```
/// A singular matrix is factored to the end and ``firstZeroPivot`` tells where; its determinant is 0, ``solve(_:transpose:)``
/// and ``inverse()`` throw. A NaN counts as the largest pivot candidate and spreads; nothing hangs over it.
public struct LU<Scalar: LinearScalar>: ~Copyable {
    /// L below the diagonal (its own diagonal is 1), U on and above it.
    public let factors: DistributedMatrix<Scalar>
    /// Row i of A changed places with row `pivots[i]` >= i, in order of i; min(m, n) of them, counted from 0.
    public let pivots: [Int]
    /// The first i, from 0, with U(i, i) exactly zero; nil where there is none.
    public let firstZeroPivot: Int?
    /// For the condition number and the growth factor.
    let norms: MatrixNorms<Scalar.Real>

    /// Factors the matrix, m x n, in its own memory. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, in square blocks.
    ///   - store: where the factorization saves itself, at the store's interval and before it is interrupted; nil for
    ///     nowhere. ``init(resuming:on:block:)`` takes it up again.
    /// - Throws, on all ranks: `TesseraError.argument` for blocks that are not square;
    ///   `TesseraError.interrupted` between two panels; `TesseraError.file` where a checkpoint cannot be written or the
    ///   store holds that of another job.
    public init(
        consuming matrix: consuming DistributedMatrix<Scalar>, checkpoint store: CheckpointStore? = nil
    ) throws(TesseraError) {
        let (rows, columns) = (matrix.layout.rows, matrix.layout.columns)
        try matrix.grid.communicator.agree("LU", on: matrix.layout.words) { () throws(TesseraError) in
            guard rows.block == columns.block else {
                throw .argument(
                    routine: "LU", name: "matrix", expected: "square blocks",
                    found: "blocks of \(rows.block)x\(columns.block)")
            }
        }
        try store?.requireOwnFolder(on: matrix.grid.communicator)
        let state = LUState<Scalar>(norms: try matrix.norms())
        try self.init(factoring: matrix, from: state, store)
    }

    /// Factors what `state` has left of the matrix.
    init(
        factoring matrix: consuming DistributedMatrix<Scalar>, from state: LUState<Scalar>, _ store: CheckpointStore?
    ) throws(TesseraError) {
        let grid = matrix.grid
        let found = try grid.communicator.collectivelyUnlessStopped("LU") { () throws(TesseraError) in
            try factorWithPivoting(&matrix, from: state, store)
        }
        pivots = found.pivots
        firstZeroPivot = found.firstZero
        norms = found.norms
        factors = matrix
    }

    /// Factors a copy of the matrix. Collective.
    ///
    /// - Throws: as ``init(consuming:checkpoint:)``; `TesseraError.memory` on all ranks where the copy does not fit.
    public init(_ matrix: borrowing DistributedMatrix<Scalar>) throws(TesseraError) {
        try self.init(consuming: try matrix.copy())
    }

    /// Refuses what only square matrices have. On all ranks alike.
    func requireSquare(_ routine: String) throws(TesseraError) {
        if factors.rows != factors.columns {
            throw .argument(
                routine: routine, name: "factor", expected: "the factors of a square matrix",
                found: "\(factors.rows)x\(factors.columns)")
        }
    }

    /// The diagonal of U on every rank. Collective.
    func diagonal() throws(TesseraError) -> [Scalar] {
        let (layout, grid) = (factors.layout, factors.grid)
        var diagonal = [Scalar](repeating: .zero, count: min(factors.rows, factors.columns))
        for i in diagonal.indices
        where layout.rows.owner(of: GlobalIndex(i)) == grid.row
            && layout.columns.owner(of: GlobalIndex(i)) == grid.column
        {
            diagonal[i] =
                factors.storage[
                    layout.rows.local(GlobalIndex(i)).value
                        + layout.columns.local(GlobalIndex(i)).value * factors.leadingDimension]
        }
        var span = diagonal.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return diagonal
    }
}
