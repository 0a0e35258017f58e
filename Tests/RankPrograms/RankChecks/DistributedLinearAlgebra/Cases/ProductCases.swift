// Cases of products of general, symmetric and Hermitian matrices. What must not be read is NaN.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

private let operandAxes: [any CaseAxis] = [
    Axes.alpha, Axes.beta, Axes.source, Axes.isAlike, Axes.partA, Axes.partB, Axes.target,
]

extension Case {
    /// alpha and beta.
    func factors<Scalar: LinearScalar>(_: Scalar.Type) -> (alpha: Scalar, beta: Scalar) {
        (
            self[Axes.alpha].value(Scalar(real: -2, imaginary: 1)),
            self[Axes.beta].value(Scalar(real: 0.5, imaginary: -1))
        )
    }

    /// An operand of a product: not to be read, and NaN, where alpha = 0.
    func operand<Scalar: LinearScalar>(_ m: Int, _ n: Int, seed: UInt64, _: Scalar.Type) -> Matrix<Scalar> {
        self[Axes.alpha] == .zero
            ? Matrix(rows: m, columns: n, repeating: Scalar(real: .nan))
            : self[Axes.kind].general(m, n, seed: seed, Scalar.self)
    }

    /// C before the call: NaN where it is overwritten.
    func accumulator<Scalar: LinearScalar>(_ m: Int, _ n: Int, _: Scalar.Type) -> Matrix<Scalar> {
        self[Axes.beta] == .zero
            ? Matrix(rows: m, columns: n, repeating: Scalar(real: .nan)) : random(m, n, seed: 106, Scalar.self)
    }
}

/// |alpha| ‖A‖ ‖B‖ and |beta| ‖C‖, the terms of the bound on an error; what is not read counts nothing.
func bound<Scalar: LinearScalar>(
    _ alpha: Scalar, _ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>, _ beta: Scalar,
    _ c: borrowing Matrix<Scalar>
) -> Double {
    (alpha == .zero ? 0 : 2 * Double(alpha.absoluteValue) * oneNorm(a) * oneNorm(b))
        + (beta == .zero ? 0 : Double(beta.absoluteValue) * oneNorm(c))
}

/// ‖C - (alpha op(A) op(B) + beta C₀)‖.
struct MultiplyCases: CaseBody {
    static let axes: [any CaseAxis] = [Axes.operandKind, Axes.n, Axes.transposeA, Axes.transposeB, Axes.block]
    static let others: [any CaseAxis] = operandAxes + [Axes.m, Axes.inner]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (m, n, k) = (c[Axes.m], c[Axes.n], c[Axes.inner])
        let (transposeA, transposeB) = (c[Axes.transposeA], c[Axes.transposeB])
        let (alpha, beta) = c.factors(Scalar.self)
        let (heightA, widthA) = transposeA == .none ? (m, k) : (k, m)
        let (heightB, widthB) = transposeB == .none ? (k, n) : (n, k)
        let a = c.operand(heightA, widthA, seed: 107, Scalar.self)
        let b = c.operand(heightB, widthB, seed: 108, Scalar.self)
        let initial = c.accumulator(m, n, Scalar.self)
        let placedA = Placed(a, c.placement(.a, heightA, widthA, part: c[Axes.partA], on: grid), on: grid)
        let placedB = Placed(b, c.placement(.b, heightB, widthB, part: c[Axes.partB], on: grid), on: grid)
        let (viewA, viewB) = (placedA.view, placedB.view)
        let found = try c.result(of: initial, part: c[Axes.target], on: grid) { target throws(TesseraError) in
            try multiply(
                alpha: alpha, viewA, transposeA: transposeA, viewB, transposeB: transposeB, beta: beta, into: &target)
        }
        guard let result = found else { return }
        let opA = applied(transposeA, a)
        let opB = applied(transposeB, b)
        let scale = bound(alpha, opA, opB, beta, initial)
        c.expectBelow(
            3, measure(result, product(alpha, opA, opB, beta, initial), scale: scale, k), "|C - (alpha AB + beta C)|")
    }
}

/// ‖C - (alpha A B + beta C₀)‖ or ‖C - (alpha B A + beta C₀)‖ for a symmetric or Hermitian A, of which a triangle is
/// stored; the imaginary parts of a Hermitian diagonal are NaN.
struct MirroredCases: CaseBody {
    static let axes: [any CaseAxis] = [
        Axes.operandKind, Axes.n, Axes.side, Axes.triangle, Axes.isHermitian, Axes.block,
    ]
    static let others: [any CaseAxis] = operandAxes + [Axes.m]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (n, m, side, triangle) = (c[Axes.n], c[Axes.m], c[Axes.side], c[Axes.triangle])
        let isHermitian = c[Axes.isHermitian]
        let (alpha, beta) = c.factors(Scalar.self)
        let plain = c.operand(n, n, seed: 109, Scalar.self)
        let stored = Matrix<Scalar>(rows: n, columns: n) { i, j in
            if i == j, isHermitian { return Scalar(real: plain[i, i].realPart, imaginary: .nan) }
            return isInside(triangle, i, j) ? plain[i, j] : Scalar(real: .nan)
        }
        let meant = Matrix<Scalar>(rows: n, columns: n) { i, j in
            if i == j { return isHermitian ? Scalar(real: plain[i, i].realPart) : plain[i, i] }
            return isInside(triangle, i, j) ? plain[i, j] : isHermitian ? plain[j, i].conjugate : plain[j, i]
        }
        let (rows, columns) = side == .left ? (n, m) : (m, n)
        let b = c.operand(rows, columns, seed: 110, Scalar.self)
        let initial = c.accumulator(rows, columns, Scalar.self)
        let placedA = Placed(stored, c.placement(.a, n, n, part: c[Axes.partA], on: grid), on: grid)
        let placedB = Placed(b, c.placement(.b, rows, columns, part: c[Axes.partB], on: grid), on: grid)
        let (viewA, viewB) = (placedA.view, placedB.view)
        let found = try c.result(of: initial, part: c[Axes.target], on: grid) { target throws(TesseraError) in
            if isHermitian {
                try multiplyHermitian(alpha: alpha, viewA, triangle, on: side, viewB, beta: beta, into: &target)
            } else {
                try multiplySymmetric(alpha: alpha, viewA, triangle, on: side, viewB, beta: beta, into: &target)
            }
        }
        guard let result = found else { return }
        let expected =
            side == .left ? product(alpha, meant, b, beta, initial) : product(alpha, b, meant, beta, initial)
        let scale = bound(alpha, meant, b, beta, initial)
        c.expectBelow(3, measure(result, expected, scale: scale, n), "|C - (alpha AB + beta C)|")
    }
}
