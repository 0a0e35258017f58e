/// Bilinear interpolation of a cell-centred field to a grid `factor` times finer along both axes.
///
/// The centre of fine cell i lies at coarse index (i + 1/2) / factor - 1/2; beyond the outermost centres the field goes on
/// level, so that no new extreme appears.
package struct Refinement: Sendable {
    package let rows: Int
    package let columns: Int
    package let factor: Int
    let field: [Double]

    /// - Precondition: `field` holds `rows` x `columns` values in C order; `factor` is at least 1.
    package init(_ field: [Double], rows: Int, columns: Int, factor: Int) {
        precondition(field.count == rows * columns && factor >= 1)
        self.field = field
        self.rows = rows
        self.columns = columns
        self.factor = factor
    }

    /// The value at the centre of a fine cell.
    package func value(_ i: Int, _ j: Int) -> Double {
        let (i0, i1, s) = neighbours(i, rows)
        let (j0, j1, t) = neighbours(j, columns)
        let upper = field[i0 * columns + j0] * (1 - t) + field[i0 * columns + j1] * t
        let lower = field[i1 * columns + j0] * (1 - t) + field[i1 * columns + j1] * t
        return upper * (1 - s) + lower * s
    }

    /// The coarse cells on both sides of a fine centre, and how far it is from the first to the second.
    private func neighbours(_ index: Int, _ count: Int) -> (Int, Int, Double) {
        let place = (Double(index) + 0.5) / Double(factor) - 0.5
        let clamped = min(max(place, 0), Double(count - 1))
        let first = min(Int(clamped), count - 1)
        return (first, min(first + 1, count - 1), clamped - Double(first))
    }
}
