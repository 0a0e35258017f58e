// What a panel of Aasen's factorization shares with all ranks, and its symmetric interchanges in the matrix behind it.
//
// A row and column x of the panel that a pivot has displaced goes to t, behind the panel. What it takes along are column x
// of A below the panel, which becomes column t below the diagonal and, its dual, row t left of it, and row x of L:
//
//     | .           |      A(i, t) = A(i, x)             i > t
//     | A(t, :)  .  |      A(t, i) = conj A(i, x)        e <= i < t
//     |       A(:,t)|
//
// So [ L(s..., s...e) | A(s..., moved) ] goes along the process rows, and its rows that face the columns down the process
// columns. Two messages a panel.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

extension AasenStep {
    /// Brings the panel and the moving columns to the rows of each process row, and to the rows that face each process
    /// column's columns. Collective.
    func share(
        _ range: Range<Int>, _ moves: [(source: Int, target: Int)], of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        try gatherAlongRows(range, moves, of: a)
        try gatherDownColumns(range, moves)
    }

    private func gatherAlongRows(
        _ range: Range<Int>, _ moves: [(source: Int, target: Int)], of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let (own, depth) = (rowsFrom(range.lowerBound), range.count + 1)
        let rest = range.lowerBound..<rows.extent
        let panelRows = panel.panelRows
        // This process column's part of the moving columns stands behind its part of L.
        var target = panel.l.base + panelRows.own(rest).count * depth
        for (source, _) in moves where columns.owner(of: GlobalIndex(source)) == grid.column {
            target.update(from: a.storage + own.lowerBound + localColumn(source) * a.leadingDimension, count: own.count)
            target += own.count
        }
        guard grid.columns > 1 else { return }
        let heights = (0..<grid.columns).map {
            panelRows.map.localRange(rest, on: panelRows.part(row: grid.row, column: $0)).count
        }
        var counts = heights.map { $0 * depth }
        for (source, _) in moves { counts[columns.owner(of: GlobalIndex(source))] += own.count }
        var positions = exclusiveSums(counts)
        try grid.rowCommunicator.allGather(panel.l.base, incoming.base, counts, positions, Scalar.datatype)
        for column in 0..<grid.columns {
            let part = incoming.base + positions[column]
            var place = 0
            panelRows.map.forEachBlock(in: rest, on: panelRows.part(row: grid.row, column: column)) { _, indices in
                let row = rows.local(GlobalIndex(indices.lowerBound)).value - own.lowerBound
                for k in 0..<depth {
                    (wide + row + k * own.count).update(from: part + place + k * heights[column], count: indices.count)
                }
                place += indices.count
            }
            positions[column] += heights[column] * depth
        }
        for (k, move) in moves.enumerated() {
            let column = columns.owner(of: GlobalIndex(move.source))
            (wide + (depth + k) * own.count).update(from: incoming.base + positions[column], count: own.count)
            positions[column] += own.count
        }
    }

    private func gatherDownColumns(
        _ range: Range<Int>, _ moves: [(source: Int, target: Int)]
    ) throws(TesseraError) {
        let (own, behind) = (rowsFrom(range.lowerBound), columnsFrom(range.upperBound))
        let depth = range.count + 1 + moves.count
        let rest = range.upperBound..<rows.extent
        var counts = [Int](repeating: 0, count: grid.rows)
        columns.forEachBlock(in: rest, on: grid.column) { block, indices in
            counts[rows.owner(ofBlock: block)] += indices.count * depth
        }
        for (source, _) in moves { counts[rows.owner(of: GlobalIndex(source))] += depth }
        var packed = outgoing.base
        rows.forEachBlock(in: rest, on: grid.row) { block, indices in
            guard columns.owner(ofBlock: block) == grid.column else { return }
            let row = rows.local(GlobalIndex(indices.lowerBound)).value - own.lowerBound
            for k in 0..<depth {
                packed.update(from: wide + row + k * own.count, count: indices.count)
                packed += indices.count
            }
        }
        for (source, _) in moves where rows.owner(of: GlobalIndex(source)) == grid.row {
            Scalar.copy(depth, wide + localRow(source) - own.lowerBound, own.count, packed, 1)
            packed += depth
        }
        var positions = exclusiveSums(counts)
        if grid.rows > 1 {
            try grid.columnCommunicator.allGather(outgoing.base, incoming.base, counts, positions, Scalar.datatype)
        }
        let source = grid.rows > 1 ? incoming.base : outgoing.base
        var place = 0
        columns.forEachBlock(in: rest, on: grid.column) { block, indices in
            let part = rows.owner(ofBlock: block)
            for k in 0..<depth {
                (facing.base + place + k * behind.count).update(from: source + positions[part], count: indices.count)
                positions[part] += indices.count
            }
            place += indices.count
        }
        for (k, move) in moves.enumerated() {
            let part = rows.owner(of: GlobalIndex(move.source))
            (moved.base + k * depth).update(from: source + positions[part], count: depth)
            positions[part] += depth
        }
    }

    /// The panel's interchanges in the rows of L and in the lower triangle of A behind the panel.
    func moveRowsAndColumns(
        _ range: Range<Int>, _ moves: [(source: Int, target: Int)], of a: borrowing DistributedMatrix<Scalar>
    ) {
        let (own, behind) = (rowsFrom(range.lowerBound), columnsFrom(range.upperBound))
        let width = range.count + 1
        let depth = width + moves.count
        let ownsRow = moves.map { rows.owner(of: GlobalIndex($0.target)) == grid.row }
        let ownsColumn = moves.map { columns.owner(of: GlobalIndex($0.target)) == grid.column }
        for (k, move) in moves.enumerated() {
            let row = moved.base + k * depth
            if ownsRow[k] { Scalar.copy(width, row, 1, wide + localRow(move.target) - own.lowerBound, own.count) }
            if ownsColumn[k] {
                Scalar.copy(width, row, 1, facing.base + localColumn(move.target) - behind.lowerBound, behind.count)
            }
        }
        // Columns below the diagonal.
        for (k, move) in moves.enumerated() where ownsColumn[k] {
            let below = rowsFrom(move.target)
            (a.storage + below.lowerBound + localColumn(move.target) * a.leadingDimension).update(
                from: wide + (below.lowerBound - own.lowerBound) + (width + k) * own.count, count: below.count)
        }
        // Rows left of it.
        let duals = facing.base + width * behind.count
        if isHermitian, Scalar.isComplex { conjugate(duals, behind.count * moves.count) }
        let here = moves.indices.filter { ownsRow[$0] }
        writeRows(
            here.map { localRow(moves[$0].target) }, from: here,
            upTo: here.map { columns.count(below: GlobalIndex(moves[$0].target), on: grid.column) - behind.lowerBound },
            behind.count, duals, behind.count, to: a.storage + behind.lowerBound * a.leadingDimension,
            a.leadingDimension)
        // Where two of them meet.
        for i in here {
            for j in moves.indices where ownsColumn[j] && moves[j].target <= moves[i].target {
                let isStored = moves[i].source >= moves[j].source
                let element = moved.base[isStored ? i * depth + width + j : j * depth + width + i]
                a.storage[localRow(moves[i].target) + localColumn(moves[j].target) * a.leadingDimension] =
                    isStored || !isHermitian ? element : element.conjugate
            }
        }
    }

    private func localRow(_ i: Int) -> Int { rows.local(GlobalIndex(i)).value }

    private func localColumn(_ j: Int) -> Int { columns.local(GlobalIndex(j)).value }
}
