// Cases of rank-k and rank-2k updates: the triangle against a product, the other triangle as it was.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

/// ‖C - (alpha op(A) op(B)* + conj(alpha) op(B) op(A)* + beta C₀)‖, or with A for B and one product.
struct RankUpdateCases: CaseBody {
    static let axes: [any CaseAxis] = [
        Axes.operandKind, Axes.n, Axes.triangle, Axes.isTransposed, Axes.isHermitian, Axes.block,
    ]
    static let others: [any CaseAxis] = [
        Axes.alpha, Axes.beta, Axes.source, Axes.isAlike, Axes.partA, Axes.partB, Axes.target, Axes.inner,
    ]
    let isRankTwo: Bool

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (n, k, triangle, isHermitian) = (c[Axes.n], c[Axes.inner], c[Axes.triangle], c[Axes.isHermitian])
        let facing: Transpose = isHermitian ? .conjugateTranspose : .transpose
        let operation: Transpose = c[Axes.isTransposed] ? facing : .none
        var (alpha, beta) = c.factors(Scalar.self)
        if isHermitian {
            beta = Scalar(real: beta.realPart)
            if !isRankTwo { alpha = Scalar(real: alpha.realPart) }
        }
        let (rows, columns) = operation == .none ? (n, k) : (k, n)
        let a = c.operand(rows, columns, seed: 111, Scalar.self)
        let b = c.operand(rows, columns, seed: isRankTwo ? 112 : 111, Scalar.self)
        let overwritten = c.accumulator(n, n, Scalar.self)
        let other = random(n, n, seed: 113, Scalar.self)
        let initial = Matrix<Scalar>(rows: n, columns: n) {
            isInside(triangle, $0, $1) ? overwritten[$0, $1] : other[$0, $1]
        }
        let placedA = Placed(a, c.placement(.a, rows, columns, part: c[Axes.partA], on: grid), on: grid)
        let placedB = Placed(b, c.placement(.b, rows, columns, part: c[Axes.partB], on: grid), on: grid)
        let (viewA, viewB) = (placedA.view, placedB.view)
        let found = try c.result(of: initial, part: c[Axes.target], on: grid) { target throws(TesseraError) in
            switch (isHermitian, isRankTwo) {
            case (false, false):
                try symmetricRankUpdate(
                    alpha: alpha, viewA, transposeA: operation, beta: beta, triangle, of: &target)
            case (true, false):
                try hermitianRankUpdate(
                    alpha: alpha.realPart, viewA, transposeA: operation, beta: beta.realPart, triangle, of: &target)
            case (false, true):
                try symmetricRankTwoUpdate(
                    alpha: alpha, viewA, viewB, transpose: operation, beta: beta, triangle, of: &target)
            case (true, true):
                try hermitianRankTwoUpdate(
                    alpha: alpha, viewA, viewB, transpose: operation, beta: beta.realPart, triangle, of: &target)
            }
        }
        guard var result = found else { return }
        let opA = applied(operation, a)
        let opB = applied(operation, b)
        var expected = product(alpha, opA, applied(facing, opB), beta, initial)
        if isRankTwo {
            expected = product(isHermitian ? alpha.conjugate : alpha, opB, applied(facing, opA), 1, expected)
        }
        for j in 0..<n {
            for i in 0..<n where !isInside(triangle, i, j) {
                expect(result[i, j] == other[i, j], "\(c): the other triangle has changed")
                (result[i, j], expected[i, j]) = (.zero, .zero)
            }
            if isHermitian {
                expect(result[j, j].imaginaryPart == 0, "\(c): an imaginary part on the diagonal")
                expected[j, j] = Scalar(real: expected[j, j].realPart)
            }
        }
        let scale =
            bound(alpha, opA, applied(facing, opB), beta, overwritten)
            + (isRankTwo ? bound(alpha, opB, applied(facing, opA), 0, overwritten) : 0)
        c.expectBelow(3, measure(result, expected, scale: scale, k), "|C - (alpha AB + beta C)|")
    }
}
