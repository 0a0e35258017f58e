import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let luChecks: [RankCheck] = [
    RankCheck("LU, factors of square and rectangular matrices") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [
                    (0, 0, 2), (1, 1, 1), (5, 5, 32), (12, 12, 1), (17, 17, 3), (9, 20, 4), (20, 9, 4), (40, 40, 5),
                    (45, 45, 20),
                ] {
                    for sources in [(0, 0), (1, 2)] {
                        try checkFactors(Scalar.self, m, n, block, sources, on: grid)
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("LU, solve, inverse and determinant") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(1, 2), (3, 5), (14, 2), (33, 5)] {
                    try checkSolve(Scalar.self, n, block, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("LU of a singular matrix completes") { world in
        try forEachGrid(world) { grid in
            for (n, zero) in [(1, 0), (9, 0), (14, 13)] {
                // Upper triangular with one zero on the diagonal: no exchange, and the zero pivot is there.
                let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 3, on: grid) { i, j in
                    i > j ? 0 : i == j ? (i == zero ? 0 : 2) : i < zero && j == zero ? 1 : 0
                }
                let factor = try LU(a)
                expectEqual(factor.firstZeroPivot, zero)
                expectEqual(try factor.determinant().value, 0)
                expectEqual(try factor.conditionEstimate(), .infinity)
                let b = try DistributedMatrix<Double>(rows: n, columns: 1, block: 3, on: grid) { _, _ in 1 }
                expectThrows(matches: { $0 == .singular(pivot: zero) }) { _ = try factor.solve(b) }
                expectThrows(matches: { $0 == .singular(pivot: zero) }) { _ = try factor.inverse() }
            }
            let ones = try DistributedMatrix<Float>(rows: 7, columns: 7, block: 2, on: grid) { _, _ in 1 }
            expectEqual(try LU(ones).firstZeroPivot, 1)
        }
    },
    RankCheck("LU of NaN and infinity ends, the same way each time") { world in
        try forEachGrid(world) { grid in
            for bad in [Double.nan, .infinity] {
                for place in [(0, 0), (6, 3)] {
                    let a = try DistributedMatrix<Double>(rows: 11, columns: 11, block: 2, on: grid) { i, j in
                        (i, j) == place ? bad : Double((i * 7 + j * 3) % 11) - 5
                    }
                    let first = try LU(a)
                    let second = try LU(a)
                    expectEqual(first.pivots, second.pivots)
                    let x = try replicated(
                        try first.solve(try DistributedMatrix(rows: 11, columns: 1, block: 2, on: grid) { _, _ in 1 }))
                    if bad.isNaN { expect((0..<11).contains { x[$0, 0].isNaN }, "a NaN stays in sight") }
                }
            }
        }
    },
    RankCheck("LU, Wilkinson's growth and extreme scales") { world in
        let grid = try ProcessGrid(world)
        let n = 40
        // 1 on the diagonal and in the last column, -1 below: U's last column doubles from row to row.
        let growing = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
            j == n - 1 || i == j ? 1 : i > j ? -1 : 0
        }
        let factor = try LU(growing)
        expectEqual(factor.pivots, Array(0..<n), "no exchanges")
        expectEqual(try factor.factors.norm(.maximum), 0x1p39, "growth of 2^(n-1)")
        for scale in [1e-300, 1e300] {
            let a = try DistributedMatrix<Double>(rows: 12, columns: 12, block: 3, on: grid) { i, j in
                scale * (i == j ? 4 : 1 / Double(i + j + 1))
            }
            let b = try DistributedMatrix<Double>(rows: 12, columns: 1, block: 3, on: grid) { i, _ in
                scale * Double(i + 1)
            }
            let x = try LU(a).solve(b)
            let residual = measure(
                product(try replicated(a), try replicated(x)), try replicated(b),
                scale: oneNorm(try replicated(a)) * oneNorm(try replicated(x)), 12)
            expect(residual < 3, "scale \(scale): \(residual)")
            let determinant = try LU(a).determinant()
            expect(determinant.logarithm.isFinite && determinant.phase == 1)
        }
        try grid.close()
    },
    RankCheck("LU, arguments and repeatability") { world in
        let grid = try ProcessGrid(world)
        let oblong = try DistributedMatrix<Double>(zeros: layout(6, 6, blocks: (2, 3), on: grid), on: grid)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) { _ = try LU(oblong) }
        let tall = try LU(try DistributedMatrix<Double>.random(rows: 8, columns: 5, seed: 1, block: 2, on: grid))
        expectThrows { _ = try tall.determinant() }
        expectThrows { _ = try tall.inverse() }
        let a = try DistributedMatrix<Double>.random(rows: 50, columns: 50, seed: 9, block: 4, on: grid)
        let first = try LU(a)
        let whole = try replicated(first.factors)
        for _ in 0..<3 {
            let again = try LU(a)
            expectEqual(again.pivots, first.pivots)
            expectEqual(distance(try replicated(again.factors), whole), 0)
        }
        try grid.close()
    },
]

/// ‖A - P L U‖ to the measure of ScaLAPACK's tests, and the bound of |L|.
func checkFactors<Scalar: LinearScalar>(
    _: Scalar.Type, _ m: Int, _ n: Int, _ block: Int, _ sources: (Int, Int), _ pivoting: Pivoting = .partial,
    on grid: ProcessGrid
) throws {
    let a = random(m, n, seed: 4, Scalar.self)
    let place = layout(m, n, blocks: (block, block), sources: sources, on: grid)
    let factor = try LU(dealt(a, place, on: grid), pivoting: pivoting)
    expectEqual(factor.pivoting, pivoting)
    try expectFactors(factor, of: a, "\(Scalar.typeName) \(m)x\(n) block \(block) sources \(sources) \(pivoting)")
}

/// Notes a failure unless these are the factors of a matrix that is not singular.
func expectFactors<Scalar: LinearScalar>(
    _ factor: borrowing LU<Scalar>, of a: borrowing Matrix<Scalar>, _ name: String
) throws {
    try expectProduct(factor, of: a, name)
    expectEqual(factor.pivots.count, min(a.rows, a.columns), name)
    expectEqual(factor.firstZeroPivot, nil, name)
    // Moduli; pivots are chosen by |Re| + |Im|.
    let bound: Scalar.Real =
        switch factor.pivoting {
        case .partial: 1.4143
        case .threshold(let least): 1.4143 / Scalar.Real(least)
        case .tournament: 20
        case .randomButterflies: .infinity
        }
    let whole = try replicated(factor.factors)
    for j in 0..<min(a.rows, a.columns) {
        for i in j + 1..<max(j + 1, a.rows) {
            expect(whole[i, j].absoluteValue <= bound, "\(name): multiplier \(whole[i, j])")
        }
    }
}

/// Notes a failure unless L U is P A, or Wᵀ A V with butterflies.
func expectProduct<Scalar: LinearScalar>(
    _ factor: borrowing LU<Scalar>, of a: borrowing Matrix<Scalar>, _ name: String
) throws {
    let parts = try triangles(factor)
    var exchanged = a.copy()
    var scale = oneNorm(a)
    if case .randomButterflies(let depth, let seed) = factor.pivoting {
        exchanged = mixedByButterflies(a, depth: depth, seed: seed)
        scale = max(oneNorm(exchanged), oneNorm(parts.l) * oneNorm(parts.u))
        expectEqual(factor.pivots, Array(0..<a.rows), name)
    } else {
        var order = Array(0..<a.rows)
        for (i, pivot) in factor.pivots.enumerated() { order.swapAt(i, pivot) }
        // Pivots below the largest let the elements grow.
        if case .threshold(let least) = factor.pivoting { scale /= least }
        let plain = a.copy()
        exchanged = Matrix<Scalar>(rows: a.rows, columns: a.columns) { plain[order[$0], $1] }
    }
    let residual = measure(product(parts.l, parts.u), exchanged, scale: scale, max(a.rows, a.columns))
    expect(residual < 1, "\(name): \(residual)")
}

/// L and U on every rank.
private func triangles<Scalar: LinearScalar>(
    _ factor: borrowing LU<Scalar>
) throws -> Triangles<Scalar> {
    let whole = try replicated(factor.factors)
    let steps = min(whole.rows, whole.columns)
    return Triangles(
        l: Matrix(rows: whole.rows, columns: steps) { $0 == $1 ? 1 : $0 > $1 ? whole[$0, $1] : .zero },
        u: Matrix(rows: steps, columns: whole.columns) { $0 <= $1 ? whole[$0, $1] : .zero })
}

private struct Triangles<Scalar: LinearScalar>: ~Copyable {
    let l: Matrix<Scalar>
    let u: Matrix<Scalar>
}

/// ‖op(A) X - B‖, ‖A A⁻¹ - I‖, and det A against the product of a second, local factorization.
func checkSolve<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ pivoting: Pivoting = .partial, on grid: ProcessGrid
) throws {
    let a = random(n, n, seed: 6, Scalar.self)
    let factor = try LU(
        dealt(a, layout(n, n, blocks: (block, block), sources: (1, 0), on: grid), on: grid), pivoting: pivoting)
    // Without exchanges the elements may grow.
    let parts = try triangles(factor)
    let growth = isByButterflies(pivoting) ? max(1, oneNorm(parts.l) * oneNorm(parts.u) / oneNorm(a)) : 1
    for transpose in Transpose.allCases {
        let op = applied(transpose, a)
        for (columns, blockB) in [(1, block), (5, block + 1)] {
            let b = random(n, columns, seed: 7, Scalar.self)
            let right = dealt(b, layout(n, columns, blocks: (blockB, 2), on: grid), on: grid)
            let x = try replicated(try factor.solve(right, transpose: transpose))
            let residual = measure(product(op, x), b, scale: growth * oneNorm(op) * oneNorm(x), n)
            expect(residual < 3, "\(Scalar.typeName) n \(n) \(pivoting) \(transpose): |AX - B| \(residual)")
        }
    }
    let inverse = try replicated(try factor.inverse())
    let residual = measure(product(a, inverse), .identity(n), scale: growth * oneNorm(a) * oneNorm(inverse), n)
    expect(residual < 1, "\(Scalar.typeName) n \(n) \(pivoting): |A A⁻¹ - I| \(residual)")
    let condition = oneNorm(a) * oneNorm(inverse)
    let estimate = Double(try factor.conditionEstimate())
    expect(
        estimate <= 1.1 * condition && estimate >= condition / 3,
        "\(Scalar.typeName) n \(n) \(pivoting): condition \(condition), estimate \(estimate)")

    var local = a.copy()
    var view = local.mutableView
    let pivots = try factorLU(&view)
    var expected = Scalar(real: Scalar.Real(pivots.sign))
    for i in 0..<n { expected *= local[i, i] }
    let found = try factor.determinant().value
    expect(
        (found - expected).absoluteValue <= 100 * Scalar.Real(n) * Scalar.unitRoundoff * expected.absoluteValue
            * Scalar.Real(growth * condition),
        "\(Scalar.typeName) n \(n) \(pivoting): determinant \(found), expected \(expected)")
}
