// B of n x m, dealt like A's rows over the process rows and by its columns over the process columns, and Xᵀ of m x n, whole
// columns by A's rows or by A's columns. Between B and the columns by A's rows nothing has to travel; those by A's columns,
// of the blocks k with Aₖₖ on this rank, are exchanged along the process row: n m words.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

struct ThinExchange<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    /// A's.
    private let layout: MatrixLayout
    /// B's columns.
    private let columns: BlockCyclic

    private var width: Int { columns.extent }

    init(_ layout: MatrixLayout, _ columns: BlockCyclic, on grid: ProcessGrid) {
        (self.layout, self.columns, self.grid) = (layout, columns, grid)
    }

    /// This rank's part of B to the columns of Xᵀ by A's rows.
    func copy(_ b: borrowing DistributedMatrix<Scalar>, toColumnsOf x: UnsafeMutablePointer<Scalar>) {
        for (first, local, count) in runs(on: grid.column) {
            transpose(
                b.storage + local * b.leadingDimension, b.leadingDimension, b.localRows, count, to: x + first, width)
        }
    }

    /// The columns of Xᵀ by A's rows to this rank's part of B.
    func copyColumns(of x: UnsafePointer<Scalar>, to b: inout DistributedMatrix<Scalar>) {
        for (first, local, count) in runs(on: grid.column) {
            transpose(
                x + first, width, count, b.localRows, to: b.storage + local * b.leadingDimension, b.leadingDimension)
        }
    }

    /// B to the columns of Xᵀ by A's columns, of the blocks whose diagonal is on this rank. Collective.
    func deal(_ b: borrowing DistributedMatrix<Scalar>, to x: UnsafeMutablePointer<Scalar>) throws(TesseraError) {
        let shares = Workspace<Scalar>(b.localRows * b.localColumns)
        let blocks = Workspace<Scalar>(blockCount(on: grid.column) * width)
        forEachShare { rows, position in
            transpose(
                b.storage + rows.lowerBound, b.leadingDimension, rows.count, b.localColumns,
                to: shares.base + position * b.localColumns, max(1, b.localColumns))
        }
        try grid.rowCommunicator.allToAll(
            shares.base, shareCounts, exclusiveSums(shareCounts), blocks.base, blockCounts, exclusiveSums(blockCounts),
            Scalar.datatype, atMost: layout.rows.extent * width)
        forEachRun { column, first, count, position in
            (x + first + column * width).update(from: blocks.base + position, count: count)
        }
    }

    /// Back. Collective.
    func collect(_ x: UnsafePointer<Scalar>, into b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let shares = Workspace<Scalar>(b.localRows * b.localColumns)
        let blocks = Workspace<Scalar>(blockCount(on: grid.column) * width)
        forEachRun { column, first, count, position in
            (blocks.base + position).update(from: x + first + column * width, count: count)
        }
        try grid.rowCommunicator.allToAll(
            blocks.base, blockCounts, exclusiveSums(blockCounts), shares.base, shareCounts, exclusiveSums(shareCounts),
            Scalar.datatype, atMost: layout.rows.extent * width)
        let (storage, stride, own) = (b.storage, b.leadingDimension, b.localColumns)
        forEachShare { rows, position in
            transpose(
                shares.base + position * own, max(1, own), own, rows.count, to: storage + rows.lowerBound, stride)
        }
    }

    /// The blocks of B on a process column: their first columns, where that keeps them, and how many they are.
    private func runs(on part: Int) -> [(first: Int, local: Int, count: Int)] {
        (0..<columns.blockCount).filter { columns.owner(ofBlock: $0) == part }.map {
            let range = columns.indices(ofBlock: $0)
            return (range.lowerBound, columns.local(GlobalIndex(range.lowerBound)).value, range.count)
        }
    }

    /// The blocks of this process row whose diagonal is on a process column.
    private func blocks(on part: Int) -> [Range<Int>] {
        (0..<layout.rows.blockCount).filter {
            layout.rows.owner(ofBlock: $0) == grid.row && layout.columns.owner(ofBlock: $0) == part
        }.map { layout.rows.indices(ofBlock: $0) }
    }

    private func blockCount(on part: Int) -> Int { blocks(on: part).reduce(0) { $0 + $1.count } }

    /// Scalars of B on this rank, by the process column that has the diagonal of their blocks.
    private var shareCounts: [Int] {
        (0..<grid.columns).map { blockCount(on: $0) * columns.count(on: grid.column) }
    }

    /// Scalars of the blocks whose diagonal is on this rank, by the process column that has them in B.
    private var blockCounts: [Int] {
        (0..<grid.columns).map { blockCount(on: grid.column) * columns.count(on: $0) }
    }

    /// Passes the local rows of the blocks of this process row in the order of their messages, and the rows before them.
    private func forEachShare(_ body: (_ rows: Range<Int>, _ position: Int) -> Void) {
        var position = 0
        for part in 0..<grid.columns {
            for block in blocks(on: part) {
                body(layout.rows.localRange(block, on: grid.row), position)
                position += block.count
            }
        }
    }

    /// Passes the blocks whose diagonal is on this rank in the order of their messages: a column of Xᵀ by A's columns, and
    /// the rows of it that are next to each other in B and in a message.
    private func forEachRun(_ body: (_ column: Int, _ first: Int, _ count: Int, _ position: Int) -> Void) {
        let own = blocks(on: grid.column)
        var position = 0
        for part in 0..<grid.columns {
            let runs = runs(on: part)
            for block in own {
                for column in layout.columns.localRange(block, on: grid.column) {
                    for run in runs {
                        body(column, run.first, run.count, position)
                        position += run.count
                    }
                }
            }
        }
    }
}
