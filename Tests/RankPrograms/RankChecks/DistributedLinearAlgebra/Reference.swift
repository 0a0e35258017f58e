// The plain references that the distributed routines are held against, and the measures of the comparison.

import ComplexModule
import DistributedArrays
import Failures
import LinearAlgebra
import MessagePassing

/// Every grid that the ranks can form.
func forEachGrid(_ world: Communicator, _ body: (ProcessGrid) throws -> Void) throws {
    for rows in 1...world.size where world.size.isMultiple(of: rows) {
        let grid = try ProcessGrid(world, rows: rows, columns: world.size / rows)
        try body(grid)
        try grid.close()
    }
}

/// A body that is generic over the scalar type.
protocol ScalarBody {
    func run<Scalar: LinearScalar>(_: Scalar.Type) throws
}

func forEachScalar(_ body: some ScalarBody) throws {
    try body.run(Float.self)
    try body.run(Double.self)
    try body.run(Complex<Float>.self)
    try body.run(Complex<Double>.self)
}

/// Runs a body for all scalar types on the squarest grid, and for `Double` on every other one.
func forEachGridAndScalar(_ world: Communicator, _ body: (ProcessGrid) -> some ScalarBody) throws {
    let squarest = ProcessGrid.squarest(world.size).rows
    try forEachGrid(world) { grid in
        if grid.rows == squarest { try forEachScalar(body(grid)) } else { try body(grid).run(Double.self) }
    }
}

/// A layout with blocks of its own for rows and columns, dealt from a given part.
func layout(
    _ rows: Int, _ columns: Int, blocks: (Int, Int), sources: (Int, Int) = (0, 0), on grid: ProcessGrid
) -> MatrixLayout {
    MatrixLayout(
        rows: BlockCyclic(extent: rows, block: blocks.0, parts: grid.rows, source: sources.0 % grid.rows),
        columns: BlockCyclic(extent: columns, block: blocks.1, parts: grid.columns, source: sources.1 % grid.columns))
}

/// The distributed form of a matrix that every rank holds.
func dealt<Scalar: LinearScalar>(
    _ matrix: borrowing Matrix<Scalar>, _ layout: MatrixLayout, on grid: ProcessGrid
) -> DistributedMatrix<Scalar> {
    var result = DistributedMatrix<Scalar>(workspace: layout, on: grid)
    result.fill { matrix[$0, $1] }
    return result
}

/// A distributed matrix, whole, on every rank.
func replicated<Scalar: LinearScalar>(_ matrix: borrowing DistributedMatrix<Scalar>) throws -> Matrix<Scalar> {
    let grid = matrix.grid
    var whole = Matrix<Scalar>(rows: matrix.rows, columns: matrix.columns)
    if let gathered = try matrix.gathered(to: 0) { whole = gathered }
    var values = (0..<whole.columns).flatMap { j in (0..<whole.rows).map { i in whole[i, j] } }
    var span = values.mutableSpan
    try grid.communicator.broadcast(&span, from: 0)
    return Matrix(rows: whole.rows, columns: whole.columns) { values[$0 + $1 * matrix.rows] }
}

func random<Scalar: LinearScalar>(_ rows: Int, _ columns: Int, seed: UInt64, _: Scalar.Type) -> Matrix<Scalar> {
    let source = IndexedRandom(seed: seed)
    return Matrix(rows: rows, columns: columns) { source.element($0, $1) }
}

/// op(A)(i, j).
func element<Scalar: LinearScalar>(_ a: MatrixView<Scalar>, _ operation: Transpose, _ i: Int, _ j: Int) -> Scalar {
    switch operation {
    case .none: a[i, j]
    case .transpose: a[j, i]
    case .conjugateTranspose: a[j, i].conjugate
    }
}

/// op(A) as a matrix.
func applied<Scalar: LinearScalar>(_ operation: Transpose, _ a: borrowing Matrix<Scalar>) -> Matrix<Scalar> {
    let view = a.view
    var result = Matrix<Scalar>(
        rows: operation == .none ? a.rows : a.columns, columns: operation == .none ? a.columns : a.rows)
    for j in 0..<result.columns { for i in 0..<result.rows { result[i, j] = element(view, operation, i, j) } }
    return result
}

/// alpha A B + beta C by three loops; C is not read where beta = 0.
func product<Scalar: LinearScalar>(
    _ alpha: Scalar = 1, _ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>, _ beta: Scalar = 0,
    _ c: borrowing Matrix<Scalar>
) -> Matrix<Scalar> {
    var result = Matrix<Scalar>(rows: a.rows, columns: b.columns)
    for j in 0..<b.columns {
        for i in 0..<a.rows {
            var sum = Scalar.zero
            if alpha != .zero { for k in 0..<a.columns { sum += a[i, k] * b[k, j] } }
            result[i, j] = alpha * sum + (beta == .zero ? .zero : beta * c[i, j])
        }
    }
    return result
}

func product<Scalar: LinearScalar>(_ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>) -> Matrix<Scalar> {
    product(1, a, b, 0, Matrix(rows: a.rows, columns: b.columns))
}

/// ‖A - B‖₁.
func distance<Scalar: LinearScalar>(_ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>) -> Double {
    var largest = 0.0
    for j in 0..<a.columns {
        var sum = 0.0
        for i in 0..<a.rows { sum += Double((a[i, j] - b[i, j]).absoluteValue) }
        if !(sum <= largest) { largest = sum }
    }
    return largest
}

/// ‖A‖₁.
func oneNorm<Scalar: LinearScalar>(_ a: borrowing Matrix<Scalar>) -> Double {
    distance(a, Matrix(rows: a.rows, columns: a.columns))
}

/// ‖A - B‖₁ over `scale`, n (at least 4) and the unit roundoff; 0 where the matrices are equal. NaN counts as infinite.
func measure<Scalar: LinearScalar>(
    _ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>, scale: Double, _ n: Int
) -> Double {
    let difference = distance(a, b)
    if difference == 0 { return 0 }
    let ratio = difference / (scale * Double(max(4, n)) * Double(Scalar.unitRoundoff))
    return ratio.isNaN ? .infinity : ratio
}
