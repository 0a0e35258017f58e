// A X = B for n x n and r right-hand sides, 2 n³ / 3 + 2 n² r flops, by the whole driver or by LU and nothing else; and
// L X = B with a lower triangle, n² r flops.
//
// Residual: HPL's, for the right-hand side B w with a random w, in infinity norms, ε = 2⁻⁵³; with r = 1 it is HPL's itself:
//     ‖A (X w) - B w‖ / (ε (‖A‖ ‖X‖ + ‖B‖) ‖w‖ n)
//
// Source: HPL 2.3, testing/ptest/HPL_pdtest.c.

internal import Tessera

extension DenseBench {
    /// The choice of a method, a copy of A, its factors, X, the backward error and the condition estimate.
    func system() throws(TesseraError) -> DenseResult {
        let (n, r) = (shape.n, shape.rhs)
        let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 1, block: block, on: grid)
        let size = a.layout.rows.block
        let b = try DistributedMatrix<Double>.random(rows: n, columns: r, seed: 3, block: size, on: grid)
        var result = DenseResult(block: size, flops: systemFlops)
        for _ in 0..<repeats {
            let watch = try Stopwatch(grid.communicator)
            let answer = try solve(a, b, precision: precision == .mixed ? .mixed : .full)
            result.seconds = min(result.seconds, try watch.seconds())
            (result.precision, result.iterations, result.fallback) =
                (answer.precision, answer.iterations, answer.fallback)
            result.residual = try residual(a, .whole, answer.x, b)
        }
        return result
    }

    /// P A = L U in the memory of A, and X in that of B; after random butterflies X is refined, which is timed, too.
    func factoredSystem() throws(TesseraError) -> DenseResult {
        let (n, r) = (shape.n, shape.rhs)
        let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 1, block: block, on: grid)
        let size = a.layout.rows.block
        let b = try DistributedMatrix<Double>.random(rows: n, columns: r, seed: 3, block: size, on: grid)
        var result = DenseResult(block: size, flops: systemFlops)
        for _ in 0..<repeats {
            let copy = try a.copy()
            var x = try b.copy()
            let watch = try Stopwatch(grid.communicator)
            let factor = try LU(consuming: copy, pivoting: pivoting.ofLU)
            try factor.solve(inPlace: &x)
            if isMixing { _ = try factor.refine(&x, of: a, b) }
            result.seconds = min(result.seconds, try watch.seconds())
            result.residual = try residual(a, .whole, x, b)
        }
        return result
    }

    private var systemFlops: Double {
        2 * Double(shape.n) * Double(shape.n) * (Double(shape.n) / 3 + Double(shape.rhs))
    }

    func triangularSystem() throws(TesseraError) -> DenseResult {
        let (n, r) = (shape.n, shape.rhs)
        // A dominant diagonal: of random numbers alone, X would grow exponentially with n.
        let random = IndexedRandom(seed: 1)
        let l = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid) { i, j in
            random.element(i, j) + (i == j ? Double(n) : 0)
        }
        let size = l.layout.rows.block
        let b = try DistributedMatrix<Double>.random(rows: n, columns: r, seed: 3, block: size, on: grid)
        var result = DenseResult(block: size, flops: Double(n) * Double(n) * Double(r))
        for _ in 0..<repeats {
            var x = try b.copy()
            let watch = try Stopwatch(grid.communicator)
            try solveTriangular(l, .lower, &x)
            result.seconds = min(result.seconds, try watch.seconds())
            result.residual = try residual(l, .lower, x, b)
        }
        return result
    }

    /// Of A X = B with a part of A.
    private func residual(
        _ a: borrowing DistributedMatrix<Double>, _ part: MatrixPart, _ x: borrowing DistributedMatrix<Double>,
        _ b: borrowing DistributedMatrix<Double>
    ) throws(TesseraError) -> Double {
        let w = randomVector(b.columns)
        return scaledError(
            try a.product(with: x.product(with: w), part: part), try b.product(with: w),
            scale: (try a.infinityNorm(part: part) * x.infinityNorm() + b.infinityNorm()) * maximumNorm(w)
                * Double(a.rows))
    }
}
