// Triangular solve with few right-hand sides, A at rest: only X and sums travel. For each block k, in the order of the solve,
//
//     S  = Bₖ - Σⱼ op(A)ₖⱼ Xⱼ      over the blocks j that are done: each rank its own, summed to the owner of Aₖₖ
//     Xₖ = op(Aₖₖ)⁻¹ S            there
//     Xₖ to the ranks whose blocks of A it will meet: the process column of k (op(A) = A), or its process row
//
// A is read down its columns in both orders, and nobody waits longer than he must:
//     op(A) = A:  every rank keeps the sums of all its rows; Xₖ is applied to the rows of the next block at once, and to
//                 the rest of them when the sum of that block is on its way.
//     otherwise:  a process column makes the sum of its next block, as far as it can, while other columns have their turn.
//
// A may be of the lower type of X's; parts of it are then widened in cache, so that A is read at its own length.
//
// Flops n² m. Words: 2 n m to deal B and X, and n m for each rank of a process row and of a process column.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

func solveTriangularFewColumns<Stored: LinearScalar, Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Stored>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
    _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = ThinTriangularStep<Stored, Scalar>(a, triangle, operation, diagonal, b.columns)
    try step.deal(b)
    if operation == .none { try step.solveByRows() } else { try step.solveByColumns() }
    try step.collect(into: &b)
}

/// The named steps of the solve and the buffers they share.
private struct ThinTriangularStep<Stored: LinearScalar, Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let elements: UnsafePointer<Stored>
    let leadingDimension: Int
    let triangle: Triangle
    let operation: Transpose
    let diagonal: Diagonal
    /// Columns of B.
    let width: Int
    let kernel: ThinKernel<Stored, Scalar>
    /// B less what is done: this rank's rows (op(A) = A), or columns, of A by the columns of B.
    let sums: Workspace<Scalar>
    /// X, for this rank's columns (op(A) = A), or rows, of A.
    let solved: Workspace<Scalar>
    /// S and then Xₖ.
    let block: Workspace<Scalar>

    init(
        _ a: borrowing DistributedMatrix<Stored>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
        _ width: Int
    ) {
        grid = a.grid
        layout = a.layout
        elements = UnsafePointer(a.storage)
        leadingDimension = a.leadingDimension
        self.triangle = triangle
        self.operation = operation
        self.diagonal = diagonal
        self.width = width
        kernel = ThinKernel(width: width)
        sums = Workspace((operation == .none ? a.localRows : a.localColumns) * width)
        solved = Workspace((operation == .none ? a.localColumns : a.localRows) * width)
        block = Workspace(layout.rows.block * width)
    }

    var isPlain: Bool { operation == .none }
    var isForward: Bool { (triangle == .lower) == isPlain }
    var turns: Int { layout.rows.blockCount }
    /// The distances of columns in `sums` and `solved`.
    var sumHeight: Int { (isPlain ? layout.rows.count(on: grid.row) : layout.columns.count(on: grid.column)) }
    var solvedHeight: Int { (isPlain ? layout.columns.count(on: grid.column) : layout.rows.count(on: grid.row)) }

    /// The indices of the block that has this turn.
    func indices(_ turn: Int) -> Range<Int> { layout.rows.indices(ofBlock: isForward ? turn : turns - 1 - turn) }

    /// The indices of several turns.
    func indices(_ range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        let (first, last) = (indices(range.lowerBound), indices(range.upperBound - 1))
        return isForward ? first.lowerBound..<last.upperBound : last.lowerBound..<first.upperBound
    }

    func homeRow(_ turn: Int) -> Int { layout.rows.owner(of: GlobalIndex(indices(turn).lowerBound)) }
    func homeColumn(_ turn: Int) -> Int { layout.columns.owner(of: GlobalIndex(indices(turn).lowerBound)) }
    func localRows(_ range: Range<Int>) -> Range<Int> { layout.rows.localRange(range, on: grid.row) }
    func localColumns(_ range: Range<Int>) -> Range<Int> { layout.columns.localRange(range, on: grid.column) }

    /// op(A) = A.
    func solveByRows() throws(TesseraError) {
        // The turn whose X has met the rows of the turn after it only.
        var pending: Int?
        func finish(beyond turn: Int) {
            if let late = pending { apply(late..<late + 1, to: turn + 1..<turns) }
            pending = nil
        }
        var vote = SignalVote(on: grid.communicator)
        for turn in 0..<turns {
            try stopIfAsked(&vote, turn)
            try sumToOwner(turn)
            if !solveDiagonal(turn) { finish(beyond: turn) }
            try spread(turn)
            finish(beyond: turn)
            guard homeColumn(turn) == grid.column, turn + 1 < turns else { continue }
            apply(turn..<turn + 1, to: turn + 1..<turn + 2)
            pending = turn
        }
        try vote.end()
    }

    /// op(A) = Aᵀ or Aᴴ.
    func solveByColumns() throws(TesseraError) {
        // Turns whose X has met the next block of this process column.
        var met = 0
        var vote = SignalVote(on: grid.communicator)
        for turn in 0..<turns {
            try stopIfAsked(&vote, turn)
            if homeColumn(turn) == grid.column {
                apply(met..<turn, to: turn..<turn + 1)
                met = 0
            }
            try sumToOwner(turn)
            _ = solveDiagonal(turn)
            try spread(turn)
            let next = turn + grid.columns
            guard homeColumn(turn) == grid.column, next < turns else { continue }
            apply(0..<turn + 1, to: next..<next + 1)
            met = turn + 1
        }
        try vote.end()
    }

    /// Few columns are soon done: they are not worth a vote.
    private func stopIfAsked(_ vote: inout SignalVote, _ turn: Int) throws(TesseraError) {
        if turn > 0, width > TriangularSolveModel.fewColumns { try vote.stopIfAsked() }
    }

    /// S(targets) -= op(A)(targets, sources) X(sources), this rank's part.
    func apply(_ sources: Range<Int>, to targets: Range<Int>) {
        let (from, onto) = (indices(sources), indices(targets))
        let rows = localRows(isPlain ? onto : from)
        let columns = localColumns(isPlain ? from : onto)
        guard !rows.isEmpty, !columns.isEmpty else { return }
        kernel.subtract(
            operation, rows.count, columns.count,
            elements + rows.lowerBound + columns.lowerBound * leadingDimension, leadingDimension,
            solved.base + (isPlain ? columns : rows).lowerBound, solvedHeight,
            sums.base + (isPlain ? rows : columns).lowerBound, sumHeight)
    }

    /// S to the owner of Aₖₖ, summed over its process row (op(A) = A) or column.
    func sumToOwner(_ turn: Int) throws(TesseraError) {
        guard isPlain ? homeRow(turn) == grid.row : homeColumn(turn) == grid.column else { return }
        let count = indices(turn).count
        let first = (isPlain ? localRows(indices(turn)) : localColumns(indices(turn))).lowerBound
        for j in 0..<width { (block.base + j * count).update(from: sums.base + first + j * sumHeight, count: count) }
        try (isPlain ? grid.rowCommunicator : grid.columnCommunicator).reduce(
            block.base, count * width, .sum, to: isPlain ? homeColumn(turn) : homeRow(turn))
    }

    /// Xₖ = op(Aₖₖ)⁻¹ S on the owner of Aₖₖ; whether this rank is.
    func solveDiagonal(_ turn: Int) -> Bool {
        guard homeRow(turn) == grid.row, homeColumn(turn) == grid.column else { return false }
        let (rows, columns) = (localRows(indices(turn)), localColumns(indices(turn)))
        kernel.solve(
            triangle, operation, diagonal, rows.count,
            elements + rows.lowerBound + columns.lowerBound * leadingDimension, leadingDimension, block.base,
            rows.count)
        return true
    }

    /// Xₖ to the ranks whose blocks of A it will meet.
    func spread(_ turn: Int) throws(TesseraError) {
        guard isPlain ? homeColumn(turn) == grid.column : homeRow(turn) == grid.row else { return }
        let count = indices(turn).count
        try (isPlain ? grid.columnCommunicator : grid.rowCommunicator).broadcast(
            block.base, count * width, Scalar.datatype, from: isPlain ? homeRow(turn) : homeColumn(turn))
        let first = (isPlain ? localColumns(indices(turn)) : localRows(indices(turn))).lowerBound
        for j in 0..<width {
            (solved.base + first + j * solvedHeight).update(from: block.base + j * count, count: count)
        }
    }

    /// A thin matrix n x m dealt like A's rows on the first process column, or m x n like A's columns on the first
    /// process row.
    func thin(likeRows: Bool) -> DistributedMatrix<Scalar> {
        let whole = BlockCyclic(extent: width, block: width, parts: likeRows ? grid.columns : grid.rows)
        return DistributedMatrix(
            workspace: likeRows
                ? MatrixLayout(rows: layout.rows, columns: whole) : MatrixLayout(rows: whole, columns: layout.columns),
            on: grid)
    }

    /// The sums of nothing: B on one process column (op(A) = A) or row, zeros elsewhere.
    func deal(_ b: borrowing DistributedMatrix<Scalar>) throws(TesseraError) {
        var right = thin(likeRows: isPlain)
        try right.replace(with: b.view, operation: isPlain ? .none : .transpose)
        sums.base.update(repeating: .zero, count: sumHeight * width)
        if isPlain {
            for j in 0..<right.localColumns {
                (sums.base + j * sumHeight).update(from: right.storage + j * right.leadingDimension, count: sumHeight)
            }
        } else if right.localRows > 0 {
            transpose(right.storage, right.leadingDimension, width, sumHeight, to: sums.base, sumHeight)
        }
    }

    /// X in B's layout.
    func collect(into b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let x = thin(likeRows: !isPlain)
        if !isPlain {
            for j in 0..<x.localColumns {
                (x.storage + j * x.leadingDimension).update(from: solved.base + j * solvedHeight, count: solvedHeight)
            }
        } else if x.localRows > 0 {
            transpose(solved.base, solvedHeight, solvedHeight, width, to: x.storage, x.leadingDimension)
        }
        try b.replace(with: x.view, operation: isPlain ? .transpose : .none)
    }
}
