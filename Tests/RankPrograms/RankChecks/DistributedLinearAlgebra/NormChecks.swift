import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let normChecks: [RankCheck] = [
    RankCheck("norms against plain sums") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [(0, 0, 2), (0, 3, 2), (1, 1, 3), (7, 12, 2), (30, 9, 5)] {
                    let a = random(m, n, seed: 5, Scalar.self)
                    let matrix = dealt(a, layout(m, n, blocks: (block, block + 1), on: grid), on: grid)
                    for kind in MatrixNorm.allCases {
                        let found = Double(try matrix.norm(kind))
                        let expected = plainNorm(kind, a)
                        expect(
                            abs(found - expected) <= 4 * Double(m + n) * Double(Scalar.unitRoundoff) * expected,
                            "\(Scalar.typeName) \(kind) \(m)x\(n): \(found), expected \(expected)")
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("norms of huge, tiny and missing numbers") { world in
        let grid = try ProcessGrid(world)
        for (value, expected) in [(1e300, 6e300), (1e-300, 6e-300), (0, 0)] {
            let a = try DistributedMatrix<Double>(rows: 6, columns: 6, block: 2, on: grid) { _, _ in value }
            let found = try a.norm(.frobenius)
            expect(abs(found - expected) <= 1e-14 * expected, "\(found), expected \(expected)")
        }
        for kind in MatrixNorm.allCases {
            for place in [(0, 0), (5, 2), (3, 5)] {
                let nan = try DistributedMatrix<Double>(rows: 6, columns: 6, block: 1, on: grid) { i, j in
                    (i, j) == place ? .nan : 1
                }
                try expect(nan.norm(kind).isNaN, "\(kind) of a matrix with a NaN at \(place)")
                let infinite = try DistributedMatrix<Float>(rows: 6, columns: 6, block: 1, on: grid) { i, j in
                    (i, j) == place ? -.infinity : 1
                }
                expectEqual(try infinite.norm(kind), .infinity, "\(kind)")
            }
        }
        try grid.close()
    },
]

private func plainNorm<Scalar: LinearScalar>(_ kind: MatrixNorm, _ a: borrowing Matrix<Scalar>) -> Double {
    var (largest, squares) = (0.0, 0.0)
    var rowSums = [Double](repeating: 0, count: a.rows)
    var columnSums = [Double](repeating: 0, count: a.columns)
    for j in 0..<a.columns {
        for i in 0..<a.rows {
            let modulus = Double(a[i, j].absoluteValue)
            largest = max(largest, modulus)
            squares += modulus * modulus
            rowSums[i] += modulus
            columnSums[j] += modulus
        }
    }
    switch kind {
    case .maximum: return largest
    case .one: return columnSums.max() ?? 0
    case .infinity: return rowSums.max() ?? 0
    case .frobenius: return squares.squareRoot()
    }
}
