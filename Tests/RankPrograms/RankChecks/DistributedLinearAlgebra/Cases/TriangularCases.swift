// Cases of solves and products with triangles. The other triangle, and a diagonal of ones, are NaN.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

private let operandAxes: [any CaseAxis] = [
    Axes.alpha, Axes.source, Axes.isAlike, Axes.partA, Axes.target, Axes.columns,
]

/// A triangle and its operands.
private struct TriangularOperands<Scalar: LinearScalar>: ~Copyable {
    /// As it is stored.
    let stored: Matrix<Scalar>
    /// op of what it stands for.
    let op: Matrix<Scalar>
    let b: Matrix<Scalar>
    let alpha: Scalar

    init(_ c: Case) {
        let (n, triangle, columns) = (c[Axes.n], c[Axes.triangle], c[Axes.columns])
        let plain: Matrix<Scalar> = c[Axes.kind].triangular(n, triangle, seed: 104, Scalar.self)
        let isUnit = c[Axes.diagonal] == .unit
        // A diagonal of ones is far smaller than huge numbers beside it, far larger than tiny ones.
        let meant = Matrix<Scalar>(rows: n, columns: n) { isUnit && $0 == $1 ? 1 : plain[$0, $1] }
        stored = Matrix(rows: n, columns: n) { i, j in
            isInside(triangle, i, j) && !(isUnit && i == j) ? plain[i, j] : Scalar(real: .nan)
        }
        op = applied(c[Axes.transposeA], meant)
        b =
            c[Axes.side] == .left
            ? random(n, columns, seed: 105, Scalar.self) : random(columns, n, seed: 105, Scalar.self)
        alpha = c[Axes.alpha].value(Scalar(real: -2, imaginary: 1))
    }
}

/// ‖op(A) X - alpha B‖, or ‖X op(A) - alpha B‖.
struct TriangularSolveCases: CaseBody {
    static let axes: [any CaseAxis] = [
        Axis("kind", MatrixKind.allCases.filter { $0 != .huge }), Axes.n, Axes.side, Axes.triangle, Axes.transposeA,
        Axes.block,
    ]
    static let others: [any CaseAxis] = operandAxes + [Axes.diagonal]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let operands = TriangularOperands<Scalar>(c)
        let (n, alpha) = (c[Axes.n], operands.alpha)
        let placed = Placed(operands.stored, c.placement(.a, n, n, part: c[Axes.partA], on: grid), on: grid)
        let found = try c.result(of: operands.b, part: c[Axes.target], on: grid) { x throws(TesseraError) in
            // A whole matrix may stay at rest, a part of one travels.
            if c[Axes.partA].offset == nil {
                try solveTriangular(
                    alpha: alpha, placed.whole, c[Axes.triangle], transposeA: c[Axes.transposeA],
                    diagonal: c[Axes.diagonal], on: c[Axes.side], &x)
            } else {
                try solveTriangular(
                    alpha: alpha, placed.view, c[Axes.triangle], transposeA: c[Axes.transposeA],
                    diagonal: c[Axes.diagonal], on: c[Axes.side], &x)
            }
        }
        guard let x = found else { return }
        let right = Matrix<Scalar>(rows: x.rows, columns: x.columns) { alpha * operands.b[$0, $1] }
        let back = c[Axes.side] == .left ? product(operands.op, x) : product(x, operands.op)
        c.expectBelow(3, measure(back, right, scale: oneNorm(operands.op) * oneNorm(x), n), "|AX - alpha B|")
    }
}

/// ‖B - alpha op(A) B₀‖, or ‖B - alpha B₀ op(A)‖.
struct TriangularProductCases: CaseBody {
    static let axes: [any CaseAxis] = [
        Axes.n, Axes.side, Axes.triangle, Axes.transposeA, Axes.diagonal, Axes.block,
    ]
    static let others: [any CaseAxis] = operandAxes + [Axes.kind]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let operands = TriangularOperands<Scalar>(c)
        let (n, alpha) = (c[Axes.n], operands.alpha)
        let placed = Placed(operands.stored, c.placement(.a, n, n, part: c[Axes.partA], on: grid), on: grid)
        let found = try c.result(of: operands.b, part: c[Axes.target], on: grid) { x throws(TesseraError) in
            try multiplyTriangular(
                alpha: alpha, placed.view, c[Axes.triangle], transposeA: c[Axes.transposeA],
                diagonal: c[Axes.diagonal], on: c[Axes.side], &x)
        }
        guard let result = found else { return }
        let zero = Matrix<Scalar>(rows: result.rows, columns: result.columns)
        let expected =
            c[Axes.side] == .left
            ? product(alpha, operands.op, operands.b, 0, zero) : product(alpha, operands.b, operands.op, 0, zero)
        let scale = bound(alpha, operands.op, operands.b, 0, zero)
        c.expectBelow(3, measure(result, expected, scale: scale, n), "|B - alpha AB|")
    }
}
