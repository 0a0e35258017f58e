// Cholesky factorization, right-looking, one block column at a time, with a lookahead of one panel (Golub and Van Loan,
// Matrix Computations, 4.2.6; Choi et al., "Design and implementation of the ScaLAPACK LU, QR and Cholesky factorization
// routines", 1996).
//
//     | A11      |   | L11     | | L11ᴴ L21ᴴ |        A11 = L11 L11ᴴ         diagonal block, on its owner
//     | A21  A22 | = | L21 L22 | |      L22ᴴ |   =>   L21 = A21 L11⁻ᴴ        panel, on its process column
//                                                     A22 -= L21 L21ᴴ        trailing update, everywhere
//
// The columns of the next panel are updated first: its process column factors it and sends it on its way while the others
// still update the rest.
//
// Flops n³/3 (four times as many for complex scalars). A panel of h rows and w columns goes once along the process rows
// and once, only the rows that face its columns, along the process columns: CholeskyModel counts words and messages.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// Replaces the lower triangle by L, from the column `state.step` on, before which it is there already. Returns the order
/// of the first leading minor that is not positive, the same on all ranks; nil when there is none.
///
/// With a store it saves itself, where a checkpoint is due or a signal has come, between two panels: that step looks not
/// ahead. The products are the same either way, and so are the bits of the result.
func factorLowerTriangle<Scalar: LinearScalar>(
    _ a: inout DistributedMatrix<Scalar>, from state: CholeskyState<Scalar>, _ store: CheckpointStore?
) throws(TesseraError) -> Int? {
    let (n, blocks) = (a.layout.rows.extent, a.layout.rows.blockCount)
    let first = state.step < n ? state.step / a.layout.rows.block : blocks
    var step = CholeskyStep(for: a, from: state.step)
    var vote = SignalVote(on: a.grid.communicator)
    store?.startClock()
    if first < blocks { try step.factorPanel(first, of: a) }
    for k in first..<blocks {
        // Every rank gets the rows of L21 that face its own rows ...
        let (l, found) = try step.panels.receive(of: a)
        if found[0] > 0 {
            try vote.end()
            return step.panel(k).lowerBound + found[0]
        }
        let verdict = try vote.ask(isDue: a.grid.rank == 0 && store?.isDue == true)
        if store == nil, case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
        let isPausing = verdict != .proceed
        // ... and those that face its own columns.
        let mirror = try step.facing.gather(l, step.panel(k).count, from: k + 1)
        if k + 1 < blocks {
            try step.updateTrailingMatrix(k, l, mirror, step.localColumns(ofBlock: k + 1), of: a)
            if !isPausing { try step.factorPanel(k + 1, of: a) }
        }
        try step.updateTrailingMatrix(k, l, mirror, step.columnsBehind(k + 1), of: a)
        guard isPausing, let store else { continue }
        try store.save(a, CholeskyState(step: step.panel(k).upperBound, norm: state.norm, kind: state.kind))
        if case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
        if k + 1 < blocks { try step.factorPanel(k + 1, of: a) }
    }
    try vote.end()
    return nil
}

/// The named steps of the factorization and the buffers they share.
private struct CholeskyStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let rows: BlockCyclic
    let columns: BlockCyclic
    /// L11 and, behind it, the index of the failing minor within the block (0: none).
    let diagonal: Workspace<Scalar>
    /// L21 along the process rows, and the failing minor.
    var panels: PanelBroadcast<Scalar>
    /// The rows of L21 that face this process column's columns.
    let facing: FacingPanel<Scalar>
    /// The first column that was not done at the beginning.
    private let firstColumn: Int

    init(for a: borrowing DistributedMatrix<Scalar>, from firstColumn: Int) {
        self.firstColumn = firstColumn
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        let block = min(rows.block, max(1, rows.extent))
        diagonal = Workspace(block * block + 1)
        panels = PanelBroadcast(depth: block, words: 1, for: a)
        facing = FacingPanel(depth: block, beside: a.layout, on: grid)
    }

    /// The columns of block k that were not done at the beginning: all of them in every block but the first.
    func panel(_ k: Int) -> Range<Int> {
        let block = columns.indices(ofBlock: k)
        return max(block.lowerBound, firstColumn)..<block.upperBound
    }

    /// The local rows below block k.
    func rowsBelow(_ k: Int) -> Range<Int> {
        rows.localRange(rows.indices(ofBlock: k).upperBound..<rows.extent, on: grid.row)
    }

    /// The local columns behind block k.
    func columnsBehind(_ k: Int) -> Range<Int> {
        columns.localRange(min((k + 1) * columns.block, columns.extent)..<columns.extent, on: grid.column)
    }

    /// The local columns of block k's panel.
    func localColumns(ofBlock k: Int) -> Range<Int> {
        columns.localRange(panel(k), on: grid.column)
    }

    /// Factors block column k on its process column, in place, and begins to send it with the failing minor's index.
    mutating func factorPanel(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) throws(TesseraError) {
        var failure = 0
        if columns.owner(ofBlock: k) == grid.column {
            failure = try Trace.span("panel") { () throws(TesseraError) in
                let failure = try factorDiagonal(k, of: a)
                if failure == 0 { solvePanel(k, of: a) }
                return failure
            }
        }
        try panels.send(panel(k).upperBound..<rows.extent, panel(k), [failure], of: a)
    }

    /// A11 = L11 L11ᴴ on its owner; L11 and the failing minor's index on its process column.
    private func factorDiagonal(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) throws(TesseraError) -> Int {
        let (width, ld) = (panel(k).count, a.leadingDimension)
        let root = rows.owner(ofBlock: k)
        let l11 = diagonal.base
        if root == grid.row {
            let corner = a.storage + rowsBelow(k).lowerBound - width + localColumns(ofBlock: k).lowerBound * ld
            let failure = Scalar.potrf(.lower, width, corner, ld)
            for j in 0..<width { for i in 0..<width { l11[i + j * width] = i >= j ? corner[i + j * ld] : .zero } }
            l11[width * width] = Scalar(real: Scalar.Real(failure))
        }
        if grid.rows > 1 {
            try grid.columnCommunicator.broadcast(l11, width * width + 1, Scalar.datatype, from: root)
        }
        return Int(l11[width * width].realPart)
    }

    /// L21 = A21 L11⁻ᴴ
    private func solvePanel(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) {
        let (width, below) = (panel(k).count, rowsBelow(k))
        guard !below.isEmpty else { return }
        Scalar.trsm(
            .right, .lower, .conjugateTranspose, .nonUnit, below.count, width, 1, diagonal.base, width,
            a.storage + below.lowerBound + localColumns(ofBlock: k).lowerBound * a.leadingDimension, a.leadingDimension)
    }

    /// A22 -= L21 L21ᴴ in some local columns, the lower triangle only.
    mutating func updateTrailingMatrix(
        _ k: Int, _ l: Panel<Scalar>, _ mirror: Panel<Scalar>, _ local: Range<Int>,
        of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let (below, behind) = (rowsBelow(k), columnsBehind(k))
        let update = TrapezoidUpdate(
            l: l, firstRow: below.lowerBound, facing: mirror.base - behind.lowerBound,
            facingHeight: mirror.leadingDimension,
            depth: panel(k).count)
        try update.apply(local, above: below.upperBound, of: a, &panels)
    }
}

/// C -= L Mᴴ below the diagonal: the rows of L face C's rows, those of M its columns.
///
/// By halves of the columns, so that nearly all of it is a few large products: LocalTriangle.
private struct TrapezoidUpdate<Scalar: LinearScalar> {
    let l: Panel<Scalar>
    /// The local row of C that the first row of L faces.
    let firstRow: Int
    /// Row c faces the local column c of C.
    let facing: UnsafePointer<Scalar>
    let facingHeight: Int
    let depth: Int

    /// Updates local columns of C, in rows before local row `end`.
    func apply(
        _ local: Range<Int>, above end: Int, of c: borrowing DistributedMatrix<Scalar>,
        _ panels: inout PanelBroadcast<Scalar>
    ) throws(TesseraError) {
        let triangle = LocalTriangle(.lower, of: c.layout, on: c.grid, leaf: c.layout.columns.block)
        try triangle.forEachPart(0..<end, local) { (part) throws(TesseraError) in
            if part.crosses { return updateDiagonalBlock(part.columns, part.rows.lowerBound, of: c) }
            // C21 -= L2 M1ᴴ, in slices between which the next panel travels
            let width = c.grid.sliceWidth(of: part.columns.count)
            for first in stride(from: part.columns.lowerBound, to: part.columns.upperBound, by: width) {
                update(first..<min(first + width, part.columns.upperBound), part.rows, of: c)
                try panels.advance()
            }
        }
    }

    private func updateDiagonalBlock(
        _ local: Range<Int>, _ row: Int, of c: borrowing DistributedMatrix<Scalar>
    ) {
        Trace.span("update") {
            Scalar.herk(
                .lower, .none, local.count, depth, -1, facing + local.lowerBound, facingHeight, 1,
                c.storage + row + local.lowerBound * c.leadingDimension, c.leadingDimension)
        }
    }

    private func update(_ local: Range<Int>, _ span: Range<Int>, of c: borrowing DistributedMatrix<Scalar>) {
        Trace.span("update") {
            Scalar.gemm(
                .none, .conjugateTranspose, span.count, local.count, depth, -1, l.base + (span.lowerBound - firstRow),
                l.leadingDimension, facing + local.lowerBound, facingHeight, 1,
                c.storage + span.lowerBound + local.lowerBound * c.leadingDimension, c.leadingDimension)
        }
    }
}
