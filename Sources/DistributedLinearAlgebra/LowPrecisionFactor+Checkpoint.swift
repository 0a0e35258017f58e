// The factorization of a mixed-precision solve saved between two panels, or behind the last one when a signal stops the
// refinement, and taken up again. What is saved is that of R A C in the lower type, under a name of its own, so that nobody
// takes it for a factorization of A; R and C are found again in A, the same powers of two on every grid. A's norms, which
// refinement does not ask of the factors, are saved as zeros.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

extension LowPrecisionFactor {
    /// Runs what uses the factors; where a signal stops that, they are saved before. Collective.
    borrowing func saved<Result: ~Copyable>(
        in store: CheckpointStore?, _ body: () throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result {
        let (lu, cholesky) = (
            LUState<Scalar.Lower>(
                pivoting, pivots: pivots ?? [], firstZero: nil, norms: .zero, kind: LU<Scalar.Lower>.refinementKind),
            CholeskyState<Scalar.Lower>(step: factor.rows, norm: 0, kind: Cholesky<Scalar.Lower>.refinementKind)
        )
        let isLU = pivots != nil
        return try savingWhereStopped(store, isLU ? lu.kind : cholesky.kind, factor.rows, body) {
            (store) throws(TesseraError) in
            if isLU { try store.save(factor, lu) } else { try store.save(factor, cholesky) }
        }
    }
}

extension LU {
    /// How a checkpoint calls the factorization in lower precision by which a solve refines.
    static var refinementKind: String { "LU for refinement" }

    /// Factors what refinement needs, or takes it up where `store` holds it. Collective.
    ///
    /// - Parameters:
    ///   - isResuming: whether to look into the store.
    ///   - pivoting: of a factorization that is taken up, its own.
    ///   - matrix: makes the matrix, in square blocks; it is not called where there is something to take up.
    static func forRefinement(
        _ store: CheckpointStore?, resuming isResuming: Bool, _ pivoting: Pivoting, on grid: ProcessGrid, block: Int?,
        _ matrix: () throws(TesseraError) -> DistributedMatrix<Scalar>
    ) throws(TesseraError) -> LU {
        if isResuming, let store, let lu = try resumed(from: store, as: refinementKind, on: grid, block: block) {
            return lu
        }
        try store?.requireOwnFolder(on: grid.communicator)
        return try LU(factoring: matrix(), from: LUState(pivoting, norms: .zero, kind: refinementKind), store)
    }
}

extension Cholesky {
    /// How a checkpoint calls the factorization in lower precision by which a solve refines.
    static var refinementKind: String { "Cholesky for refinement" }

    /// Factors what refinement needs, or takes it up, as ``LU/forRefinement(_:resuming:_:on:block:_:)``. Collective.
    static func forRefinement(
        _ store: CheckpointStore?, resuming isResuming: Bool, on grid: ProcessGrid, block: Int?,
        _ matrix: () throws(TesseraError) -> DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Cholesky {
        if isResuming, let store, let cholesky = try resumed(from: store, as: refinementKind, on: grid, block: block) {
            return cholesky
        }
        try store?.requireOwnFolder(on: grid.communicator)
        return try Cholesky(factoring: matrix(), from: CholeskyState(step: 0, norm: 0, kind: refinementKind), store)
    }
}

extension MatrixNorms {
    fileprivate static var zero: MatrixNorms { MatrixNorms(one: 0, infinity: 0, maximum: 0) }
}
