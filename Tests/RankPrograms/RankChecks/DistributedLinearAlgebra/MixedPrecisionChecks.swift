// Solutions through factors of lower precision, held against the measures of HPL and SLATE, and what happens where they
// cannot be had.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let mixedPrecisionChecks: [RankCheck] = [
    RankCheck("mixed precision reaches the full one") { world in
        try forEachGrid(world) { grid in
            for (n, block, columns) in [(0, 3, 1), (1, 3, 2), (5, 8, 3), (14, 4, 1), (33, 5, 10), (40, 7, 8)] {
                for isDefinite in [false, true] {
                    try checkMixed(Double.self, n, block, columns, isDefinite, on: grid)
                    try checkMixed(Complex<Double>.self, n, block, columns, isDefinite, on: grid)
                }
            }
        }
    },
    RankCheck("mixed precision and condition numbers beyond the lower one") { world in
        try forEachGrid(world) { grid in
            for (n, block) in [(24, 5), (300, 160)] {
                for condition in [1e8, 1e12, 1e14] {
                    try checkIllConditioned(Double.self, n, block, condition, on: grid)
                    if n < 100 { try checkIllConditioned(Complex<Double>.self, n, block, condition, on: grid) }
                }
            }
        }
    },
    RankCheck("mixed precision beyond the lower type's range") { world in
        let grid = try ProcessGrid(world)
        let source = IndexedRandom(seed: 80)
        let n = 30
        for (name, size) in [
            ("huge", { (_, _) in 0x1p1000 }), ("tiny", { (_, _) in 0x1p-1000 }),
            ("graded rows", { (i, _) in Double(sign: .plus, exponent: 20 * (i - n / 2), significand: 1) }),
            ("graded columns", { (_, j) in Double(sign: .plus, exponent: 20 * (j - n / 2), significand: 1) }),
        ] as [(String, (Int, Int) -> Double)] {
            for isDefinite in [false, true] {
                if isDefinite, name.hasPrefix("graded") { continue }
                let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
                    size(i, j) * (source.element(min(i, j), isDefinite ? max(i, j) : j) + (i == j ? Double(n) : 0))
                }
                let b = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 81, block: 4, on: grid)
                let answer = try solve(a, b, precision: .mixed)
                expectEqual(answer.precision, .mixed, name)
                expectEqual(answer.method, isDefinite ? .cholesky : .lu, name)
                expectEqual(answer.fallback, nil, name)
                expect(answer.backwardError <= 16 * Double(n) * Double.unitRoundoff, "\(name): \(answer.backwardError)")
            }
        }
        try grid.close()
    },
    RankCheck("mixed precision falls back, and says why") { world in
        try forEachGrid(world) { grid in
            let n = 12
            func matrix(_ element: (Int, Int) -> Double) throws -> DistributedMatrix<Double> {
                try DistributedMatrix(rows: n, columns: n, block: 3, on: grid, element: element)
            }
            let b = try DistributedMatrix<Double>(rows: n, columns: 2, block: 3, on: grid) { i, j in Double(i - j) }
            // Two rows that agree in Float, and not in Double.
            let close = try matrix { i, j in i + j == 1 ? 1 : i == j ? (i == 1 ? 1 + 0x1p-30 : 1) : j == 0 ? 0.25 : 0 }
            let singular = try solve(close, b, precision: .mixed)
            expectEqual(singular.precision, .full)
            let isSingular = if case .singular = singular.fallback { true } else { false }
            expect(isSingular, "\(String(describing: singular.fallback))")
            expect(singular.backwardError <= 16 * Double(n) * Double.unitRoundoff && singular.warning == nil)
            expectThrows(matches: { $0 == .singular(pivot: 1) }) {
                _ = try solve(try matrix { _, j in j < 2 ? 1 : Double(j) }, b, precision: .mixed)
            }
            // Definite in Double alone.
            let definite = try matrix { i, j in i == j ? (i == 1 ? 1 + 0x1p-30 : 1) : i + j == 1 ? 1 : 0 }
            let cholesky = try solve(definite, b, method: .cholesky, precision: .mixed)
            expectEqual(cholesky.fallback, .notPositiveDefinite(minor: 2))
            expect(cholesky.method == .cholesky && cholesky.warning == nil)
            expectThrows(matches: { $0 == .notPositiveDefinite(minor: 4) }) {
                _ = try solve(
                    try matrix { i, j in i == j ? (i == 3 ? -1 : 1) : 0 }, b, method: .cholesky, precision: .mixed)
            }
            // Hermitian with a positive diagonal, and indefinite: LU takes over in mixed precision.
            let indefinite = try matrix { i, j in i == j ? 1 : i == 0 || j == 0 ? 5 : 0 }
            let general = try solve(indefinite, b, precision: .mixed)
            expect(general.method == .lu && general.precision == .mixed && general.fallback == nil)
            // What cannot be solved ends with a warning, and hangs nowhere.
            for bad in [Double.nan, .infinity] {
                let inA = try solve(
                    try matrix { i, j in i == 3 && j == 8 ? bad : i == j ? 2 : 1 }, b, precision: .mixed)
                expectEqual(inA.fallback, .notFinite)
                expect(inA.precision == .full && inA.warning != nil, "\(bad) in A")
                let spoiled = try DistributedMatrix<Double>(rows: n, columns: 2, block: 3, on: grid) { i, j in
                    i == 7 && j == 1 ? bad : 1
                }
                let inB = try solve(indefinite, spoiled, precision: .mixed)
                expectEqual(inB.fallback, .notFinite)
                expect(inB.warning != nil, "\(bad) in B")
            }
            let triangular = try solve(try matrix { i, j in i < j ? 0 : 1 }, b, precision: .mixed)
            expect(
                triangular.precision == .full && triangular.fallback == nil && triangular.method == .triangular(.lower))
        }
    },
    RankCheck("mixed precision, arguments") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Float>.identity(rows: 6, block: 2, on: grid)
        let b = try DistributedMatrix<Float>(rows: 6, columns: 1, block: 2, on: grid) { _, _ in 1 }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "precision" } else { false } }) {
            _ = try solve(a, b, precision: .mixed)
        }
        if world.size > 1 {
            let wide = try DistributedMatrix<Double>.random(rows: 6, columns: 6, seed: 1, block: 2, on: grid)
            let right = try DistributedMatrix<Double>(rows: 6, columns: 1, block: 2, on: grid) { _, _ in 1 }
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try solve(wide, right, precision: world.rank == 0 ? .mixed : .full)
            }
        }
        try grid.close()
    },
    RankCheck("low-precision factors in either arithmetic") { world in
        try forEachGrid(world) { grid in
            try checkArithmetic(Double.self, 300, 160, on: grid)
            try checkArithmetic(Double.self, 37, 40, on: grid)
            try checkArithmetic(Complex<Double>.self, 150, 149, on: grid)
            try checkArithmetic(Complex<Double>.self, 20, 3, on: grid)
        }
    },
]

/// The structure is found, nothing falls back, and the answer is right to full precision, the same bits each time.
private func checkMixed<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ columns: Int, _ isDefinite: Bool, on grid: ProcessGrid
) throws {
    let plain = isDefinite ? positiveDefinite(n, Scalar.self) : random(n, n, seed: 82, Scalar.self)
    let b = random(n, columns, seed: 83, Scalar.self)
    let a = dealt(plain, layout(n, n, blocks: (block, block), sources: (1, 0), on: grid), on: grid)
    let right = dealt(b, layout(n, columns, blocks: (block + 1, 2), on: grid), on: grid)
    let name = "\(Scalar.typeName) n \(n) columns \(columns) definite \(isDefinite)"
    let answer = try solve(a, right, precision: .mixed)
    let isTriangular = n < 2
    expectEqual(answer.precision, isTriangular ? .full : .mixed, name)
    expectEqual(answer.method, isTriangular ? .triangular(.lower) : isDefinite ? .cholesky : .lu, name)
    expectEqual(answer.fallback, nil, name)
    expectEqual(answer.warning, nil, name)
    expect(isTriangular || answer.iterations > 0, "\(name): no refinement")
    let x = try replicated(answer.x)
    expectEqual(answer.x.layout, right.layout, name)
    try expectSolved(plain, x, b, Double(answer.backwardError), name)
    if !isTriangular {
        let full = try solve(a, right)
        let ratio = answer.conditionEstimate / full.conditionEstimate
        expect(ratio > 0.3 && ratio < 3, "\(name): condition \(answer.conditionEstimate) \(full.conditionEstimate)")
    }
    let oblong = dealt(plain, layout(n, n, blocks: (block, block + 1), on: grid), on: grid)
    let other = try solve(oblong, right, precision: .mixed)
    try expectSolved(plain, try replicated(other.x), b, Double(other.backwardError), "\(name), oblong blocks")
    let again = try solve(consuming: a, right, precision: .mixed) { (range) throws(TesseraError) in
        try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
            plain[$0, $1 + range.lowerBound]
        }
    }
    expectEqual(distance(try replicated(again.x), x), 0, "\(name): bits")
    expectEqual(again.iterations, answer.iterations, name)
}

/// GMRES gets there, or full precision does and the answer says why.
private func checkIllConditioned<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ condition: Double, on grid: ProcessGrid
) throws {
    // Well-conditioned, but for a last row that is nearly the sum of the others; κ₁ is some 10⁴ times what that makes it.
    let source = IndexedRandom(seed: 84)
    let base = Matrix<Scalar>(rows: n, columns: n) { source.element($0, $1) }
    let plain = Matrix<Scalar>(rows: n, columns: n) { i, j in
        guard i == n - 1 else { return base[i, j] }
        var sum = base[i, j] * Scalar(real: Scalar.Real(1e4 / condition))
        for k in 0..<n - 1 { sum += base[k, j] }
        return sum
    }
    for columns in [1, 3] {
        let b = random(n, columns, seed: 85, Scalar.self)
        let a = dealt(plain, layout(n, n, blocks: (block, block), on: grid), on: grid)
        let right = dealt(b, layout(n, columns, blocks: (block, 2), on: grid), on: grid)
        let answer = try solve(a, right, precision: .mixed)
        let name = "\(Scalar.typeName) n \(n) condition \(condition) columns \(columns)"
        expect(
            (answer.precision == .mixed) == (answer.fallback == nil), "\(name): \(String(describing: answer.fallback))")
        if condition < 1e13 { expectEqual(answer.precision, .mixed, name) }
        expect(answer.conditionEstimate > Scalar.Real(condition / 30), "\(name): \(answer.conditionEstimate)")
        let x = try replicated(answer.x)
        try expectSolved(plain, x, b, Double(answer.backwardError), name)
        expect(answer.warning == nil, "\(name): \(answer.warning ?? "")")
        let full = try solve(a, right)
        let ratio = answer.conditionEstimate / full.conditionEstimate
        expect(
            ratio > 0.2 && ratio < 5,
            "\(name): condition \(answer.conditionEstimate), in full \(full.conditionEstimate)")
    }
}

/// HPL's measure below 16 and SLATE's below 50.
private func expectSolved<Scalar: LinearScalar>(
    _ a: borrowing Matrix<Scalar>, _ x: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>,
    _ backwardError: Double, _ name: String
) throws {
    let scale = oneNorm(a) * oneNorm(x)
    let residual = measure(product(a, x), b, scale: scale, a.rows)
    expect(residual < 50, "\(name): SLATE's measure \(residual)")
    expect(
        backwardError <= 16 * Double(max(1, a.rows)) * Double(Scalar.unitRoundoff), "\(name): backward \(backwardError)"
    )
}

/// op(F)⁻¹ B in the lower and in full arithmetic, and the residual with A.
private func checkArithmetic<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, on grid: ProcessGrid
) throws {
    for isHermitian in [false, true] {
        let source = IndexedRandom(seed: 86)
        let a = try DistributedMatrix<Scalar>(rows: n, columns: n, block: block, on: grid) { i, j in
            let below: Scalar = source.element(max(i, j), min(i, j))
            if i == j { return Scalar(real: Scalar.Real(n)) }
            return isHermitian ? (i < j ? below.conjugate : below) : source.element(i, j)
        }
        var failure: MixedPrecisionFailure?
        guard let factor = try LowPrecisionFactor<Scalar>.factor(a, isHermitian: isHermitian, &failure) else {
            expect(false, "\(String(describing: failure))")
            continue
        }
        for columns in [1, 4] {
            for isAdjoint in [false, true] {
                var b = try DistributedMatrix<Scalar>(
                    zeros: factor.layout(columns: columns, like: a.layout.columns), on: grid)
                b.fill { source.element($0, $1 + n) }
                for arithmetic in [LowPrecisionFactor<Scalar>.Arithmetic.lower, .full] {
                    var x = try b.copy()
                    try factor.solve(&x, adjoint: isAdjoint, in: arithmetic)
                    var r = try b.copy()
                    try multiply(
                        alpha: -1, a, transposeA: isAdjoint ? .conjugateTranspose : .none, x, beta: 1, into: &r)
                    let error = try r.norm(.maximum)
                    let place = "n \(n) block \(block) columns \(columns) adjoint \(isAdjoint) \(arithmetic)"
                    // A is dominated by its diagonal: the factors are right to a few units of the lower precision.
                    expect(Double(error) > 0 && Double(error) < 2e-5, "\(Scalar.typeName) \(place): \(error)")
                }
            }
        }
    }
}
