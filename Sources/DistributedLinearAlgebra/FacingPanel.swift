// Both operands of a product L Lᴴ are one panel: the rows of L that face a process column's columns are gathered down that
// column, from ranks that have them as rows of L already. Where a process column is one rank, that is a copy.
//
// For a panel of h rows and w columns, h w words over all ranks, each once.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

struct FacingPanel<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let rows: BlockCyclic
    private let columns: BlockCyclic
    /// The rows that face this rank's columns, in the order of those.
    private let facing: Workspace<Scalar>
    private let outgoing: Workspace<Scalar>
    private let incoming: Workspace<Scalar>

    /// For panels of at most `depth` columns beside a square matrix in square blocks.
    init(depth: Int, beside layout: MatrixLayout, on grid: ProcessGrid) {
        precondition(layout.rows.block == layout.columns.block && layout.rows.extent == layout.columns.extent)
        self.grid = grid
        rows = layout.rows
        columns = layout.columns
        let (height, width) = (rows.count(on: grid.row), columns.count(on: grid.column))
        facing = Workspace(width * depth)
        outgoing = Workspace(min(height, width) * depth)
        incoming = Workspace(grid.rows == 1 ? 0 : width * depth)
    }

    /// The rows of a panel that face this rank's columns. It is valid until the next one is gathered.
    ///
    /// - Parameters:
    ///   - panel: this rank's rows of L, `width` columns.
    ///   - block: the first block of the matrix whose rows L has.
    func gather(_ panel: Panel<Scalar>, _ width: Int, from block: Int) throws(TesseraError) -> Panel<Scalar> {
        let start = min(block * rows.block, rows.extent)
        let firstRow = rows.count(below: GlobalIndex(start), on: grid.row)
        let firstColumn = columns.count(below: GlobalIndex(start), on: grid.column)
        var counts = [Int](repeating: 0, count: grid.rows)
        var packed = 0
        forEachFacingBlock(from: block) { m, rowPart in
            let range = rows.indices(ofBlock: m)
            counts[rowPart] += range.count * width
            guard rowPart == grid.row else { return }
            let source = panel.base + rows.count(below: GlobalIndex(range.lowerBound), on: grid.row) - firstRow
            for j in 0..<width {
                (outgoing.base + packed).update(from: source + j * panel.leadingDimension, count: range.count)
                packed += range.count
            }
        }
        let displacements = exclusiveSums(counts)
        if grid.rows > 1 {
            try grid.columnCommunicator.allGather(
                outgoing.base, incoming.base, counts, displacements, Scalar.datatype)
        }
        let gathered = grid.rows > 1 ? incoming.base : outgoing.base
        var positions = displacements
        let height = columns.count(on: grid.column) - firstColumn
        forEachFacingBlock(from: block) { m, rowPart in
            let range = columns.indices(ofBlock: m)
            let target =
                facing.base + columns.count(below: GlobalIndex(range.lowerBound), on: grid.column) - firstColumn
            for j in 0..<width {
                (target + j * height).update(from: gathered + positions[rowPart], count: range.count)
                positions[rowPart] += range.count
            }
        }
        return Panel(base: facing.base, leadingDimension: max(1, height), count: height)
    }

    /// This process column's blocks from one on, with the process row that owns the rows of the same number.
    private func forEachFacingBlock(from first: Int, _ body: (_ block: Int, _ rowPart: Int) -> Void) {
        for m in first..<max(first, columns.blockCount) where columns.owner(ofBlock: m) == grid.column {
            body(m, rows.owner(ofBlock: m))
        }
    }
}
