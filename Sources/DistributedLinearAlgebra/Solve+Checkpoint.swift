// A system whose factorization was saved: the method is the one that was at work, and A's structure need not be looked at.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// What has become of a saved factorization.
enum Resumption<Real> {
    /// X is there, and κ₁(A).
    case solved(condition: Real)
    /// A is not positive definite, and the method may be another.
    case indefinite
    /// The factors of random butterflies are no good.
    case unstable
    /// No generation was whole.
    case nothingWhole
}

extension CheckpointStore {
    /// The method whose factorization the newest generation holds; nil where it holds none that `method` allows. Collective.
    func savedMethod<Scalar: LinearScalar>(
        of type: Scalar.Type, for method: SolveMethod, on communicator: Communicator
    ) throws(TesseraError) -> SolveMethod? {
        let saved: SolveMethod
        switch try newestKind(on: communicator) {
        case LU<Scalar>.checkpointKind: saved = .lu
        case Cholesky<Scalar>.checkpointKind: saved = .cholesky
        default: return nil
        }
        return method == saved || method == .automatic ? saved : nil
    }
}

/// X = A⁻¹ X from a factorization that was saved, X being as it was where that does not come about. Collective.
///
/// - Parameters:
///   - saved: `.lu` or `.cholesky`.
///   - b: what X is at the beginning.
///   - method: what was asked for.
///   - course: receives the pivoting of the factors.
///   - measure: R = B - A X, and the backward error.
func solveByResuming<Scalar: LinearScalar>(
    _ saved: SolveMethod, from store: CheckpointStore, on grid: ProcessGrid, _ block: Int,
    _ x: inout DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ method: SolveMethod,
    _ course: inout PivotingCourse<Scalar.Real>, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> Resumption<Scalar.Real> {
    do throws(TesseraError) {
        if saved == .lu {
            guard let factor = try LU<Scalar>.resumed(from: store, on: grid, block: block) else { return .nothingWhole }
            if try solve(by: factor, &x, b, ScaledSystem(false), &course, measure) {
                return .solved(condition: try factor.conditionEstimate())
            }
            try x.replace(with: b.view)
            return .unstable
        }
        guard let factor = try Cholesky<Scalar>.resumed(from: store, on: grid, block: block) else {
            return .nothingWhole
        }
        try factor.solve(inPlace: &x)
        return .solved(condition: try factor.conditionEstimate())
    } catch {
        guard method == .automatic, case .notPositiveDefinite = error else { throw error }
        return .indefinite
    }
}
