// Mixed precision at the ends of the range, and with what has no answer or a trivial one: the same outcome on all ranks,
// whether A is kept or consumed.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let mixedExtremeChecks: [RankCheck] = [
    RankCheck("mixed precision at the ends of the range") { world in
        let grid = try ProcessGrid(world)
        for (sizeA, sizeB, expected) in [
            (1e300, 1, "mixed"), (1e-300, 1, "mixed"), (1e300, 1e300, "mixed"), (1e-300, 1e-300, "mixed"),
            (1, 1e300, "mixed"), (1, 1e-300, "mixed"),
            // κ₁(A) overflows, since A⁻¹ does.
            (0x1p-1028, 1e-305, "mixed, warns"),
            // X overflows, X underflows, the sums of A's rows overflow.
            (1e-300, 1e300, overflow), (1e300, 1e-300, overflow), (1.7e308, 1, overflow),
        ] {
            for isDefinite in [false, true] {
                try checkSizes(Double.self, expected, sizeA, sizeB, isDefinite, on: grid)
                try checkSizes(Complex<Double>.self, expected, sizeA, sizeB, isDefinite, on: grid)
            }
        }
        try grid.close()
    },
    RankCheck("mixed precision, right-hand sides of nothing and of every size") { world in
        try forEachGrid(world) { grid in
            for isDefinite in [false, true] {
                try checkRightHandSides(Double.self, isDefinite, on: grid)
                try checkRightHandSides(Complex<Double>.self, isDefinite, on: grid)
            }
        }
    },
    RankCheck("mixed precision of empty and of one-element systems") { world in
        let grid = try ProcessGrid(world)
        for method in [SolveMethod.lu, .cholesky] {
            for (n, m) in [(0, 0), (0, 2), (1, 0), (1, 1), (1, 9), (7, 0)] {
                func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
                    try DistributedMatrix(rows: n, columns: range.count, block: 3, on: grid) { i, j in
                        i == j + range.lowerBound ? 4 : 1
                    }
                }
                let b = try DistributedMatrix<Double>(rows: n, columns: m, block: 3, on: grid) { i, j in
                    Double(n + 3) * Double(j + 1)
                }
                let kept = try solve(try columns(0..<n), b, method: method, precision: .mixed)
                let consumed = try solve(
                    consuming: try columns(0..<n), b, method: method, precision: .mixed, regenerating: columns)
                expectEqual(kept.warning, nil, "n \(n) m \(m)")
                expect(kept.precision == .mixed && consumed.precision == .mixed && kept.method == method)
                let x = try replicated(consumed.x)
                try expect(x.rows == n && x.columns == m && distance(x, replicated(kept.x)) == 0)
                for j in 0..<m {
                    for i in 0..<n { expect(abs(x[i, j] - Double(j + 1)) < 1e-14, "n \(n) m \(m): \(x[i, j])") }
                }
            }
        }
        try grid.close()
    },
    RankCheck("mixed precision of what has no answer") { world in
        let grid = try ProcessGrid(world)
        for trouble in troubles {
            func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
                try DistributedMatrix(rows: 12, columns: range.count, block: 3, on: grid) {
                    trouble.element($0, $1 + range.lowerBound)
                }
            }
            let b = try DistributedMatrix<Double>(rows: 12, columns: 2, block: 3, on: grid) { _, j in Double(j) }
            let method = trouble.method
            let kept = try outcome { try solve(try columns(0..<12), b, method: method, precision: .mixed) }
            let consumed = try outcome {
                try solve(consuming: try columns(0..<12), b, method: method, precision: .mixed, regenerating: columns)
            }
            expect(kept.contains(trouble.outcome), "expected \(trouble.outcome), found \(kept)")
            expectEqual(consumed, kept)
        }
        try grid.close()
    },
]

/// What is said where NaN or infinity come up.
private let overflow = "full, NaN or infinity in lower precision, warns"

/// A matrix that has no answer, and what is said of it.
private struct Trouble: Sendable {
    let outcome: String
    let method: SolveMethod
    let element: @Sendable (Int, Int) -> Double
}

private let troubles: [Trouble] = [
    Trouble(outcome: "pivot 0 (counted", method: .lu) { _, _ in 0 },
    Trouble(outcome: "pivot 5 (counted", method: .automatic) { i, j in
        if i == 5 || j == 5 { return 0 }
        return i < j ? 1 : sound(i, j)
    },
    Trouble(outcome: "leading minor of order 4", method: .cholesky) { i, j in
        i == 3 && j == 3 ? -1 : sound(i, j)
    },
    // Cholesky reads one triangle, the residual all of A.
    Trouble(outcome: overflow, method: .cholesky) { i, j in i == 2 && j == 7 ? Double.nan : sound(i, j) },
    Trouble(outcome: overflow, method: .lu) { i, j in i == 2 && j == 7 ? -Double.infinity : sound(i, j) },
    Trouble(outcome: overflow, method: .automatic) { i, j in i == 6 && j == 6 ? Double.infinity : sound(i, j) },
]

private func sound(_ i: Int, _ j: Int) -> Double { i == j ? 4 : 0.25 }

/// An element of a well-conditioned matrix, at most 1.
private func plain<Scalar: LinearScalar>(_ i: Int, _ j: Int, _ isDefinite: Bool) -> Scalar {
    let source = IndexedRandom(seed: 77)
    guard isDefinite else { return i == j ? 1 : Scalar(real: 0.125) * source.element(i, j) }
    let upper: Scalar = source.element(min(i, j), max(i, j))
    return i == j ? 1 : Scalar(real: 0.0625) * (i < j ? upper : upper.conjugate)
}

/// What becomes of a solve, in words.
private func outcome<Scalar: LinearScalar>(_ solve: () throws -> SolveAnswer<Scalar>) throws -> String {
    do {
        let answer = try solve()
        let reason = answer.fallback.map { ", \($0)" } ?? ""
        return answer.precision.rawValue + reason + (answer.warning == nil ? "" : ", warns")
    } catch let error as TesseraError { return "\(error)" }
}

/// A and B multiplied by these sizes.
private func checkSizes<Scalar: LinearScalar>(
    _: Scalar.Type, _ expected: String, _ sizeA: Double, _ sizeB: Double, _ isDefinite: Bool, on grid: ProcessGrid
) throws {
    let n = 12
    let (scaleA, scaleB) = (Scalar(real: Scalar.Real(sizeA)), Scalar(real: Scalar.Real(sizeB)))
    func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar> {
        try DistributedMatrix(rows: n, columns: range.count, block: 3, on: grid) { i, j in
            scaleA * plain(i, j + range.lowerBound, isDefinite)
        }
    }
    let b = try DistributedMatrix<Scalar>(rows: n, columns: 3, block: 3, on: grid) { i, j in
        j == 1 ? 0 : scaleB * Scalar(real: Scalar.Real(1 + i))
    }
    let name = "\(Scalar.typeName) A \(sizeA) B \(sizeB) definite \(isDefinite)"
    expectEqual(try outcome { try solve(try columns(0..<n), b, precision: .mixed) }, expected, "\(name), kept")
    expectEqual(
        try outcome { try solve(consuming: try columns(0..<n), b, precision: .mixed, regenerating: columns) }, expected,
        "\(name), consumed")
}

/// A column of zeros has a solution of zeros beside others, and columns of all sizes are each solved to their own.
private func checkRightHandSides<Scalar: LinearScalar>(
    _: Scalar.Type, _ isDefinite: Bool, on grid: ProcessGrid
) throws {
    let n = 12
    let a = try DistributedMatrix<Scalar>(rows: n, columns: n, block: 3, on: grid) { plain($0, $1, isDefinite) }
    let name = "\(Scalar.typeName) definite \(isDefinite)"
    for m in [1, 3, 11] {
        let zeros = try solve(
            a, try DistributedMatrix<Scalar>(zeros: layout(n, m, blocks: (3, 3), on: grid), on: grid), precision: .mixed
        )
        expect(zeros.precision == .mixed && zeros.iterations == 0 && zeros.backwardError == 0, name)
        expectEqual(zeros.warning, nil, name)
        expectEqual(try zeros.x.norm(.maximum), 0, name)
    }
    let numbers: [Double] = [1, 0, 1e300, 1e-300, 0, 1e-150, 1e150, 1, 1, 0, 1e300]
    let sizes = numbers.map { Scalar(real: Scalar.Real($0)) }
    let ones = try DistributedMatrix<Scalar>(rows: n, columns: 1, block: 3, on: grid) { i, _ in
        Scalar(real: Scalar.Real(1 + i))
    }
    let one = try replicated(try solve(a, ones).x)
    for count in [3, sizes.count] {
        let b = try DistributedMatrix<Scalar>(rows: n, columns: count, block: 3, on: grid) { i, j in
            sizes[j] * Scalar(real: Scalar.Real(1 + i))
        }
        let answer = try solve(a, b, precision: .mixed)
        expect(answer.precision == .mixed && answer.warning == nil && answer.iterations > 0, name)
        let x = try replicated(answer.x)
        for j in 0..<count {
            for i in 0..<n {
                let (found, expected) = (x[i, j], sizes[j] * one[i, 0])
                let error = (found - expected).absoluteValue
                expect(error <= Scalar.Real(1e-14) * sizes[j].absoluteValue * 24, "\(name) x \(i), \(j): \(error)")
            }
        }
    }
}
