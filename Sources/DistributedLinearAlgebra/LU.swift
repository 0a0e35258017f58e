public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// The factorization P A = L U of a general matrix, with partial pivoting or another ``Pivoting``.
///
/// ```swift
/// let factor = try LU(a)                      // LU(consuming: a) works in the memory of A
/// let x = try factor.solve(b)                 // A x = b
/// let d = try factor.determinant()
/// let quick = try LU(a, pivoting: .tournament)    // one exchange of messages for each block column
/// ```
/// A singular matrix is factored to the end and ``firstZeroPivot`` tells where; its determinant is 0, ``solve(_:transpose:)``
/// and ``inverse()`` throw. A NaN counts as the largest pivot candidate and spreads; nothing hangs over it.
///
/// With random butterflies the factors are those of Uᵀ A V, which is mixed in the memory of A by panels; ``solve(_:transpose:)``
/// and all that follows from it apply them. There are no exchanges, and where a pivot is zero L is zero below it: then
/// all that follows from the factors throws, ``determinant()`` and ``conditionEstimate(norm:)`` too: A need not be singular.
public struct LU<Scalar: LinearScalar>: ~Copyable {
    /// L below the diagonal (its own diagonal is 1), U on and above it.
    public let factors: DistributedMatrix<Scalar>
    /// How small pivots were avoided.
    public let pivoting: Pivoting
    /// Row i of A changed places with row `pivots[i]` >= i, in order of i; min(m, n) of them, counted from 0.
    public let pivots: [Int]
    /// The first i, from 0, with U(i, i) exactly zero; nil where there is none.
    public let firstZeroPivot: Int?
    /// The first columns of the panels in which partial pivoting followed on a tournament without a usable winner; of this
    /// run, where it was resumed.
    package let repeatedPanels: [Int]
    /// For the condition number and the growth factor.
    let norms: MatrixNorms<Scalar.Real>
    /// Of random butterflies.
    let butterflies: Butterflies<Scalar.Real>?

    /// Factors the matrix, m x n, in its own memory. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, in square blocks.
    ///   - pivoting: how small pivots are avoided.
    ///   - store: where the factorization saves itself, at the store's interval and before it is interrupted; nil for
    ///     nowhere. ``init(resuming:on:block:)`` takes it up again.
    /// - Throws, on all ranks: `TesseraError.argument` for blocks that are not square, parameters of the pivoting out of
    ///   range, and random butterflies for a matrix that is not square; `TesseraError.interrupted` between two panels;
    ///   `TesseraError.file` where a checkpoint cannot be written or the store holds that of another job.
    public init(
        consuming matrix: consuming DistributedMatrix<Scalar>, pivoting: Pivoting = .partial,
        checkpoint store: CheckpointStore? = nil
    ) throws(TesseraError) {
        let (rows, columns) = (matrix.layout.rows, matrix.layout.columns)
        try matrix.grid.communicator.agree("LU", on: matrix.layout.words + pivoting.words) { () throws(TesseraError) in
            try requireSquareBlocks("LU", rows, columns, isSquare: false)
            try pivoting.require("LU", rows.extent, columns.extent)
        }
        try store?.requireOwnFolder(on: matrix.grid.communicator)
        let state = LUState<Scalar>(pivoting, norms: try matrix.norms())
        if let butterflies = pivoting.butterflies(Scalar.Real.self, order: rows.extent) {
            matrix.grid.communicator.collectively("LU") { () throws(TesseraError) in try butterflies.mix(&matrix) }
        }
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
        pivoting = found.pivoting
        butterflies = pivoting.butterflies(Scalar.Real.self, order: matrix.rows)
        pivots = found.pivots
        firstZeroPivot = found.firstZero
        repeatedPanels = found.repeatedPanels
        norms = found.norms
        factors = matrix
    }

    /// Factors a copy of the matrix. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, in square blocks.
    ///   - pivoting: how small pivots are avoided.
    /// - Throws: as ``init(consuming:pivoting:checkpoint:)``; `TesseraError.memory` on all ranks where the copy does not fit.
    public init(_ matrix: borrowing DistributedMatrix<Scalar>, pivoting: Pivoting = .partial) throws(TesseraError) {
        try self.init(consuming: try matrix.copy(), pivoting: pivoting)
    }

    /// Refuses what only square matrices have. On all ranks alike.
    func requireSquare(_ routine: String) throws(TesseraError) {
        if factors.rows != factors.columns {
            throw .argument(
                routine: routine, name: "factor", expected: "the factors of a square matrix",
                found: "\(factors.rows)x\(factors.columns)")
        }
    }

    /// Refuses a zero pivot that does not prove A singular, as there were no exchanges. On all ranks alike.
    func requireConclusivePivots() throws(TesseraError) {
        if pivoting.isByButterflies, let firstZeroPivot { throw .singular(pivot: firstZeroPivot) }
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
