import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let triangularSolveChecks: [RankCheck] = [
    RankCheck("triangular solve, every side, triangle, transpose and diagonal") { world in
        let grid = try ProcessGrid(world)
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for side in Side.allCases {
                    for triangle in Triangle.allCases {
                        for operation in Transpose.allCases {
                            for diagonal in Diagonal.allCases {
                                try checkTriangularSolve(
                                    Scalar.self, 11, (triangle == .lower) == (diagonal == .unit) ? 3 : 9, side,
                                    triangle, operation, diagonal,
                                    layout(11, 11, blocks: (3, 3), on: grid),
                                    { layout($0, $1, blocks: (3, 3), on: grid) },
                                    on: grid)
                            }
                        }
                    }
                }
            }
        }
        try forEachScalar(Body(grid: grid))
        try grid.close()
    },
    RankCheck("triangular solve, sizes and layouts") { world in
        try forEachGrid(world) { grid in
            for (n, m, block) in [
                (0, 3, 2), (1, 1, 1), (1, 4, 32), (5, 0, 2), (9, 2, 32), (13, 7, 2), (40, 12, 5), (20, 40, 3),
            ] {
                for (index, blocks) in [(block, block), (block + 1, block), (1, 3)].enumerated() {
                    for side in Side.allCases {
                        for operation in [Transpose.none, .transpose] {
                            try checkTriangularSolve(
                                Double.self, n, m, side, .lower, operation, .nonUnit,
                                layout(n, n, blocks: (block, block + index), sources: (index, 1), on: grid),
                                { layout($0, $1, blocks: blocks, sources: (0, index), on: grid) }, on: grid)
                        }
                    }
                }
            }
        }
    },
    RankCheck("triangular solve, alpha and arguments") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>.identity(rows: 6, block: 2, on: grid)
        var b = try DistributedMatrix<Double>(rows: 6, columns: 2, block: 2, on: grid) { _, _ in .nan }
        try solveTriangular(alpha: 0, a, .lower, &b)
        expectEqual(oneNorm(try replicated(b)), 0, "alpha = 0 overwrites")
        b.fill { i, j in Double(i + j) }
        try solveTriangular(alpha: -2, a, .upper, &b)
        let x = try replicated(b)
        for j in 0..<2 { for i in 0..<6 { expectEqual(x[i, j], -2 * Double(i + j)) } }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "a" } else { false } }) {
            try solveTriangular(a, .lower, on: .right, &b)
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                try solveTriangular(alpha: Double(world.rank), a, .lower, &b)
            }
        }
        let other = try ProcessGrid(world)
        var foreign = try DistributedMatrix<Double>(rows: 6, columns: 2, block: 2, on: other)
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "b" } else { false } }) {
            try solveTriangular(a, .lower, &foreign)
        }
        try other.close()
        try grid.close()
    },
]

/// Solves with a triangle whose other half is NaN, and holds op(T) X - alpha B (or X op(T) - alpha B) to rounding.
func checkTriangularSolve<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ m: Int, _ side: Side, _ triangle: Triangle, _ operation: Transpose,
    _ diagonal: Diagonal, _ layoutA: MatrixLayout, _ layoutB: (Int, Int) -> MatrixLayout, on grid: ProcessGrid
) throws {
    let source = IndexedRandom(seed: 7)
    let stored = Matrix<Scalar>(rows: n, columns: n) { i, j in
        if i == j { return diagonal == .unit ? Scalar(real: .nan) : 2 + source.element(i, j) }
        return (i > j) == (triangle == .lower) ? source.element(i, j) : Scalar(real: .nan)
    }
    let meant = Matrix<Scalar>(rows: n, columns: n) { i, j in
        i == j ? (diagonal == .unit ? 1 : stored[i, j]) : (i > j) == (triangle == .lower) ? stored[i, j] : .zero
    }
    let alpha = Scalar(real: 0.5, imaginary: -1)
    let shape = side == .left ? (n, m) : (m, n)
    let b = random(shape.0, shape.1, seed: 8, Scalar.self)
    let scaled = Matrix<Scalar>(rows: shape.0, columns: shape.1) { alpha * b[$0, $1] }

    let a = dealt(stored, layoutA, on: grid)
    var result = dealt(b, layoutB(shape.0, shape.1), on: grid)
    try solveTriangular(alpha: alpha, a, triangle, transposeA: operation, diagonal: diagonal, on: side, &result)
    let x = try replicated(result)
    let op = applied(operation, meant)
    let back = side == .left ? product(op, x) : product(x, op)
    let residual = measure(back, scaled, scale: oneNorm(op) * oneNorm(x), n)
    expect(residual < 3, "\(Scalar.typeName) \(n) \(side) \(triangle) \(operation) \(diagonal) \(layoutA): \(residual)")
}
