// A column of a Hermitian or symmetric matrix of which the lower triangle is stored, brought to the rows of a panel, which
// are dealt over all ranks of the grid.
//
//     | .             |      what stands left of the diagonal, in row c, goes down the process columns first;
//     | A(c, :)  a    |      then that and what stands below it, in column c, go along the process rows.
//     | .        A(:, c) |
//
// Words: each element once down (those of row c) and once along, the diagonal's to every rank. Messages on each rank: one
// down, one along; none where the process column or row is one rank.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// How the rows of a panel are dealt: block by block over all ranks of the grid, each to a rank of the process row that
/// owns it in the matrix.
struct PanelRows {
    /// Its parts are the ranks, by process columns.
    let map: BlockCyclic
    /// This rank.
    let part: Int
    private let processRows: Int

    init(_ rows: BlockCyclic, on grid: ProcessGrid) {
        map = BlockCyclic(extent: rows.extent, block: rows.block, parts: grid.size, source: rows.source)
        part = grid.row + grid.rows * grid.column
        processRows = grid.rows
    }

    /// This rank's rows in a range.
    func own(_ range: Range<Int>) -> Range<Int> { map.localRange(range, on: part) }

    /// Whether a row is this rank's.
    func owns(_ row: Int) -> Bool { map.owner(of: GlobalIndex(row)) == part }

    /// The process column to which a block goes.
    func column(ofBlock block: Int) -> Int { map.owner(ofBlock: block) / processRows }

    /// The part of the rank in this process row and a process column.
    func part(row: Int, column: Int) -> Int { row + processRows * column }
}

extension BlockCyclic {
    /// Passes the blocks of a part that touch a range, in order, each with its indices there.
    func forEachBlock(in range: Range<Int>, on part: Int, _ body: (_ block: Int, _ indices: Range<Int>) -> Void) {
        guard !range.isEmpty else { return }
        let first = range.lowerBound / block
        let last = (range.upperBound - 1) / block
        for k in stride(from: first + (part - owner(ofBlock: first) + parts) % parts, through: last, by: parts) {
            body(k, indices(ofBlock: k).clamped(to: range))
        }
    }
}

/// Columns on their way, and room for one.
struct SymmetricColumn<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let rows: BlockCyclic
    private let columns: BlockCyclic
    private let panelRows: PanelRows
    private let isHermitian: Bool
    /// Row c as its owners send it, and what comes of it to this rank.
    private let row: Workspace<Scalar>
    private let strip: Workspace<Scalar>
    /// The column as it goes along the process row.
    private let outgoing: Workspace<Scalar>
    private let incoming: Workspace<Scalar>

    init(for a: borrowing DistributedMatrix<Scalar>, _ panelRows: PanelRows, isHermitian: Bool) {
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        self.panelRows = panelRows
        self.isHermitian = isHermitian
        row = Workspace(a.localColumns + grid.rows)
        strip = Workspace(grid.rows == 1 ? 0 : a.localRows + 1)
        outgoing = Workspace(grid.columns == 1 ? 0 : a.localRows + grid.columns)
        incoming = Workspace(grid.columns == 1 ? 0 : panelRows.own(0..<rows.extent).count + 1)
    }

    /// Puts A(i, c), for this rank's rows i of the panel from `start` on, one after the other; returns A(c, c), on every
    /// rank. `start` is at most c. Collective on the grid.
    func fetch(
        _ c: Int, from start: Int, of a: borrowing DistributedMatrix<Scalar>, to target: UnsafeMutablePointer<Scalar>
    ) throws(TesseraError) -> Scalar {
        let left = try fetchRow(c, start..<c, of: a)
        let diagonal =
            grid.columns == 1
            ? join(left, c, start..<c, of: a, to: target)
            : try exchange(left, c, start..<c, of: a, to: target)
        if isHermitian, Scalar.isComplex { conjugate(target, panelRows.own(start..<c).count) }
        return diagonal
    }

    /// Of A(c, range), the elements that become rows of this process row and lie on this process column, in order; then
    /// A(c, c), where this process column has it.
    private func fetchRow(
        _ c: Int, _ range: Range<Int>, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> UnsafePointer<Scalar> {
        let root = rows.owner(of: GlobalIndex(c))
        let ownsDiagonal = columns.owner(of: GlobalIndex(c)) == grid.column
        var sending = [Int](repeating: 0, count: grid.rows)
        if root == grid.row {
            columns.forEachBlock(in: range, on: grid.column) { block, indices in
                sending[rows.owner(ofBlock: block)] += indices.count
            }
            if ownsDiagonal { for i in sending.indices { sending[i] += 1 } }
            var positions = exclusiveSums(sending)
            let source = a.storage + rows.local(GlobalIndex(c)).value
            columns.forEachBlock(in: range, on: grid.column) { block, indices in
                let first = columns.local(GlobalIndex(indices.lowerBound)).value
                let part = rows.owner(ofBlock: block)
                Scalar.copy(
                    indices.count, source + first * a.leadingDimension, a.leadingDimension, row.base + positions[part],
                    1)
                positions[part] += indices.count
            }
            if ownsDiagonal {
                let diagonal = source[columns.local(GlobalIndex(c)).value * a.leadingDimension]
                for position in positions { row.base[position] = diagonal }
            }
        }
        guard grid.rows > 1 else { return UnsafePointer(row.base) }
        var receiving = [Int](repeating: 0, count: grid.rows)
        receiving[root] = ownsDiagonal ? 1 : 0
        rows.forEachBlock(in: range, on: grid.row) { block, indices in
            if columns.owner(ofBlock: block) == grid.column { receiving[root] += indices.count }
        }
        try grid.columnCommunicator.allToAll(
            row.base, sending, exclusiveSums(sending), strip.base, receiving, exclusiveSums(receiving),
            Scalar.datatype, atMost: rows.extent + grid.size)
        return UnsafePointer(strip.base)
    }

    /// The column where the process row is one rank, and has it all.
    private func join(
        _ left: UnsafePointer<Scalar>, _ c: Int, _ range: Range<Int>, of a: borrowing DistributedMatrix<Scalar>,
        to target: UnsafeMutablePointer<Scalar>
    ) -> Scalar {
        let count = panelRows.own(range).count
        target.update(from: left, count: count)
        let below = rows.localRange(c..<rows.extent, on: grid.row)
        (target + count).update(
            from: a.storage + below.lowerBound + columns.local(GlobalIndex(c)).value * a.leadingDimension,
            count: below.count)
        return left[count]
    }

    /// The column along the process row: of A(c, range) what each rank has, and A(c..., c) from the one that owns it.
    private func exchange(
        _ left: UnsafePointer<Scalar>, _ c: Int, _ range: Range<Int>, of a: borrowing DistributedMatrix<Scalar>,
        to target: UnsafeMutablePointer<Scalar>
    ) throws(TesseraError) -> Scalar {
        let (grid, rows, columns, panelRows) = (grid, rows, columns, panelRows)
        let below = c..<rows.extent
        let root = columns.owner(of: GlobalIndex(c))
        let column = root == grid.column ? a.storage + columns.local(GlobalIndex(c)).value * a.leadingDimension : nil
        var sending = [Int](repeating: root == grid.column ? 1 : 0, count: grid.columns)
        /// Passes what this rank has of the column, with the process column it goes to.
        func forEachPiece(_ body: (_ target: Int, _ source: UnsafePointer<Scalar>, _ count: Int) -> Void) {
            var position = 0
            rows.forEachBlock(in: range, on: grid.row) { block, indices in
                guard columns.owner(ofBlock: block) == grid.column else { return }
                body(panelRows.column(ofBlock: block), left + position, indices.count)
                position += indices.count
            }
            guard let column else { return }
            rows.forEachBlock(in: below, on: grid.row) { block, indices in
                body(
                    panelRows.column(ofBlock: block), column + rows.local(GlobalIndex(indices.lowerBound)).value,
                    indices.count)
            }
        }
        var stripCount = 0
        forEachPiece { target, _, count in sending[target] += count }
        rows.forEachBlock(in: range, on: grid.row) { block, indices in
            if columns.owner(ofBlock: block) == grid.column { stripCount += indices.count }
        }
        var positions = exclusiveSums(sending)
        forEachPiece { target, source, count in
            (outgoing.base + positions[target]).update(from: source, count: count)
            positions[target] += count
        }
        if root == grid.column { for position in positions { outgoing.base[position] = left[stripCount] } }

        var receiving = [Int](repeating: 0, count: grid.columns)
        receiving[root] = panelRows.own(below).count + 1
        panelRows.map.forEachBlock(in: range, on: panelRows.part) { block, indices in
            receiving[columns.owner(ofBlock: block)] += indices.count
        }
        try grid.rowCommunicator.allToAll(
            outgoing.base, sending, exclusiveSums(sending), incoming.base, receiving, exclusiveSums(receiving),
            Scalar.datatype, atMost: rows.extent + grid.size)
        positions = exclusiveSums(receiving)
        var place = 0
        panelRows.map.forEachBlock(in: range, on: panelRows.part) { block, indices in
            let source = columns.owner(ofBlock: block)
            (target + place).update(from: incoming.base + positions[source], count: indices.count)
            positions[source] += indices.count
            place += indices.count
        }
        let rest = panelRows.own(below).count
        (target + place).update(from: incoming.base + positions[root], count: rest)
        return incoming.base[positions[root] + rest]
    }
}
