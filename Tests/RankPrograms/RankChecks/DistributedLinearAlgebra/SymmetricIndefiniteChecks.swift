import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let symmetricIndefiniteChecks: [RankCheck] = [
    RankCheck("Aasen, factors and solve") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [
                    (0, 2), (1, 1), (2, 1), (2, 5), (3, 32), (12, 1), (17, 3), (33, 2), (40, 5), (70, 32), (90, 100),
                ] {
                    for sources in [(0, 0), (1, 2)] {
                        for symmetry in MatrixSymmetry.allCases where Scalar.isComplex || symmetry == .hermitian {
                            let a = symmetric(n, seed: 4, symmetry) { (i: Int, j: Int, x: Scalar) in x }
                            try checkFactors(a, symmetry, block, sources, on: grid)
                        }
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Aasen, zeros on the diagonal and few interchanges") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for symmetry in MatrixSymmetry.allCases where Scalar.isComplex || symmetry == .hermitian {
                    // Pivots of order one alone would fail at once.
                    let hollow = symmetric(37, seed: 5, symmetry) { (i: Int, j: Int, x: Scalar) in i == j ? .zero : x }
                    try checkFactors(hollow, symmetry, 4, (0, 1), on: grid)
                    // Coupled to their neighbours most: no interchange, no row that moves.
                    let band = symmetric(37, seed: 5, symmetry) { (i: Int, j: Int, x: Scalar) in i == j + 1 ? 100 : x }
                    try checkFactors(band, symmetry, 4, (0, 1), on: grid)
                    // Coupled to the opposite end: every pivot far away.
                    let arrow = symmetric(37, seed: 5, symmetry) { (i: Int, j: Int, x: Scalar) in
                        i + j == 36 ? 4 : x
                    }
                    try checkFactors(arrow, symmetry, 3, (0, 0), on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Aasen, one triangle is read, the other not written") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for symmetry in MatrixSymmetry.allCases where Scalar.isComplex || symmetry == .hermitian {
                    try checkTriangles(Scalar.self, 41, 4, symmetry, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Aasen, inverse, determinant, condition and refinement") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(1, 2), (3, 5), (14, 2), (33, 5)] {
                    for symmetry in MatrixSymmetry.allCases where Scalar.isComplex || symmetry == .hermitian {
                        try checkServices(Scalar.self, n, block, symmetry, on: grid)
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Aasen, inertia against known signs") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (positive, negative, zero) in [
                    (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 9), (7, 0, 0), (0, 13, 0), (10, 9, 0), (5, 6, 7),
                    (40, 25, 0),
                ] {
                    let known = Inertia(positive: positive, negative: negative, zero: zero)
                    try checkInertia(Scalar.self, known, on: grid)
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("Aasen, eigenvalues within a tolerance of zero") { world in
        let grid = try ProcessGrid(world)
        let values = [1e-3, -2e-3, 5, -7, 2, 0, 1e-9]
        let a = try DistributedMatrix<Double>(rows: 7, columns: 7, block: 2, on: grid) { i, j in
            i == j ? values[i] : 0
        }
        let factor = try SymmetricIndefinite(a)
        expectEqual(try factor.inertia(), Inertia(positive: 4, negative: 2, zero: 1))
        expectEqual(try factor.inertia(tolerance: 1e-6), Inertia(positive: 3, negative: 2, zero: 2))
        expectEqual(try factor.inertia(tolerance: 1.5e-3), Inertia(positive: 2, negative: 2, zero: 3))
        expectEqual(try factor.inertia(tolerance: 1), Inertia(positive: 2, negative: 1, zero: 4))
        expectEqual(try factor.inertia(tolerance: 0), Inertia(positive: 4, negative: 2, zero: 1))
        try grid.close()
    },
    RankCheck("Aasen of a singular matrix completes") { world in
        try forEachGrid(world) { grid in
            func check(_ pivot: Int?, _ element: (Int, Int) -> Double) throws {
                let b = try DistributedMatrix<Double>(rows: 14, columns: 1, block: 3, on: grid) { _, _ in 1 }
                let factor = try SymmetricIndefinite(
                    DistributedMatrix(rows: 14, columns: 14, block: 3, on: grid, element: element))
                expect(factor.firstZeroPivot != nil && (pivot == nil || factor.firstZeroPivot == pivot))
                let found = factor.firstZeroPivot ?? -1
                expectEqual(factor.determinant().value, 0)
                expectEqual(factor.determinant().logarithm, -.infinity)
                expectEqual(try factor.conditionEstimate(), .infinity)
                expectThrows(matches: { $0 == .singular(pivot: found) }) { _ = try factor.solve(b) }
                expectThrows(matches: { $0 == .singular(pivot: found) }) { _ = try factor.inverse() }
            }
            try check(0) { _, _ in 0 }
            try check(nil) { _, _ in 1 }
            for zero in [0, 5, 13] { try check(zero) { i, j in i == j && i != zero ? 2 : 0 } }
            let nothing = try DistributedMatrix<Double>(rows: 14, columns: 14, block: 3, on: grid) { _, _ in 0 }
            let factor = try SymmetricIndefinite(nothing)
            expectEqual(factor.pivots, Array(0..<14), "no interchange where nothing is larger")
            expectEqual(factor.growthFactor(), 0)
            expectEqual(
                distance(try replicated(factor.factor), Matrix<Double>.identity(14)), 0, "L of a matrix of zeros")
        }
    },
    RankCheck("Aasen of NaN and infinity ends, the same way each time") { world in
        let source = IndexedRandom(seed: 14)
        try forEachGrid(world) { grid in
            for bad in [Double.nan, .infinity] {
                for place in [(0, 0), (6, 3), (40, 39)] {
                    let a = try DistributedMatrix<Double>(rows: 41, columns: 41, block: 2, on: grid) { i, j in
                        (max(i, j), min(i, j)) == place ? bad : source.element(max(i, j), min(i, j))
                    }
                    let first = try SymmetricIndefinite(a)
                    let second = try SymmetricIndefinite(a)
                    expectEqual(first.pivots, second.pivots)
                    expectThrows(matches: { $0 == .notFinite(routine: "inertia", name: "t") }) {
                        _ = try first.inertia()
                    }
                    expect(first.growthFactor().isNaN || bad.isInfinite, "a NaN stays in sight")
                    let x = try replicated(
                        try first.solve(try DistributedMatrix(rows: 41, columns: 1, block: 2, on: grid) { _, _ in 1 }))
                    if bad.isNaN { expect((0..<41).contains { x[$0, 0].isNaN }, "a NaN stays in sight") }
                }
            }
        }
    },
    RankCheck("Aasen, extreme scales") { world in
        let grid = try ProcessGrid(world)
        for scale in [0x1p-900, 0x1p900] {
            let plain = symmetric(30, seed: 8, .hermitian) { (_: Int, _: Int, x: Double) in x }
            let scaled = Matrix<Double>(rows: 30, columns: 30) { scale * plain[$0, $1] }
            let place = layout(30, 30, blocks: (4, 4), on: grid)
            let factor = try SymmetricIndefinite(dealt(scaled, place, on: grid))
            let reference = try SymmetricIndefinite(dealt(plain, place, on: grid))
            // A power of two changes no digit.
            expectEqual(factor.pivots, reference.pivots)
            expectEqual(factor.diagonal, reference.diagonal.map { scale * $0 })
            let (l, expected) = (try factor.factor.everywhere(), try reference.factor.everywhere())
            for j in 0..<30 { for i in j..<30 { expectEqual(l[i + 30 * j], expected[i + 30 * j], "L(\(i), \(j))") } }
            expectEqual(try factor.inertia(), try reference.inertia())
            expect(factor.determinant().logarithm.isFinite)
            let b = random(30, 2, seed: 9, Double.self)
            let x = try replicated(try factor.solve(dealt(b, layout(30, 2, blocks: (4, 1), on: grid), on: grid)))
            let error = measure(product(scaled, x), b, scale: oneNorm(scaled) * oneNorm(x), 30)
            expect(error < 3, "scale \(scale): \(error)")
        }
        try grid.close()
    },
    RankCheck("Aasen stops between two panels") { world in
        try forEachGrid(world) { grid in
            let plain = symmetric(40, seed: 9, .hermitian) { (_: Int, _: Int, x: Double) in x }
            let a = dealt(plain, layout(40, 40, blocks: (4, 4), on: grid), on: grid)
            try stopping(world) { _ = try SymmetricIndefinite(a) }
            try expectFactors(try SymmetricIndefinite(a), of: plain, "after an interruption")
        }
    },
    RankCheck("Aasen, arguments and repeatability") { world in
        let grid = try ProcessGrid(world)
        let oblong = try DistributedMatrix<Double>(zeros: layout(6, 6, blocks: (2, 3), on: grid), on: grid)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) {
            _ = try SymmetricIndefinite(oblong)
        }
        let tall = try DistributedMatrix<Double>(rows: 6, columns: 5, block: 2, on: grid)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) { _ = try SymmetricIndefinite(tall) }
        let complex = try DistributedMatrix<Complex<Double>>.identity(rows: 6, block: 2, on: grid)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) {
            _ = try SymmetricIndefinite(complex, symmetry: .symmetric).inertia()
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try SymmetricIndefinite(complex, symmetry: world.rank == 0 ? .symmetric : .hermitian)
            }
        }
        let identity = try SymmetricIndefinite(complex)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) {
            _ = try identity.solve(try DistributedMatrix<Complex<Double>>(rows: 5, columns: 1, block: 2, on: grid))
        }
        let a = dealt(
            symmetric(150, seed: 9, .hermitian) { (_: Int, _: Int, x: Double) in x },
            layout(150, 150, blocks: (4, 4), on: grid),
            on: grid)
        let first = try SymmetricIndefinite(a)
        let whole = try replicated(first.factor)
        for _ in 0..<3 {
            let again = try SymmetricIndefinite(a)
            expectEqual(again.pivots, first.pivots)
            expectEqual(again.diagonal, first.diagonal)
            expectEqual(again.subdiagonal, first.subdiagonal)
            expectEqual(distance(try replicated(again.factor), whole), 0)
        }
        try grid.close()
    },
]

/// A Hermitian or symmetric matrix of random elements, of which `element` makes others below the diagonal and on it.
func symmetric<Scalar: LinearScalar>(
    _ n: Int, seed: UInt64, _ symmetry: MatrixSymmetry, _ element: (Int, Int, Scalar) -> Scalar
) -> Matrix<Scalar> {
    let source = IndexedRandom(seed: seed)
    return Matrix(rows: n, columns: n) { i, j in
        let x = element(max(i, j), min(i, j), source.element(max(i, j), min(i, j)))
        guard symmetry == .hermitian else { return x }
        return i == j ? Scalar(real: x.realPart) : i > j ? x : x.conjugate
    }
}

/// Aᴴ or Aᵀ.
private func dual(_ symmetry: MatrixSymmetry) -> Transpose { symmetry == .hermitian ? .conjugateTranspose : .transpose }

/// ‖P A Pᵀ - L T Lᴴ‖ and ‖A X - B‖ to the measures of ScaLAPACK's tests, and |L| <= 1.
private func checkFactors<Scalar: LinearScalar>(
    _ a: borrowing Matrix<Scalar>, _ symmetry: MatrixSymmetry, _ block: Int, _ sources: (Int, Int), on grid: ProcessGrid
) throws {
    let n = a.rows
    let name = "\(Scalar.typeName) \(symmetry) n \(n) block \(block) on \(grid.rows)x\(grid.columns)"
    let place = layout(n, n, blocks: (block, block), sources: sources, on: grid)
    let factor = try SymmetricIndefinite(dealt(a, place, on: grid), symmetry: symmetry)
    try expectFactors(factor, of: a, name)
    for (columns, blockB) in [(1, block), (9, block + 1)] {
        let b = random(n, columns, seed: 3, Scalar.self)
        let right = dealt(b, layout(n, columns, blocks: (blockB, 2), sources: (0, 1), on: grid), on: grid)
        let x = try replicated(try factor.solve(right))
        let error = measure(product(a, x), b, scale: oneNorm(a) * oneNorm(x), n)
        expect(error < 3, "\(name): |AX - B| \(error)")
    }
}

/// Notes a failure unless these are the factors of a matrix.
private func expectFactors<Scalar: LinearScalar>(
    _ factor: borrowing SymmetricIndefinite<Scalar>, of a: borrowing Matrix<Scalar>, _ name: String
) throws {
    let (n, isHermitian) = (a.rows, factor.symmetry == .hermitian)
    let whole = try replicated(factor.factor)
    let l = Matrix<Scalar>(rows: n, columns: n) { $0 >= $1 ? whole[$0, $1] : .zero }
    let (diagonal, subdiagonal) = (factor.diagonal, factor.subdiagonal)
    expectEqual(diagonal.count, n, name)
    expectEqual(subdiagonal.count, max(0, n - 1), name)
    let t = Matrix<Scalar>(rows: n, columns: n) { i, j in
        if i == j { return diagonal[i] }
        if i == j + 1 { return subdiagonal[j] }
        return j == i + 1 ? (isHermitian ? subdiagonal[i].conjugate : subdiagonal[i]) : .zero
    }
    var order = Array(0..<n)
    for (i, pivot) in factor.pivots.enumerated() {
        expect(pivot >= i && pivot < n, "\(name): pivot \(pivot) of \(i)")
        order.swapAt(i, pivot)
    }
    let exchanged = Matrix<Scalar>(rows: n, columns: n) { a[order[$0], order[$1]] }
    let residual = measure(
        product(product(l, t), applied(dual(factor.symmetry), l)), exchanged, scale: oneNorm(a), n)
    expect(residual < 1, "\(name): |PAPᵀ - LTLᴴ| \(residual)")
    for j in 0..<n {
        expectEqual(l[j, j], 1, name)
        for i in j + 1..<max(j + 1, n) {
            if j == 0 { expectEqual(l[i, j], .zero, name) }
            expect(l[i, j].absoluteValue <= 1.4143, "\(name): multiplier \(l[i, j])")
        }
    }
}

/// From either triangle the same solution; of the lower one the upper is as it was.
private func checkTriangles<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ symmetry: MatrixSymmetry, on grid: ProcessGrid
) throws {
    let a = symmetric(n, seed: 12, symmetry) { (_: Int, _: Int, x: Scalar) in x }
    let nan = Scalar(real: .nan, imaginary: .nan)
    let place = layout(n, n, blocks: (block, block), sources: (1, 2), on: grid)
    let b = random(n, 3, seed: 3, Scalar.self)
    let right = dealt(b, layout(n, 3, blocks: (block, 2), on: grid), on: grid)
    for triangle in Triangle.allCases {
        let given = Matrix<Scalar>(rows: n, columns: n) { i, j in
            // The diagonal's imaginary part is not read where it is known to be zero.
            if i == j { return symmetry == .hermitian ? Scalar(real: a[i, i].realPart, imaginary: .nan) : a[i, i] }
            return (i > j) == (triangle == .lower) ? a[i, j] : nan
        }
        let factor = try SymmetricIndefinite(dealt(given, place, on: grid), triangle: triangle, symmetry: symmetry)
        try expectFactors(factor, of: a, "\(Scalar.typeName) \(symmetry) \(triangle)")
        let x = try replicated(try factor.solve(right))
        let error = measure(product(a, x), b, scale: oneNorm(a) * oneNorm(x), n)
        expect(error < 3, "\(Scalar.typeName) \(symmetry) \(triangle): |AX - B| \(error)")
        guard triangle == .lower else { continue }
        let whole = try replicated(factor.factor)
        for j in 0..<n { for i in 0..<j { expect(whole[i, j].realPart.isNaN, "(\(i), \(j)) was written") } }
    }
}

/// ‖A A⁻¹ - I‖; det A and κ₁(A) against LU's; a solution spoilt and refined.
private func checkServices<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ symmetry: MatrixSymmetry, on grid: ProcessGrid
) throws {
    let name = "\(Scalar.typeName) \(symmetry) n \(n)"
    let a = symmetric(n, seed: 21, symmetry) { (_: Int, _: Int, x: Scalar) in x }
    let place = layout(n, n, blocks: (block, block), sources: (1, 0), on: grid)
    let whole = dealt(a, place, on: grid)
    let factor = try SymmetricIndefinite(whole, symmetry: symmetry)
    let lu = try LU(whole)
    let inverse = try replicated(try factor.inverse())
    let residual = measure(product(a, inverse), .identity(n), scale: oneNorm(a) * oneNorm(inverse), n)
    expect(residual < 1, "\(name): |A A⁻¹ - I| \(residual)")

    let exact = oneNorm(a) * oneNorm(inverse)
    let condition = Double(try factor.conditionEstimate())
    expect(condition <= exact * 1.01 && condition >= exact / 3, "\(name): condition \(condition) for \(exact)")
    let (found, expected) = (factor.determinant(), try lu.determinant())
    let tolerance = Scalar.Real(100 * n) * Scalar.unitRoundoff * Scalar.Real(exact)
    expect(abs(found.logarithm - expected.logarithm) <= tolerance, "\(name): |det A|")
    expect((found.phase - expected.phase).absoluteValue <= tolerance, "\(name): phase \(found.phase)")
    if symmetry == .hermitian { expectEqual(found.phase.imaginaryPart, 0, name) }
    expect(factor.growthFactor() > 0 && factor.growthFactor() < 100, "\(name): growth \(factor.growthFactor())")

    let b = dealt(random(n, 2, seed: 22, Scalar.self), layout(n, 2, blocks: (block, 1), on: grid), on: grid)
    var x = try factor.solve(b)
    let first = try factor.refine(&x, of: whole, b)
    expect(first.backwardError <= Scalar.Real(n + 4) * Scalar.unitRoundoff, "\(name): \(first)")
    x.fill { _, _ in 1 }
    let second = try factor.refine(&x, of: whole, b)
    expect(
        second.iterations > 0 && second.backwardError <= Scalar.Real(n + 4) * Scalar.unitRoundoff, "\(name): \(second)")
}

/// The inertia of X D Xᴴ, for a unit lower triangular X in a random order and a D of known signs.
private func checkInertia<Scalar: LinearScalar>(_: Scalar.Type, _ known: Inertia, on grid: ProcessGrid) throws {
    let n = known.positive + known.negative + known.zero
    // Signs spread over the diagonal.
    let signs = (0..<n).map { i in
        let turn = (i * 7 + 3) % max(1, n)
        return n % 7 == 0 ? i : turn
    }.map { $0 < known.positive ? 1 : $0 < known.positive + known.negative ? -1.0 : 0 }
    let source = IndexedRandom(seed: 33)
    // Small integers: the products are exact, and so is what is zero. X⁻¹ has the same size.
    let x = Matrix<Scalar>(rows: n, columns: n) { i, j in
        if i == j { return 1 }
        guard j < n / 2, i >= n / 2, (i + 2 * j) % 5 == 0 else { return .zero }
        return source.uniform(i, j) < 0.5 ? -1 : 1
    }
    let scaled = Matrix<Scalar>(rows: n, columns: n) { i, j in x[i, j] * Scalar(real: Scalar.Real(signs[j])) }
    let congruent = product(scaled, applied(.conjugateTranspose, x))
    // A unitary diagonal, for complex scalars, and another order.
    let phases: [Scalar] = (0..<n).map { i in
        i.isMultiple(of: 2) || !Scalar.isComplex ? 1 : Scalar(real: 0, imaginary: i % 4 == 1 ? 1 : -1)
    }
    let a = Matrix<Scalar>(rows: n, columns: n) { i, j in
        let (p, q) = (n - 1 - i, n - 1 - j)
        return phases[p] * congruent[p, q] * phases[q].conjugate
    }
    let factor = try SymmetricIndefinite(dealt(a, layout(n, n, blocks: (3, 3), on: grid), on: grid))
    expectEqual(try factor.inertia(), known, "\(Scalar.typeName) on \(grid.rows)x\(grid.columns)")
}
