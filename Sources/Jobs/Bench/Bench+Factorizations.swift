// P A = L U of m x n, l s² - s³ / 3 flops with l the longer and s the shorter of m and n (2 n³ / 3 for a square A), and
// A = L Lᵀ or P A Pᵀ = L T Lᵀ, n³ / 3 flops.
//
// Residual: the product of the factors beside the matrix, with a random x, in infinity norms, ε = 2⁻⁵³:
//     ‖Pᵀ L (U x) - A x‖ / (ε ‖A‖ ‖x‖ n)
// ScaLAPACK's ‖A - L U‖ / (ε ‖A‖ max(m, n)), seen along x (TESTING/LIN/pdludriver.f). After random butterflies L U is no
// product of A's factors: instead of L (U x) stands A y for the refined solution y of A y = A x.

internal import Tessera

extension DenseBench {
    func luFactorization() throws(TesseraError) -> DenseResult {
        let (long, short) = (Double(max(shape.m, shape.n)), Double(min(shape.m, shape.n)))
        let random = IndexedRandom(seed: 1)
        let element = { (i: Int, j: Int) -> Double in random.element(i, j) }
        return try factorization(
            rows: shape.m, flops: long * short * short - short * short * short / 3, element
        ) { (a, watch, x) throws(TesseraError) in
            let factor = try LU(consuming: a, pivoting: pivoting.ofLU)
            let seconds = try watch.seconds()
            if isMixing { return (seconds, try refinedProduct(factor, x, element)) }
            // U x has a row for each of A's; L wants one for each of its columns.
            var y = try factor.factors.product(with: x, part: .upper)
            y += [Double](repeating: 0, count: max(0, x.count - y.count))
            var product = try factor.factors.product(with: y, part: .unitLower)
            for (row, pivot) in factor.pivots.enumerated().reversed() { product.swapAt(row, pivot) }
            return (seconds, product)
        }
    }

    /// A y for the refined solution of A y = A x.
    private func refinedProduct(
        _ factor: borrowing LU<Double>, _ x: [Double], _ element: (Int, Int) -> Double
    ) throws(TesseraError) -> [Double] {
        let block = factor.factors.layout.rows.block
        let a = try DistributedMatrix<Double>(rows: x.count, columns: x.count, block: block, on: grid, element: element)
        let product = try a.product(with: x)
        let b = try DistributedMatrix<Double>(rows: x.count, columns: 1, block: block, on: grid) { i, _ in product[i] }
        var y = try factor.solve(b)
        _ = try factor.refine(&y, of: a, b)
        return try a.product(with: y.everywhere())
    }

    func choleskyFactorization() throws(TesseraError) -> DenseResult {
        let n = shape.n
        // Off the diagonal at most 1/2, on it at least n - 1/2: positive definite by Gershgorin's circles.
        let random = IndexedRandom(seed: 1)
        let element = { (i: Int, j: Int) in random.uniform(min(i, j), max(i, j)) - 0.5 + (i == j ? Double(n) : 0) }
        return try factorization(rows: n, flops: Double(n) * Double(n) * Double(n) / 3, element) {
            (a, watch, x) throws(TesseraError) in
            let factor = try Cholesky(consuming: a)
            let seconds = try watch.seconds()
            let y = try factor.factor.product(with: x, part: .lower, transposed: true)
            return (seconds, try factor.factor.product(with: y, part: .lower))
        }
    }

    func symmetricIndefiniteFactorization() throws(TesseraError) -> DenseResult {
        let n = shape.n
        let random = IndexedRandom(seed: 1)
        let element = { (i: Int, j: Int) in random.uniform(min(i, j), max(i, j)) - 0.5 }
        return try factorization(rows: n, flops: Double(n) * Double(n) * Double(n) / 3, element) {
            (a, watch, x) throws(TesseraError) in
            let factor = try SymmetricIndefinite(consuming: a)
            let seconds = try watch.seconds()
            let (diagonal, below) = (factor.diagonal, factor.subdiagonal)
            var permuted = x
            for (row, pivot) in factor.pivots.enumerated() { permuted.swapAt(row, pivot) }
            let y = try factor.factor.product(with: permuted, part: .unitLower, transposed: true)
            let z = y.indices.map { i in
                diagonal[i] * y[i] + (i > 0 ? below[i - 1] * y[i - 1] : 0)
                    + (i + 1 < y.count ? below[i] * y[i + 1] : 0)
            }
            var product = try factor.factor.product(with: z, part: .unitLower)
            for (row, pivot) in factor.pivots.enumerated().reversed() { product.swapAt(row, pivot) }
            return (seconds, product)
        }
    }

    /// Factors a matrix in its own memory again and again, and generates it once more for the residual.
    ///
    /// - Parameter factor: the time of the factorization, and the product of its factors and x.
    private func factorization(
        rows: Int, flops: Double, _ element: (Int, Int) -> Double,
        factor: (
            consuming DistributedMatrix<Double>, Stopwatch, [Double]
        ) throws(TesseraError) -> (seconds: Double, product: [Double])
    ) throws(TesseraError) -> DenseResult {
        let layout = MatrixLayout(rows: rows, columns: shape.n, block: block, on: grid)
        var result = DenseResult(block: layout.rows.block, flops: flops)
        var x: [Double] = []
        var product: [Double] = []
        for _ in 0..<repeats {
            let a = try DistributedMatrix<Double>(
                rows: rows, columns: shape.n, block: block, on: grid, element: element)
            x = randomVector(shape.n)
            let (seconds, found) = try factor(a, try Stopwatch(grid.communicator), x)
            result.seconds = min(result.seconds, seconds)
            product = found
        }
        let a = try DistributedMatrix<Double>(rows: rows, columns: shape.n, block: block, on: grid, element: element)
        result.residual = scaledError(
            product, try a.product(with: x),
            scale: try a.infinityNorm() * maximumNorm(x) * Double(shape.n))
        return result
    }
}
