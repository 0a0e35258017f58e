import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let choleskyChecks: [RankCheck] = [
    RankCheck("Cholesky, factor and solve") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(0, 2), (1, 1), (3, 32), (12, 1), (17, 3), (40, 5), (70, 32)] {
                    for sources in [(0, 0), (1, 2)] { try checkCholesky(Scalar.self, n, block, sources, on: grid) }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Cholesky of the upper triangle") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(0, 2), (1, 1), (12, 1), (17, 3), (40, 5), (70, 32)] {
                    try checkUpper(Scalar.self, n, block, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Cholesky names the failing minor on all ranks") { world in
        try forEachGrid(world) { grid in
            for (n, bad) in [(1, 0), (13, 0), (13, 5), (13, 12), (40, 33)] {
                let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
                    i == j ? (i == bad ? -1 : 2) : i == j + 1 || j == i + 1 ? 0.5 : 0
                }
                expectThrows(matches: { $0 == .notPositiveDefinite(minor: bad + 1) }) { _ = try Cholesky(a) }
            }
            let nan = try DistributedMatrix<Double>(rows: 9, columns: 9, block: 2, on: grid) { i, j in
                i == j ? (i == 4 ? .nan : 1) : 0
            }
            expectThrows(matches: { $0 == .notPositiveDefinite(minor: 5) }) { _ = try Cholesky(nan) }
        }
    },
]

/// ‖A - L Lᴴ‖ and ‖A X - B‖ to the measures of ScaLAPACK's tests.
private func checkCholesky<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ sources: (Int, Int), on grid: ProcessGrid
) throws {
    let a = positiveDefinite(n, Scalar.self)
    let place = layout(n, n, blocks: (block, block), sources: sources, on: grid)
    let factor = try Cholesky(dealt(a, place, on: grid))
    try expectFactor(factor, of: a, "\(Scalar.typeName) n \(n) block \(block)")
    for (columns, blockB) in [(1, block), (9, block + 1)] {
        let b = random(n, columns, seed: 3, Scalar.self)
        let right = dealt(b, layout(n, columns, blocks: (blockB, 2), sources: (0, 1), on: grid), on: grid)
        let x = try replicated(try factor.solve(right))
        let error = measure(product(a, x), b, scale: oneNorm(a) * oneNorm(x), n)
        expect(error < 3, "\(Scalar.typeName) n \(n) block \(block): |AX - B| \(error)")
    }
}

/// Notes a failure unless this is the factor of a matrix.
func expectFactor<Scalar: LinearScalar>(
    _ factor: borrowing Cholesky<Scalar>, of a: borrowing Matrix<Scalar>, _ name: String
) throws {
    let lower = try replicated(factor.factor)
    let l = Matrix<Scalar>(rows: a.rows, columns: a.rows) { $0 >= $1 ? lower[$0, $1] : .zero }
    let residual = measure(product(l, applied(.conjugateTranspose, l)), a, scale: oneNorm(a), a.rows)
    expect(residual < 1, "\(name): |A - LLᴴ| \(residual)")
}

/// ‖A - Uᴴ U‖ and ‖A X - B‖; the lower triangle is neither read nor written.
private func checkUpper<Scalar: LinearScalar>(_: Scalar.Type, _ n: Int, _ block: Int, on grid: ProcessGrid) throws {
    let a = positiveDefinite(n, Scalar.self)
    let nan = Scalar(real: .nan)
    let given = Matrix<Scalar>(rows: n, columns: n) { $0 <= $1 ? a[$0, $1] : nan }
    let place = layout(n, n, blocks: (block, block), sources: (1, 2), on: grid)
    let factor = try Cholesky(dealt(given, place, on: grid), triangle: .upper)
    expectEqual(factor.triangle, .upper)
    let whole = try replicated(factor.factor)
    for j in 0..<n { for i in j + 1..<max(j + 1, n) { expect(whole[i, j].realPart.isNaN, "(\(i), \(j)) was written") } }
    let u = Matrix<Scalar>(rows: n, columns: n) { $0 <= $1 ? whole[$0, $1] : .zero }
    let residual = measure(product(applied(.conjugateTranspose, u), u), a, scale: oneNorm(a), n)
    expect(residual < 1, "\(Scalar.typeName) n \(n) block \(block): |A - UᴴU| \(residual)")

    let lower = try Cholesky(dealt(a, place, on: grid))
    for columns in [1, 9] {
        let b = random(n, columns, seed: 3, Scalar.self)
        let right = dealt(b, layout(n, columns, blocks: (block + 1, 2), on: grid), on: grid)
        let x = try replicated(try factor.solve(right))
        let error = measure(product(a, x), b, scale: oneNorm(a) * oneNorm(x), n)
        expect(error < 3, "\(Scalar.typeName) n \(n) block \(block): |AX - B| \(error)")
    }
    let inverse = try replicated(try factor.inverse())
    let error = measure(product(a, inverse), .identity(n), scale: oneNorm(a) * oneNorm(inverse), n)
    expect(error < 1, "\(Scalar.typeName) n \(n): |A A⁻¹ - I| \(error)")
    let (found, expected) = (try factor.logarithmOfDeterminant(), try lower.logarithmOfDeterminant())
    expect(abs(found - expected) <= Scalar.Real(100 * (n + 1)) * Scalar.unitRoundoff * (1 + abs(expected)))
    let ratio = try factor.conditionEstimate() / lower.conditionEstimate()
    expect(n == 0 || ratio > 0.9 && ratio < 1.1, "condition estimates differ by \(ratio)")
}

/// G Gᴴ + I for a random G.
func positiveDefinite<Scalar: LinearScalar>(_ n: Int, _: Scalar.Type) -> Matrix<Scalar> {
    let g = random(n, n, seed: 11, Scalar.self)
    let product = product(g, applied(.conjugateTranspose, g))
    return Matrix(rows: n, columns: n) { i, j in
        i == j ? Scalar(real: product[i, i].realPart + 1) : i > j ? product[i, j] : product[j, i].conjugate
    }
}
