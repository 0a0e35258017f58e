// One case of each routine of levels 2 and 3, against plain loops. What a routine must not read is NaN.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

/// A triangle of random numbers, NaN elsewhere.
private func storedTriangle<Scalar: LinearScalar>(
    _ n: Int, _ triangle: Triangle, seed: UInt64, diagonal: (Scalar) -> Scalar = { $0 }
) -> Matrix<Scalar> {
    let source = IndexedRandom(seed: seed)
    return Matrix(rows: n, columns: n) { i, j in
        let element: Scalar = source.element(i, j)
        return i == j ? diagonal(element) : isInside(triangle, i, j) ? element : Scalar(real: .nan)
    }
}

/// C before the call: NaN where it is overwritten.
private func before<Scalar: LinearScalar>(_ rows: Int, _ columns: Int, _ beta: Scalar) -> Matrix<Scalar> {
    beta == .zero
        ? Matrix(rows: rows, columns: columns) { _, _ in Scalar(real: .nan) }
        : random(rows, columns, seed: 43, Scalar.self)
}

func checkMirrored<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ m: Int, _ side: Side, _ triangle: Triangle, _ isHermitian: Bool, _ draws: Draws,
    _ grid: ProcessGrid, placed: Placement? = nil, line: Int = #line
) throws {
    var draws = draws
    let (alpha, beta) = (draws.factor(Scalar.self), draws.factor(Scalar.self))
    // The diagonal's imaginary parts are not read.
    let stored: Matrix<Scalar> = storedTriangle(n, triangle, seed: 41) {
        isHermitian ? Scalar(real: $0.realPart, imaginary: .nan) : $0
    }
    let meant = Matrix<Scalar>(rows: n, columns: n) { i, j in
        if i == j { return isHermitian ? Scalar(real: stored[i, i].realPart) : stored[i, i] }
        return isInside(triangle, i, j) ? stored[i, j] : isHermitian ? stored[j, i].conjugate : stored[j, i]
    }
    let (rows, columns) = side == .left ? (n, m) : (m, n)
    let b = random(rows, columns, seed: 42, Scalar.self)
    let c = before(rows, columns, beta)
    let placedA = Placed(stored, placed ?? draws.placement(), on: grid)
    let placedB = Placed(b, placed ?? draws.placement(), on: grid)
    var result = dealt(c, (placed ?? draws.target()).layout(rows, columns, on: grid), on: grid)
    if isHermitian {
        try multiplyHermitian(alpha: alpha, placedA.view, triangle, on: side, placedB.view, beta: beta, into: &result)
    } else {
        try multiplySymmetric(alpha: alpha, placedA.view, triangle, on: side, placedB.view, beta: beta, into: &result)
    }
    let expected = side == .left ? product(alpha, meant, b, beta, c) : product(alpha, b, meant, beta, c)
    let residual = measure(try replicated(result), expected, scale: bound(alpha, meant, b, beta, c), n)
    expect(
        residual < 3,
        "\(Scalar.typeName) \(n) \(m) \(side) \(triangle) \(isHermitian) \(grid.rows)x\(grid.columns): \(residual)",
        line: line)
}

func checkRankUpdate<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ k: Int, _ triangle: Triangle, _ isTransposed: Bool, _ isHermitian: Bool,
    _ isRankTwo: Bool, _ draws: Draws, _ grid: ProcessGrid, placed: Placement? = nil, line: Int = #line
) throws {
    var draws = draws
    let facing: Transpose = isHermitian ? .conjugateTranspose : .transpose
    let operation: Transpose = isTransposed ? facing : .none
    var (alpha, beta) = (draws.factor(Scalar.self), draws.factor(Scalar.self))
    if isHermitian { (alpha, beta) = (isRankTwo ? alpha : Scalar(real: alpha.realPart), Scalar(real: beta.realPart)) }
    let shape = isTransposed ? (k, n) : (n, k)
    let a = random(shape.0, shape.1, seed: 44, Scalar.self)
    let b = random(shape.0, shape.1, seed: 45, Scalar.self)
    let overwritten = before(n, n, beta)
    let other = random(n, n, seed: 46, Scalar.self)
    let c = Matrix<Scalar>(rows: n, columns: n) { isInside(triangle, $0, $1) ? overwritten[$0, $1] : other[$0, $1] }
    let placedA = Placed(a, placed ?? draws.placement(), on: grid)
    let placedB = Placed(b, placed ?? draws.placement(), on: grid)
    var result = dealt(c, (placed ?? draws.target()).layout(n, n, on: grid), on: grid)
    switch (isHermitian, isRankTwo) {
    case (false, false):
        try symmetricRankUpdate(alpha: alpha, placedA.view, transposeA: operation, beta: beta, triangle, of: &result)
    case (true, false):
        try hermitianRankUpdate(
            alpha: alpha.realPart, placedA.view, transposeA: operation, beta: beta.realPart, triangle, of: &result)
    case (false, true):
        try symmetricRankTwoUpdate(
            alpha: alpha, placedA.view, placedB.view, transpose: operation, beta: beta, triangle, of: &result)
    case (true, true):
        try hermitianRankTwoUpdate(
            alpha: alpha, placedA.view, placedB.view, transpose: operation, beta: beta.realPart, triangle, of: &result)
    }
    let opA = applied(operation, a)
    let opB = applied(operation, b)
    let right = applied(facing, isRankTwo ? opB.copy() : opA.copy())
    var expected = product(alpha, opA, right, beta, c)
    if isRankTwo {
        expected = product(isHermitian ? alpha.conjugate : alpha, opB, applied(facing, opA), 1, expected)
    }
    let found = try replicated(result)
    for j in 0..<n {
        for i in 0..<n where !isInside(triangle, i, j) {
            expect(found[i, j] == other[i, j], "the other triangle has changed", line: line)
            expected[i, j] = other[i, j]
        }
        if isHermitian {
            expect(found[j, j].imaginaryPart == 0, "an imaginary part on the diagonal", line: line)
            expected[j, j] = Scalar(real: expected[j, j].realPart)
        }
    }
    let residual = measure(found, expected, scale: bound(alpha, opA, right, 1, other), k)
    expect(
        residual < 3,
        "\(Scalar.typeName) \(n) \(k) \(triangle) \(operation) \(isHermitian) \(isRankTwo) "
            + "\(grid.rows)x\(grid.columns): \(residual)", line: line)
}

func checkTriangularProduct<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ m: Int, _ side: Side, _ triangle: Triangle, _ operation: Transpose,
    _ diagonal: Diagonal, _ draws: Draws, _ grid: ProcessGrid, placed: Placement? = nil, line: Int = #line
) throws {
    var draws = draws
    let alpha = draws.factor(Scalar.self)
    let stored: Matrix<Scalar> = storedTriangle(n, triangle, seed: 47) {
        diagonal == .unit ? Scalar(real: .nan) : $0
    }
    let meant = Matrix<Scalar>(rows: n, columns: n) { i, j in
        i == j && diagonal == .unit ? 1 : isInside(triangle, i, j) ? stored[i, j] : .zero
    }
    let (rows, columns) = side == .left ? (n, m) : (m, n)
    let b = random(rows, columns, seed: 48, Scalar.self)
    let placedA = Placed(stored, placed ?? draws.placement(), on: grid)
    var result = dealt(b, (placed ?? draws.target()).layout(rows, columns, on: grid), on: grid)
    try multiplyTriangular(
        alpha: alpha, placedA.view, triangle, transposeA: operation, diagonal: diagonal, on: side, &result)
    let op = applied(operation, meant)
    let zero = Matrix<Scalar>(rows: rows, columns: columns)
    let expected = side == .left ? product(alpha, op, b, .zero, zero) : product(alpha, b, op, .zero, zero)
    let residual = measure(try replicated(result), expected, scale: bound(alpha, op, b, 0, zero), n)
    expect(
        residual < 3,
        "\(Scalar.typeName) \(n) \(m) \(side) \(triangle) \(operation) \(diagonal) \(grid.rows)x\(grid.columns): "
            + "\(residual)", line: line)
}

func checkAdd<Scalar: LinearScalar>(
    _: Scalar.Type, _ shape: (Int, Int), _ operation: Transpose, _ draws: Draws, _ grid: ProcessGrid, line: Int = #line
) throws {
    var draws = draws
    let (alpha, beta) = (draws.factor(Scalar.self), draws.factor(Scalar.self))
    let (m, n) = shape
    let a = operation == .none ? random(m, n, seed: 49, Scalar.self) : random(n, m, seed: 49, Scalar.self)
    let c = before(m, n, beta)
    let placedA = Placed(a, draws.placement(), on: grid)
    var result = dealt(c, draws.target().layout(m, n, on: grid), on: grid)
    try add(alpha: alpha, placedA.view, transposeA: operation, beta: beta, into: &result)
    let op = applied(operation, a)
    let expected = Matrix<Scalar>(rows: m, columns: n) { i, j in
        (alpha == .zero ? .zero : alpha * op[i, j]) + (beta == .zero ? .zero : beta * c[i, j])
    }
    let scale = oneNorm(op) + (beta == .zero ? 0 : oneNorm(c))
    let residual = measure(try replicated(result), expected, scale: scale, 1)
    expect(residual < 3, "\(Scalar.typeName) \(shape) \(operation): \(residual)", line: line)
}

func checkRankOne<Scalar: LinearScalar>(
    _: Scalar.Type, _ shape: (Int, Int), _ isConjugated: Bool, _ draws: Draws, _ grid: ProcessGrid, line: Int = #line
) throws {
    var draws = draws
    let alpha = draws.factor(Scalar.self)
    let (m, n) = shape
    let x = random(m, 1, seed: 50, Scalar.self)
    let y = random(n, 1, seed: 51, Scalar.self)
    let a = random(m, n, seed: 52, Scalar.self)
    let placedX = Placed(x, draws.placement(), on: grid)
    let placedY = Placed(y, draws.placement(), on: grid)
    var result = dealt(a, draws.target().layout(m, n, on: grid), on: grid)
    try rankOneUpdate(alpha: alpha, placedX.view, placedY.view, conjugated: isConjugated, into: &result)
    let row = applied(isConjugated ? .conjugateTranspose : .transpose, y)
    let expected = product(alpha, x, row, 1, a)
    let residual = measure(try replicated(result), expected, scale: bound(alpha, x, row, 1, a), 1)
    expect(residual < 3, "\(Scalar.typeName) \(shape) \(isConjugated): \(residual)", line: line)
}

func checkPlacedMultiply<Scalar: LinearScalar>(
    _: Scalar.Type, _ shape: (m: Int, n: Int, k: Int), _ transposeA: Transpose, _ transposeB: Transpose,
    _ draws: Draws, _ grid: ProcessGrid, line: Int = #line
) throws {
    var draws = draws
    let (alpha, beta) = (draws.factor(Scalar.self), draws.factor(Scalar.self))
    let (m, n, k) = shape
    let a = transposeA == .none ? random(m, k, seed: 53, Scalar.self) : random(k, m, seed: 53, Scalar.self)
    let b = transposeB == .none ? random(k, n, seed: 54, Scalar.self) : random(n, k, seed: 54, Scalar.self)
    let c = before(m, n, beta)
    let placedA = Placed(a, draws.placement(), on: grid)
    let placedB = Placed(b, draws.placement(), on: grid)
    var result = dealt(c, draws.target().layout(m, n, on: grid), on: grid)
    try multiply(
        alpha: alpha, placedA.view, transposeA: transposeA, placedB.view, transposeB: transposeB, beta: beta,
        into: &result)
    let opA = applied(transposeA, a)
    let opB = applied(transposeB, b)
    let expected = product(alpha, opA, opB, beta, c)
    let residual = measure(try replicated(result), expected, scale: bound(alpha, opA, opB, beta, c), k)
    expect(
        residual < 3,
        "\(Scalar.typeName) \(shape) \(transposeA) \(transposeB) \(grid.rows)x\(grid.columns): \(residual)", line: line)
}

/// Both the triangle and the right-hand sides are parts of larger matrices; the rest of B stays as it is.
func checkSolveOfParts<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ m: Int, _ side: Side, _ triangle: Triangle, _ operation: Transpose, _ draws: Draws,
    _ grid: ProcessGrid, line: Int = #line
) throws {
    var draws = draws
    let stored: Matrix<Scalar> = storedTriangle(n, triangle, seed: 55) { 2 + $0 }
    let meant = Matrix<Scalar>(rows: n, columns: n) { isInside(triangle, $0, $1) ? stored[$0, $1] : .zero }
    let placedA = Placed(stored, draws.placement(), on: grid)
    let (rows, columns) = side == .left ? (n, m) : (m, n)
    let (row, column) = (draws.next(9), draws.next(9))
    let whole = random(row + rows + 2, column + columns + 3, seed: 56, Scalar.self)
    var b = dealt(whole, draws.target().layout(whole.rows, whole.columns, on: grid), on: grid)
    let view = placedA.view
    try b.updateSubmatrix(rows: row..<row + rows, columns: column..<column + columns) { part throws(TesseraError) in
        try solveTriangular(view, triangle, transposeA: operation, on: side, &part)
    }
    let found = try replicated(b)
    let x = Matrix<Scalar>(rows: rows, columns: columns) { found[row + $0, column + $1] }
    let right = Matrix<Scalar>(rows: rows, columns: columns) { whole[row + $0, column + $1] }
    let op = applied(operation, meant)
    let back = side == .left ? product(op, x) : product(x, op)
    let residual = measure(back, right, scale: oneNorm(op) * oneNorm(x), n)
    expect(residual < 3, "\(Scalar.typeName) \(n) \(m) \(side) \(triangle) \(operation): \(residual)", line: line)
    for j in 0..<whole.columns {
        for i in 0..<whole.rows where !(row..<row + rows).contains(i) || !(column..<column + columns).contains(j) {
            expect(found[i, j] == whole[i, j], "what lies beside the part has changed", line: line)
        }
    }
}
