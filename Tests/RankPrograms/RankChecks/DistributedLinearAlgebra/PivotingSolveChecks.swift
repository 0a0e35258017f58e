// The driver with every pivoting, and partial pivoting where random butterflies do not do.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let pivotingSolveChecks: [RankCheck] = [
    RankCheck("solve with every pivoting, keeping A or not, scaled or not") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(0, 2), (2, 3), (41, 5)] {
                    for pivoting in pivotings {
                        for isEquilibrating in [false, true] {
                            try checkSystem(Scalar.self, n, block, pivoting, isEquilibrating, on: grid)
                        }
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("solve takes partial pivoting where butterflies fail") { world in
        try forEachGrid(world) { grid in
            let n = 20
            let pivoting = Pivoting.randomButterflies(depth: 1, seed: 3)
            let b = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 21, block: 3, on: grid)
            for rest in [0, 0x1p-50] {
                let a = try cancelling(n, rest, on: grid)
                func check(_ answer: borrowing SolveAnswer<Double>, _ form: String) {
                    expectEqual(answer.pivoting, .partial, form)
                    expectEqual(answer.warning, nil, form)
                    expectEqual(answer.iterations, 0, form)
                    expect(answer.backwardError < 1e-15, "\(form): \(answer.backwardError)")
                    switch answer.pivotingFallback {
                    case .zeroPivot(let pivot): expect(rest == 0 && pivot == 0, form)
                    case .backwardError(let error): expect(rest > 0 && error > 1e-15, "\(form): \(error)")
                    case nil: expect(false, "\(form): no fallback with rest \(rest)")
                    }
                    expectEqual(answer.pivotingFallback?.description.contains("\n"), false)
                }
                check(try solve(a, b, method: .lu, pivoting: pivoting), "borrowing")
                check(try solve(a, b, method: .lu, pivoting: pivoting, equilibrating: true), "scaled")
                let answer = try solve(consuming: try a.copy(), b, method: .lu, pivoting: pivoting) {
                    (range) throws(TesseraError) in
                    try a.submatrix(rows: 0..<n, columns: range).copied()
                }
                check(answer, "consuming")
            }
            let nan = try DistributedMatrix<Double>(rows: n, columns: n, block: 3, on: grid) { i, j in
                i == 3 && j == 8 ? .nan : i == j ? 2 : 1
            }
            for pivoting in pivotings { try expect(solve(nan, b, pivoting: pivoting).warning != nil, "\(pivoting)") }
        }
    },
    RankCheck("solve refuses singular matrices with every pivoting, and others need none") { world in
        let grid = try ProcessGrid(world)
        let b = try DistributedMatrix<Double>(rows: 8, columns: 1, block: 3, on: grid) { i, _ in Double(i) }
        let ones = try DistributedMatrix<Double>(rows: 8, columns: 8, block: 3, on: grid) { _, _ in 1 }
        let definite = try DistributedMatrix<Double>(rows: 8, columns: 8, block: 3, on: grid) { i, j in
            i == j ? 3 : 1 / 4
        }
        for pivoting in pivotings {
            if isByButterflies(pivoting) {
                // The mixture is singular but for rounding: a warning, or an exact zero and partial pivoting.
                do { try expect(solve(ones, b, pivoting: pivoting).warning != nil) } catch {
                    expectEqual(error as? TesseraError, .singular(pivot: 1))
                }
            } else {
                expectThrows(matches: { $0 == .singular(pivot: 1) }) { _ = try solve(ones, b, pivoting: pivoting) }
            }
            let answer = try solve(definite, b, pivoting: pivoting)
            expect(answer.method == .cholesky && answer.pivoting == nil && answer.pivotingFallback == nil)
        }
        try grid.close()
    },
    RankCheck("mixed precision with a threshold and a tournament") { world in
        try forEachGrid(world) { grid in
            let n = 50
            let a = try DistributedMatrix<Complex<Double>>.random(rows: n, columns: n, seed: 22, block: 6, on: grid)
            let b = try DistributedMatrix<Complex<Double>>.random(rows: n, columns: 1, seed: 23, block: 6, on: grid)
            for pivoting in [Pivoting.threshold(0.25), .tournament] {
                let answer = try solve(a, b, precision: .mixed, pivoting: pivoting)
                expect(answer.precision == .mixed && answer.fallback == nil && answer.warning == nil)
                expectEqual(answer.pivoting, pivoting)
            }
        }
    },
]

/// The answer's pivoting and its residual against the triple loop, for the borrowing and the consuming form.
private func checkSystem<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ pivoting: Pivoting, _ isEquilibrating: Bool, on grid: ProcessGrid
) throws {
    let source = IndexedRandom(seed: 52)
    let plain = Matrix<Scalar>(rows: n, columns: n) { i, j in
        source.element(i, j) * (isEquilibrating && i == 1 ? 1000 : 1)
    }
    let b = random(n, 3, seed: 53, Scalar.self)
    let right = dealt(b, layout(n, 3, blocks: (block, 2), on: grid), on: grid)
    func check(_ answer: borrowing SolveAnswer<Scalar>, _ form: String) throws {
        let name = "\(Scalar.typeName) n \(n) \(pivoting) \(form) \(isEquilibrating)"
        expectEqual(answer.method, .lu, name)
        expectEqual(answer.pivoting, pivoting, name)
        expectEqual(answer.pivotingFallback, nil, name)
        let x = try replicated(answer.x)
        let residual = measure(product(plain, x), b, scale: oneNorm(plain) * oneNorm(x), n)
        expect(residual < 3, "\(name): \(residual)")
        expectEqual(answer.warning, nil, name)
    }
    let a = dealt(plain, layout(n, n, blocks: (block, block), on: grid), on: grid)
    try check(
        try solve(a, right, method: .lu, pivoting: pivoting, equilibrating: isEquilibrating), "borrowing")
    let answer = try solve(
        consuming: a, right, method: .lu, pivoting: pivoting, equilibrating: isEquilibrating
    ) { (range) throws(TesseraError) in
        try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
            plain[$0, $1 + range.lowerBound]
        }
    }
    try check(answer, "consuming")
}
