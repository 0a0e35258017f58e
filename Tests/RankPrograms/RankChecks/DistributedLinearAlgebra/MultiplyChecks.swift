import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let multiplyChecks: [RankCheck] = [
    RankCheck("multiply, every transpose and scalar type") { world in
        let grid = try ProcessGrid(world)
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for transposeA in Transpose.allCases {
                    for transposeB in Transpose.allCases {
                        for (m, n, k) in [(7, 8, 9), (16, 1, 17)] {
                            try checkMultiply(
                                Scalar.self, (m, n, k), transposeA, transposeB, alpha: Scalar(real: -2, imaginary: 1),
                                beta: Scalar(real: 0.5, imaginary: 1), block: 3, on: grid)
                        }
                    }
                }
            }
        }
        try forEachScalar(Body(grid: grid))
        try grid.close()
    },
    RankCheck("multiply, sizes, layouts and grids") { world in
        try forEachGrid(world) { grid in
            let shapes = [
                (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (1, 7, 9), (7, 1, 9), (5, 5, 40), (33, 34, 35), (2, 40, 3),
                (40, 2, 40), (2, 40, 41), (4, 3, 700), (3, 5, 1700), (60, 500, 1), (500, 3, 2), (2, 900, 20),
            ]
            for (index, shape) in shapes.enumerated() {
                for block in [[1, 5], [2, 32]][index % 2] {
                    try checkMultiply(
                        Double.self, shape, index.isMultiple(of: 3) ? .transpose : .none,
                        index.isMultiple(of: 4) ? .transpose : .none, alpha: 1, beta: index.isMultiple(of: 2) ? 0 : 2,
                        block: block, sources: (index, block), unlike: block == 2 || index == 4, on: grid)
                }
            }
        }
    },
    RankCheck("multiply, views of parts") { world in
        let grid = try ProcessGrid(world)
        let whole = random(30, 31, seed: 21, Double.self)
        let a = dealt(whole, layout(30, 31, blocks: (4, 3), on: grid), on: grid)
        for (rows, inner, columns) in [(4..<20, 3..<18, 6..<23), (5..<9, 0..<31, 1..<2), (0..<30, 7..<8, 2..<30)] {
            // A(rows, inner) A(columns, inner)ᵀ, both parts of one matrix
            var c = try DistributedMatrix<Double>(
                zeros: layout(rows.count, columns.count, blocks: (4, 4), on: grid), on: grid)
            guard columns.upperBound <= 30 else { continue }
            try multiply(
                a.submatrix(rows: rows, columns: inner), a.submatrix(rows: columns, columns: inner),
                transposeB: .transpose,
                into: &c)
            let left = Matrix<Double>(rows: rows.count, columns: inner.count) {
                whole[rows.lowerBound + $0, inner.lowerBound + $1]
            }
            let right = Matrix<Double>(rows: inner.count, columns: columns.count) {
                whole[columns.lowerBound + $1, inner.lowerBound + $0]
            }
            let residual = measure(
                try replicated(c), product(left, right), scale: oneNorm(left) * oneNorm(right), inner.count)
            expect(residual < 3, "\(rows) \(inner) \(columns): \(residual)")
        }
        try grid.close()
    },
    RankCheck("multiply, alpha = 0, k = 0 and beta = 0 with NaN") { world in
        let grid = try ProcessGrid(world)
        for n in [1, 9] {
            let a = try DistributedMatrix<Double>(rows: 9, columns: 9, block: 2, on: grid) { _, _ in .nan }
            let b = try DistributedMatrix<Double>(rows: 9, columns: n, block: 2, on: grid) { _, _ in .infinity }
            var c = try DistributedMatrix<Double>(rows: 9, columns: n, block: 2, on: grid) { _, _ in 3 }
            try multiply(alpha: 0, a, b, beta: 2, into: &c)
            let doubled = try replicated(c)
            for j in 0..<n { for i in 0..<9 { expectEqual(doubled[i, j], 6, "alpha = 0 scales only") } }
            try multiply(
                a.submatrix(rows: 0..<9, columns: 0..<0), b.submatrix(rows: 0..<0, columns: 0..<n), beta: 0.5, into: &c)
            let halved = try replicated(c)
            for j in 0..<n { for i in 0..<9 { expectEqual(halved[i, j], 3, "k = 0 scales only") } }
            c.fill { _, _ in .nan }
            try multiply(alpha: 0, a, b, beta: 0, into: &c)
            expectEqual(oneNorm(try replicated(c)), 0, "beta = 0 overwrites")
            c.fill { _, _ in .nan }
            let one = try DistributedMatrix<Double>.identity(rows: 9, block: 2, on: grid)
            let x = try DistributedMatrix<Double>(rows: 9, columns: n, block: 2, on: grid) { i, j in Double(i + j) }
            try multiply(one, x, into: &c)
            expectEqual(distance(try replicated(c), try replicated(x)), 0, "beta = 0 overwrites")
            // A NaN in A reaches the rows of C that it belongs to, and no others.
            let spoiled = try DistributedMatrix<Double>(rows: 9, columns: 9, block: 2, on: grid) { i, j in
                i == 4 && j == 7 ? .nan : 1
            }
            let product = try replicated(try multiply(spoiled, x))
            for j in 0..<n { for i in 0..<9 { expectEqual(product[i, j].isNaN, i == 4) } }
        }
        try grid.close()
    },
    RankCheck("multiply refuses what does not fit") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>(rows: 4, columns: 5, block: 2, on: grid)
        var c = try DistributedMatrix<Double>(rows: 4, columns: 4, block: 2, on: grid)
        func refused(_ name: String, _ body: () throws -> Void) {
            expectThrows(matches: { if case .argument(_, name, _, _) = $0 { true } else { false } }, body)
        }
        refused("b") { try multiply(a, a, into: &c) }
        refused("c") { try multiply(a, transposeA: .transpose, a, into: &c) }
        let other = try ProcessGrid(world)
        let foreign = try DistributedMatrix<Double>(rows: 5, columns: 4, block: 2, on: other)
        refused("b") { try multiply(a, foreign, into: &c) }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                try multiply(a, a, transposeB: world.rank == 0 ? .transpose : .conjugateTranspose, into: &c)
            }
        }
        try other.close()
        try grid.close()
    },
    RankCheck("multiply gives the same bits again") { world in
        let grid = try ProcessGrid(world)
        // C, A and B at rest, and the inner dimension split.
        for (m, n, k) in [(64, 60, 70), (64, 1, 70), (3, 90, 70), (20, 15, 3000)] {
            let a = try DistributedMatrix<Double>.random(rows: m, columns: k, seed: 1, block: 4, on: grid)
            let b = try DistributedMatrix<Double>.random(rows: k, columns: n, seed: 2, block: 4, on: grid)
            let first = try replicated(try multiply(a, b))
            for _ in 0..<3 { expectEqual(distance(first, try replicated(try multiply(a, b))), 0) }
        }
        try grid.close()
    },
]

/// |C - (alpha op(A) op(B) + beta C₀)| against the triple loop.
func checkMultiply<Scalar: LinearScalar>(
    _: Scalar.Type, _ shape: (m: Int, n: Int, k: Int), _ transposeA: Transpose, _ transposeB: Transpose, alpha: Scalar,
    beta: Scalar, block: Int, sources: (Int, Int) = (0, 0), unlike: Bool = false, on grid: ProcessGrid
) throws {
    let (m, n, k) = shape
    let a = transposeA == .none ? random(m, k, seed: 1, Scalar.self) : random(k, m, seed: 1, Scalar.self)
    let b = transposeB == .none ? random(k, n, seed: 2, Scalar.self) : random(n, k, seed: 2, Scalar.self)
    let c = random(m, n, seed: 3, Scalar.self)
    let other = unlike ? block + 1 : block
    var result = dealt(c, layout(m, n, blocks: (block, block), sources: sources, on: grid), on: grid)
    if beta == .zero { result.fill { _, _ in Scalar(real: .nan) } }
    try multiply(
        alpha: alpha,
        dealt(a, layout(a.rows, a.columns, blocks: (other, block), sources: (sources.0, 1), on: grid), on: grid),
        transposeA: transposeA,
        dealt(b, layout(b.rows, b.columns, blocks: (block, other), sources: (1, sources.1), on: grid), on: grid),
        transposeB: transposeB, beta: beta, into: &result)
    let opA = applied(transposeA, a)
    let opB = applied(transposeB, b)
    let expected = product(alpha, opA, opB, beta, c)
    let scale =
        Double(alpha.absoluteValue) * oneNorm(opA) * oneNorm(opB) + Double(beta.absoluteValue) * oneNorm(c)
    let residual = measure(try replicated(result), expected, scale: scale, k)
    expect(residual < 3, "\(Scalar.typeName) \(shape) \(transposeA) \(transposeB) block \(block): \(residual)")
}
