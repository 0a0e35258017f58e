// LU factorization, right-looking, one block column at a time, with a lookahead of one panel (Golub and Van Loan, Matrix
// Computations, 3.4; Petitet, Whaley, Dongarra and Cleary, HPL 2.3). The panel's pivots come from partial or threshold
// pivoting (PanelFactorization), a tournament, or there are none (factorWithoutExchanges).
//
//        | A11 A12 |   | L11     | | U11 U12 |        P A(:, 1) = | L11 | U11      panel, on its process column
//     Pᵀ | A21 A22 | = | L21 L22 | |     U22 |   =>               | L21 |
//                                                     U12 = L11⁻¹ A12              on the process row of the diagonal
//                                                     A22 -= L21 U12               trailing update, everywhere
//
// The columns of the next panel are updated first: its process column factors it and sends it on its way while the others
// still update the rest. The exchanges of rows in the columns left of a panel wait until the end, where all that are still
// to come become one for each block column.
//
// Flops m n² - n³/3 for m >= n: 2 n³/3 for a square matrix (four times as many for complex scalars). L goes once along the
// process rows, U once down the process columns, each exchanged row crosses once: LUModel.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// Replaces A by L (below the diagonal, its own being 1) and U: goes on from `state`, whose columns are done, to the end.
///
/// With a store it saves itself, where a checkpoint is due or a signal has come, between two panels: that step looks not
/// ahead, and brings all exchanges up to its panel to the columns left of it, so that the state is that of a right-looking
/// factorization at this column. The products are the same either way, and so are the bits of the result.
func factorWithPivoting<Scalar: LinearScalar>(
    _ a: inout DistributedMatrix<Scalar>, from state: LUState<Scalar>, _ store: CheckpointStore?
) throws(TesseraError) -> LUState<Scalar> {
    let (steps, n, block) = (min(a.rows, a.columns), a.columns, a.layout.rows.block)
    var state = state
    let first = state.step
    // The columns from here to the end of their block, or of those that were done at the beginning.
    func panel(from start: Int) -> Range<Int> {
        start..<min((start / block + 1) * block, start < first ? first : steps)
    }
    var step = LUStep(for: a, state.pivoting)
    var vote = SignalVote(on: a.grid.communicator)
    store?.startClock()
    if first < steps { try step.factorPanel(panel(from: first), of: &a) }
    while state.step < steps {
        let current = panel(from: state.step)
        let next = panel(from: current.upperBound)
        // L11 and L21, and the exchanges made
        let (l, words) = try step.panels.receive(of: a)
        let verdict = try vote.ask(isDue: a.grid.rank == 0 && store?.isDue == true)
        if store == nil, case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
        let isPausing = verdict != .proceed
        state.add(FoundPivots(words: words), current)
        let moves = RowMoves(state.pivots, current)
        try step.updateColumns(next.upperBound..<n, current, l, moves, of: &a) { (step, a) throws(TesseraError) in
            guard !next.isEmpty else { return }
            try step.updateColumns(next, current, l, moves, of: &a)
            if !isPausing { try step.factorPanel(next, of: &a) }
        }
        guard isPausing, let store else { continue }
        for start in panelStarts(before: state.step, panel) {
            try step.exchangeBehind(panel(from: start), state, of: &a)
        }
        state.exchangedSteps = state.step
        try store.save(a, state)
        if case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
        if !next.isEmpty { try step.factorPanel(next, of: &a) }
    }
    try vote.end()
    for start in panelStarts(before: steps, panel) { try step.exchangeBehind(panel(from: start), state, of: &a) }
    return state
}

/// The first columns of the panels before `end`.
private func panelStarts(before end: Int, _ panel: (Int) -> Range<Int>) -> [Int] {
    var starts: [Int] = []
    var start = 0
    while start < end {
        starts.append(start)
        start = panel(start).upperBound
    }
    return starts
}

/// What a panel has found, and how it travels: as its pivots and one word more.
struct FoundPivots {
    let pivots: [Int]
    let firstZero: Int?
    /// Whether partial pivoting had to follow on a tournament.
    var isRepeated = false

    init(_ pivots: [Int], firstZero: Int?, isRepeated: Bool = false) {
        (self.pivots, self.firstZero, self.isRepeated) = (pivots, firstZero, isRepeated)
    }

    /// The panel's first zero z as z or, repeated, as -3 - z; none as -1 or -2.
    init(words: [Int]) {
        pivots = words.dropLast()
        let last = words[words.count - 1]
        isRepeated = last < -1
        firstZero = last >= 0 ? last : last < -2 ? -3 - last : nil
    }

    var words: [Int] {
        pivots + [isRepeated ? firstZero.map { -3 - $0 } ?? -2 : firstZero ?? -1]
    }
}

/// The named steps of the factorization and the buffers they share.
private struct LUStep<Scalar: LinearScalar>: ~Copyable {
    let pivoting: Pivoting
    let grid: ProcessGrid
    let rows: BlockCyclic
    let columns: BlockCyclic
    var panels: PanelBroadcast<Scalar>
    /// U12, where the process column has several ranks.
    let blockRow: Workspace<Scalar>
    let exchange: RowExchange<Scalar>
    let tournament: Tournament<Scalar>
    /// L11 and U11, where there are no exchanges.
    let corner: Workspace<Scalar>

    init(for a: borrowing DistributedMatrix<Scalar>, _ pivoting: Pivoting) {
        self.pivoting = pivoting
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        let depth = min(rows.block, rows.extent, columns.extent)
        panels = PanelBroadcast(depth: depth, words: depth + 1, for: a)
        blockRow = Workspace(grid.rows == 1 ? 0 : a.localColumns * depth)
        exchange = RowExchange(
            rows: a.localRows,
            capacity: max(a.localRows * depth, min(a.localRows, 2 * depth) * a.localColumns), on: grid)
        tournament = Tournament(depth: pivoting == .tournament ? depth : 0, for: a)
        corner = Workspace(pivoting.isByButterflies ? depth * depth : 0)
    }

    /// A(:, 1) = P L U on the panel's process column, and begins to send it.
    mutating func factorPanel(_ panel: Range<Int>, of a: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        var words = [Int](repeating: 0, count: panel.count + 1)
        if columns.owner(of: GlobalIndex(panel.lowerBound)) == grid.column {
            words = try Trace.span("panel") { () throws(TesseraError) in try findPivots(panel, of: &a).words }
        }
        try panels.send(panel.lowerBound..<rows.extent, panel, words, of: a)
    }

    private func findPivots(
        _ panel: Range<Int>, of a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) -> FoundPivots {
        var threshold: Double?
        switch pivoting {
        case .partial: break
        case .threshold(let factor): threshold = factor
        case .tournament:
            if let pivots = try tournament.factor(panel, of: a) { return FoundPivots(pivots, firstZero: nil) }
        case .randomButterflies:
            let zero = try factorWithoutExchanges(panel, of: a, corner: corner.base)
            return FoundPivots(Array(panel), firstZero: zero)
        }
        var factorization = PanelFactorization(panel, threshold: threshold, of: a)
        try factorization.factor()
        return FoundPivots(
            factorization.pivots, firstZero: factorization.firstZero,
            isRepeated: pivoting == .tournament && grid.rows > 1)
    }

    /// All of the panel's work on some columns behind it: exchanges, U12 = L11⁻¹ A12, A22 -= L21 U12; `ahead` comes before
    /// that or, where no message is needed for it, beside it on the rank's other threads.
    mutating func updateColumns(
        _ range: Range<Int>, _ panel: Range<Int>, _ l: Panel<Scalar>, _ moves: RowMoves,
        of a: inout DistributedMatrix<Scalar>,
        ahead: (inout Self, inout DistributedMatrix<Scalar>) throws(TesseraError) -> Void = { _, _ in }
    ) throws(TesseraError) {
        let local = columns.localRange(range, on: grid.column)
        let routes = RowRoutes(moves, rows, on: grid.row)
        guard grid.rows > 1 else {
            return try updateSlices(local, panel, l, routes, of: &a, ahead: ahead)
        }
        try ahead(&self, &a)
        guard !local.isEmpty else { return }
        if !moves.moves.isEmpty {
            try Trace.span("swap") { () throws(TesseraError) in try exchange.move(routes, of: a, columns: local) }
        }
        Trace.span("trsm") { solveBlockRow(panel, l, local, of: &a) }
        let u = try broadcastBlockRow(panel, local, of: a)
        try updateTrailingMatrix(panel, l, u, local, of: &a)
    }

    /// The same where a process column is one rank: in slices of columns for which a thread does all of the work.
    private mutating func updateSlices(
        _ local: Range<Int>, _ panel: Range<Int>, _ l: Panel<Scalar>, _ routes: RowRoutes,
        of a: inout DistributedMatrix<Scalar>,
        ahead: (inout Self, inout DistributedMatrix<Scalar>) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        let update = SliceUpdate(
            l: l, depth: panel.count, top: rows.local(GlobalIndex(panel.lowerBound)).value, end: a.localRows,
            columns: a.storage, leadingDimension: a.leadingDimension, exchange: exchange.local(routes))
        let slices = threadSlices(of: local, ahead: 2 * panel.count)
        try ThreadCrew.share(slices.count) {
            update.apply(to: slices[$0], thread: $1)
        } ahead: {
            () throws(TesseraError) in
            try ahead(&self, &a)
        } between: {
            () throws(TesseraError) in
            try panels.advance()
        }
    }

    /// U12 = L11⁻¹ A12 on the process row that owns it.
    private func solveBlockRow(
        _ panel: Range<Int>, _ l: Panel<Scalar>, _ slice: Range<Int>, of a: inout DistributedMatrix<Scalar>
    ) {
        guard rows.owner(of: GlobalIndex(panel.lowerBound)) == grid.row else { return }
        Scalar.trsm(
            .left, .lower, .none, .unit, panel.count, slice.count, 1, l.base, l.leadingDimension,
            a.storage + rows.local(GlobalIndex(panel.lowerBound)).value + slice.lowerBound * a.leadingDimension,
            a.leadingDimension)
    }

    /// These columns of U12, on every rank of the process column.
    private func broadcastBlockRow(
        _ panel: Range<Int>, _ slice: Range<Int>, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Panel<Scalar> {
        let root = rows.owner(of: GlobalIndex(panel.lowerBound))
        let source =
            a.storage + rows.local(GlobalIndex(panel.lowerBound)).value + slice.lowerBound * a.leadingDimension
        if grid.rows == 1 { return Panel(base: source, leadingDimension: a.leadingDimension, count: slice.count) }
        let width = panel.count
        if root == grid.row {
            for j in 0..<slice.count {
                (blockRow.base + j * width).update(from: source + j * a.leadingDimension, count: width)
            }
        }
        try grid.columnCommunicator.broadcast(blockRow.base, width * slice.count, Scalar.datatype, from: root)
        return Panel(base: blockRow.base, leadingDimension: width, count: slice.count)
    }

    /// A22 -= L21 U12, in slices of columns between which the next panel travels.
    private mutating func updateTrailingMatrix(
        _ panel: Range<Int>, _ l: Panel<Scalar>, _ u: Panel<Scalar>, _ columns: Range<Int>,
        of a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let below = rows.localRange(panel.upperBound..<rows.extent, on: grid.row)
        guard !below.isEmpty else { return }
        let width = grid.sliceWidth(of: columns.count)
        for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
            let slice = first..<min(first + width, columns.upperBound)
            Trace.span("update") {
                Scalar.gemm(
                    .none, .none, below.count, slice.count, panel.count, -1, l.base + (l.count - below.count),
                    l.leadingDimension, u.base + (first - columns.lowerBound) * u.leadingDimension, u.leadingDimension,
                    1, a.storage + below.lowerBound + slice.lowerBound * a.leadingDimension, a.leadingDimension)
            }
            try panels.advance()
        }
    }

    /// The exchanges of all later panels so far, in a panel's own columns.
    func exchangeBehind(
        _ panel: Range<Int>, _ state: LUState<Scalar>, of a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        guard columns.owner(of: GlobalIndex(panel.lowerBound)) == grid.column else { return }
        let moves = RowMoves(state.pivots, max(panel.upperBound, state.exchangedSteps)..<state.step)
        guard !moves.moves.isEmpty else { return }
        try Trace.span("swap") { () throws(TesseraError) in
            try exchange.move(
                RowRoutes(moves, rows, on: grid.row), of: a, columns: columns.localRange(panel, on: grid.column))
        }
    }
}

extension LUStep {
    /// Columns in slices for the rank's threads: a long one for each, then short ones with which all come to their end at
    /// the same time. What the first thread does before its slice takes it about as long as `ahead` columns: the next
    /// panel's update as long as its columns, and the panel itself, at half of the update's rate, the same again.
    private func threadSlices(of local: Range<Int>, ahead: Int) -> [Range<Int>] {
        let threads = OpenBLAS.threads
        let widest = grid.sliceWidth(of: local.count)
        let share = (local.count + ahead) / threads
        // A sixth of the work is left for the short slices.
        var widths = [Int](repeating: share - share / 6, count: threads - 1) + [max(0, share - ahead) * 5 / 6]
        let short = max(128, share / 12)
        var slices: [Range<Int>] = []
        var first = local.lowerBound
        while first < local.upperBound {
            let width = threads == 1 ? widest : widths.isEmpty ? short : min(widest, max(short, widths.removeFirst()))
            slices.append(first..<min(first + width, local.upperBound))
            first = slices[slices.count - 1].upperBound
        }
        return slices
    }
}

/// All of a panel's work on columns behind it, on the one rank of a process column.
private struct SliceUpdate<Scalar: LinearScalar>: @unchecked Sendable {
    let l: Panel<Scalar>
    /// Columns of the panel.
    let depth: Int
    /// The first local row of the panel, and the end of all.
    let top: Int
    let end: Int
    /// This rank's share of A.
    let columns: UnsafeMutablePointer<Scalar>
    let leadingDimension: Int
    let exchange: LocalRowExchange<Scalar>

    func apply(to slice: Range<Int>, thread: Int) {
        let first = columns + slice.lowerBound * leadingDimension
        span("swap", thread) { exchange.move(slice.count, first, leadingDimension, thread: thread) }
        // U12 = L11⁻¹ A12
        span("trsm", thread) {
            Scalar.trsm(
                .left, .lower, .none, .unit, depth, slice.count, 1, l.base, l.leadingDimension, first + top,
                leadingDimension)
        }
        let below = end - top - depth
        guard below > 0 else { return }
        // A22 -= L21 U12
        span("update", thread) {
            Scalar.gemm(
                .none, .none, below, slice.count, depth, -1, l.base + depth, l.leadingDimension, first + top,
                leadingDimension, 1, first + top + depth, leadingDimension)
        }
    }

    /// The timeline is that of the rank's first thread.
    private func span(_ name: String, _ thread: Int, _ body: () -> Void) {
        if thread == 0 { Trace.span(name, body) } else { body() }
    }
}
