// Equilibration, refinement in one precision, growth factors.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let refinementChecks: [RankCheck] = [
    RankCheck("equilibration") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [(0, 0, 2), (1, 1, 2), (9, 14, 4), (25, 25, 3)] {
                    try checkEquilibration(Scalar.self, m, n, block, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
        let grid = try ProcessGrid(world)
        for bad in [Double.nan, .infinity] {
            let a = try DistributedMatrix<Double>(rows: 7, columns: 5, block: 2, on: grid) { i, j in
                i == 5 && j == 3 ? bad : 1
            }
            expectThrows(matches: { if case .notFinite = $0 { true } else { false } }) { _ = try a.equilibration() }
        }
        let even = try DistributedMatrix<Double>(rows: 7, columns: 7, block: 2, on: grid) { i, j in i == j ? 3 : 0.5 }
        try expect(even.equilibration().isIdentity)
        try grid.close()
    },
    RankCheck("an equilibrated solve of a badly scaled system") { world in
        try forEachGrid(world) { grid in
            for isDefinite in [false, true] {
                let n = 25
                let source = IndexedRandom(seed: 90)
                func size(_ i: Int, _ part: Int) -> Double {
                    Double(sign: .plus, exponent: Int(source.bits(i, part) % 81) - 40, significand: 1)
                }
                // A = D B E, x = E⁻¹ 1: all of it exact, or nearly.
                let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
                    let inner = source.element(min(i, j), isDefinite ? max(i, j) : j) + (i == j ? Double(n) : 0)
                    return size(i, 100) * inner * size(j, isDefinite ? 100 : 101)
                }
                let e = try DistributedMatrix<Double>(rows: n, columns: 1, block: 4, on: grid) { i, _ in
                    1 / size(i, isDefinite ? 100 : 101)
                }
                var b = try DistributedMatrix<Double>(rows: n, columns: 1, block: 4, on: grid)
                try multiply(a, e, into: &b)
                let answer = try solve(a, b, equilibrating: true)
                expect(answer.isEquilibrated && answer.method == (isDefinite ? .cholesky : .lu))
                let found = try replicated(answer.x)
                let expected = try replicated(e)
                for i in 0..<n {
                    expect(abs(found[i, 0] / expected[i, 0] - 1) < 1e-12, "x \(i): \(found[i, 0])")
                }
                expect(answer.conditionEstimate < 1e3, "condition of the equilibrated matrix")
                let consumed = try solve(consuming: a, b, equilibrating: true) { (range) throws(TesseraError) in
                    try DistributedMatrix(rows: n, columns: range.count, block: 4, on: grid) { i, j in
                        let column = j + range.lowerBound
                        let inner =
                            source.element(min(i, column), isDefinite ? max(i, column) : column)
                            + (i == column ? Double(n) : 0)
                        return size(i, 100) * inner * size(column, isDefinite ? 100 : 101)
                    }
                }
                expectEqual(distance(try replicated(consumed.x), found), 0)
                expect(consumed.isEquilibrated && consumed.backwardError <= 16 * Double(n) * Double.unitRoundoff)
            }
        }
    },
    RankCheck("refinement in one precision") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, columns) in [(1, 1), (30, 1), (30, 11)] {
                    try checkRefinement(Scalar.self, n, columns, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("growth factors") { world in
        try forEachGrid(world) { grid in
            let n = 30
            let growing = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
                j == n - 1 || i == j ? 1 : i > j ? -1 : 0
            }
            expectEqual(try LU(growing).growthFactor(), 0x1p29)
            expectEqual(try LU(try DistributedMatrix<Double>.identity(rows: 9, block: 2, on: grid)).growthFactor(), 1)
            expectEqual(try LU(try DistributedMatrix<Double>(rows: 5, columns: 5, on: grid)).growthFactor(), 0)
            let a = try DistributedMatrix<Complex<Float>>.random(rows: 17, columns: 23, seed: 91, block: 3, on: grid)
            let factor = try LU(a)
            let whole = try replicated(factor.factors)
            let before = try replicated(a)
            var (largest, largestBefore): (Float, Float) = (0, 0)
            for j in 0..<23 {
                for i in 0..<17 {
                    largestBefore = max(largestBefore, before[i, j].absoluteValue)
                    if i <= j { largest = max(largest, whole[i, j].absoluteValue) }
                }
            }
            expectEqual(try factor.growthFactor(), largest / largestBefore)
        }
    },
]

/// Powers of two, and after scaling rows and columns whose largest parts lie in 1/2 ... 2.
private func checkEquilibration<Scalar: LinearScalar>(
    _: Scalar.Type, _ m: Int, _ n: Int, _ block: Int, on grid: ProcessGrid
) throws {
    let source = IndexedRandom(seed: 92)
    var a = try DistributedMatrix<Scalar>(rows: m, columns: n, block: block, on: grid) { i, j in
        // Row 3 and column 2 stay zero.
        if i == 3 || j == 2 { return .zero }
        let exponent = Scalar.Real.Exponent((i * 7) % 40 - 20 + (j * 11) % 31 - 15)
        let size = Scalar.Real(sign: .plus, exponent: exponent, significand: 1)
        let element: Scalar = source.element(i, j)
        return Scalar(real: size) * (element + 1)
    }
    let scales = try a.equilibration()
    expectEqual(scales.rows.count, m)
    expectEqual(scales.columns.count, n)
    for factor in scales.rows + scales.columns { expectEqual(factor.significand, 1, "\(factor) is a power of two") }
    let before = try replicated(a)
    a.scale(by: scales)
    let after = try replicated(a)
    func part(_ x: Scalar) -> Double { Double(max(x.realPart.magnitude, x.imaginaryPart.magnitude)) }
    for i in 0..<m {
        for j in 0..<n {
            let exact = Scalar(real: scales.rows[i]) * before[i, j] * Scalar(real: scales.columns[j])
            expectEqual(after[i, j], exact)
        }
    }
    guard m > 1 else { return }
    for j in 0..<n where j != 2 {
        let largest = (0..<m).map { part(after[$0, j]) }.max() ?? 0
        expect(largest >= 0.5 && largest < 4, "\(Scalar.typeName) column \(j): \(largest)")
    }
    for i in 0..<m where i != 3 {
        let largest = (0..<n).map { part(after[i, $0]) }.max() ?? 0
        expect(largest >= 0.5 && largest < 4, "\(Scalar.typeName) row \(i): \(largest)")
    }
}

/// A spoiled solution comes back to full precision, by either factorization.
private func checkRefinement<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ columns: Int, on grid: ProcessGrid
) throws {
    let a = dealt(positiveDefinite(n, Scalar.self), layout(n, n, blocks: (4, 4), on: grid), on: grid)
    let b = dealt(
        random(n, columns, seed: 93, Scalar.self), layout(n, columns, blocks: (5, 2), on: grid), on: grid)
    func spoiled(_ x: borrowing DistributedMatrix<Scalar>) throws -> DistributedMatrix<Scalar> {
        let whole = try replicated(x)
        let factor = Scalar(real: 1 + Scalar.Real(1) / 256)
        return dealt(Matrix<Scalar>(rows: n, columns: columns) { whole[$0, $1] * factor }, x.layout, on: grid)
    }
    func check(_ found: Refinement<Scalar.Real>, _ x: borrowing DistributedMatrix<Scalar>, _ name: String) throws {
        expect(found.iterations >= 1 && found.iterations <= 5, "\(name): \(found)")
        let limit = Scalar.Real(4 + n) * Scalar.unitRoundoff
        expect(found.backwardError <= limit, "\(name): \(found)")
        expectEqual(found.backwardError, try backwardError(a, x, b), name)
    }
    let lu = try LU(a)
    var x = try spoiled(try lu.solve(b))
    try check(try lu.refine(&x, of: a, b), x, "LU \(Scalar.typeName) n \(n)")
    let cholesky = try Cholesky(a)
    var y = try spoiled(try cholesky.solve(b))
    try check(try cholesky.refine(&y, of: a, b), y, "Cholesky \(Scalar.typeName) n \(n)")
    expectThrows(matches: { if case .argument = $0 { true } else { false } }) {
        var short = try DistributedMatrix<Scalar>(rows: n + 1, columns: columns, block: 4, on: grid)
        _ = try lu.refine(&short, of: a, b)
    }
}
