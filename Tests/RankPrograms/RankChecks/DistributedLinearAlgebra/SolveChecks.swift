import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let solveChecks: [RankCheck] = [
    RankCheck("solve chooses by structure, keeping A or not") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(0, 3), (1, 3), (14, 4)] {
                    for (index, structure) in Structure.allCases.enumerated() {
                        try checkSystem(Scalar.self, n, block, structure, index.isMultiple(of: 2) ? 1 : 3, on: grid)
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("solve refuses what has no answer") { world in
        let grid = try ProcessGrid(world)
        func matrix(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Double) throws -> DistributedMatrix<Double> {
            try DistributedMatrix(rows: rows, columns: columns, block: 3, on: grid, element: element)
        }
        let b = try matrix(8, 1) { i, _ in Double(i) }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "a" } else { false } }) {
            _ = try solve(try matrix(8, 5) { _, _ in 1 }, b)
        }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "b" } else { false } }) {
            _ = try solve(try matrix(7, 7) { $0 == $1 ? 1 : 0 }, b)
        }
        expectThrows(matches: { $0 == .singular(pivot: 1) }) { _ = try solve(try matrix(8, 8) { _, _ in 1 }, b) }
        expectThrows(matches: { $0 == .singular(pivot: 5) }) {
            _ = try solve(try matrix(8, 8) { i, j in i == 5 && j == 5 ? 0 : i >= j ? 1 : 0 }, b)
        }
        expectThrows(matches: { $0 == .notPositiveDefinite(minor: 3) }) {
            _ = try solve(try matrix(8, 8) { i, j in i == j ? (i == 2 ? -1 : 1) : 0 }, b, method: .cholesky)
        }
        let hermitian = try matrix(8, 8) { i, j in i == j ? 0 : 1 }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "method" } else { false } }) {
            _ = try solve(hermitian, b, method: .symmetricIndefinite, precision: .mixed)
        }
        expectThrows(matches: { if case .argument(_, let name, _, _) = $0 { name == "method" } else { false } }) {
            _ = try solve(hermitian, b, method: .symmetricIndefinite, equilibrating: true)
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try solve(try matrix(8, 8) { i, j in i == j ? 2 : 1 }, b, method: world.rank == 0 ? .lu : .cholesky)
            }
        }
        try grid.close()
    },
    RankCheck("solve warns of what cannot be trusted") { world in
        let grid = try ProcessGrid(world)
        // Hilbert's matrix of order 14: condition beyond 1/eps.
        let hilbert = try DistributedMatrix<Double>(rows: 14, columns: 14, block: 3, on: grid) { i, j in
            1 / Double(i + j + 1)
        }
        let b = try DistributedMatrix<Double>(rows: 14, columns: 1, block: 3, on: grid) { _, _ in 1 }
        let answer = try solve(hilbert, b, method: .lu)
        expect(answer.conditionEstimate > 1e15 && answer.warning != nil, "condition \(answer.conditionEstimate)")
        let nan = try DistributedMatrix<Double>(rows: 14, columns: 14, block: 3, on: grid) { i, j in
            i == 3 && j == 8 ? .nan : i == j ? 2 : 1
        }
        try expect(solve(nan, b).warning != nil, "a NaN in A")
        let well = try solve(try DistributedMatrix<Double>.identity(rows: 14, block: 3, on: grid), b)
        expect(well.warning == nil && well.conditionEstimate == 1 && well.backwardError == 0)
        try grid.close()
    },
    RankCheck("condition estimates against the inverse") { world in
        try forEachGrid(world) { grid in
            for n in [1, 2, 19] {
                let a = random(n, n, seed: 31, Complex<Double>.self)
                let factor = try LU(dealt(a, layout(n, n, blocks: (4, 4), on: grid), on: grid))
                let inverse = try replicated(try factor.inverse())
                let exact = oneNorm(a) * oneNorm(inverse)
                let exactInfinity = oneNorm(applied(.transpose, a)) * oneNorm(applied(.transpose, inverse))
                let (one, infinity) = (try factor.conditionEstimate(), try factor.conditionEstimate(norm: .infinity))
                expect(one <= exact * 1.001 && one >= exact / 3, "\(one) for \(exact)")
                expect(infinity <= exactInfinity * 1.001 && infinity >= exactInfinity / 3, "\(infinity)")
                expectThrows { _ = try factor.conditionEstimate(norm: .frobenius) }

                let definite = positiveDefinite(n, Complex<Double>.self)
                let cholesky = try Cholesky(dealt(definite, layout(n, n, blocks: (4, 4), on: grid), on: grid))
                let exactDefinite = oneNorm(definite) * oneNorm(try replicated(try cholesky.inverse()))
                let found = try cholesky.conditionEstimate()
                expect(found <= exactDefinite * 1.001 && found >= exactDefinite / 3, "\(found) for \(exactDefinite)")
            }
        }
    },
    RankCheck("HPL's residual passes and fails") { world in
        let grid = try ProcessGrid(world)
        let source = IndexedRandom(seed: 40)
        let n = 300
        func panel(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
            try DistributedMatrix(rows: n, columns: range.count, block: 16, on: grid) {
                source.element($0, $1 + range.lowerBound)
            }
        }
        let b = try DistributedMatrix<Double>.random(rows: n, columns: 1, seed: 41, block: 16, on: grid)
        let answer = try solve(consuming: try panel(0..<n), b, regenerating: panel)
        expectEqual(answer.method, .lu)
        let residual = try linpackResidual(answer.x, b, regenerating: panel)
        expect(residual < 16, "\(residual)")
        var wrong = try answer.x.copy()
        wrong.fill { i, _ in i == 0 ? 1 : 0 }
        try expect(linpackResidual(wrong, b, regenerating: panel) > 16)
        wrong.fill { _, _ in .nan }
        try expect(linpackResidual(wrong, b, regenerating: panel).isNaN)
        expectThrows { _ = try linpackResidual(answer.x, b) { (_) throws(TesseraError) in try panel(0..<1) } }
        try grid.close()
    },
]

private enum Structure: CaseIterable { case lower, upper, definite, indefinite, general }

/// The answer's method, and its residual against the triple loop, for the borrowing and the consuming form.
private func checkSystem<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ structure: Structure, _ columns: Int, on grid: ProcessGrid
) throws {
    let source = IndexedRandom(seed: 50)
    let definite = positiveDefinite(n, Scalar.self)
    func element(_ i: Int, _ j: Int) -> Scalar {
        switch structure {
        case .lower: i < j ? .zero : i == j ? 3 : source.element(i, j)
        case .upper: i > j ? .zero : i == j ? 3 : source.element(i, j)
        case .definite: definite[i, j]
        // Hermitian with a positive diagonal, but not definite.
        case .indefinite: i == j ? 1 : i == 0 || j == 0 ? 5 : .zero
        case .general: source.element(i, j)
        }
    }
    let plain = Matrix<Scalar>(rows: n, columns: n, element)
    let b = random(n, columns, seed: 51, Scalar.self)
    let right = dealt(b, layout(n, columns, blocks: (block, 2), on: grid), on: grid)
    func check(_ answer: borrowing SolveAnswer<Scalar>, _ form: String, _ method: SolveMethod? = nil) throws {
        let name = "\(Scalar.typeName) n \(n) \(structure) \(form)"
        let expected: SolveMethod =
            switch structure {
            case .upper where n > 1: .triangular(.upper)
            case .lower, .upper: .triangular(.lower)
            case .definite: n > 1 ? .cholesky : .triangular(.lower)
            case .indefinite, .general: n > 1 ? .lu : .triangular(.lower)
            }
        expectEqual(answer.method, method ?? expected, name)
        let x = try replicated(answer.x)
        let residual = measure(product(plain, x), b, scale: oneNorm(plain) * oneNorm(x), n)
        expect(residual < 3, "\(name): \(residual)")
        expect(
            Double(answer.backwardError) <= Double(16 * max(4, n)) * Double(Scalar.unitRoundoff),
            "\(name): backward error \(answer.backwardError)")
        expectEqual(answer.warning, nil, name)
    }
    let a = dealt(plain, layout(n, n, blocks: (block, block), on: grid), on: grid)
    try check(try solve(a, right), "borrowing")
    let oblong = dealt(plain, layout(n, n, blocks: (block, block + 1), sources: (1, 1), on: grid), on: grid)
    try check(try solve(oblong, right), "borrowing, oblong blocks")
    if structure == .definite || structure == .indefinite {
        let method = SolveMethod.symmetricIndefinite
        try check(try solve(oblong, right, method: method), "borrowing, on request", method)
        let answer = try solve(consuming: try a.copy(), right, method: method) { (range) throws(TesseraError) in
            try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
                plain[$0, $1 + range.lowerBound]
            }
        }
        try check(answer, "consuming, on request", method)
    }
    let answer = try solve(consuming: a, right) { (range) throws(TesseraError) in
        try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
            plain[$0, $1 + range.lowerBound]
        }
    }
    try check(answer, "consuming")
}
