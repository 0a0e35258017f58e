// C = A B, 2 n³ flops; A = L Lᵀ, n³/3; A = P L U, 2 n³/3: local BLAS and LAPACK through the library's checked calls.

import Benchmark
import Tessera

func matrixKernels() {
    for order in [128, 512, 1024] {
        let cube = order * order * order
        kernel("gemm n=\(order)", .flops) { benchmark in
            let a = random(order, seed: 1)
            let b = random(order, seed: 2)
            var c = Matrix<Double>(rows: order, columns: order)
            try benchmark.measure(.flops, work: 2 * cube) {
                var target = c.mutableView
                try multiply(a.view, b.view, into: &target)
            }
            blackHole(c[0, 0])
        }
        kernel("potrf n=\(order)", .flops) { benchmark in
            // Off the diagonal at most 1/2, on it at least n - 1/2: positive definite by Gershgorin's circles.
            var a = random(order, seed: 1, diagonal: Double(order))
            try benchmark.measure(.flops, work: cube / 3) {
                var target = a.mutableView
                try factorCholesky(&target)
            }
            blackHole(a[0, 0])
        }
        kernel("getrf n=\(order)", .flops) { benchmark in
            var a = random(order, seed: 1)
            try benchmark.measure(.flops, work: 2 * cube / 3) {
                var target = a.mutableView
                blackHole(try factorLU(&target))
            }
        }
    }
}

/// A symmetric matrix, uniform on [-1/2, 1/2], with `diagonal` added on its diagonal.
private func random(_ order: Int, seed: UInt64, diagonal: Double = 0) -> Matrix<Double> {
    let source = IndexedRandom(seed: seed)
    return Matrix(rows: order, columns: order) { i, j in
        source.uniform(min(i, j), max(i, j)) - 0.5 + (i == j ? diagonal : 0)
    }
}
