// The dense routines on generated matrices, each with a check of its result that costs n² flops.
//
// Flops: C = A B takes 2 n³, LU 2 n³ / 3, Cholesky and a symmetric indefinite factorization n³ / 3, a solve 2 n³ / 3 + 2 n².
// Residuals in units of rounding: of a solution HPL's ‖A x - b‖ / (ε (‖A‖ ‖x‖ + ‖b‖) n), of a product Freivalds'
// ‖C x - A (B x)‖ / (ε ‖A‖ ‖B‖ ‖x‖ n) with a random x, in infinity norms, ε = 2⁻⁵³.
//
// Sources: HPL 2.3, testing/ptest/HPL_pdtest.c; Freivalds, "Probabilistic machines can use less running time", 1977.

internal import Tessera

/// One routine at one order. Collective.
func benchDense(
    _ routine: BenchRequest.Routine, _ n: Int, _ block: Int?, _ precision: BenchRequest.Precision, repeats: Int,
    peak: Double, on grid: ProcessGrid
) throws(TesseraError) -> JobSummary {
    let cube = Double(n) * Double(n) * Double(n)
    let (result, flops) =
        switch routine {
        case .gemm: (try benchMultiply(n, block, repeats, grid), 2 * cube)
        case .lu: (try benchLU(n, block, repeats, grid), 2 * cube / 3)
        case .solve:
            (try benchSolve(n, block, precision, repeats, grid), 2 * cube / 3 + 2 * Double(n) * Double(n))
        case .symmetricIndefinite: (try benchSymmetricIndefinite(n, block, repeats, grid), cube / 3)
        default: (try benchCholesky(n, block, repeats, grid), cube / 3)
        }
    var summary = benchSummary(
        routine, size: [("n", .integer(n)), ("block", .integer(result.block))], grid: [grid.rows, grid.columns],
        on: grid.communicator)
    summary.add("seconds", "seconds", .quantity(result.seconds, ""))
    summary.add("gflops", "GFLOP/s", .quantity(flops / result.seconds / 1e9, ""))
    summary.add("share_of_peak", "of DGEMM", .quantity(100 * flops / result.seconds / peak, "%"))
    summary.add("residual", "residual", .quantity(result.residual, ""))
    if let precision = result.precision {
        summary.add("precision", "precision", .text(precision.rawValue))
        summary.add("iterations", "steps", .integer(result.iterations))
        summary.add("fallback", "fallback", .text(result.fallback?.description ?? "none"))
    }
    return summary
}

private struct DenseResult {
    let block: Int
    var seconds = Double.infinity
    var residual = Double.nan
    /// Of a solve: the precision that gave the answer, and what refinement took.
    var precision: SolvePrecision?
    var iterations = 0
    var fallback: MixedPrecisionFailure?
}

private func benchMultiply(
    _ n: Int, _ block: Int?, _ repeats: Int, _ grid: ProcessGrid
) throws(TesseraError) -> DenseResult {
    let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 1, block: block, on: grid)
    let b = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 2, block: block, on: grid)
    var c = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid)
    var result = DenseResult(block: c.layout.rows.block)
    for _ in 0..<repeats {
        let watch = try Stopwatch(grid.communicator)
        try multiply(a, b, into: &c)
        result.seconds = min(result.seconds, try watch.seconds())
    }
    let x = randomVector(n)
    let error = maximumNorm(difference(try c.product(with: x), try a.product(with: b.product(with: x))))
    let scale = try a.infinityNorm() * b.infinityNorm() * maximumNorm(x) * Double(n)
    result.residual = scaled(error, scale)
    return result
}

private func benchLU(_ n: Int, _ block: Int?, _ repeats: Int, _ grid: ProcessGrid) throws(TesseraError) -> DenseResult {
    let random = IndexedRandom(seed: 1)
    return try benchFactorization(n, block, repeats, grid, { random.element($0, $1) }) {
        (a, watch, b) throws(TesseraError) in
        let factor = try LU(consuming: a)
        let seconds = try watch.seconds()
        return (seconds, try factor.solve(b).everywhere())
    }
}

private func benchSymmetricIndefinite(
    _ n: Int, _ block: Int?, _ repeats: Int, _ grid: ProcessGrid
) throws(TesseraError) -> DenseResult {
    let random = IndexedRandom(seed: 1)
    return try benchFactorization(n, block, repeats, grid, { random.element(min($0, $1), max($0, $1)) }) {
        (a, watch, b) throws(TesseraError) in
        let factor = try SymmetricIndefinite(consuming: a)
        let seconds = try watch.seconds()
        return (seconds, try factor.solve(b).everywhere())
    }
}

/// The whole driver: the choice of a method, a copy of A, its factors, x, the backward error and the condition estimate.
private func benchSolve(
    _ n: Int, _ block: Int?, _ precision: BenchRequest.Precision, _ repeats: Int, _ grid: ProcessGrid
) throws(TesseraError) -> DenseResult {
    let values = randomVector(n)
    let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 1, block: block, on: grid)
    var result = DenseResult(block: a.layout.rows.block)
    let b = try DistributedMatrix<Double>(rows: n, columns: 1, block: result.block, on: grid) { i, _ in values[i] }
    for _ in 0..<repeats {
        let watch = try Stopwatch(grid.communicator)
        let answer = try solve(a, b, precision: precision == .mixed ? .mixed : .full)
        result.seconds = min(result.seconds, try watch.seconds())
        (result.precision, result.iterations, result.fallback) = (answer.precision, answer.iterations, answer.fallback)
        let x = try answer.x.everywhere()
        let error = maximumNorm(difference(try a.product(with: x), values))
        result.residual = scaled(error, (try a.infinityNorm() * maximumNorm(x) + maximumNorm(values)) * Double(n))
    }
    return result
}

private func benchCholesky(
    _ n: Int, _ block: Int?, _ repeats: Int, _ grid: ProcessGrid
) throws(TesseraError) -> DenseResult {
    // Off the diagonal at most 1/2, on it at least n - 1/2: positive definite by Gershgorin's circles.
    let random = IndexedRandom(seed: 1)
    let element = { (i: Int, j: Int) in random.uniform(min(i, j), max(i, j)) - 0.5 + (i == j ? Double(n) : 0) }
    return try benchFactorization(n, block, repeats, grid, element) { (a, watch, b) throws(TesseraError) in
        let factor = try Cholesky(consuming: a)
        let seconds = try watch.seconds()
        return (seconds, try factor.solve(b).everywhere())
    }
}

/// Factors a matrix in its own memory again and again, and generates it once more for the residual of A x = b.
private func benchFactorization(
    _ n: Int, _ block: Int?, _ repeats: Int, _ grid: ProcessGrid, _ element: (Int, Int) -> Double,
    factorAndSolve: (
        consuming DistributedMatrix<Double>, Stopwatch, borrowing DistributedMatrix<Double>
    ) throws(TesseraError) -> (seconds: Double, x: [Double])
) throws(TesseraError) -> DenseResult {
    let values = randomVector(n)
    var result: DenseResult?
    var x: [Double] = []
    for _ in 0..<repeats {
        let a = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid, element: element)
        let size = a.layout.rows.block
        let b = try DistributedMatrix<Double>(rows: n, columns: 1, block: size, on: grid) { i, _ in values[i] }
        let watch = try Stopwatch(grid.communicator)
        let (seconds, solution) = try factorAndSolve(a, watch, b)
        x = solution
        result = DenseResult(block: size, seconds: min(result?.seconds ?? .infinity, seconds))
    }
    guard var result else { preconditionFailure("no repetition") }
    let a = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid, element: element)
    let error = maximumNorm(difference(try a.product(with: x), values))
    result.residual = scaled(error, (try a.infinityNorm() * maximumNorm(x) + maximumNorm(values)) * Double(n))
    return result
}

/// An error in units of rounding.
private func scaled(_ error: Double, _ scale: Double) -> Double { error / (scale * Double.unitRoundoff) }

private func randomVector(_ n: Int) -> [Double] {
    let random = IndexedRandom(seed: 3)
    return (0..<n).map { random.element($0, 0) }
}

private func difference(_ x: [Double], _ y: [Double]) -> [Double] { zip(x, y).map { $0 - $1 } }

/// The largest magnitude; NaN where any element is.
private func maximumNorm(_ x: [Double]) -> Double {
    x.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, abs($1)) }
}

extension DistributedMatrix<Double> {
    /// A x with x and the result on every rank. Collective.
    fileprivate borrowing func product(with x: [Double]) throws(TesseraError) -> [Double] {
        try rowSums { $1 * x[$0] }
    }

    /// The largest sum of magnitudes of a row. Collective.
    fileprivate borrowing func infinityNorm() throws(TesseraError) -> Double {
        maximumNorm(try rowSums { abs($1) })
    }

    /// The sum over the columns j of term(j, A(i, j)), for every row i, on every rank. Collective.
    private borrowing func rowSums(_ term: (Int, Double) -> Double) throws(TesseraError) -> [Double] {
        var sums = [Double](repeating: 0, count: rows)
        for localColumn in 0..<localColumns {
            let j = globalColumn(localColumn)
            let column = storage + localColumn * leadingDimension
            forEachRowRun { first, local, count in
                for i in 0..<count { sums[first + i] += term(j, column[local + i]) }
            }
        }
        var span = sums.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return sums
    }
}
