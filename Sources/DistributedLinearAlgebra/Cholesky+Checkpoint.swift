// Cholesky saved between two panels, and taken up again.
//
// At column c the columns before c hold L, and the lower triangle behind them has had all updates of the first c columns:
// the same for every grid and block size, so that any other can go on from it.

public import DistributedArrays
public import Failures
internal import LinearAlgebra
internal import MessagePassing

/// How far a factorization has come.
struct CholeskyState<Scalar: LinearScalar> {
    /// Columns that are done.
    let step: Int
    /// ‖A‖₁.
    let norm: Scalar.Real
    /// How a checkpoint calls the factorization.
    var kind = Cholesky<Scalar>.checkpointKind
}

extension Cholesky {
    /// Takes up a factorization that `store` has saved, in the memory of a new matrix, and goes on to the end. Collective.
    ///
    /// The newest generation that is whole counts. On the grid and with the block size of the run that saved it, the
    /// result has the same bits as that run's would have had.
    ///
    /// - Parameters:
    ///   - store: where it was saved, and saves itself on.
    ///   - grid: the ranks: any number of them, in any shape.
    ///   - block: rows and columns of a block; nil for a size that fits the shape.
    /// - Throws, on all ranks: `TesseraError.file` where the store holds no whole checkpoint of a Cholesky factorization
    ///   of such scalars, or that of another job; `TesseraError.memory`; and as ``init(consuming:triangle:checkpoint:)``.
    public init(resuming store: CheckpointStore, on grid: ProcessGrid, block: Int? = nil) throws(TesseraError) {
        guard let factor = try Cholesky.resumed(from: store, on: grid, block: block) else {
            throw store.nothingToResume
        }
        self = factor
    }

    /// Takes up a factorization, as ``init(resuming:on:block:)``; nil where there is nothing to take up. Collective.
    ///
    /// - Parameter kind: how the checkpoint calls it.
    package static func resumed(
        from store: CheckpointStore, as kind: String = checkpointKind, on grid: ProcessGrid, block: Int? = nil
    ) throws(TesseraError) -> Cholesky? {
        var state: CholeskyState<Scalar>?
        let matrix = try store.restore(kind: kind, scalar: Scalar.typeName, on: grid.communicator) {
            (saved) throws(TesseraError) -> DistributedMatrix<Scalar> in
            let matrix: DistributedMatrix<Scalar> = try saved.matrix("factor", block: block, on: grid)
            let step = saved.manifest.step
            try saved.require(matrix.rows == matrix.columns, "a square matrix")
            try saved.require((0...matrix.rows).contains(step), "a column of a matrix of order \(matrix.rows)")
            state = CholeskyState(
                step: step, norm: Scalar.Real(bits: try saved.state("norm", count: 1)[0]), kind: saved.manifest.kind)
            return matrix
        }
        guard let matrix, let state else { return nil }
        return try Cholesky(factoring: matrix, from: state, store)
    }

    /// Runs what uses the factor L; where a signal stops that, it is saved before. Collective.
    package borrowing func saved<Result: ~Copyable>(
        in store: CheckpointStore?, _ body: () throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result {
        let state = CholeskyState<Scalar>(step: order, norm: norm)
        return try savingWhereStopped(store, state.kind, state.step, body) { (store) throws(TesseraError) in
            try store.save(factor, state)
        }
    }

    /// How a checkpoint calls the factorization.
    package static var checkpointKind: String { "Cholesky" }
}

extension CheckpointStore {
    /// Writes a generation. Collective.
    func save<Scalar: LinearScalar>(
        _ a: borrowing DistributedMatrix<Scalar>, _ state: CholeskyState<Scalar>
    ) throws(TesseraError) {
        try write(
            kind: state.kind, scalar: Scalar.typeName, step: state.step,
            state: ["norm": [state.norm.bits]], on: a.grid.communicator
        ) { (files) throws(TesseraError) in try files.add(a, as: "factor") }
    }
}
