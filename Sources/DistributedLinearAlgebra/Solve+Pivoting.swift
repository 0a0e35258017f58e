// A X = B by LU with a pivoting of choice. What random butterflies give is refined, as their factors may be poor, and counts
// where its backward error comes down to
//
//     max over columns of ‖b - A x‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞) <= √n eps       (n of 16 at least)
//
// Elsewhere A is factored again, by partial pivoting: 2 n³/3 flops more.

package import DistributedArrays
package import Failures
package import LinearAlgebra
internal import MessagePassing

/// Why partial pivoting took over from random butterflies.
public enum PivotingFailure: Hashable, Sendable, CustomStringConvertible {
    /// The pivot at this index (from 0) is exactly zero.
    case zeroPivot(Int)
    /// Refinement left this backward error.
    case backwardError(Double)

    public var description: String {
        switch self {
        case .zeroPivot(let pivot): "pivot \(pivot) is zero without exchanges"
        case .backwardError(let error): "refinement left a backward error of \(error)"
        }
    }
}

/// How LU has solved a system.
struct PivotingCourse<Real: LinearReal> {
    /// What was asked for, then what gave X.
    var pivoting: Pivoting
    var failure: PivotingFailure?
    /// Steps of refinement after random butterflies, and the backward error that they left.
    var iterations = 0
    var backwardError: Real?

    init(_ pivoting: Pivoting) { self.pivoting = pivoting }

    /// Partial pivoting takes over.
    mutating func fallBack(_ reason: PivotingFailure) {
        self = PivotingCourse(.partial)
        failure = reason
    }
}

/// R = B - A X, as A may have become its factors; returns the backward error of X. Collective.
typealias ResidualMeasure<Scalar: LinearScalar> = (
    _ x: borrowing DistributedMatrix<Scalar>, _ r: inout DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real

/// X = A⁻¹ X from factors; false, and why in `course`, where refinement does not make good what random butterflies give.
/// Collective.
///
/// - Parameters:
///   - b: what X is at the beginning.
///   - measure: R = B - A X, and the backward error.
func solve<Scalar: LinearScalar>(
    by factor: borrowing LU<Scalar>, _ x: inout DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ scaled: ScaledSystem<Scalar>, _ course: inout PivotingCourse<Scalar.Real>, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> Bool {
    course.pivoting = factor.pivoting
    if factor.pivoting.isByButterflies, let pivot = factor.firstZeroPivot {
        course.fallBack(.zeroPivot(pivot))
        return false
    }
    func correct(_ x: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        scaled.enter(&x)
        try factor.solve(inPlace: &x)
        scaled.leave(&x)
    }
    try correct(&x)
    guard factor.pivoting.isByButterflies else { return true }
    let refinement = try refineInOnePrecision(&x, b, measure, correct)
    let tolerance = Scalar.Real(max(16, x.rows)).squareRoot() * Scalar.unitRoundoff
    // A NaN fails the comparison.
    guard refinement.backwardError <= tolerance else {
        course.fallBack(.backwardError(Double(refinement.backwardError)))
        return false
    }
    (course.iterations, course.backwardError) = (refinement.iterations, refinement.backwardError)
    return true
}

/// X = A⁻¹ X from LU of A; κ₁(A). Collective.
///
/// - Parameters:
///   - a: A, whose memory the factors take.
///   - again: A once more, for partial pivoting.
func solveByLU<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: inout ScaledSystem<Scalar>,
    _ course: inout PivotingCourse<Scalar.Real>, _ store: CheckpointStore? = nil, _ measure: ResidualMeasure<Scalar>,
    again: () throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    scaled.scale(&a, isHermitian: false)
    let condition = try attempt(a, &x, b, scaled, &course, store, measure)
    if let condition { return condition }
    try x.replace(with: b.view)
    var a = try again()
    scaled.scale(&a, isHermitian: false)
    let factor = try LU(consuming: a, checkpoint: store)
    scaled.enter(&x)
    try factor.solve(inPlace: &x)
    scaled.leave(&x)
    return try factor.conditionEstimate()
}

/// The first attempt: its factors are gone before A comes again.
private func attempt<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: ScaledSystem<Scalar>,
    _ course: inout PivotingCourse<Scalar.Real>, _ store: CheckpointStore?, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> Scalar.Real? {
    let factor = try LU(consuming: a, pivoting: course.pivoting, checkpoint: store)
    return try solve(by: factor, &x, b, scaled, &course, measure) ? try factor.conditionEstimate() : nil
}

/// A solution by LU, and what it took.
package struct LUAnswer<Scalar: LinearScalar>: ~Copyable {
    /// X, dealt like B.
    package let x: DistributedMatrix<Scalar>
    /// Of the factors that gave X.
    package let pivoting: Pivoting
    package let fallback: PivotingFailure?
    /// Steps of refinement after random butterflies.
    package let iterations: Int

    package consuming func takeX() -> DistributedMatrix<Scalar> { x }
}

/// Solves A X = B by factors whose memory it frees, without an estimate of the condition. Collective.
///
/// - Parameters:
///   - store: where partial pivoting saves itself that takes over from random butterflies.
///   - panel: the n x count matrix of A's columns in a range, on the grid of A.
/// - Throws, on all ranks: `TesseraError.singular`; what LU throws, and `panel`.
package func solve<Scalar: LinearScalar>(
    consuming factor: consuming LU<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    checkpoint store: CheckpointStore? = nil,
    regenerating panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> LUAnswer<Scalar> {
    let (layout, grid) = (factor.factors.layout, factor.factors.grid)
    var course = PivotingCourse<Scalar.Real>(factor.pivoting)
    var x = try b.copy()
    let isSolved = try solve(by: factor, &x, b, ScaledSystem(false), &course) { (x, r) throws(TesseraError) in
        try backwardErrors(x, b, residual: &r, panel)
    }
    _ = consume factor
    if !isSolved { x = try LU(consuming: try assembled(layout, grid, panel), checkpoint: store).solve(b) }
    return LUAnswer(x: x, pivoting: course.pivoting, fallback: course.failure, iterations: course.iterations)
}
