// Cases of the solve driver, in full and in mixed precision.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

/// What a matrix looks like to `solve`.
enum SystemStructure: CaseIterable, Sendable {
    case general, hermitian, lower, upper

    /// The method for it.
    var method: SolveMethod {
        switch self {
        case .general: .lu
        case .hermitian: .cholesky
        case .lower: .triangular(.lower)
        case .upper: .triangular(.upper)
        }
    }

    func matrix<Scalar: LinearScalar>(_ kind: MatrixKind, _ n: Int, _: Scalar.Type) -> Matrix<Scalar> {
        switch self {
        case .general: kind.general(n, n, seed: 114, Scalar.self)
        case .hermitian: kind.hermitian(n, seed: 115, Scalar.self)
        case .lower: kind.triangular(n, .lower, seed: 116, isSingular: true, Scalar.self)
        case .upper: kind.triangular(n, .upper, seed: 116, isSingular: true, Scalar.self)
        }
    }
}

/// SLATE's measure of ‖A X - B‖, the backward error against one of our own, and which errors are thrown.
struct SolveCases: CaseBody {
    static let structure = Axis("structure", SystemStructure.allCases)
    /// Whether the caller names the method, or leaves it to the routine.
    static let isNamed = Axis("named", [false, true])
    static let precision = Axis("precision", SolvePrecision.allCases)
    static let isEquilibrating = Axis("equilibrating", [false, true])
    static let isConsuming = Axis("consuming", [false, true])

    static let axes: [any CaseAxis] = [Axes.kind, Axes.n, structure, precision, Axes.block]
    static let others: [any CaseAxis] = [
        isNamed, isEquilibrating, isConsuming, Axes.pivoting, Axes.source, Axes.isAlike, Axes.columns,
    ]

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws {
        let (n, kind, precision, pivoting) = (c[Axes.n], c[Axes.kind], c[Self.precision], c[Axes.pivoting])
        let plain = c[Self.structure].matrix(kind, n, Scalar.self)
        let b = rightHandSides(n, c, Scalar.self)
        let method: SolveMethod = c[Self.isNamed] ? c[Self.structure].method : .automatic
        let whole = PartOfMatrix(offset: nil)
        let right = dealt(
            b, c.placement(.b, n, b.columns, part: whole, on: grid).layout(n, b.columns, on: grid), on: grid)
        func solved() throws -> SolveAnswer<Scalar> {
            if c[Self.isConsuming] {
                let a = try c.inSquareBlocks(plain, part: whole, on: grid)
                let block = a.layout.rows.block
                return try solve(
                    consuming: a, right, method: method, precision: precision, pivoting: pivoting,
                    equilibrating: c[Self.isEquilibrating]
                ) { (range) throws(TesseraError) in
                    try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
                        plain[$0, $1 + range.lowerBound]
                    }
                }
            }
            // Blocks that are not alike are not square either.
            let a = dealt(
                plain, c.placement(.a, n, n, part: whole, on: grid).layout(n, n, on: grid), on: grid)
            return try solve(
                a, right, method: method, precision: precision, pivoting: pivoting,
                equilibrating: c[Self.isEquilibrating])
        }
        if precision == .mixed, !Scalar.hasLower {
            return expectThrows(
                "\(c)", matches: { if case .argument(_, "precision", _, _) = $0 { true } else { false } }
            ) {
                _ = try solved()
            }
        }
        if precision == .mixed, isByButterflies(pivoting) {
            return expectThrows(
                "\(c)", matches: { if case .argument(_, "pivoting", _, _) = $0 { true } else { false } }
            ) {
                _ = try solved()
            }
        }
        if method == .cholesky, let minor = kind.failingMinor(n) {
            return expectThrows("\(c)", matches: { $0 == .notPositiveDefinite(minor: minor) }) { _ = try solved() }
        }
        if let pivot = kind.zeroPivot(n, n) {
            if isByButterflies(pivoting), method != .triangular(.lower), method != .triangular(.upper) {
                // The mixture may be singular but for rounding: a warning, unless partial pivoting has taken over.
                do {
                    let answer = try solved()
                    expect(answer.warning != nil, "\(c)")
                } catch { expectEqual(error as? TesseraError, .singular(pivot: pivot), "\(c)") }
                return
            }
            return expectThrows("\(c)", matches: { $0 == .singular(pivot: pivot) }) { _ = try solved() }
        }
        let answer = try solved()
        expectEqual(answer.x.layout, right.layout, "\(c)")
        expectMethod(answer, c)
        if let x = try answer.x.gathered(to: c.judge(on: grid)) {
            let isRefined = answer.precision == .mixed || answer.pivoting.map(isByButterflies) ?? false
            check(x, plain, b, Double(answer.backwardError), isRefined: isRefined, c)
        }
        // Where A is far from singular and its factors do not grow, nothing speaks against the answer.
        if ![.graded, .illConditioned, .growth].contains(kind) { expectEqual(answer.warning, nil, "\(c)") }
    }

    /// The method that the structure suggests, and the precision that was asked for, or a reason.
    private func expectMethod<Scalar: LinearScalar>(_ answer: borrowing SolveAnswer<Scalar>, _ c: Case) {
        let (n, kind) = (c[Axes.n], c[Axes.kind])
        switch c[Self.structure] {
        case let structure where c[Self.isNamed]: expectEqual(answer.method, structure.method, "\(c)")
        case _ where n < 2: expectEqual(answer.method, .triangular(.lower), "\(c)")
        case .lower: expectEqual(answer.method, .triangular(.lower), "\(c)")
        case .upper: expectEqual(answer.method, .triangular(.upper), "\(c)")
        // W Wᵀ of order 2 is diagonal.
        case .hermitian where kind == .growth && n == 2: expectEqual(answer.method, .triangular(.lower), "\(c)")
        case .hermitian where kind.failingMinor(n) == nil:
            // In the lower type the smallest eigenvalues may be lost.
            if answer.precision == .full { expectEqual(answer.method, .cholesky, "\(c)") }
        case .hermitian: expectEqual(answer.method, .lu, "\(c)")
        case .general: expectEqual(answer.method, .lu, "\(c)")
        }
        let isByLU = answer.method == .lu
        if answer.pivotingFallback != nil {
            expect(isByLU && isByButterflies(c[Axes.pivoting]), "\(c)")
            expectEqual(answer.pivoting, .partial, "\(c)")
        } else {
            expectEqual(answer.pivoting, isByLU ? c[Axes.pivoting] : nil, "\(c)")
        }
        var isTriangular = false
        if case .triangular = answer.method { isTriangular = true }
        let isMixed = c[Self.precision] == .mixed && !isTriangular && answer.fallback == nil
        expectEqual(answer.precision, isMixed ? .mixed : .full, "\(c): \(String(describing: answer.fallback))")
        if ![.illConditioned, .growth, .graded].contains(kind) { expectEqual(answer.fallback, nil, "\(c)") }
    }

    private func check<Scalar: LinearScalar>(
        _ x: borrowing Matrix<Scalar>, _ a: borrowing Matrix<Scalar>, _ b: borrowing Matrix<Scalar>,
        _ claimed: Double, isRefined: Bool, _ c: Case
    ) {
        let n = a.rows
        let growth = c[Self.structure] == .general ? c[Axes.kind].growth(n, n) : 1
        let back = product(a, x)
        c.expectBelow(isRefined ? 50 : 3, columnMeasure(a, x, b) / growth, "|AX - B|")
        var own = 0.0
        let norm = oneNorm(applied(.transpose, a))
        for j in 0..<b.columns {
            let (r, xs, bs) = (0..<n).reduce((0.0, 0.0, 0.0)) { largest, i in
                (
                    max(largest.0, Double((b[i, j] - back[i, j]).absoluteValue)),
                    max(largest.1, Double(x[i, j].absoluteValue)), max(largest.2, Double(b[i, j].absoluteValue))
                )
            }
            if r > 0 { own = max(own, r / (norm * xs + bs)) }
        }
        let eps = Double(max(4, n)) * Double(Scalar.unitRoundoff)
        expect(abs(claimed - own) <= 2 * eps, "\(c): backward error \(claimed), our own \(own)")
        expect(claimed <= 16 * eps * growth, "\(c): backward error \(claimed)")
    }
}
