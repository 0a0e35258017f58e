// One cycle of GMRES for a few systems in step, preconditioned from the left by factors of lower precision: D with
// M⁻¹ A D ≈ M⁻¹ R (Saad and Schultz, SIAM J. Sci. Stat. Comput. 7, 1986; Carson and Higham, SIAM J. Sci. Comput. 39,
// 2017). Classical Gram-Schmidt, twice, so that an iteration takes three reductions however many vectors there are.
//
//     V₀ = M⁻¹ R / β,   W = M⁻¹ A Vₖ,   H(:, k) = Vᴴ W,   W -= V H(:, k),   Vₖ₊₁ = W / ‖W‖,   min ‖β e₁ - H y‖,   D = V y
//
// Flops of iteration k: 4 n² + 8 n k for each column. Memory: (limit + 1) n scalars for each column.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing
internal import RealModule

/// Replaces R by D.
///
/// - Parameters:
///   - isAdjoint: Aᴴ stands for A.
///   - w: R, n x m with few columns, in the layout of the factor.
///   - isActive: the columns that want a correction; the others get zero.
///   - limit: the most iterations.
///   - tolerance: how small ‖M⁻¹ (R - A D)‖ is to become, relative to ‖M⁻¹ R‖.
/// - Returns: the iterations that were made. A column in which NaN or infinity appears gets what came before.
/// - Throws: `TesseraError.interrupted` between two iterations.
func correctByGMRES<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, isAdjoint: Bool, _ factor: borrowing LowPrecisionFactor<Scalar>,
    _ w: inout DistributedMatrix<Scalar>, isActive: [Bool], limit: Int, tolerance: Scalar.Real
) throws(TesseraError) -> Int {
    try factor.solve(&w, adjoint: isAdjoint, in: .full)
    let space = KrylovSpace(w, limit: limit)
    // Sizes near one keep squares from overflowing.
    let sizes = w.grid.communicator.collectively("solve") { () throws(TesseraError) in try w.columnMaxima() }
    let scales = sizes.map(reciprocalPowerOfTwo)
    for j in isActive.indices {
        space.scale(&w, j, by: isActive[j] && sizes[j].isFinite ? scales[j] : 0)
    }
    let norms = space.norms(w)
    var columns = norms.map { LeastSquaresColumn<Scalar>(norm: $0, tolerance: tolerance) }
    space.append(&w, norms, at: 0)
    var iterations = 0
    while iterations < limit, columns.contains(where: { !$0.isDone }) {
        let k = iterations
        try w.grid.communicator.stopIfAsked()
        try multiply(a, transposeA: isAdjoint ? .conjugateTranspose : .none, space.vector(k), into: &w)
        try factor.solve(&w, adjoint: isAdjoint, in: .full)
        let projections = space.orthogonalize(&w, against: k + 1)
        let norms = space.norms(w)
        for j in columns.indices { columns[j].append(Array(projections[j * (k + 1)..<(j + 1) * (k + 1)]), norms[j]) }
        space.append(&w, norms, at: k + 1)
        iterations += 1
    }
    for (j, column) in columns.enumerated() {
        space.combine(column.solution(), into: &w, j)
        space.scale(&w, j, by: 1 / scales[j])
    }
    return iterations
}

/// An orthonormal basis for each column of a thin matrix, whose columns lie on one process column.
private struct KrylovSpace<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    /// This rank's rows; 0 where it has no columns.
    let height: Int
    let count: Int
    /// Vector k of column j begins at (k count + j) height.
    let basis: Workspace<Scalar>

    init(_ model: borrowing DistributedMatrix<Scalar>, limit: Int) {
        grid = model.grid
        layout = model.layout
        count = model.columns
        height = model.localColumns > 0 ? model.localRows : 0
        basis = Workspace(height * count * (limit + 1))
    }

    private func column(_ w: borrowing DistributedMatrix<Scalar>, _ j: Int) -> UnsafeMutablePointer<Scalar> {
        w.storage + (height > 0 ? j * w.leadingDimension : 0)
    }

    /// wⱼ = c wⱼ; c = 0 overwrites.
    func scale(_ w: inout DistributedMatrix<Scalar>, _ j: Int, by c: Scalar.Real) {
        Scalar.scal(height, Scalar(real: c), column(w, j), 1)
    }

    /// ‖wⱼ‖₂ on every rank. Collective.
    func norms(_ w: borrowing DistributedMatrix<Scalar>) -> [Scalar.Real] {
        var squares = (0..<count).map { j in
            let norm = Scalar.nrm2(height, column(w, j), 1)
            return norm * norm
        }
        reduce(&squares)
        return squares.map { $0.squareRoot() }
    }

    /// Vₖ = W / ‖W‖; zero where that has no direction.
    func append(_ w: inout DistributedMatrix<Scalar>, _ norms: [Scalar.Real], at k: Int) {
        for j in 0..<count {
            scale(&w, j, by: norms[j] > 0 && norms[j].isFinite ? 1 / norms[j] : 0)
            (basis.base + (k * count + j) * height).update(from: column(w, j), count: height)
        }
    }

    /// Vₖ as a matrix.
    func vector(_ k: Int) -> DistributedMatrix<Scalar> {
        let v = DistributedMatrix<Scalar>(workspace: layout, on: grid)
        for j in 0..<count {
            column(v, j).update(from: basis.base + (k * count + j) * height, count: height)
        }
        return v
    }

    /// W -= V Vᴴ W over the first vectors; Vᴴ W, column by column, on every rank. Collective.
    func orthogonalize(_ w: inout DistributedMatrix<Scalar>, against vectors: Int) -> [Scalar] {
        var total = [Scalar](repeating: .zero, count: count * vectors)
        for _ in 0..<2 {
            var projections = [Scalar](repeating: .zero, count: count * vectors)
            projections.withUnsafeMutableBufferPointer { projections in
                for j in 0..<count where height > 0 {
                    Scalar.gemv(
                        .conjugateTranspose, height, vectors, 1, basis.base + j * height, count * height, column(w, j),
                        1, 0, projections.baseAddress! + j * vectors, 1)
                }
            }
            reduce(&projections)
            for j in 0..<count where height > 0 {
                projections.withUnsafeBufferPointer {
                    Scalar.gemv(
                        .none, height, vectors, -1, basis.base + j * height, count * height,
                        $0.baseAddress! + j * vectors, 1, 1, column(w, j), 1)
                }
            }
            for i in total.indices { total[i] += projections[i] }
        }
        return total
    }

    /// wⱼ = V y.
    func combine(_ y: [Scalar], into w: inout DistributedMatrix<Scalar>, _ j: Int) {
        guard height > 0 else { return }
        scale(&w, j, by: 0)
        guard !y.isEmpty else { return }
        y.withUnsafeBufferPointer {
            Scalar.gemv(
                .none, height, y.count, 1, basis.base + j * height, count * height, $0.baseAddress!, 1, 1, column(w, j),
                1)
        }
    }

    private func reduce<T: MessageElement & Numeric>(_ values: inout [T]) {
        grid.communicator.collectively("solve") { () throws(TesseraError) in
            try grid.communicator.allReduce(&values, .sum)
        }
    }
}

/// min ‖β e₁ - H y‖ for a growing Hessenberg matrix H, by rotations. The same numbers on every rank.
private struct LeastSquaresColumn<Scalar: LinearScalar> {
    /// R of H = Q R, column by column.
    private var triangle: [[Scalar]] = []
    private var rotations: [(c: Scalar.Real, s: Scalar)] = []
    /// Qᴴ β e₁.
    private var right: [Scalar]
    private let goal: Scalar.Real
    private(set) var isDone: Bool

    init(norm: Scalar.Real, tolerance: Scalar.Real) {
        right = [Scalar(real: norm)]
        goal = tolerance * norm
        isDone = !(norm > 0 && norm.isFinite)
    }

    /// A further column of H, and the element below its diagonal.
    mutating func append(_ column: [Scalar], _ below: Scalar.Real) {
        guard !isDone else { return }
        var h = column
        for (i, rotation) in rotations.enumerated() {
            let (upper, lower) = (h[i], h[i + 1])
            h[i] = Scalar(real: rotation.c) * upper + rotation.s * lower
            h[i + 1] = Scalar(real: rotation.c) * lower - rotation.s.conjugate * upper
        }
        let last = h.count - 1
        let modulus = h[last].absoluteValue
        let length = (modulus * modulus + below * below).squareRoot()
        guard length > 0, length.isFinite else {
            isDone = true
            return
        }
        // [c s; -s̄ c] takes (h, below) to (r, 0).
        let phase: Scalar =
            modulus > 0 ? Scalar(real: h[last].realPart / modulus, imaginary: h[last].imaginaryPart / modulus) : 1
        let (c, s) = (modulus / length, phase * Scalar(real: below / length))
        rotations.append((c, s))
        h[last] = phase * Scalar(real: length)
        triangle.append(h)
        let old = right[last]
        right[last] = Scalar(real: c) * old
        right.append(.zero - s.conjugate * old)
        let rest = right[last + 1].absoluteValue
        isDone = !(rest > goal)
    }

    /// R y = Qᴴ β e₁.
    func solution() -> [Scalar] {
        var y = Array(right.prefix(triangle.count))
        for i in y.indices.reversed() {
            for j in i + 1..<max(i + 1, y.count) { y[i] -= triangle[j][i] * y[j] }
            y[i] /= triangle[i][i]
        }
        return y
    }
}
