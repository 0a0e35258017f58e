// Exact Gaussian-process regression, which geostatistics calls simple kriging (Rasmussen and Williams 2006, algorithm
// 2.1; Cressie, Statistics for Spatial Data, 1993). With n training values y at points X, prior mean m and noise τ²:
//
//   K = k(X, X) + τ² I = L Lᴴ          n²/2 kernel values generated in place on the ranks, n³/3 flops
//   α = K⁻¹ (y - m)                    2 n² flops
//   log p(y) = -½ (y - m)ᵀ α - ½ log det K - n/2 log 2π
//   mean(x*) = m + k(x*, X) α          n kernel values a point
//   var(x*)  = k(0) - ‖L⁻¹ k(X, x*)‖²  n² flops a point

internal import Foundation
package import Tessera

/// Where points lie, in metres.
package struct PlanePoint: Sendable {
    package var y: Double
    package var x: Double

    package init(y: Double, x: Double) {
        self.y = y
        self.x = x
    }

    @inline(__always)
    package func squaredDistance(to other: PlanePoint) -> Double {
        (y - other.y) * (y - other.y) + (x - other.x) * (x - other.x)
    }
}

/// A Gaussian process conditioned on training values; its factor lives on all ranks of a grid.
package struct GaussianProcess: ~Copyable {
    package let covariance: CovarianceFunction
    package let points: [PlanePoint]
    /// The prior mean m: the mean of the training values.
    package let mean: Double
    /// α = K⁻¹ (y - m), on every rank.
    package let weights: [Double]
    /// log p(y): natural logarithm.
    package let logMarginalLikelihood: Double
    let factor: Cholesky<Double>

    /// Conditions the process on values at points. Collective; every rank passes the same.
    ///
    /// With a store the factorization saves itself there, and is taken up again if it has been saved before.
    ///
    /// - Throws: `TesseraError.notPositiveDefinite` on all ranks when the covariance matrix is numerically not
    ///   positive definite: points too close together for the length scale and too little noise.
    package init(
        covariance: CovarianceFunction, noise: Double, points: [PlanePoint], values: [Double], block: Int?,
        checkpoint store: CheckpointStore? = nil, on grid: ProcessGrid
    ) throws(TesseraError) {
        let n = points.count
        let mean = values.reduce(0, +) / Double(max(1, n))
        let factor = try Self.factor(covariance, noise, points, block, store, on: grid)
        let y = try DistributedMatrix<Double>(
            rows: n, columns: 1, block: factor.factor.layout.rows.block, on: grid
        ) { i, _ in values[i] - mean }
        let weights = try Trace.span("solve") { () throws(TesseraError) in try factor.solve(y).everywhere() }
        var fit = 0.0
        for (value, weight) in zip(values, weights) { fit += (value - mean) * weight }
        let logDeterminant = try factor.logarithmOfDeterminant()
        logMarginalLikelihood = -0.5 * (fit + logDeterminant + Double(n) * log(2 * Double.pi))
        self.covariance = covariance
        self.points = points
        self.mean = mean
        self.weights = weights
        self.factor = factor
    }

    /// L of K = k(X, X) + τ² I.
    private static func factor(
        _ covariance: CovarianceFunction, _ noise: Double, _ points: [PlanePoint], _ block: Int?,
        _ store: CheckpointStore?, on grid: ProcessGrid
    ) throws(TesseraError) -> Cholesky<Double> {
        if let store, let factor = try Cholesky<Double>.resumed(from: store, on: grid, block: block) { return factor }
        var k = try DistributedMatrix<Double>(rows: points.count, columns: points.count, block: block, on: grid)
        Trace.span("covariance") {
            points.withUnsafeBufferPointer { points in
                k.fill { i, j in
                    let value = covariance(squaredDistance: points[i].squaredDistance(to: points[j]))
                    return i == j ? value + noise : value
                }
            }
        }
        return try Cholesky(consuming: k, checkpoint: store)
    }

    /// Runs what uses the process; where a signal stops that, the factor is saved before. Collective.
    borrowing func saved<Result: ~Copyable>(
        in store: CheckpointStore?, _ body: () throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result { try factor.saved(in: store, body) }

    /// The posterior mean at a point. Local: each rank predicts the points it likes, and gets the same bits.
    package borrowing func posteriorMean(at point: PlanePoint) -> Double {
        points.withUnsafeBufferPointer { points in
            weights.withUnsafeBufferPointer { weights in
                var sum = 0.0
                for j in 0..<points.count {
                    sum += covariance(squaredDistance: point.squaredDistance(to: points[j])) * weights[j]
                }
                return mean + sum
            }
        }
    }

    /// The posterior variance of the noise-free field at these points, on every rank. Collective; the panel of
    /// n x `targets.count` scalars is dealt over the ranks.
    package borrowing func posteriorVariance(at targets: [PlanePoint]) throws(TesseraError) -> [Double] {
        let grid = factor.factor.grid
        let (covariance, points) = (covariance, points)
        var v = try DistributedMatrix<Double>(
            rows: points.count, columns: targets.count, block: factor.factor.layout.rows.block, on: grid)
        points.withUnsafeBufferPointer { points in
            v.fill { i, j in covariance(squaredDistance: points[i].squaredDistance(to: targets[j])) }
        }
        // V = L⁻¹ k(X, X*); the variance falls by the squared length of its columns.
        try solveTriangular(factor.factor, .lower, &v)
        var squares = [Double](repeating: 0, count: targets.count)
        for localColumn in 0..<v.localColumns {
            var sum = 0.0
            let column = v.storage + localColumn * v.leadingDimension
            for i in 0..<v.localRows { sum += column[i] * column[i] }
            squares[v.globalColumn(localColumn)] = sum
        }
        var span = squares.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return squares.map { max(0, covariance.variance - $0) }
    }
}
