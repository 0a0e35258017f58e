// Aasen's factorization P A Pᵀ = L T Lᴴ with a tridiagonal T, right-looking, a panel at a time (Aasen, BIT 11, 1971;
// Rozložník, Shklarski and Toledo, "Partitioned triangular tridiagonalization", ACM TOMS 37, 2011).
//
//     | A11      |     L and T of the panel s ..< e                        by left-looking columns: SymmetricIndefinite+Panel
//     | A21  A22 |     A22 = P A22 Pᵀ                                      the panel's interchanges: SymmetricIndefinite+Moves
//                      A22 -= L2 M2ᴴ                                       trailing update, everywhere
//
//     L2 = L(e..., s...e),  M2 = L2 T(s...e, s...e) without what is in A22 already and what is not known yet:
//     M(:, k) = conj T(k, k-1) L(:, k-1) [k > s] + T(k, k) L(:, k) [k < e] + T(k+1, k) L(:, k+1) [k < e]
//
// The term of T(e, e-1) and its dual are among these, so that A22 stays Hermitian. Column s of L, which the panel before has
// computed, is carried along; A's column s, no longer needed, takes it in the end. Interchanges of rows in the columns left
// of a panel wait until the end, where all that are still to come become one for each panel.
//
// Flops n³/3 + n² w / 2 (four times as many for complex scalars). L2 goes once along the process rows, its rows that face the
// columns once down the process columns, each with the columns of A that change their places: AasenModel counts words and
// messages.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// Replaces A by L, its diagonal included, reading and writing the lower triangle only; returns T and the interchanges: row
/// and column i changed places with row and column pivots[i].
func factorTridiagonally<Scalar: LinearScalar>(
    _ a: inout DistributedMatrix<Scalar>, isHermitian: Bool
) throws(TesseraError) -> (t: Tridiagonal<Scalar>, pivots: [Int]) {
    let n = a.rows
    let width = AasenModel.panelWidth(n: n)
    var step = AasenStep(for: a, width: width, isHermitian: isHermitian)
    var t = Tridiagonal<Scalar>(diagonal: [], subdiagonal: [])
    var interchanges = Interchanges(n)
    var vote = SignalVote(on: a.grid.communicator)
    let panels = stride(from: 0, to: n, by: width).map { $0..<min(n, $0 + width) }
    for range in panels {
        try vote.stopIfAsked()
        try Trace.span("panel") { () throws(TesseraError) in
            try step.panel.factor(range, of: a, &interchanges, &t)
        }
        let moves = interchanges.settle(range)
        if range.upperBound < n {
            try step.share(range, moves, of: a)
            Trace.span("swap") { step.moveRowsAndColumns(range, moves, of: a) }
            step.updateTrailingMatrix(range, t, of: a)
        }
        step.write(range, to: a)
        if range.upperBound < n { step.panel.carry(range, a.layout.rows, from: step.lastColumn(range)) }
    }
    try vote.end()
    try Trace.span("swap") { () throws(TesseraError) in try exchangeBehind(panels, interchanges.pivots, of: a) }
    return (t, interchanges.pivots)
}

/// The interchanges of all later panels in the columns of each one.
private func exchangeBehind<Scalar: LinearScalar>(
    _ panels: [Range<Int>], _ pivots: [Int], of a: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) {
    guard let width = panels.first?.count else { return }
    let columns = a.layout.columns
    let exchange = RowExchange<Scalar>(rows: a.localRows, capacity: a.localRows * width, on: a.grid)
    // What comes to stand in a row, and where what stands in a row goes, by the exchanges from `panel`'s end on.
    var sources = Array(0..<a.rows)
    var targets = sources
    for panel in panels.reversed() {
        let local = columns.localRange(panel, on: a.grid.column)
        let moves = (panel.upperBound..<a.rows).filter { sources[$0] != $0 }.map { (source: sources[$0], target: $0) }
        if !local.isEmpty, !moves.isEmpty {
            try exchange.move(RowRoutes(RowMoves(moves), a.layout.rows, on: a.grid.row), of: a, columns: local)
        }
        for i in panel.reversed() {
            let (first, second) = (targets[i], targets[pivots[i]])
            (sources[first], sources[second]) = (pivots[i], i)
            (targets[i], targets[pivots[i]]) = (second, first)
        }
    }
}

/// Symmetric interchanges: which are made in the stored matrix, and which only decided.
struct Interchanges {
    /// Row and column i changed places with row and column pivots[i].
    private(set) var pivots: [Int]
    private var standing: [Int]
    private var place: [Int]

    init(_ n: Int) {
        pivots = n > 0 ? [0] : []
        standing = Array(0..<n)
        place = standing
    }

    /// Where row and column i of the permuted matrix are stored.
    func stored(_ i: Int) -> Int { standing[i] }

    /// Makes what is stored at an index the next row and column.
    mutating func choose(_ stored: Int) {
        pivots.append(place[stored])
        exchange(pivots.count - 1)
    }

    /// Counts those of a panel as made in the stored matrix, and returns what they come to behind the panel, by ascending
    /// target. All sources are in the panel. The interchange of the row next to it stays as it is, decided.
    mutating func settle(_ panel: Range<Int>) -> [(source: Int, target: Int)] {
        let end = panel.upperBound
        if end < standing.count { exchange(end) }
        let targets = Set(pivots[panel].filter { $0 >= end }).sorted()
        let moves = targets.filter { standing[$0] != $0 }.map { (source: standing[$0], target: $0) }
        for i in Array(panel) + targets { (standing[i], place[i]) = (i, i) }
        if end < standing.count { exchange(end) }
        return moves
    }

    private mutating func exchange(_ i: Int) {
        standing.swapAt(i, pivots[i])
        (place[standing[i]], place[standing[pivots[i]]]) = (i, pivots[i])
    }
}

/// The named steps of the factorization behind its panels, and the buffers they share.
struct AasenStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let rows: BlockCyclic
    let columns: BlockCyclic
    let isHermitian: Bool
    var panel: TridiagonalPanel<Scalar>
    /// L(s..., s...e) and, behind it, the columns of A that move, for the rows of this process row: where they are not the
    /// panel's own.
    private let gathered: Workspace<Scalar>
    let incoming: Workspace<Scalar>
    /// The same for the rows that face this process column's columns behind the panel.
    let facing: Workspace<Scalar>
    let outgoing: Workspace<Scalar>
    /// The same rows of the columns that move, row after row.
    let moved: Workspace<Scalar>
    /// M2's rows that face the columns.
    private let product: Workspace<Scalar>

    init(for a: borrowing DistributedMatrix<Scalar>, width: Int, isHermitian: Bool) {
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        self.isHermitian = isHermitian
        panel = TridiagonalPanel(for: a, width: width, isHermitian: isHermitian)
        let depth = 2 * width + 1
        gathered = Workspace(grid.columns == 1 ? 0 : a.localRows * depth)
        incoming = Workspace(
            max(
                grid.columns == 1 ? 0 : a.localRows * depth,
                grid.rows == 1 ? 0 : (a.localColumns + width) * depth))
        facing = Workspace(a.localColumns * depth)
        outgoing = Workspace((min(a.localRows, a.localColumns) + width) * depth)
        moved = Workspace(width * depth)
        product = Workspace(a.localColumns * (width + 1))
    }

    /// The rows of this process row from a panel on.
    func rowsFrom(_ start: Int) -> Range<Int> { rows.localRange(start..<rows.extent, on: grid.row) }

    /// The columns of this process column from one on.
    func columnsFrom(_ start: Int) -> Range<Int> { columns.localRange(start..<columns.extent, on: grid.column) }

    /// L(s..., s...e) and the moving columns for the rows of this process row.
    var wide: UnsafeMutablePointer<Scalar> { grid.columns == 1 ? panel.l.base : gathered.base }

    /// L(s..., e).
    func lastColumn(_ range: Range<Int>) -> UnsafePointer<Scalar> {
        UnsafePointer(wide + range.count * rowsFrom(range.lowerBound).count)
    }

    /// A22 -= L2 M2ᴴ, the lower triangle.
    func updateTrailingMatrix(
        _ range: Range<Int>, _ t: Tridiagonal<Scalar>, of a: borrowing DistributedMatrix<Scalar>
    ) {
        let (own, below) = (rowsFrom(range.lowerBound), rowsFrom(range.upperBound))
        let behind = columnsFrom(range.upperBound)
        guard !below.isEmpty, !behind.isEmpty else { return }
        let (height, depth, last) = (behind.count, range.count + 1, range.count)
        for k in 0...last {
            let target = product.base + k * height
            target.update(repeating: .zero, count: height)
            if k > 0 {
                let coupling = t.subdiagonal[range.lowerBound + k - 1]
                let factor = isHermitian ? coupling.conjugate : coupling
                Scalar.axpy(height, factor, facing.base + (k - 1) * height, 1, target, 1)
            }
            if k < last {
                let (alpha, beta) = (t.diagonal[range.lowerBound + k], t.subdiagonal[range.lowerBound + k])
                Scalar.axpy(height, alpha, facing.base + k * height, 1, target, 1)
                Scalar.axpy(height, beta, facing.base + (k + 1) * height, 1, target, 1)
            }
        }
        let l = wide - own.lowerBound
        let m = product.base - behind.lowerBound
        let operation: Transpose = isHermitian ? .conjugateTranspose : .transpose
        let triangle = LocalTriangle(.lower, of: a.layout, on: grid, leaf: 64)
        let parts = triangle.parts(below, behind)
        let square = Workspace<Scalar>(largestCrossing(parts))
        for part in parts {
            let (firstRow, firstColumn) = (part.rows.lowerBound, part.columns.lowerBound)
            Trace.span("update") {
                Scalar.gemm(
                    .none, operation, part.rows.count, part.columns.count, depth, -1, l + firstRow, own.count,
                    m + firstColumn, height, part.crosses ? 0 : 1,
                    part.crosses ? square.base : a.storage + firstRow + firstColumn * a.leadingDimension,
                    part.crosses ? part.rows.count : a.leadingDimension)
            }
            guard part.crosses else { continue }
            for column in part.columns {
                let inside = triangle.rows(inColumn: column, of: part.rows)
                a.scaleAndAdd(
                    1, square.base + (column - firstColumn) * part.rows.count + (inside.lowerBound - firstRow), 1,
                    inside, inColumn: column)
            }
        }
    }

    /// A(:, s ..< e) = L(:, s ..< e) on and below the diagonal.
    func write(_ range: Range<Int>, to a: borrowing DistributedMatrix<Scalar>) {
        let (own, below) = (rowsFrom(range.lowerBound), rowsFrom(range.upperBound))
        for column in columns.localRange(range, on: grid.column) {
            let j = columns.global(LocalIndex(column), on: grid.column).value
            let target = a.storage + column * a.leadingDimension
            for row in rows.localRange(j..<range.upperBound, on: grid.row) {
                let i = rows.global(LocalIndex(row), on: grid.row).value
                target[row] =
                    i == j ? 1 : panel.top.base[(i - range.lowerBound) * range.count + j - range.lowerBound]
            }
            (target + below.lowerBound).update(
                from: wide + (j - range.lowerBound) * own.count + (below.lowerBound - own.lowerBound),
                count: below.count)
        }
    }
}
