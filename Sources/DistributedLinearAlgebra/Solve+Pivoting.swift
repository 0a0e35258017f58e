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
    /// Steps of refinement after random butterflies.
    var iterations = 0

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

/// The backward error of X. Collective.
func backwardError<Scalar: LinearScalar>(
    _ x: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> Scalar.Real {
    var r = DistributedMatrix<Scalar>(workspace: b.layout, on: b.grid)
    return try measure(x, &r)
}

/// X = A⁻¹ X from factors, and how good it is unless nobody asks; nil, and why in `course`, where refinement does not make
/// good what random butterflies give. Collective.
///
/// - Parameters:
///   - b: what X is at the beginning.
///   - measure: R = B - A X, and the backward error.
func solve<Scalar: LinearScalar>(
    by factor: borrowing LU<Scalar>, _ x: inout DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ scaled: ScaledSystem<Scalar>, _ course: inout PivotingCourse<Scalar.Real>, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real>? {
    let error = try correct(by: factor, &x, b, scaled, &course, measure)
    if course.failure != nil, factor.pivoting.isByButterflies { return nil }
    let condition = try factor.conditionEstimate()
    if let error { return SolveQuality(condition: condition, backwardError: error) }
    return SolveQuality(condition: condition, backwardError: try backwardError(x, b, measure))
}

/// X = A⁻¹ X from factors, refined after random butterflies; then the backward error is known. What refinement does not
/// make good stands in `course`. Collective.
private func correct<Scalar: LinearScalar>(
    by factor: borrowing LU<Scalar>, _ x: inout DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    _ scaled: ScaledSystem<Scalar>, _ course: inout PivotingCourse<Scalar.Real>, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> Scalar.Real? {
    course.pivoting = factor.pivoting
    if factor.pivoting.isByButterflies, let pivot = factor.firstZeroPivot {
        course.fallBack(.zeroPivot(pivot))
        return nil
    }
    func correct(_ x: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        scaled.enter(&x)
        try factor.solve(inPlace: &x)
        scaled.leave(&x)
    }
    try correct(&x)
    guard factor.pivoting.isByButterflies else { return nil }
    let refinement = try refineInOnePrecision(&x, b, measure, correct)
    course.iterations = refinement.iterations
    let tolerance = Scalar.Real(max(16, x.rows)).squareRoot() * Scalar.unitRoundoff
    // A NaN fails the comparison.
    if !(refinement.backwardError <= tolerance) { course.fallBack(.backwardError(Double(refinement.backwardError))) }
    return refinement.backwardError
}

/// X = A⁻¹ X from LU of A, and how good it is. Collective.
///
/// - Parameters:
///   - a: A, whose memory the factors take.
///   - store: where the factorization saves itself, also where a signal stops what comes behind it.
///   - again: A once more, for partial pivoting.
func solveByLU<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: inout ScaledSystem<Scalar>,
    _ course: inout PivotingCourse<Scalar.Real>, _ store: CheckpointStore?, _ measure: ResidualMeasure<Scalar>,
    again: () throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real> {
    if let quality = try attempt(a, &x, b, &scaled, &course, store, measure) { return quality }
    store?.beginAnew()
    try x.replace(with: b.view)
    guard let quality = try attempt(try again(), &x, b, &scaled, &course, store, measure) else {
        preconditionFailure("partial pivoting is the last resort")
    }
    return quality
}

/// One factorization with the pivoting of `course`; its factors are gone before A comes again.
private func attempt<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: inout ScaledSystem<Scalar>,
    _ course: inout PivotingCourse<Scalar.Real>, _ store: CheckpointStore?, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real>? {
    scaled.scale(&a, isHermitian: false)
    let factor = try LU(consuming: a, pivoting: course.pivoting, checkpoint: store)
    return try factor.saved(in: store) { () throws(TesseraError) in
        try solve(by: factor, &x, b, scaled, &course, measure)
    }
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
    _ = try factor.saved(in: store) { () throws(TesseraError) in
        try correct(by: factor, &x, b, ScaledSystem(false), &course) { (x, r) throws(TesseraError) in
            try backwardErrors(x, b, residual: &r, panel)
        }
    }
    _ = consume factor
    if course.failure != nil {
        store?.beginAnew()
        let again = try LU(consuming: try assembled(layout, grid, panel), checkpoint: store)
        x = try again.saved(in: store) { () throws(TesseraError) in try again.solve(b) }
    }
    return LUAnswer(x: x, pivoting: course.pivoting, fallback: course.failure, iterations: course.iterations)
}
