// The panel of LU with partial or threshold pivoting: one block column on its process column, by recursive halves
// (Gustavson, IBM J. Res. Dev. 41, 1997; Petitet et al., HPL; for the threshold Malard, "Threshold pivoting for dense LU
// factorization on distributed memory multiprocessors", Supercomputing 1991).
//
// Every rank of the process column keeps `top`, the pivot rows found so far. For each column, one reduction finds the pivot
// and brings its row, and the row that it changes places with, to all (PivotExchange); the halves need no message:
//     U = L⁻¹ top(left rows, right columns)          on every rank, redundantly
//     A(below, right) -= L21 U                        each rank its own rows
// Flops m w². Messages on each rank: w, of two rows each; none where the process column is one rank.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing
internal import RealModule

struct PanelFactorization<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let rows: BlockCyclic
    let leadingDimension: Int
    /// The first global row and column of the panel.
    let start: Int
    let width: Int
    /// This rank's rows of the panel's first column, from its first local row.
    let columns: UnsafeMutablePointer<Scalar>
    /// The pivot rows: L11 and U11 in the end.
    let top: Workspace<Scalar>
    private let exchange: PivotExchange<Scalar>
    /// Row start + j changed places with row pivots[j].
    private(set) var pivots: [Int] = []
    private(set) var firstZero: Int?

    /// - Parameter threshold: how small a pivot may be beside the largest; nil for the largest itself.
    init(_ panel: Range<Int>, threshold: Double? = nil, of a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        rows = a.layout.rows
        leadingDimension = a.leadingDimension
        start = panel.lowerBound
        width = panel.count
        columns = a.storage + a.layout.columns.local(GlobalIndex(start)).value * leadingDimension
        top = Workspace(width * width)
        exchange = PivotExchange(width: width, threshold: threshold, on: grid.columnCommunicator)
    }

    /// Factors the panel in place: L below the diagonal, U on and above it.
    mutating func factor() throws(TesseraError) {
        try factor(0..<width)
        guard rows.owner(of: GlobalIndex(start)) == grid.row else { return }
        let corner = columns + rows.local(GlobalIndex(start)).value
        for j in 0..<width { (corner + j * leadingDimension).update(from: top.base + j * width, count: width) }
    }

    private mutating func factor(_ range: Range<Int>) throws(TesseraError) {
        guard range.count > 8 else {
            for j in range { try eliminate(j, within: range.upperBound) }
            return
        }
        let middle = range.lowerBound + range.count / 2
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        try factor(left)
        // U = L⁻¹ top(left, right)
        let u = top.base + left.lowerBound + right.lowerBound * width
        Scalar.trsm(
            .left, .lower, .none, .unit, left.count, right.count, 1,
            top.base + left.lowerBound + left.lowerBound * width, width, u, width)
        // A(below, right) -= L21 U
        let below = localRows(from: middle)
        if !below.isEmpty {
            Scalar.gemm(
                .none, .none, below.count, right.count, left.count, -1,
                columns + below.lowerBound + left.lowerBound * leadingDimension, leadingDimension, u, width, 1,
                columns + below.lowerBound + right.lowerBound * leadingDimension, leadingDimension)
        }
        try factor(right)
    }

    /// One column: pivot, exchange, scale, and the rank-one update of the columns before `end`.
    private mutating func eliminate(_ j: Int, within end: Int) throws(TesseraError) {
        pivots.append(try exchangePivot(j))
        let value = top.base[j + j * width]
        if value == .zero {
            if firstZero == nil { firstZero = start + j }
            return
        }
        let below = localRows(from: j + 1)
        guard !below.isEmpty else { return }
        let column = columns + below.lowerBound + j * leadingDimension
        divide(column, below.count, by: value)
        if j + 1 < end {
            Scalar.ger(
                below.count, end - j - 1, -1, column, 1, top.base + j + (j + 1) * width, width, conjugated: false,
                columns + below.lowerBound + (j + 1) * leadingDimension, leadingDimension)
        }
    }

    /// Finds the pivot of column j, the first of the largest |Re| + |Im| on and below the diagonal (a NaN counts as the
    /// largest) or one within the threshold, brings its row to every rank as row j of `top`, and row j of the panel to the
    /// pivot's place. The diagonal block itself is written at the end. Returns the pivot's global row.
    private func exchangePivot(_ j: Int) throws(TesseraError) -> Int {
        let candidate = pivotCandidate(columns + j * leadingDimension, localRows(from: j))
        let homeRow = rows.local(GlobalIndex(start + j)).value
        let ownsHome = rows.owner(of: GlobalIndex(start + j)) == grid.row
        exchange.offer(
            candidate.map {
                (
                    magnitude: Double($0.magnitude), row: rows.global(LocalIndex($0.row), on: grid.row).value,
                    elements: UnsafePointer(columns + $0.row)
                )
            },
            home: ownsHome
                ? (
                    magnitude: Double(columns[homeRow + j * leadingDimension].magnitude1),
                    elements: UnsafePointer(columns + homeRow)
                ) : nil, leadingDimension)
        try exchange.agree()
        let pivot = exchange.pivot(home: start + j)
        Scalar.copy(width, pivot.elements, 1, top.base + j, width)
        if pivot.row != start + j, rows.owner(of: GlobalIndex(pivot.row)) == grid.row {
            Scalar.copy(
                width, exchange.homeRow, 1, columns + rows.local(GlobalIndex(pivot.row)).value, leadingDimension)
        }
        return pivot.row
    }

    /// This rank's rows from row j of the panel on.
    private func localRows(from j: Int) -> Range<Int> {
        rows.localRange(start + j..<max(start + j, rows.extent), on: grid.row)
    }
}
