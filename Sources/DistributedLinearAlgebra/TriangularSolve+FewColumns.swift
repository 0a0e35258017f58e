// Triangular solve with few right-hand sides, A at rest: only X and sums travel. For each block k, in the order of the solve,
//
//     S  = Bₖ - Σⱼ op(A)ₖⱼ Xⱼ      over the blocks j that are done: each rank its own, sent to the owner of Aₖₖ
//     Xₖ = op(Aₖₖ)⁻¹ S            there
//     Xₖ to the ranks whose blocks of A it will meet: the process column of k (op(A) = A), or its process row
//
// Nobody waits longer than he must: sends travel while the sender computes, and who has just solved brings the next block
// up to date before the rest. A is read down its columns in both orders:
//     op(A) = A:  every rank keeps the sums of all its rows; Xₖ is applied to the rows of the next block at once, and to
//                 the rest of them when the sum of that block is on its way. With a process row of Q ranks, one of them
//                 does so while the next ones solve: all are busy but for the last few blocks.
//     otherwise:  a process column makes the sum of its next block, as far as it can, while other columns have their turn.
//
// B need not lie on one process column: the sums begin with each rank's part of it (op(A) = A), or X ends where it is wanted.
// S and X are kept transposed, one right-hand side a row, so that those of a block are one message as they lie; for Aᴴ B
// and X are conjugated. A may be of the lower type of X's; parts of it are then widened in cache, so that A is read at its
// own length.
//
// Flops n² m. Words: n m along the process rows for B or X; n m to each rank of a process row and of a process column, sent
// and received: TriangularSolveModel.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// B = op(A)⁻¹ B for a B whose rows are dealt like A's. Many columns stop for a signal, which leaves B as it was.
func solveTriangularFewColumns<Stored: LinearScalar, Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Stored>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
    _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let isConjugated = Scalar.isComplex && operation == .conjugateTranspose
    if isConjugated { b.conjugate() }
    let step = ThinTriangularStep<Stored, Scalar>(a, triangle, operation, diagonal, b)
    let interruption = try operation == .none ? step.solveByRows(&b) : step.solveByColumns(&b)
    if isConjugated { b.conjugate() }
    if let interruption { throw interruption }
}

/// The named steps of the solve and the buffers they share.
private struct ThinTriangularStep<Stored: LinearScalar, Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let elements: UnsafePointer<Stored>
    let leadingDimension: Int
    let triangle: Triangle
    /// op(A) = A.
    let isPlain: Bool
    let diagonal: Diagonal
    /// Columns of B.
    let width: Int
    let kernel: ThinKernel<Stored, Scalar>
    let exchange: ThinExchange<Scalar>
    /// B less what is done: this rank's rows (op(A) = A), or columns, of A by the columns of B.
    let sums: Workspace<Scalar>
    /// X, for this rank's columns (op(A) = A), or rows, of A.
    let solved: Workspace<Scalar>
    /// Another rank's part of S.
    let incoming: Workspace<Scalar>

    init(
        _ a: borrowing DistributedMatrix<Stored>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
        _ b: borrowing DistributedMatrix<Scalar>
    ) {
        grid = a.grid
        layout = a.layout
        elements = UnsafePointer(a.storage)
        leadingDimension = a.leadingDimension
        self.triangle = triangle
        isPlain = operation == .none
        self.diagonal = diagonal
        width = b.columns
        kernel = ThinKernel(width: width)
        exchange = ThinExchange(a.layout, b.layout.columns, on: a.grid)
        let sumCount = (operation == .none ? a.localRows : a.localColumns) * width
        sums = Workspace(sumCount)
        sums.base.update(repeating: .zero, count: sumCount)
        solved = Workspace((operation == .none ? a.localColumns : a.localRows) * width)
        incoming = Workspace(min(layout.rows.extent, layout.rows.block) * width)
    }

    var isForward: Bool { (triangle == .lower) == isPlain }
    var turns: Int { layout.rows.blockCount }
    /// The ranks over which S is summed, those to which Xₖ goes, and this rank's places among them.
    var summing: Communicator { isPlain ? grid.rowCommunicator : grid.columnCommunicator }
    var spreading: Communicator { isPlain ? grid.columnCommunicator : grid.rowCommunicator }

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
    /// The owner of Aₖₖ among the ranks over which S is summed, and among those to which Xₖ goes.
    func summingHome(_ turn: Int) -> Int { isPlain ? homeColumn(turn) : homeRow(turn) }
    func spreadingHome(_ turn: Int) -> Int { isPlain ? homeRow(turn) : homeColumn(turn) }

    /// op(A) = A. Returns the interruption by a signal, if there was one: then messages pass without arithmetic, so that
    /// none is left under way.
    func solveByRows(_ b: inout DistributedMatrix<Scalar>) throws(TesseraError) -> TesseraError? {
        exchange.copy(b, toColumnsOf: sums.base)
        var parts = SendQueue(on: summing)
        var copies = SendQueue(on: spreading)
        var vote = SignalVote(on: grid.communicator)
        var interruption: TesseraError?
        // The turn whose X has met the rows of the turn after it only.
        var pending: Int?
        func finish() throws(TesseraError) {
            guard let late = pending else { return }
            pending = nil
            if interruption == nil { apply(late..<late + 1, to: late + 2..<max(late + 2, turns)) }
            // These meet no X of this process column before they are solved.
            try sendParts(late + 2..<late + max(2, grid.columns), &parts)
        }
        try sendParts(0..<(0..<turns).prefix { homeColumn($0) != grid.column }.count, &parts)
        for turn in 0..<turns {
            if interruption == nil { interruption = try asked(&vote, turn) }
            guard homeColumn(turn) == grid.column else {
                try finish()
                continue
            }
            if homeRow(turn) == grid.row {
                try gather(turn)
                if interruption == nil { solveDiagonal(turn) }
            } else {
                try finish()
            }
            try spread(turn, &copies)
            try finish()
            if interruption == nil, turn + 1 < turns { apply(turn..<turn + 1, to: turn + 1..<turn + 2) }
            try sendParts(turn + 1..<turn + 2, &parts)
            pending = turn
        }
        try finish()
        try parts.wait()
        try copies.wait()
        try vote.end()
        if interruption == nil { try exchange.collect(solved.base, into: &b) }
        return interruption
    }

    /// op(A) = Aᵀ.
    func solveByColumns(_ b: inout DistributedMatrix<Scalar>) throws(TesseraError) -> TesseraError? {
        try exchange.deal(b, to: sums.base)
        var parts = SendQueue(on: summing)
        var copies = SendQueue(on: spreading)
        var vote = SignalVote(on: grid.communicator)
        var interruption: TesseraError?
        // Turns whose X has met the next block of this process column.
        var met = 0
        for turn in 0..<turns {
            if interruption == nil { interruption = try asked(&vote, turn) }
            if homeColumn(turn) == grid.column {
                if interruption == nil { apply(met..<turn, to: turn..<turn + 1) }
                met = 0
                if homeRow(turn) == grid.row {
                    try gather(turn)
                    if interruption == nil { solveDiagonal(turn) }
                } else {
                    try sendParts(turn..<turn + 1, &parts)
                }
            }
            if homeRow(turn) == grid.row { try spread(turn, &copies) }
            let next = turn + grid.columns
            guard interruption == nil, homeColumn(turn) == grid.column, next < turns else { continue }
            apply(0..<turn + 1, to: next..<next + 1)
            met = turn + 1
        }
        try parts.wait()
        try copies.wait()
        try vote.end()
        if interruption == nil { exchange.copyColumns(of: solved.base, to: &b) }
        return interruption
    }

    /// Whether a signal asks to stop. Few columns are soon done: they are not worth a vote.
    private func asked(_ vote: inout SignalVote, _ turn: Int) throws(TesseraError) -> TesseraError? {
        guard turn > 0, width > TriangularSolveModel.fewColumns else { return nil }
        guard case .stop(let signal) = try vote.ask(isDue: false) else { return nil }
        return .interrupted(signal: signal)
    }

    /// S(targets) -= op(A)(targets, sources) X(sources), this rank's part.
    func apply(_ sources: Range<Int>, to targets: Range<Int>) {
        let (from, onto) = (indices(sources), indices(targets))
        let rows = localRows(isPlain ? onto : from)
        let columns = localColumns(isPlain ? from : onto)
        guard !rows.isEmpty, !columns.isEmpty else { return }
        kernel.subtract(
            isTransposed: !isPlain, rows.count, columns.count,
            elements + rows.lowerBound + columns.lowerBound * leadingDimension, leadingDimension,
            solved.base + (isPlain ? columns : rows).lowerBound * width,
            sums.base + (isPlain ? rows : columns).lowerBound * width)
    }

    /// Where a block's sums begin, and its X.
    private func sums(of turn: Int) -> UnsafeMutablePointer<Scalar> {
        sums.base + (isPlain ? localRows(indices(turn)) : localColumns(indices(turn))).lowerBound * width
    }
    private func solved(of turn: Int) -> UnsafeMutablePointer<Scalar> {
        solved.base + (isPlain ? localColumns(indices(turn)) : localRows(indices(turn))).lowerBound * width
    }

    /// This rank's parts of S to the owners of Aₖₖ, of those blocks of which it has one.
    func sendParts(_ range: Range<Int>, _ queue: inout SendQueue) throws(TesseraError) {
        for turn in range where turn < turns && spreadingHome(turn) == spreading.rank {
            guard summingHome(turn) != summing.rank else { continue }
            try queue.begin(sums(of: turn), indices(turn).count * width, Scalar.datatype, to: summingHome(turn))
        }
    }

    /// S on the owner of Aₖₖ: the parts of the others are added in their order.
    func gather(_ turn: Int) throws(TesseraError) {
        let (sum, count) = (sums(of: turn), indices(turn).count * width)
        for rank in 0..<summing.size where rank != summing.rank {
            try summing.receive(incoming.base, count, Scalar.datatype, from: rank)
            Scalar.axpy(count, 1, incoming.base, 1, sum, 1)
        }
    }

    /// Xₖ = op(Aₖₖ)⁻¹ S on the owner of Aₖₖ.
    func solveDiagonal(_ turn: Int) {
        let (rows, columns) = (localRows(indices(turn)), localColumns(indices(turn)))
        solved(of: turn).update(from: sums(of: turn), count: rows.count * width)
        kernel.solve(
            triangle, isTransposed: !isPlain, diagonal, rows.count,
            elements + rows.lowerBound + columns.lowerBound * leadingDimension, leadingDimension, solved(of: turn))
    }

    /// Xₖ to the ranks whose blocks of A it will meet, as a RingBroadcast goes: the next rank does not forward.
    func spread(_ turn: Int, _ queue: inout SendQueue) throws(TesseraError) {
        let (size, root, rank) = (spreading.size, spreadingHome(turn), spreading.rank)
        let (x, count) = (solved(of: turn), indices(turn).count * width)
        let distance = (rank - root + size) % size
        if distance > 0 {
            try spreading.receive(x, count, Scalar.datatype, from: distance <= 2 ? root : (rank - 1 + size) % size)
        }
        for step in distance == 0 ? 1..<min(size, 3) : distance == 1 ? 1..<1 : distance + 1..<min(size, distance + 2) {
            try queue.begin(x, count, Scalar.datatype, to: (root + step) % size)
        }
    }
}

extension DistributedMatrix {
    /// The conjugate in its place. Local.
    fileprivate mutating func conjugate() {
        for j in 0..<localColumns {
            DistributedLinearAlgebra.conjugate(storage + j * leadingDimension, localRows)
        }
    }
}
