// The plain reference of the solvers: the matrix of an update, entry by entry, through the reference grid, and Gaussian
// elimination with pivoting.

import Foundation
import Stencils

/// A linear update as a dense matrix, and what its boundary adds.
struct DenseSystem {
    let n: Int
    /// By rows.
    var a: [[Double]]
    let boundaryTerm: [Double]

    init<S: MultiFieldStencil>(_ stencil: S, extents: [Int], edges: [Edges])
    where S.Scalar == Double, S.Field == SingleField {
        func update(_ edges: [Edges], _ value: @escaping (Int) -> Double) -> [Double] {
            let grid = ReferenceGrid<Double>(extents: extents, edges: [edges]) { _, _, index in
                value(zip(index, extents).reduce(0) { $0 * $1.1 + $1.0 })
            }
            grid.advance(stencil, steps: 1)
            return grid.levels[0][0]
        }
        let still: [Edges] = edges.map { pair in
            guard let pair else { return nil }
            func zero(_ edge: Edge) -> Edge {
                if case .mirror(let sign, _) = edge { .mirror(sign: sign, slope: 0) } else { .constant(0) }
            }
            return (zero(pair.lower), zero(pair.upper))
        }
        n = extents.reduce(1, *)
        boundaryTerm = update(edges) { _ in 0 }
        var rows = [[Double]](repeating: [], count: n)
        for j in 0..<n {
            for (i, entry) in update(still, { $0 == j ? 1 : 0 }).enumerated() { rows[i].append(entry) }
        }
        a = rows
    }

    /// x with A x = b - c; of a singular A the solution with mean zero, b's mean taken out.
    func solve(_ b: [Double], isSingular: Bool = false) -> [Double] {
        var rows = a
        var right = zip(b, boundaryTerm).map(-)
        if isSingular {
            let mean = right.reduce(0, +) / Double(n)
            // A + 1 1' / n has A's solutions among the vectors with mean zero.
            right = right.map { $0 - mean }
            rows = rows.map { $0.map { $0 + 1 / Double(n) } }
        }
        for k in 0..<n {
            let pivot = (k..<n).max { rows[$0][k].magnitude < rows[$1][k].magnitude }!
            rows.swapAt(k, pivot)
            right.swapAt(k, pivot)
            for i in (k + 1)..<max(n, k + 1) where rows[i][k] != 0 {
                let factor = rows[i][k] / rows[k][k]
                for j in k..<n { rows[i][j] -= factor * rows[k][j] }
                right[i] -= factor * right[k]
            }
        }
        for k in (0..<n).reversed() {
            for j in (k + 1)..<max(n, k + 1) { right[k] -= rows[k][j] * right[j] }
            right[k] /= rows[k][k]
        }
        return right
    }
}

/// HPCG's operator: 26 on the diagonal, -1 for each of the other cells around; zero beyond the grid.
struct Box27: CoarsenableStencil {
    var weight = 1.0
    @inlinable func update<L: Lane>(_ cell: Cell<L, SingleField>) -> Updates {
        let u = cell[.u]
        return cell.next((.u, weight * (27 * u.center - u.boxSum(radius: 1))))
    }
    func coarsened(by factors: [Double]) -> Box27 {
        Box27(weight: weight / pow(factors.reduce(1, *), 2.0 / 3))
    }
}

/// HPCG's test operator: the diagonal times a million, of the first nine rows times 2 to 10 million.
struct ExaggeratedBox27: MultiFieldStencil {
    typealias Field = SingleField
    var extents: [Int]
    @inlinable func update<L: Lane>(_ cell: Cell<L, SingleField>) -> Updates {
        let u = cell[.u]
        let first = (cell.position(0) * Double(extents[1]) + cell.position(1)) * Double(extents[2]) + cell.position(2)
        let factor = 1e6 * select(first < 9, first + 2, 1)
        return cell.next((.u, (factor * 26 + 1) * u.center - u.boxSum(radius: 1)))
    }
}

/// An update that is not symmetric positive definite, and some that are not linear.
struct Negative: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u.laplacian() - 3 * u.center }
}

struct Indefinite: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { 2.5 * u.center - u.ring(1) }
}

struct Affine: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u.center + 1 }
}

struct Squares: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u.center * u.center }
}

struct Switching: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { select(u.center > 0, u.center, 2 * u.center) }
}
