// LU factorization with partial pivoting, right-looking, one block column at a time (Golub and Van Loan, Matrix
// Computations, 3.4; Choi et al., "Design and implementation of the ScaLAPACK LU, QR and Cholesky factorization
// routines", 1996).
//
//        | A11 A12 |   | L11     | | U11 U12 |        P A(:, 1) = | L11 | U11      panel, on its process column
//     Pᵀ | A21 A22 | = | L21 L22 | |     U22 |   =>               | L21 |
//                                                     U12 = L11⁻¹ A12              on the process row of the diagonal
//                                                     A22 -= L21 U12               trailing update, everywhere
//
// Flops m n² - n³/3 for m >= n: 2 n³/3 for a square matrix (four times as many for complex scalars). L goes once along the
// process rows, U once down the process columns, each exchanged row crosses once: LUModel.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// Replaces A by L (below the diagonal, its own being 1) and U. Returns the pivots, and the first i with U(i, i) = 0.
func factorWithPivoting<Scalar: LinearScalar>(
    _ a: inout DistributedMatrix<Scalar>
) throws(TesseraError) -> (pivots: [Int], firstZero: Int?) {
    let step = LUStep(for: a)
    var pivots: [Int] = []
    var firstZero: Int?
    let (m, n, block) = (a.rows, a.columns, a.layout.rows.block)
    for start in stride(from: 0, to: min(m, n), by: block) {
        try a.grid.communicator.stopIfAsked()
        let panel = start..<min(start + block, min(m, n))
        // A(:, 1) = P L U, and its pivots to every rank
        let found = try Trace.span("panel") { () throws(TesseraError) in try step.factorPanel(panel, of: &a) }
        pivots += found.pivots
        firstZero = firstZero ?? found.firstZero
        // The same exchanges in all other columns
        try step.exchangeRows(panel, RowMoves(pivots, panel), of: &a)
        // L11 and L21 to every rank that owns some of their rows
        let l = try step.broadcastPanel(panel, of: a)
        // U12 = L11⁻¹ A12, to every rank that owns some of its columns
        step.solveBlockRow(panel, l, of: &a)
        let u = try step.broadcastBlockRow(panel, of: a)
        // A22 -= L21 U12
        Trace.span("update") { step.updateTrailingMatrix(panel, l, u, of: &a) }
    }
    return (pivots, firstZero)
}

/// The named steps of the factorization and the buffers they share.
private struct LUStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let rows: BlockCyclic
    let columns: BlockCyclic
    let columnPanel: PanelBuffers<Scalar>
    let rowPanel: PanelBuffers<Scalar>

    init(for a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        let depth = min(rows.block, rows.extent, columns.extent)
        columnPanel = PanelBuffers(capacity: a.localRows * depth)
        rowPanel = PanelBuffers(capacity: a.localColumns * depth)
    }

    /// Factors the panel on its process column. Its pivots, and its first zero one, reach every rank.
    func factorPanel(
        _ panel: Range<Int>, of a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) -> (pivots: [Int], firstZero: Int?) {
        let root = columns.owner(of: GlobalIndex(panel.lowerBound))
        var message = [Int](repeating: -1, count: panel.count + 1)
        if root == grid.column {
            var factorization = PanelFactorization(panel, of: a)
            try factorization.factor()
            message = factorization.pivots + [factorization.firstZero ?? -1]
        }
        var span = message.mutableSpan
        try grid.rowCommunicator.broadcast(&span, from: root)
        let firstZero = message.removeLast()
        return (message, firstZero < 0 ? nil : firstZero)
    }

    /// Exchanges rows in the columns on both sides of the panel.
    func exchangeRows(
        _ panel: Range<Int>, _ moves: RowMoves, of a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let own = columns.localRange(panel, on: grid.column)
        try DistributedLinearAlgebra.exchangeRows(
            of: a, columns: [0..<own.lowerBound, own.upperBound..<a.localColumns], moves)
    }

    /// The rows of L11 and L21 that this process row owns.
    func broadcastPanel(
        _ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Panel<Scalar> {
        try columnPanel.gatherColumns(
            panel, rows: panel.lowerBound..<rows.extent, of: a.view, .none, dealtLike: rows)
    }

    /// U12 = L11⁻¹ A12 on the process row that owns it.
    func solveBlockRow(_ panel: Range<Int>, _ l: Panel<Scalar>, of a: inout DistributedMatrix<Scalar>) {
        let behind = localColumns(behind: panel)
        guard rows.owner(of: GlobalIndex(panel.lowerBound)) == grid.row, !behind.isEmpty else { return }
        Scalar.trsm(
            .left, .lower, .none, .unit, panel.count, behind.count, 1, l.base, l.leadingDimension,
            a.storage + rows.local(GlobalIndex(panel.lowerBound)).value + behind.lowerBound * a.leadingDimension,
            a.leadingDimension)
    }

    /// The columns of U12 that this process column owns.
    func broadcastBlockRow(
        _ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Panel<Scalar> {
        try rowPanel.gatherRows(
            panel, columns: panel.upperBound..<columns.extent, of: a.view, .none, dealtLike: columns)
    }

    /// A22 -= L21 U12
    func updateTrailingMatrix(
        _ panel: Range<Int>, _ l: Panel<Scalar>, _ u: Panel<Scalar>, of a: inout DistributedMatrix<Scalar>
    ) {
        let below = rows.localRange(panel.upperBound..<rows.extent, on: grid.row)
        let behind = localColumns(behind: panel)
        guard !below.isEmpty, !behind.isEmpty else { return }
        Scalar.gemm(
            .none, .none, below.count, behind.count, panel.count, -1, l.base + (l.count - below.count),
            l.leadingDimension, u.base, u.leadingDimension, 1,
            a.storage + below.lowerBound + behind.lowerBound * a.leadingDimension, a.leadingDimension)
    }

    func localColumns(behind panel: Range<Int>) -> Range<Int> {
        columns.localRange(panel.upperBound..<columns.extent, on: grid.column)
    }
}
