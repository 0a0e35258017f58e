// Residuals of A X = B, with A at hand or generated again by panels of columns: nothing of A's size is allocated, unless all
// of A is wanted again.
//
//     backward error (Rigal and Gaches, J. ACM 14, 1967)   max over columns of ‖b - A x‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞)
//     HPL's scaled residual                                max |A x - b| / (eps (‖A‖∞ ‖x‖∞ + ‖b‖∞) n), passes below 16
//
// Flops 2 n² for each right-hand side; eps is LAPACK's, 2⁻⁵³ for Double.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// HPL's scaled residual of A x = b, where `panel` generates the columns of A in a range again. Collective.
///
/// - Parameters:
///   - x: n x m; the largest residual over its columns counts.
///   - b: n x m, on the grid of x.
///   - panel: the n x count matrix of these columns of A, on the grid of x.
/// - Returns: a number below 16 for a right solution; NaN where x holds one; 0 for an empty system.
public func linpackResidual<Scalar: LinearScalar>(
    _ x: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    regenerating panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    let error = try backwardErrors(x, b, panel)
    return error / (Scalar.unitRoundoff * Scalar.Real(max(1, x.rows)))
}

/// The normwise backward error of A X = B, with A at hand. Collective.
public func backwardError<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ x: borrowing DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    let r = try residual(a, x, b)
    return worstBackwardError(r, x, b, norm: try a.norm(.infinity))
}

/// Columns of A in one panel of a residual.
let residualPanel = 256

/// The normwise backward error of A X = B, with A by panels; ‖A‖∞ comes from the panels, too.
func backwardErrors<Scalar: LinearScalar>(
    _ x: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    var r = DistributedMatrix<Scalar>(workspace: b.layout, on: b.grid)
    return try backwardErrors(x, b, residual: &r, panel)
}

/// The same where R is B - A X in the end.
func backwardErrors<Scalar: LinearScalar>(
    _ x: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    residual r: inout DistributedMatrix<Scalar>,
    _ panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    let (n, grid) = (x.rows, x.grid)
    r = try b.copy()
    var rowSums = [Scalar.Real](repeating: 0, count: n)
    for start in stride(from: 0, to: n, by: residualPanel) {
        let range = start..<min(n, start + residualPanel)
        let a = try panel(range)
        try requirePanel(a, n, range)
        // R -= A(:, K) X(K, :)
        try multiply(alpha: -1, a.view, x.submatrix(rows: range, columns: 0..<x.columns), beta: 1, into: &r)
        let sums = a.localSums().rows
        for i in 0..<a.localRows { rowSums[a.globalRow(i)] += sums[i] }
    }
    grid.communicator.collectively("residual") { () throws(TesseraError) in
        var span = rowSums.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
    }
    return worstBackwardError(r, x, b, norm: rowSums.reduce(0, largerOrNaN))
}

/// The matrix of all panels.
func assembled<Scalar: LinearScalar>(
    _ layout: MatrixLayout, _ grid: ProcessGrid,
    _ panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    var a = try DistributedMatrix<Scalar>(zeros: layout, on: grid)
    for start in stride(from: 0, to: a.columns, by: residualPanel) {
        let range = start..<min(a.columns, start + residualPanel)
        let part = try panel(range)
        try requirePanel(part, a.rows, range)
        try a.replace(with: part.view, column: start)
    }
    return a
}

/// Refuses, on all ranks alike, a panel of another shape than was asked for.
func requirePanel<Scalar: LinearScalar>(
    _ panel: borrowing DistributedMatrix<Scalar>, _ n: Int, _ range: Range<Int>
) throws(TesseraError) {
    let (rows, columns) = (panel.rows, panel.columns)
    try panel.grid.communicator.agree("residual") { () throws(TesseraError) in
        try requireShape("residual", "panel", "\(n)x\(range.count)", rows == n && columns == range.count, rows, columns)
    }
}

/// max over columns of ‖r‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞); a column that is zero altogether has none.
func worstBackwardError<Scalar: LinearScalar>(
    _ r: borrowing DistributedMatrix<Scalar>, _ x: borrowing DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, norm: Scalar.Real
) -> Scalar.Real {
    let (residuals, solutions, rights) = r.grid.communicator.collectively("residual") { () throws(TesseraError) in
        (try r.columnMaxima(), try x.columnMaxima(), try b.columnMaxima())
    }
    var worst: Scalar.Real = 0
    for j in residuals.indices where residuals[j] != 0 {
        // The quotient of quotients keeps ‖A‖ ‖x‖ from overflowing.
        let scale = max(norm, rights[j])
        worst = largerOrNaN(
            worst, (residuals[j] / scale) / (norm / scale * solutions[j] + rights[j] / scale))
    }
    return worst
}
