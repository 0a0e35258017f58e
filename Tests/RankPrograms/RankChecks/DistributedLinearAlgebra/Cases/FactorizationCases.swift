// Cases of LU and Cholesky: the factors against A, and solutions with them.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

/// ‖A - Pᵀ L U‖, |L| as far as the pivoting bounds it, and for square matrices ‖op(A) X - B‖, or the zero pivot. Without
/// exchanges the factors are those of a mixture, the residual grows as U's elements do, and there is no verdict on a singular
/// matrix.
struct LUCases: CaseBody {
    static let axes: [any CaseAxis] = [Axes.kind, Axes.n, Axes.shape, Axes.block, Axes.pivoting]
    static let others: [any CaseAxis] = [
        Axes.source, Axes.isAlike, Axes.partA, Axes.target, Axes.transposeA, Axes.columns,
    ]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (m, n) = c[Axes.shape].shape(c[Axes.n])
        let (kind, pivoting) = (c[Axes.kind], c[Axes.pivoting])
        let a = kind.general(m, n, seed: 101, Scalar.self)
        let given = try c.inSquareBlocks(a, part: c[Axes.partA], on: grid)
        if isByButterflies(pivoting), m != n {
            return expectThrows(
                "\(c)", matches: { if case .argument(_, "pivoting", _, _) = $0 { true } else { false } }
            ) { _ = try LU(given, pivoting: pivoting) }
        }
        let factor = try LU(consuming: given, pivoting: pivoting)
        expectEqual(factor.pivoting, pivoting, "\(c)")
        expectEqual(factor.pivots.count, min(m, n), "\(c)")
        if isByButterflies(pivoting) {
            expectEqual(factor.pivots, Array(0..<n), "\(c)")
            if kind.zeroPivot(n, n) == nil { try checkSolve(factor, a, c, on: grid) }
            return
        }
        expectEqual(factor.firstZeroPivot, kind.zeroPivot(m, n), "\(c)")
        if kind == .growth, min(m, n) > 0, pivoting != .tournament {
            // In the last column of a tall matrix rounding may tell equals apart.
            let exchanges = factor.pivots.prefix(n - 1).enumerated().filter { $0.offset != $0.element }
            expect(exchanges.isEmpty, "\(c): exchanges")
            let ratio = Double(try factor.growthFactor()) / kind.growth(m, n)
            expect(abs(ratio - 1) <= Double(2 * m) * Double(Scalar.unitRoundoff), "\(c): growth \(ratio) of what it is")
        }
        let growth = try growth(factor, c)
        if let whole = try factor.factors.gathered(to: c.judge(on: grid)) {
            check(whole, factor.pivots, a, growth, c)
        }
        if m == n { try checkSolve(factor, a, c, on: grid) }
    }

    private func check<Scalar: LinearScalar>(
        _ factors: borrowing Matrix<Scalar>, _ pivots: [Int], _ a: borrowing Matrix<Scalar>, _ growth: Double,
        _ c: Case
    ) {
        let (m, n, steps) = (a.rows, a.columns, min(a.rows, a.columns))
        let l = Matrix<Scalar>(rows: m, columns: steps) { $0 == $1 ? 1 : $0 > $1 ? factors[$0, $1] : .zero }
        let u = Matrix<Scalar>(rows: steps, columns: n) { $0 <= $1 ? factors[$0, $1] : .zero }
        var order = Array(0..<m)
        for (i, pivot) in pivots.enumerated() { order.swapAt(i, pivot) }
        let exchanged = Matrix<Scalar>(rows: m, columns: n) { a[order[$0], $1] }
        let scale = oneNorm(a) * growth
        c.expectBelow(1, measure(product(l, u), exchanged, scale: scale, max(m, n)), "|A - LU|")
        var largest: Scalar.Real = 0
        for j in 0..<steps { for i in j..<m { largest = max(largest, l[i, j].absoluteValue) } }
        // Moduli are √2 times as much as the magnitudes that are compared.
        switch c[Axes.pivoting] {
        case .threshold(let share): c.expectBelow(1.4143 / share, Double(largest), "|L|")
        case .tournament: c.expectBelow(30, Double(largest), "|L|")
        case .partial, .randomButterflies: c.expectBelow(1.4143, Double(largest), "|L|")
        }
    }

    /// The factor by which a residual may be larger than that of a matrix without growth: the kind's own and, where the
    /// largest pivot is not taken, that of the factors. Collective.
    private func growth<Scalar: LinearScalar>(_ factor: borrowing LU<Scalar>, _ c: Case) throws -> Double {
        let expected = c[Axes.kind].growth(factor.factors.rows, factor.factors.columns)
        if c[Axes.pivoting] == .partial { return expected }
        let found = Double(try factor.growthFactor())
        expect(found.isFinite, "\(c): growth \(found)")
        return max(expected, found)
    }

    private func checkSolve<Scalar: LinearScalar>(
        _ factor: borrowing LU<Scalar>, _ a: borrowing Matrix<Scalar>, _ c: Case, on grid: ProcessGrid
    ) throws {
        let (n, kind, operation) = (a.rows, c[Axes.kind], c[Axes.transposeA])
        let growth = try growth(factor, c)
        let b = rightHandSides(n, c, Scalar.self)
        var isSingular = false
        let found = try c.result(of: b, part: c[Axes.target], on: grid) { x throws(TesseraError) in
            do throws(TesseraError) {
                try factor.solve(inPlace: &x, transpose: operation)
            } catch .singular(pivot: let pivot) where pivot == kind.zeroPivot(n, n) {
                isSingular = true
            }
        }
        expectEqual(isSingular, kind.zeroPivot(n, n) != nil, "\(c): solve")
        guard let x = found, !isSingular else { return }
        c.expectBelow(3, columnMeasure(applied(operation, a), x, b) / growth, "|AX - B|")
    }
}

/// ‖A - L Lᴴ‖ or ‖A - Uᴴ U‖ and ‖A X - B‖, or the minor that is not positive. The other triangle is NaN, and stays.
struct CholeskyCases: CaseBody {
    static let axes: [any CaseAxis] = [Axes.kind, Axes.n, Axes.triangle, Axes.block]
    static let others: [any CaseAxis] = [Axes.source, Axes.isAlike, Axes.partA, Axes.target, Axes.columns]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (n, kind, triangle) = (c[Axes.n], c[Axes.kind], c[Axes.triangle])
        let a = kind.hermitian(n, seed: 102, Scalar.self)
        let given = Matrix<Scalar>(rows: n, columns: n) {
            isInside(triangle, $0, $1) ? a[$0, $1] : Scalar(real: .nan)
        }
        if let minor = kind.failingMinor(n) {
            let matrix = try c.inSquareBlocks(given, part: c[Axes.partA], on: grid)
            return expectThrows("\(c)", matches: { $0 == .notPositiveDefinite(minor: minor) }) {
                _ = try Cholesky(matrix, triangle: triangle)
            }
        }
        let factor = try Cholesky(
            consuming: try c.inSquareBlocks(given, part: c[Axes.partA], on: grid), triangle: triangle)
        if let whole = try factor.factor.gathered(to: c.judge(on: grid)) {
            for j in 0..<n {
                for i in 0..<n where !isInside(triangle, i, j) {
                    expect(whole[i, j].realPart.isNaN, "\(c): (\(i), \(j)) was written")
                }
            }
            let part = Matrix<Scalar>(rows: n, columns: n) { isInside(triangle, $0, $1) ? whole[$0, $1] : .zero }
            let mirrored = applied(.conjugateTranspose, part)
            let back = triangle == .lower ? product(part, mirrored) : product(mirrored, part)
            c.expectBelow(1, measure(back, a, scale: oneNorm(a), n), "|A - LLᴴ|")
        }
        let b = rightHandSides(n, c, Scalar.self)
        let found = try c.result(of: b, part: c[Axes.target], on: grid) { x throws(TesseraError) in
            try factor.solve(inPlace: &x)
        }
        guard let x = found else { return }
        c.expectBelow(3, columnMeasure(a, x, b), "|AX - B|")
    }
}

func isInside(_ triangle: Triangle, _ i: Int, _ j: Int) -> Bool { triangle == .lower ? i >= j : i <= j }

/// Random right-hand sides of the size of the matrix's elements, each column of a size of its own where the type's range
/// allows it, and the third one zero.
func rightHandSides<Scalar: LinearScalar>(_ n: Int, _ c: Case, _: Scalar.Type) -> Matrix<Scalar> {
    let exponent = c[Axes.kind].exponent(Scalar.Real.self)
    let step = exponent == 0 ? Int(Scalar.Real.greatestFiniteMagnitude.exponent) / 8 : 0
    let source = IndexedRandom(seed: 103)
    return Matrix(rows: n, columns: c[Axes.columns]) { i, j in
        j == 2 ? .zero : power(exponent + step * ((j + 2) % 5 - 2)) * source.element(i, j)
    }
}

/// The largest of the columns' ‖op(A) x - b‖₁ over ‖op(A)‖₁ ‖x‖₁, n (at least 4) and the unit roundoff; 0 where there is no
/// difference, infinite where one is NaN.
func columnMeasure<Scalar: LinearScalar>(
    _ a: borrowing Matrix<Scalar>, _ x: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>
) -> Double {
    let back = product(a, x)
    let norm = oneNorm(a) * Double(max(4, a.rows)) * Double(Scalar.unitRoundoff)
    var largest = 0.0
    for j in 0..<b.columns {
        var (difference, size) = (0.0, 0.0)
        for i in 0..<b.rows {
            difference += Double((back[i, j] - b[i, j]).absoluteValue)
            size += Double(x[i, j].absoluteValue)
        }
        let ratio = difference == 0 ? 0 : difference / (norm * size)
        if !(ratio <= largest) { largest = ratio.isNaN ? .infinity : ratio }
    }
    return largest
}
