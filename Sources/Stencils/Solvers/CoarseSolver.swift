// The coarsest grid, solved exactly on one rank: A = L Lᵀ by Cholesky, n³/3 + 2 n² operations.
//
// Where A maps constants to zero, A + s 1 1ᵀ / n is factored instead, s the mean of the diagonal: on vectors with mean zero
// both are the same, and the solution of such a right-hand side has mean zero.

import Failures
import MessagePassing

/// The factor of an operator on a grid that one rank holds.
final class CoarseSolver<Scalar: StencilScalar> {
    /// L by rows, without what lies above the diagonal; empty on ranks without cells.
    private var factor: [Double] = []
    private var work: [Double]
    private let n: Int
    /// Whether A is positive definite, or semidefinite with the constants alone in its kernel. The same on all ranks.
    let isPositiveDefinite: Bool

    init(_ grid: GridOperator<Scalar>, isSingular: Bool) throws(TesseraError) {
        let isIdle = grid.partition.isIdle
        let n = grid.partition.count.product
        self.n = n
        work = [Double](repeating: 0, count: n)
        var isSound = true
        if !isIdle {
            var a = [Double](repeating: 0, count: n * n)
            let (unit, column) = (grid.field(), grid.field())
            for j in 0..<n {
                unit.set(0)
                unit.row(j / unit.columns)[j % unit.columns] = 1
                try grid.apply(unit, into: column)
                for i in 0..<n { a[i * n + j] = Double(column.row(i / column.columns)[i % column.columns]) }
            }
            if isSingular {
                let shift = (0..<n).reduce(0.0) { $0 + a[$1 * n + $1] } / Double(n * n)
                for k in a.indices { a[k] += shift > 0 ? shift : 1 }
            }
            for j in 0..<n {
                for i in j..<n {
                    var sum = a[i * n + j]
                    for k in 0..<j { sum -= a[i * n + k] * a[j * n + k] }
                    if i == j { isSound = isSound && sum > 0 && sum.isFinite }
                    a[i * n + j] = i == j ? sum.squareRoot() : sum / a[j * n + j]
                }
            }
            factor = a
        }
        isPositiveDefinite = try grid.communicator.allReduce(isSound ? 1 : 0, .minimum) == 1
    }

    /// x = A⁻¹ b. Local.
    func solve(_ b: GridField<Scalar>, into x: GridField<Scalar>) {
        guard !factor.isEmpty else { return }
        let columns = b.columns
        for i in 0..<n {
            var sum = Double(b.row(i / columns)[i % columns])
            for k in 0..<i { sum -= factor[i * n + k] * work[k] }
            work[i] = sum / factor[i * n + i]
        }
        for i in (0..<n).reversed() {
            var sum = work[i]
            for k in (i + 1)..<Swift.max(n, i + 1) { sum -= factor[k * n + i] * work[k] }
            work[i] = sum / factor[i * n + i]
            x.row(i / columns)[i % columns] = Scalar(work[i])
        }
    }
}
