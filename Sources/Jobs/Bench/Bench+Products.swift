// C = A B of m x k and k x n, 2 m n k flops, and the lower triangle of C = A Aᵀ with A of n x k, n² k flops.
//
// Residuals are Freivalds', with a random x, in infinity norms, ε = 2⁻⁵³:
//     ‖C x - A (B x)‖ / (ε ‖A‖ ‖B‖ ‖x‖ max(n, k))
//
// Source: Freivalds, "Probabilistic machines can use less running time", 1977.

internal import Tessera

extension DenseBench {
    func product() throws(TesseraError) -> DenseResult {
        let (m, n, k) = (shape.m, shape.n, shape.k)
        let a = try DistributedMatrix<Double>.random(rows: m, columns: k, seed: 1, block: block, on: grid)
        let b = try DistributedMatrix<Double>.random(rows: k, columns: n, seed: 2, block: block, on: grid)
        var c = try DistributedMatrix<Double>(rows: m, columns: n, block: block, on: grid)
        var result = DenseResult(block: c.layout.rows.block, flops: 2 * Double(m) * Double(n) * Double(k))
        for _ in 0..<repeats {
            let watch = try Stopwatch(grid.communicator)
            try multiply(a, b, into: &c)
            result.seconds = min(result.seconds, try watch.seconds())
        }
        let x = randomVector(n)
        result.residual = scaledError(
            try c.product(with: x), try a.product(with: b.product(with: x)),
            scale: try a.infinityNorm() * b.infinityNorm() * maximumNorm(x) * Double(max(n, k)))
        return result
    }

    func rankUpdate() throws(TesseraError) -> DenseResult {
        let (n, k) = (shape.n, shape.k)
        let a = try DistributedMatrix<Double>.random(rows: n, columns: k, seed: 1, block: block, on: grid)
        var c = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid)
        var result = DenseResult(block: c.layout.rows.block, flops: Double(n) * Double(n) * Double(k))
        for _ in 0..<repeats {
            let watch = try Stopwatch(grid.communicator)
            try symmetricRankUpdate(a.view, .lower, of: &c)
            result.seconds = min(result.seconds, try watch.seconds())
        }
        let x = randomVector(n)
        // The other triangle of C is the transpose of this one.
        let below = try c.product(with: x, part: .lower)
        let above = try c.product(with: x, part: .strictlyLower, transposed: true)
        result.residual = scaledError(
            zip(below, above).map(+), try a.product(with: a.product(with: x, transposed: true)),
            scale: try a.infinityNorm() * a.infinityNorm(transposed: true) * maximumNorm(x) * Double(max(n, k)))
        return result
    }
}
