// What a matrix costs beside itself, where one node cannot give it: the same error on all ranks, and nothing has changed.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let refusalChecks: [RankCheck] = [
    RankCheck("copies that one node cannot hold are refused on all ranks") { world in
        let grid = try ProcessGrid(world)
        let n = 60
        let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 8, on: grid) { i, j in
            i == j ? Double(n) : 1 / Double(1 + abs(i - j))
        }
        let skew = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 1, block: 8, on: grid)
        let b = try DistributedMatrix<Double>.random(rows: n, columns: 1, seed: 2, block: 8, on: grid)
        var wide = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 3, block: 5, on: grid)
        let before = try replicated(wide)
        let oblong = try DistributedMatrix<Double>(
            zeros: layout(n, n, blocks: (4, 6), on: grid), on: grid)
        let cholesky = try Cholesky(a)
        let lu = try LU(skew)

        // A column fits, a share of a square matrix does not.
        let column = b.layout.memory(scalarBytes: 8).total
        NodeMemory.assumed = world.rank == world.size - 1 ? 2 * column : nil
        defer { NodeMemory.assumed = nil }
        func refuses(line: Int = #line, _ body: () throws -> Void) {
            expectThrows(line: line, matches: { if case .memory = $0 { true } else { false } }, body)
        }
        refuses { _ = try DistributedMatrix<Double>(rows: n, columns: n, on: grid) }
        refuses { _ = try DistributedMatrix<Double>(zeros: a.layout, on: grid) }
        refuses { _ = try a.copy() }
        refuses { _ = try a.redistributed(to: MatrixLayout(rows: n, columns: n, block: 7, on: grid)) }
        refuses { _ = try a.transposed() }
        refuses { _ = try a.gathered(to: 0) }
        refuses { _ = try a.everywhere() }
        refuses { _ = try a.view.copied() }
        refuses { _ = try multiply(a, skew) }
        refuses { _ = try Cholesky(a) }
        refuses { _ = try LU(skew) }
        refuses { _ = try cholesky.inverse() }
        refuses { _ = try lu.inverse() }
        refuses { _ = try lu.solve(wide) }
        refuses { _ = try solve(a, b, method: .cholesky) }
        refuses { _ = try solve(skew, b, method: .lu) }
        refuses { _ = try solve(oblong, b, method: .lu) }
        refuses { try solveTriangular(alpha: 3, a, .lower, &wide) }
        refuses { try solveTriangular(alpha: 3, a.submatrix(rows: 0..<n, columns: 0..<n), .lower, &wide) }
        refuses { try lu.solve(inPlace: &wide) }
        refuses {
            try wide.updateSubmatrix(rows: 1..<n, columns: 0..<n) { part throws(TesseraError) in part.fill { _, _ in 0 }
            }
        }
        NodeMemory.assumed = nil
        expectEqual(distance(try replicated(wide), before), 0)
        try grid.close()
    }
]
