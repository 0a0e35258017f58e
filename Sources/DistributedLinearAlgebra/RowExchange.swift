// Exchanges of rows, as LU's pivoting asks for them: a sequence of transpositions becomes the moves that remain of it, and
// these travel in one all-to-all exchange down the process columns. Where a process column is one rank, they are copies
// within each column.
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

    /// - Parameter moves: by ascending target.
    init(_ moves: [(source: Int, target: Int)]) { self.moves = moves }

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

/// The exchanges that bring some rows to consecutive places, in order.
struct RowArrival {
    /// Row start + i changes places with row pivots[i].
    let pivots: [Int]
    /// Which row stands in each place that was touched.
    let standing: [Int: Int]

    init(_ rows: [Int], at start: Int) {
        var pivots: [Int] = []
        var standing: [Int: Int] = [:]
        var places: [Int: Int] = [:]
        for (i, row) in rows.enumerated() {
            let (place, other) = (places[row] ?? row, standing[start + i] ?? start + i)
            pivots.append(place)
            (standing[start + i], standing[place]) = (row, place == start + i ? row : other)
            (places[other], places[row]) = (place, start + i)
        }
        self.pivots = pivots
        self.standing = standing
    }
}

/// The rows that leave this rank and those that come to it, for a matrix whose rows are dealt by one map.
struct RowRoutes {
    /// Local rows that leave, by the process row they go to; there, in the order of their new places.
    let leaving: [[Int]]
    /// Local places that are filled, by the process row that fills them.
    let arriving: [[Int]]

    init(_ moves: RowMoves, _ rows: BlockCyclic, on part: Int) {
        var leaving = [[Int]](repeating: [], count: rows.parts)
        var arriving = leaving
        for (source, target) in moves.moves {
            let (from, to) = (rows.owner(of: GlobalIndex(source)), rows.owner(of: GlobalIndex(target)))
            if from == part { leaving[to].append(rows.local(GlobalIndex(source)).value) }
            if to == part { arriving[from].append(rows.local(GlobalIndex(target)).value) }
        }
        (self.leaving, self.arriving) = (leaving, arriving)
    }
}

/// Rows on their way, and room for them.
struct RowExchange<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let capacity: Int
    private let outgoing: Workspace<Scalar>
    private let incoming: Workspace<Scalar>

    /// - Parameters:
    ///   - rows: the most rows of this rank that move at once.
    ///   - capacity: the most scalars of this rank that do.
    init(rows: Int, capacity: Int, on grid: ProcessGrid) {
        self.grid = grid
        // Copies within a rank take one column at a time, on each of BLAS's threads.
        self.capacity = grid.rows == 1 ? rows * OpenBLAS.threads : capacity
        outgoing = Workspace(self.capacity)
        incoming = Workspace(grid.rows == 1 ? 0 : capacity)
    }

    /// The exchange where a process column is one rank, for its threads.
    func local(_ routes: RowRoutes) -> LocalRowExchange<Scalar> {
        precondition(routes.leaving[0].count * OpenBLAS.threads <= capacity)
        return LocalRowExchange(sources: routes.leaving[0], targets: routes.arriving[0], buffer: outgoing.base)
    }

    /// Moves rows of some local columns. Collective on the process column, whose ranks have as many of them.
    func move(
        _ routes: RowRoutes, of a: borrowing DistributedMatrix<Scalar>, columns: Range<Int>
    ) throws(TesseraError) {
        if grid.rows == 1 {
            precondition(routes.leaving[0].count * OpenBLAS.threads <= capacity)
            return Scalar.moveRows(
                routes.leaving[0], to: routes.arriving[0], columns.count,
                a.storage + columns.lowerBound * a.leadingDimension, a.leadingDimension, buffer: outgoing.base)
        }
        let sendCounts = routes.leaving.map { $0.count * columns.count }
        let receiveCounts = routes.arriving.map { $0.count * columns.count }
        precondition(sendCounts.reduce(0, +) <= capacity && receiveCounts.reduce(0, +) <= capacity)
        var position = 0
        for rows in routes.leaving {
            packRows(rows, columns, of: a.storage, a.leadingDimension, into: outgoing.base + position)
            position += rows.count * columns.count
        }
        try grid.columnCommunicator.allToAll(
            outgoing.base, sendCounts, exclusiveSums(sendCounts), incoming.base, receiveCounts,
            exclusiveSums(receiveCounts), Scalar.datatype)
        position = 0
        for rows in routes.arriving {
            unpackRows(rows, columns, of: a.storage, a.leadingDimension, from: incoming.base + position)
            position += rows.count * columns.count
        }
    }
}

/// Rows that change places within a rank, any columns by any thread.
struct LocalRowExchange<Scalar: LinearScalar>: @unchecked Sendable {
    let sources: [Int]
    let targets: [Int]
    /// Room for a column of them on each thread.
    let buffer: UnsafeMutablePointer<Scalar>

    /// In some columns, on one thread.
    func move(_ count: Int, _ columns: UnsafeMutablePointer<Scalar>, _ leadingDimension: Int, thread: Int) {
        Scalar.moveRows(
            sources, to: targets, count, columns, leadingDimension, buffer: buffer + thread * sources.count, threads: 1)
    }
}

/// Moves rows of all local columns of a matrix, in memory made for it.
func exchangeRows<Scalar: LinearScalar>(
    of a: borrowing DistributedMatrix<Scalar>, _ moves: RowMoves
) throws(TesseraError) {
    guard !moves.moves.isEmpty else { return }
    let routes = RowRoutes(moves, a.layout.rows, on: a.grid.row)
    let count = max(routes.leaving.reduce(0) { $0 + $1.count }, routes.arriving.reduce(0) { $0 + $1.count })
    let exchange = RowExchange<Scalar>(rows: count, capacity: count * a.localColumns, on: a.grid)
    try exchange.move(routes, of: a, columns: 0..<a.localColumns)
}
