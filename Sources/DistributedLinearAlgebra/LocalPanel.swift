// LU of a panel in one rank's memory, by recursive halves as in PanelFactorization, with exchanges of rows or without any.
// Flops m w².

import LinearAlgebra

struct LocalPanel<Scalar: LinearScalar> {
    /// As many as columns at least.
    let rows: Int
    let width: Int
    let base: UnsafeMutablePointer<Scalar>
    let leadingDimension: Int
    let isPivoting: Bool
    /// Row i of L U is row order[i] of the panel.
    private(set) var order: [Int]

    init(
        _ rows: Int, _ width: Int, _ base: UnsafeMutablePointer<Scalar>, _ leadingDimension: Int, isPivoting: Bool
    ) {
        precondition(rows >= width)
        (self.rows, self.width, self.base, self.leadingDimension) = (rows, width, base, leadingDimension)
        self.isPivoting = isPivoting
        order = Array(0..<rows)
    }

    /// Factors in place. Below a pivot that is zero L is zero, too.
    mutating func factor() { factor(0..<width) }

    private mutating func factor(_ range: Range<Int>) {
        guard range.count > 8 else { return range.forEach { eliminate($0, within: range.upperBound) } }
        let middle = range.lowerBound + range.count / 2
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        factor(left)
        // U = L⁻¹ A(left, right), A(below, right) -= L21 U
        let u = element(left.lowerBound, right.lowerBound)
        Scalar.trsm(
            .left, .lower, .none, .unit, left.count, right.count, 1, element(left.lowerBound, left.lowerBound),
            leadingDimension, u, leadingDimension)
        Scalar.gemm(
            .none, .none, rows - middle, right.count, left.count, -1, element(middle, left.lowerBound),
            leadingDimension, u, leadingDimension, 1, element(middle, middle), leadingDimension)
        factor(right)
    }

    /// One column: pivot, exchange, scale, and the rank-one update of the columns before `end`.
    private mutating func eliminate(_ j: Int, within end: Int) {
        if isPivoting, let candidate = pivotCandidate(element(0, j), j..<rows), candidate.row != j {
            Scalar.swap(width, element(j, 0), leadingDimension, element(candidate.row, 0), leadingDimension)
            order.swapAt(j, candidate.row)
        }
        let (pivot, below) = (element(j, j).pointee, rows - j - 1)
        guard below > 0 else { return }
        let column = element(j + 1, j)
        if pivot == .zero { return column.update(repeating: .zero, count: below) }
        divide(column, below, by: pivot)
        guard j + 1 < end else { return }
        Scalar.ger(
            below, end - j - 1, -1, column, 1, element(j, j + 1), leadingDimension, conjugated: false,
            element(j + 1, j + 1), leadingDimension)
    }

    private func element(_ i: Int, _ j: Int) -> UnsafeMutablePointer<Scalar> { base + i + j * leadingDimension }
}
