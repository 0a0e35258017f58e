// The panel of LU with tournament pivoting: one block column on its process column, with one exchange of messages (CALU:
// Grigori, Demmel and Xiang, SIAM J. Matrix Anal. Appl. 32, 2011).
//
//     candidates      each rank's first w rows by partial pivoting of a copy of its rows
//     matches         two ranks' candidates: the first w rows by partial pivoting of both; on a binary tree whose root is
//                     the rank of the diagonal block, the same whatever comes first
//     L11 U11         the last winners, from the root to all, with the rows that stood in the diagonal block
//     L21 = A21 U11⁻¹  each rank its own rows
//
// Where the winners are singular, to working precision, or hold NaN, which they do where the panel does, it is factored by
// partial pivoting.
//
// Flops 2 m w² over the ranks, and 5/3 w³ in each of log2 P matches. Messages: w² scalars and w words from each rank but
// the root, 2 w² and w from the root to all.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

struct Tournament<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let rows: BlockCyclic
    private let ours: Candidates<Scalar>
    private let theirs: Candidates<Scalar>
    /// A copy that is factored to find the candidates in it.
    private let copy: Workspace<Scalar>

    /// For panels of at most `depth` columns.
    init(depth: Int, for a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        rows = a.layout.rows
        let isPlayed = a.grid.rows > 1
        // The winners come with the rows of the diagonal block.
        ours = Candidates(isPlayed ? depth : 0, blocks: 2)
        theirs = Candidates(isPlayed ? depth : 0)
        copy = Workspace(isPlayed ? max(a.localRows, 2 * depth) * depth : 0)
    }

    /// Factors the panel in place, and returns its pivots: row i of the panel changes places with row pivots[i]. Nil, and
    /// the panel is as it was, where the winners are of no use, or where there is one rank and no match. Collective on the
    /// process column.
    func factor(_ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>) throws(TesseraError) -> [Int]? {
        guard grid.rows > 1 else { return nil }
        let width = panel.count
        let columns = a.storage + a.layout.columns.local(GlobalIndex(panel.lowerBound)).value * a.leadingDimension
        let own = rows.localRange(panel.lowerBound..<rows.extent, on: grid.row)
        enter(own, width, columns, a.leadingDimension)
        try play(panel)
        let root = rows.owner(of: GlobalIndex(panel.lowerBound))
        if root == grid.row { decide(width, home: columns + own.lowerBound, a.leadingDimension) }
        try grid.columnCommunicator.broadcast(
            ours.message(width), ours.bytes(width, 2 * width), UInt8.datatype, from: root)
        guard isUsable(width) else { return nil }
        let exchanges = RowArrival((0..<width).map { ours.rows(width)[$0] }, at: panel.lowerBound)
        place(exchanges, panel, columns, a.leadingDimension)
        // L21 = A21 U11⁻¹
        let below = rows.localRange(panel.upperBound..<rows.extent, on: grid.row)
        if !below.isEmpty {
            Scalar.trsm(
                .right, .upper, .none, .nonUnit, below.count, width, 1, ours.elements, width,
                columns + below.lowerBound, a.leadingDimension)
        }
        return exchanges.pivots
    }

    /// This rank's candidates: the first rows of its own by partial pivoting, or all where there are no more than columns.
    private func enter(_ own: Range<Int>, _ width: Int, _ columns: UnsafePointer<Scalar>, _ leadingDimension: Int) {
        func global(_ row: Int) -> Int { rows.global(LocalIndex(row), on: grid.row).value }
        guard own.count > width else {
            for (i, row) in own.enumerated() { ours.rows(width)[i] = global(row) }
            copyRows(columns + own.lowerBound, leadingDimension, own.count, width, to: ours.elements, own.count)
            return
        }
        copyRows(columns + own.lowerBound, leadingDimension, own.count, width, to: copy.base, own.count)
        let chosen = firstRows(own.count, width)
        for (i, row) in chosen.enumerated() { ours.rows(width)[i] = global(own.lowerBound + row) }
        packRows(chosen, 0..<width, of: columns + own.lowerBound, leadingDimension, into: ours.elements)
    }

    /// The matches, up to the root.
    private func play(_ panel: Range<Int>) throws(TesseraError) {
        let (count, width) = (grid.rows, panel.count)
        let root = rows.owner(of: GlobalIndex(panel.lowerBound))
        let place = (grid.row - root + count) % count
        /// How many candidates the players from a place on bring to a round.
        func candidates(_ first: Int, round: Int) -> Int {
            let all = (first..<min(count, first + round)).reduce(0) {
                $0 + rows.localRange(panel.lowerBound..<rows.extent, on: ($1 + root) % count).count
            }
            return min(width, all)
        }
        var round = 1
        while round < count, place % (2 * round) == 0 {
            let opponent = place + round
            if opponent < count, candidates(opponent, round: round) > 0 {
                let number = candidates(opponent, round: round)
                try grid.columnCommunicator.receive(
                    theirs.message(width), theirs.bytes(width, number), UInt8.datatype, from: (opponent + root) % count)
                match(candidates(place, round: round), number, width)
            }
            round *= 2
        }
        guard place > 0, candidates(place, round: round) > 0 else { return }
        try grid.columnCommunicator.send(
            ours.message(width), ours.bytes(width, candidates(place, round: round)), UInt8.datatype,
            to: (place - round + root) % count)
    }

    /// A match between `m` candidates of ours and `k` of theirs, whose winners are ours then.
    private func match(_ m: Int, _ k: Int, _ width: Int) {
        let both = m + k
        func stack() {
            copyRows(ours.elements, m, m, width, to: copy.base, both)
            copyRows(theirs.elements, k, k, width, to: copy.base + m, both)
        }
        stack()
        var chosen = Array(0..<both)
        if both > width {
            chosen = firstRows(both, width)
            // The rows as they are in A.
            stack()
        }
        let names = (0..<m).map { ours.rows(width)[$0] } + (0..<k).map { theirs.rows(width)[$0] }
        packRows(chosen, 0..<width, of: copy.base, both, into: ours.elements)
        for (i, row) in chosen.enumerated() { ours.rows(width)[i] = names[row] }
    }

    /// The first rows by partial pivoting of the `count` rows in `copy`, which is overwritten.
    private func firstRows(_ count: Int, _ width: Int) -> [Int] {
        var panel = LocalPanel(count, width, copy.base, count, isPivoting: true)
        panel.factor()
        return Array(panel.order[..<width])
    }

    /// L11 and U11 of the last winners in the order of their pivots, and behind them the rows of the diagonal block.
    private func decide(_ width: Int, home: UnsafePointer<Scalar>, _ leadingDimension: Int) {
        var panel = LocalPanel(width, width, ours.elements, width, isPivoting: true)
        panel.factor()
        let names = panel.order.map { ours.rows(width)[$0] }
        for (i, name) in names.enumerated() { ours.rows(width)[i] = name }
        copyRows(home, leadingDimension, width, width, to: ours.elements + width * width, width)
    }

    /// Whether the winners' pivots are numbers that one can divide by, and more than what rounding leaves of a column that
    /// depends on those before it: beside that the other rows could be large.
    private func isUsable(_ width: Int) -> Bool {
        let noise = Scalar.Real(width) * Scalar.unitRoundoff
        return (0..<width).allSatisfy { j in
            let column = ours.elements + j * width
            let pivot = column[j].magnitude1
            // A NaN fails the comparisons.
            return pivot.isFinite && pivot >= Scalar.Real.leastNormalMagnitude * 4
                && pivot > noise * largestModulus(column, j, 1, width)
        }
    }

    /// L11 and U11 in the diagonal block, and the rows that stood there in the winners' places.
    private func place(
        _ exchanges: RowArrival, _ panel: Range<Int>, _ columns: UnsafeMutablePointer<Scalar>,
        _ leadingDimension: Int
    ) {
        let width = panel.count
        for (row, source) in exchanges.standing
        where row >= panel.upperBound && rows.owner(of: GlobalIndex(row)) == grid.row {
            Scalar.copy(
                width, ours.elements + width * width + (source - panel.lowerBound), width,
                columns + rows.local(GlobalIndex(row)).value, leadingDimension)
        }
        guard rows.owner(of: GlobalIndex(panel.lowerBound)) == grid.row else { return }
        copyRows(
            ours.elements, width, width, width, to: columns + rows.local(GlobalIndex(panel.lowerBound)).value,
            leadingDimension)
    }
}

/// Rows of a panel by their global numbers, as one message: w words, then the rows column by column.
private struct Candidates<Scalar: LinearScalar>: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    let elements: UnsafeMutablePointer<Scalar>

    /// For `blocks` times `depth` rows of as many columns.
    init(_ depth: Int, blocks: Int = 1) {
        let header = (8 * depth + 63) / 64 * 64
        let size = header + blocks * depth * depth * MemoryLayout<Scalar>.stride
        memory = .allocate(byteCount: max(1, size), alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        elements = (memory + header).assumingMemoryBound(to: Scalar.self)
    }

    deinit { memory.deallocate() }

    func rows(_ width: Int) -> UnsafeMutablePointer<Int> { message(width).assumingMemoryBound(to: Int.self) }

    func message(_ width: Int) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(elements) - 8 * width }

    func bytes(_ width: Int, _ count: Int) -> Int { 8 * width + count * width * MemoryLayout<Scalar>.stride }
}

/// Copies a panel of rows.
private func copyRows<Scalar: LinearScalar>(
    _ source: UnsafePointer<Scalar>, _ sourceDimension: Int, _ rows: Int, _ columns: Int,
    to target: UnsafeMutablePointer<Scalar>, _ targetDimension: Int
) {
    for j in 0..<columns {
        (target + j * targetDimension).update(from: source + j * sourceDimension, count: rows)
    }
}
