// A rank's share of a triangle of a distributed matrix, cut into rectangles: by halves of the columns, so that nearly all
// of it is a few large ones, and small ones on the diagonal.
//
//     lower:  | C11     |        C11 and C22 as the whole, C21 a rectangle
//             | C21 C22 |
//
// With a leaf of w columns, the parts on the diagonal hold about n w scalars over all ranks, half of which are not in the
// triangle.

internal import DistributedArrays
import LinearAlgebra

struct LocalTriangle {
    /// Local rows and columns.
    struct Part {
        let rows: Range<Int>
        let columns: Range<Int>
        /// Not all of the part lies inside the triangle; the diagonal is in such parts only.
        let crosses: Bool
    }

    let triangle: Triangle
    private let rows: BlockCyclic
    private let columns: BlockCyclic
    private let row: Int
    private let column: Int
    /// The diagonal's row in column j of the whole matrix: j + shift.
    private let shift: Int
    /// Columns of a part on the diagonal, at most.
    private let leaf: Int

    /// - Parameters:
    ///   - triangle: which.
    ///   - layout: of the whole matrix.
    ///   - grid: its ranks.
    ///   - shift: the first row less the first column of the square whose triangle it is.
    ///   - leaf: columns of a part on the diagonal, at most.
    init(_ triangle: Triangle, of layout: MatrixLayout, on grid: ProcessGrid, shift: Int = 0, leaf: Int) {
        self.triangle = triangle
        (rows, columns) = (layout.rows, layout.columns)
        (row, column) = (grid.row, grid.column)
        self.shift = shift
        self.leaf = leaf
    }

    /// How many local rows lie above the diagonal in a local column.
    private func rowsAbove(_ local: Int) -> Int {
        rows.count(below: GlobalIndex(max(0, columns.global(LocalIndex(local), on: column).value + shift)), on: row)
    }

    /// How many local rows lie above the diagonal or on it.
    private func rowsThrough(_ local: Int) -> Int {
        rows.count(below: GlobalIndex(max(0, columns.global(LocalIndex(local), on: column).value + shift + 1)), on: row)
    }

    /// The rows of the triangle among these in a column.
    func rows(inColumn local: Int, of range: Range<Int>) -> Range<Int> {
        switch triangle {
        case .lower: return rowsAbove(local).clamped(to: range)..<range.upperBound
        case .upper: return range.lowerBound..<rowsThrough(local).clamped(to: range)
        }
    }

    /// The diagonal's row among these in a column.
    func diagonalRow(inColumn local: Int, of range: Range<Int>) -> Int? {
        let row = rowsAbove(local)
        return row < rowsThrough(local) && range.contains(row) ? row : nil
    }

    /// Passes the parts of the triangle in some local rows and columns, from left to right.
    func forEachPart<Failure: Error>(
        _ rows: Range<Int>, _ columns: Range<Int>, _ body: (Part) throws(Failure) -> Void
    ) throws(Failure) {
        guard !rows.isEmpty, !columns.isEmpty else { return }
        func pass(_ rows: Range<Int>, _ columns: Range<Int>, crosses: Bool) throws(Failure) {
            if !rows.isEmpty { try body(Part(rows: rows, columns: columns, crosses: crosses)) }
        }
        if columns.count <= leaf {
            let first = rowsAbove(columns.lowerBound).clamped(to: rows)
            let last = rowsThrough(columns.upperBound - 1).clamped(to: rows)
            try pass(first..<last, columns, crosses: true)
            return try pass(
                triangle == .lower ? last..<rows.upperBound : rows.lowerBound..<first, columns, crosses: false)
        }
        let leaves = (columns.count + leaf - 1) / leaf
        let middle = columns.lowerBound + leaves / 2 * leaf
        let row = rowsAbove(middle).clamped(to: rows)
        let (left, right) = (columns.lowerBound..<middle, middle..<columns.upperBound)
        let (above, below) = (rows.lowerBound..<row, row..<rows.upperBound)
        try forEachPart(above, left, body)
        try pass(
            triangle == .lower ? below : above, triangle == .lower ? left : right, crosses: false)
        try forEachPart(below, right, body)
    }

    /// The parts at once.
    func parts(_ rows: Range<Int>, _ columns: Range<Int>) -> [Part] {
        var parts: [Part] = []
        forEachPart(rows, columns) { parts.append($0) }
        return parts
    }
}

/// The scalars of the largest part on the diagonal.
func largestCrossing(_ parts: [LocalTriangle.Part]) -> Int {
    parts.reduce(0) { $1.crosses ? max($0, $1.rows.count * $1.columns.count) : $0 }
}

/// What stands on the diagonal of a triangle that is read.
enum DiagonalForm {
    case stored
    /// The stored real part.
    case real
    case one
    case zero
}

extension LocalTriangle {
    /// Copies a part without what lies outside the triangle; `copy` has as many rows as the part.
    func copy<Scalar: LinearScalar>(
        _ part: Part, of storage: UnsafePointer<Scalar>, _ leadingDimension: Int, diagonal: DiagonalForm,
        to copy: UnsafeMutablePointer<Scalar>
    ) {
        for column in part.columns {
            let target = copy + (column - part.columns.lowerBound) * part.rows.count
            let inside = rows(inColumn: column, of: part.rows)
            target.update(repeating: .zero, count: part.rows.count)
            (target + inside.lowerBound - part.rows.lowerBound)
                .update(from: storage + inside.lowerBound + column * leadingDimension, count: inside.count)
            guard let row = diagonalRow(inColumn: column, of: part.rows) else { continue }
            let element = target + row - part.rows.lowerBound
            switch diagonal {
            case .stored: break
            case .real: element.pointee = Scalar(real: element.pointee.realPart)
            case .one: element.pointee = 1
            case .zero: element.pointee = .zero
            }
        }
    }
}

extension Int {
    /// The nearest bound of a range, or a place inside.
    fileprivate func clamped(to range: Range<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}

extension DistributedMatrix {
    /// C(rows, column) = beta C(rows, column) + alpha x, in local indices; beta = 0 overwrites. Local.
    borrowing func scaleAndAdd(
        _ alpha: Scalar, _ x: UnsafePointer<Scalar>, _ beta: Scalar, _ rows: Range<Int>, inColumn column: Int
    ) {
        guard !rows.isEmpty else { return }
        let target = storage + rows.lowerBound + column * leadingDimension
        if beta != 1 { Scalar.scal(rows.count, beta, target, 1) }
        Scalar.axpy(rows.count, alpha, x, 1, target, 1)
    }
}
