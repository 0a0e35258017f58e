// Exchanges of rows, as LU's pivoting asks for them: a sequence of transpositions becomes the moves that remain of it, and
// these travel in one all-to-all exchange down the process columns (laswp locally, where a column is one rank).
//
// Words: each row that changes its place crosses once.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// What becomes of rows when row i changes places with row pivots[i], for i in `range`, in order.
struct RowMoves {
    /// For each row that changes its place: where it stood, and where it comes to stand; ascending by the latter.
    let moves: [(source: Int, target: Int)]

    /// - Parameter reversed: from the last exchange to the first, which undoes them.
    init(_ pivots: [Int], _ range: Range<Int>, reversed: Bool = false) {
        var standing: [Int: Int] = [:]
        func exchange(_ i: Int) {
            let (first, second) = (standing[i] ?? i, standing[pivots[i]] ?? pivots[i])
            standing[i] = second
            standing[pivots[i]] = first
        }
        if reversed { range.reversed().forEach(exchange) } else { range.forEach(exchange) }
        moves = standing.filter { $0.key != $0.value }.map { (source: $0.value, target: $0.key) }
            .sorted { $0.target < $1.target }
    }
}

/// Moves rows of some local columns of a matrix whose rows are dealt by `rows`.
///
/// - Parameter columns: local columns, in up to two runs.
func exchangeRows<Scalar: LinearScalar>(
    of a: borrowing DistributedMatrix<Scalar>, columns: [Range<Int>], _ moves: RowMoves
) throws(TesseraError) {
    let (rows, grid) = (a.layout.rows, a.grid)
    let width = columns.reduce(0) { $0 + $1.count }
    let routes = moves.moves.map {
        (
            source: rows.local(GlobalIndex($0.source)).value, from: rows.owner(of: GlobalIndex($0.source)),
            target: rows.local(GlobalIndex($0.target)).value, to: rows.owner(of: GlobalIndex($0.target))
        )
    }
    // Rows travel sorted by partner, then by target; each column of a partner's rows is contiguous.
    let leaving = (0..<grid.rows).map { part in routes.filter { $0.from == grid.row && $0.to == part }.map(\.source) }
    let arriving = (0..<grid.rows).map { part in routes.filter { $0.to == grid.row && $0.from == part }.map(\.target) }
    let (sendCounts, receiveCounts) = (leaving.map { $0.count * width }, arriving.map { $0.count * width })
    let outgoing = Workspace<Scalar>(sendCounts.reduce(0, +))
    let incoming = Workspace<Scalar>(receiveCounts.reduce(0, +))

    var position = 0
    for rows in leaving {
        for run in columns {
            packRows(rows, run, of: a.storage, a.leadingDimension, into: outgoing.base + position)
            position += rows.count * run.count
        }
    }
    if grid.rows == 1 {
        incoming.base.update(from: outgoing.base, count: position)
    } else {
        try grid.columnCommunicator.allToAll(
            outgoing.base, sendCounts, exclusiveSums(sendCounts), incoming.base, receiveCounts,
            exclusiveSums(receiveCounts), Scalar.datatype)
    }
    position = 0
    for rows in arriving {
        for run in columns {
            unpackRows(rows, run, of: a.storage, a.leadingDimension, from: incoming.base + position)
            position += rows.count * run.count
        }
    }
}
