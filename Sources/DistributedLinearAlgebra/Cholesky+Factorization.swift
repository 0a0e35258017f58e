// Cholesky factorization, right-looking, one block column at a time (Golub and Van Loan, Matrix Computations, 4.2.6;
// Choi et al., "Design and implementation of the ScaLAPACK LU, QR and Cholesky factorization routines", 1996).
//
//     | A11      |   | L11     | | L11ᴴ L21ᴴ |        A11 = L11 L11ᴴ         diagonal block, on its owner
//     | A21  A22 | = | L21 L22 | |      L22ᴴ |   =>   L21 = A21 L11⁻ᴴ        panel, on its process column
//                                                     A22 -= L21 L21ᴴ        trailing update, everywhere
//
// Flops n³/3 (four times as many for complex scalars). A panel of h rows and w columns goes once along the process rows
// and once, only the rows that face its columns, along the process columns: CholeskyModel counts words and messages.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// Replaces the lower triangle by L. Returns the order of the first leading minor that is not positive, the same on all
/// ranks; nil when there is none.
func factorLowerTriangle<Scalar: LinearScalar>(
    _ a: inout DistributedMatrix<Scalar>
) throws(TesseraError) -> Int? {
    let step = CholeskyStep(for: a)
    for k in 0..<a.layout.rows.blockCount {
        try a.grid.communicator.stopIfAsked()
        let offset = k * a.layout.rows.block
        // A11 = L11 L11ᴴ, then L21 = A21 L11⁻ᴴ
        let failure = try step.factorPanel(k, of: a)
        // Every rank gets the rows of L21 that face its own rows ...
        let minor = try step.broadcastPanel(k, failure, of: a)
        if minor > 0 { return offset + minor }
        // ... and those that face its own columns.
        try step.mirrorPanel(k, of: a)
        // A22 -= L21 L21ᴴ
        Trace.span("update") { step.updateTrailingMatrix(k, of: a) }
    }
    return nil
}

/// The named steps of the factorization and the buffers they share.
private struct CholeskyStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let rows: BlockCyclic
    let columns: BlockCyclic
    /// L11 and, behind it, the index of the failing minor within the block (0: none).
    let diagonal: Workspace<Scalar>
    /// The rows of L21 that this process row owns, and behind them the failing minor.
    let panel: Workspace<Scalar>
    /// The rows of L21 that face this process column's columns, in the order of those columns.
    let mirror: Workspace<Scalar>
    let outgoing: Workspace<Scalar>
    let incoming: Workspace<Scalar>

    init(for a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        let block = min(rows.block, max(1, rows.extent))
        diagonal = Workspace(block * block + 1)
        panel = Workspace(a.localRows * block + 1)
        mirror = Workspace(a.localColumns * block)
        outgoing = Workspace(min(a.localRows, a.localColumns) * block)
        incoming = Workspace(a.localColumns * block)
    }

    /// The local rows below block k.
    func rowsBelow(_ k: Int) -> Range<Int> {
        rows.localRange(rows.indices(ofBlock: k).upperBound..<rows.extent, on: grid.row)
    }

    /// The local columns behind block k.
    func columnsBehind(_ k: Int) -> Range<Int> {
        columns.localRange(columns.indices(ofBlock: k).upperBound..<columns.extent, on: grid.column)
    }

    /// Factors block column k on its process column, in place and into `panel`. Returns the failing minor's index.
    func factorPanel(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) throws(TesseraError) -> Int {
        guard columns.owner(ofBlock: k) == grid.column else { return 0 }
        let width = columns.indices(ofBlock: k).count
        let ld = a.leadingDimension
        let firstColumn = columns.count(below: GlobalIndex(k * columns.block), on: grid.column)
        let column = a.storage + firstColumn * ld
        let root = rows.owner(ofBlock: k)
        let l11 = diagonal.base

        if root == grid.row {
            let corner = column + rows.count(below: GlobalIndex(k * rows.block), on: grid.row)
            var info = Scalar.potrf(.lower, width, corner, ld)
            // A NaN is not positive, whatever the library thinks of it.
            if info == 0, let nan = (0..<width).first(where: { corner[$0 + $0 * ld].realPart.isNaN }) { info = nan + 1 }
            for j in 0..<width { for i in 0..<width { l11[i + j * width] = i >= j ? corner[i + j * ld] : .zero } }
            l11[width * width] = Scalar(real: Scalar.Real(info))
        }
        try grid.columnCommunicator.broadcast(l11, width * width + 1, Scalar.datatype, from: root)
        let failure = Int(l11[width * width].realPart)
        let below = rowsBelow(k)
        guard failure == 0, !below.isEmpty else { return failure }

        let l21 = column + below.lowerBound
        Scalar.trsm(
            .right, .lower, .conjugateTranspose, .nonUnit, below.count, width, 1, l11, width, l21, ld)
        for j in 0..<width { (panel.base + j * below.count).update(from: l21 + j * ld, count: below.count) }
        return 0
    }

    /// Sends the panel along the process rows, the failing minor with it.
    func broadcastPanel(
        _ k: Int, _ failure: Int, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Int {
        let count = rowsBelow(k).count * columns.indices(ofBlock: k).count
        let root = columns.owner(ofBlock: k)
        if root == grid.column { panel.base[count] = Scalar(real: Scalar.Real(failure)) }
        try grid.rowCommunicator.broadcast(panel.base, count + 1, Scalar.datatype, from: root)
        return Int(panel.base[count].realPart)
    }

    /// Gathers, down each process column, the blocks of L21 whose global rows are this process column's columns.
    func mirrorPanel(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) throws(TesseraError) {
        let width = columns.indices(ofBlock: k).count
        let height = rowsBelow(k).count
        let firstRow = rowsBelow(k).lowerBound
        var counts = [Int](repeating: 0, count: grid.rows)
        var packed = 0
        forEachFacingBlock(after: k) { m, rowPart in
            let range = rows.indices(ofBlock: m)
            counts[rowPart] += range.count * width
            guard rowPart == grid.row else { return }
            let source = panel.base + rows.count(below: GlobalIndex(range.lowerBound), on: grid.row) - firstRow
            for j in 0..<width {
                (outgoing.base + packed).update(from: source + j * height, count: range.count)
                packed += range.count
            }
        }
        let displacements = exclusiveSums(counts)
        try grid.columnCommunicator.allGather(
            outgoing.base, incoming.base, counts, displacements, Scalar.datatype)
        var positions = displacements
        let mirrorHeight = columnsBehind(k).count
        let firstColumn = columnsBehind(k).lowerBound
        forEachFacingBlock(after: k) { m, rowPart in
            let range = columns.indices(ofBlock: m)
            let target =
                mirror.base + columns.count(below: GlobalIndex(range.lowerBound), on: grid.column) - firstColumn
            for j in 0..<width {
                (target + j * mirrorHeight).update(from: incoming.base + positions[rowPart], count: range.count)
                positions[rowPart] += range.count
            }
        }
    }

    /// The blocks after k among this process column's, with the process row that owns the rows of the same number.
    func forEachFacingBlock(after k: Int, _ body: (_ block: Int, _ rowPart: Int) -> Void) {
        for m in k + 1..<max(k + 1, columns.blockCount) where columns.owner(ofBlock: m) == grid.column {
            body(m, rows.owner(ofBlock: m))
        }
    }

    /// A22 -= L21 L21ᴴ, one block column of this rank at a time, the lower triangle only.
    func updateTrailingMatrix(_ k: Int, of a: borrowing DistributedMatrix<Scalar>) {
        let width = columns.indices(ofBlock: k).count
        let (below, behind) = (rowsBelow(k), columnsBehind(k))
        let ld = a.leadingDimension
        forEachFacingBlock(after: k) { m, rowPart in
            let range = columns.indices(ofBlock: m)
            let column = columns.count(below: GlobalIndex(range.lowerBound), on: grid.column)
            var row = rows.count(below: GlobalIndex(range.lowerBound), on: grid.row)
            let facing = mirror.base + (column - behind.lowerBound)
            if rowPart == grid.row {
                Scalar.herk(
                    .lower, .none, range.count, width, -1, facing, behind.count, 1, a.storage + row + column * ld, ld)
                row += range.count
            }
            guard row < below.upperBound else { return }
            Scalar.gemm(
                .none, .conjugateTranspose, below.upperBound - row, range.count, width, -1,
                panel.base + (row - below.lowerBound), below.count, facing, behind.count, 1,
                a.storage + row + column * ld, ld)
        }
    }
}
