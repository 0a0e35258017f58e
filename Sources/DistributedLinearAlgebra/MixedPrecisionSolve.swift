// A X = B to full precision from factors of lower precision: plain steps of refinement while they converge, then GMRES
// with the factors as preconditioner (Carson and Higham, SIAM J. Sci. Comput. 39, 2017, and 40, 2018; Buttari et al., IJHPCA
// 21, 2007; LAPACK dsgesv for the stop):
//
//     X = F⁻¹ B                          F ≈ A, in the lower precision
//     R = B - A X                        in full precision; done where ‖r‖∞ <= √n eps ‖A‖∞ ‖x‖∞ for every column
//     X += F⁻¹ R                         in the lower precision, while a step takes a factor of eight off the residual
//     X += D, F⁻¹ A D ≈ F⁻¹ R            else, by GMRES, F⁻¹ in full arithmetic
//
// A plain step converges for a condition number below 1/u of the lower type (10⁷), GMRES far beyond it.
//
// Flops 2 n³/3 (Cholesky n³/3) in the lower precision and 4 n² an iteration for each right-hand side. Memory over all
// ranks beside A: n² scalars of the lower type and 20 n of the full one for each of eight right-hand sides: RefinementModel.

internal import CostModels
package import DistributedArrays
package import Failures
package import LinearAlgebra
internal import MessagePassing

/// How a refinement went.
package struct RefinementCourse: Sendable {
    /// Corrections in the lower precision.
    package var plainSteps = 0
    /// Whether each plain step, the last one too, took a factor of eight off the largest residual.
    package var isSteady = false
    /// Right-hand sides that went through GMRES together, and the iterations of each cycle.
    package var groups: [(columns: Int, cycles: [Int])] = []
    package var failure: MixedPrecisionFailure?

    /// Iterations of the right-hand side that took most.
    package var iterations: Int { plainSteps + (groups.map { $0.cycles.reduce(0, +) }.max() ?? 0) }
}

/// A solution by mixed precision.
package struct MixedPrecisionAnswer<Scalar: LinearScalar>: ~Copyable {
    /// X, dealt like B.
    package let x: DistributedMatrix<Scalar>
    /// Nil where it was not asked for.
    package let quality: SolveQuality<Scalar.Real>?
    /// `.cholesky` or `.lu`.
    package let method: SolveMethod
    /// Of LU.
    package let pivoting: Pivoting?
    package let iterations: Int

    package consuming func takeX() -> DistributedMatrix<Scalar> { x }
}

/// Solves A X = B in mixed precision; nil, and the reason, where that fails. Collective.
///
/// - Parameters:
///   - method: `.cholesky` or `.lu`.
///   - pivoting: that of LU; not random butterflies.
///   - mayTryLU: whether LU follows where A is not positive definite in the lower precision.
///   - wantsQuality: whether to estimate κ₁(A), by some five solves more, and take the backward error.
///   - store: where the factorization saves itself, also where a signal stops what comes behind it, and where it is taken up
///     again; nil for nowhere.
/// - Throws: `TesseraError.interrupted` between two panels of the factorization, two steps of the refinement or two solves
///   of the estimate; `TesseraError.file` on all ranks where a checkpoint cannot be written or the store is another job's.
package func solveInMixedPrecision<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, method: SolveMethod,
    pivoting: Pivoting = .partial, mayTryLU: Bool = false, wantsQuality: Bool = true,
    checkpoint store: CheckpointStore? = nil, _ failure: inout MixedPrecisionFailure?
) throws(TesseraError) -> MixedPrecisionAnswer<Scalar>? {
    let saved = try store?.savedFactorization(
        of: Scalar.self, for: mayTryLU ? .automatic : method, in: .mixed, on: a.grid.communicator)
    let resumable = saved?.precision == .mixed ? saved?.method : nil
    var method = resumable ?? method
    var attempt = try LowPrecisionFactor.factor(
        a, isHermitian: method == .cholesky, pivoting: pivoting, checkpoint: store, resuming: method == resumable,
        &failure)
    if attempt == nil, mayTryLU, case .notPositiveDefinite = failure {
        store?.beginAnew()
        method = .lu
        attempt = try LowPrecisionFactor.factor(
            a, isHermitian: false, pivoting: pivoting, checkpoint: store, &failure)
    }
    guard let factor = attempt.take() else {
        store?.beginAnew()
        return nil
    }
    let answer = try factor.saved(in: store) { () throws(TesseraError) in
        try solveByRefining(a, b, factor, method, wantsQuality: wantsQuality, &failure)
    }
    if answer == nil { store?.beginAnew() }
    return answer
}

/// The solution with these factors; nil, and the reason, where refinement fails.
private func solveByRefining<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ factor: borrowing LowPrecisionFactor<Scalar>, _ method: SolveMethod, wantsQuality: Bool,
    _ failure: inout MixedPrecisionFailure?
) throws(TesseraError) -> MixedPrecisionAnswer<Scalar>? {
    var x = DistributedMatrix<Scalar>(workspace: factor.layout(columns: b.columns, like: b.layout.columns), on: b.grid)
    try x.replace(with: b.view)
    let norms = try a.norms()
    let course = try refine(&x, a, factor, norm: norms.infinity)
    if let reason = course.failure {
        failure = reason
        return nil
    }
    failure = nil
    var answer = try b.copy()
    try answer.replace(with: x.view)
    guard wantsQuality else {
        return MixedPrecisionAnswer(
            x: answer, quality: nil, method: method, pivoting: method == .lu ? factor.pivoting : nil,
            iterations: course.iterations)
    }
    let error = worstBackwardError(try residual(a, answer, b), answer, b, norm: norms.infinity)
    let condition = try estimateCondition(a, factor, x, norms, course)
    let quality = SolveQuality(condition: condition, backwardError: error)
    return MixedPrecisionAnswer(
        x: answer, quality: quality, method: method, pivoting: method == .lu ? factor.pivoting : nil,
        iterations: course.iterations)
}

/// Replaces B, in a layout of the factor, by op(A)⁻¹ B to full precision; op(A) is A or Aᴴ. Collective.
///
/// - Parameter norm: ‖op(A)‖∞, where it is known.
/// - Throws: `TesseraError.interrupted` between two steps, plain ones or GMRES's, with X half done.
package func refine<Scalar: LinearScalar>(
    _ x: inout DistributedMatrix<Scalar>, _ a: borrowing DistributedMatrix<Scalar>, adjoint isAdjoint: Bool = false,
    _ factor: borrowing LowPrecisionFactor<Scalar>, norm known: Scalar.Real? = nil
) throws(TesseraError) -> RefinementCourse {
    let norm = if let known { known } else { try a.norm(isAdjoint ? .one : .infinity) }
    let goal = RefinementGoal<Scalar>(norm: norm, order: a.rows)
    let b = try x.copy()
    var course = RefinementCourse()
    guard goal.norm.isFinite else {
        course.failure = .notFinite
        return course
    }
    try factor.solve(&x, adjoint: isAdjoint, in: .lower)
    var r = try residual(a, adjoint: isAdjoint, x, b)
    var sizes = goal.sizes(r, x)
    var last = Scalar.Real.infinity
    while let worst = goal.worst(sizes) {
        guard worst.isFinite else {
            course.failure = .notFinite
            return course
        }
        guard worst <= last / 8, course.plainSteps < mostIterations else { break }
        last = worst
        try a.grid.communicator.stopIfAsked()
        try Trace.span("correct") { () throws(TesseraError) in
            try factor.solve(&r, adjoint: isAdjoint, in: .lower)
        }
        x.add(r)
        r = try residual(a, adjoint: isAdjoint, x, b)
        sizes = goal.sizes(r, x)
        course.plainSteps += 1
    }
    guard goal.worst(sizes) != nil else {
        course.isSteady = course.plainSteps > 0 && sizes.reduce(0, largerOrNaN) <= last / 8
        return course
    }
    for start in stride(from: 0, to: x.columns, by: TriangularSolveModel.fewColumns) where course.failure == nil {
        let range = start..<min(x.columns, start + TriangularSolveModel.fewColumns)
        guard goal.worst(Array(sizes[range])) != nil else { continue }
        try refineByGMRES(&x, range, a, isAdjoint, factor, b, r, goal, &course)
    }
    return course
}

/// Corrects some columns of X by cycles of GMRES.
private func refineByGMRES<Scalar: LinearScalar>(
    _ x: inout DistributedMatrix<Scalar>, _ range: Range<Int>, _ a: borrowing DistributedMatrix<Scalar>,
    _ isAdjoint: Bool, _ factor: borrowing LowPrecisionFactor<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ residuals: borrowing DistributedMatrix<Scalar>, _ goal: RefinementGoal<Scalar>, _ course: inout RefinementCourse
) throws(TesseraError) {
    let layout = factor.layout(columns: range.count, like: b.layout.columns)
    func columns(of matrix: borrowing DistributedMatrix<Scalar>) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var part = DistributedMatrix<Scalar>(workspace: layout, on: matrix.grid)
        try part.replace(with: matrix.submatrix(rows: 0..<matrix.rows, columns: range))
        return part
    }
    var part = try columns(of: x)
    var r = try columns(of: residuals)
    let right = try columns(of: b)
    var sizes = goal.sizes(r, part)
    var cycles: [Int] = []
    while let worst = goal.worst(sizes), course.failure == nil {
        let spent = cycles.reduce(0, +)
        let iterations = try correctByGMRES(
            a, isAdjoint: isAdjoint, factor, &r, isActive: sizes.map { !goal.isMet($0) },
            limit: min(cycleLimit, mostIterations - spent), tolerance: Scalar.unitRoundoff.squareRoot())
        part.add(r)
        r = try residual(a, adjoint: isAdjoint, part, right)
        sizes = goal.sizes(r, part)
        cycles.append(iterations)
        guard let now = goal.worst(sizes) else { break }
        // The first cycle mends the error of X, which A may hide from the residual; the others must lessen that.
        let isStuck = cycles.count > 1 && !(now <= worst / 2) || !now.isFinite || spent + iterations >= mostIterations
        if isStuck {
            course.failure =
                now.isFinite ? .noConvergence(iterations: course.plainSteps + spent + iterations) : .notFinite
        }
    }
    course.groups.append((range.count, cycles))
    try x.replace(with: part.view, column: range.lowerBound)
}

/// κ₁(A) = ‖A‖₁ ‖A⁻¹‖₁ by solves with the factors, or by refined ones where those do not tell A from a singular matrix.
///
/// Where plain steps alone have refined X, each by a factor of eight, that is what ‖I - F⁻¹ A‖ left of the residual: F⁻¹ is
/// close enough to A⁻¹ for an estimate.
private func estimateCondition<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ factor: borrowing LowPrecisionFactor<Scalar>,
    _ model: borrowing DistributedMatrix<Scalar>, _ norms: MatrixNorms<Scalar.Real>, _ course: RefinementCourse
) throws(TesseraError) -> Scalar.Real {
    let norm = norms.one
    let quick = try estimateInverseNorm(of: model) { (x, isAdjoint) throws(TesseraError) in
        try factor.solve(&x, adjoint: isAdjoint, in: .lower)
    }
    if course.isSteady || norm * quick * Scalar.Real(Scalar.Lower.unitRoundoff) < 0.01 { return norm * quick }
    let refined = try estimateInverseNorm(of: model) { (x, isAdjoint) throws(TesseraError) in
        // What does not converge is a lower bound still.
        _ = try refine(&x, a, adjoint: isAdjoint, factor, norm: isAdjoint ? norms.one : norms.infinity)
    }
    // A NaN is kept.
    return norm * largerOrNaN(refined, quick)
}

/// When a column is solved: ‖r‖∞ <= √n eps ‖A‖∞ ‖x‖∞, with an n of 16 at least, since even a right solution of a small
/// system leaves a few eps.
private struct RefinementGoal<Scalar: LinearScalar> {
    let norm: Scalar.Real
    let tolerance: Scalar.Real

    init(norm: Scalar.Real, order: Int) {
        self.norm = norm
        tolerance = Scalar.Real(max(16, order)).squareRoot() * Scalar.unitRoundoff
    }

    /// ‖r‖∞ / (‖A‖∞ ‖x‖∞) of each column, the same on every rank; 0 where r is zero. Collective.
    func sizes(_ r: borrowing DistributedMatrix<Scalar>, _ x: borrowing DistributedMatrix<Scalar>) -> [Scalar.Real] {
        let (residuals, solutions) = r.grid.communicator.collectively("solve") { () throws(TesseraError) in
            (try r.columnMaxima(), try x.columnMaxima())
        }
        // The quotient of a quotient keeps ‖A‖ ‖x‖ from overflowing.
        return zip(residuals, solutions).map { $0 == 0 ? 0 : $0 / norm / $1 }
    }

    func isMet(_ size: Scalar.Real) -> Bool { size <= tolerance }

    /// The largest of the sizes, or NaN where one is; nil where all are small enough.
    func worst(_ sizes: [Scalar.Real]) -> Scalar.Real? {
        sizes.allSatisfy(isMet) ? nil : sizes.reduce(0, largerOrNaN)
    }
}

/// Iterations of either kind until the full precision takes over: LAPACK's limit.
private let mostIterations = 30
/// Vectors of one cycle of GMRES.
private let cycleLimit = 20
