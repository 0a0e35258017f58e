// A system whose factorization was saved: the method is the one that was at work, and A's structure need not be looked at.

package import DistributedArrays
package import Failures
package import LinearAlgebra
package import MessagePassing

/// A factorization that a store holds.
package struct SavedFactorization: Hashable, Sendable {
    /// `.lu` or `.cholesky`.
    package let method: SolveMethod
    package let precision: SolvePrecision
}

/// What is known of a solution while the factors are still there.
package struct SolveQuality<Real> {
    /// κ₁(A).
    package let condition: Real
    package let backwardError: Real
}

/// What has become of a saved factorization.
enum Resumption<Real> {
    /// X is there.
    case solved(SolveQuality<Real>)
    /// A is not positive definite, and the method may be another.
    case indefinite
    /// The factors of random butterflies are no good.
    case unstable
    /// No generation was whole.
    case nothingWhole
}

extension CheckpointStore {
    /// The factorization of the newest generation that is of use: by a method that `method` allows and, unless the precision
    /// is to be mixed, in full precision. Nil where there is none. Collective.
    package func savedFactorization<Scalar: LinearScalar>(
        of type: Scalar.Type, for method: SolveMethod, in precision: SolvePrecision, on communicator: Communicator
    ) throws(TesseraError) -> SavedFactorization? {
        let (full, lower) = (Scalar.typeName, Scalar.Lower.typeName)
        let all = [
            (SavedFactorization(method: .lu, precision: .full), LU<Scalar>.checkpointKind, full),
            (SavedFactorization(method: .cholesky, precision: .full), Cholesky<Scalar>.checkpointKind, full),
            (SavedFactorization(method: .lu, precision: .mixed), LU<Scalar.Lower>.refinementKind, lower),
            (SavedFactorization(method: .cholesky, precision: .mixed), Cholesky<Scalar.Lower>.refinementKind, lower),
        ].filter {
            (method == .automatic || method == $0.0.method) && (precision == .mixed || $0.0.precision == .full)
        }
        return try newest(of: all.map { (kind: $0.1, scalar: $0.2) }, on: communicator).map { all[$0].0 }
    }
}

/// X = A⁻¹ X from a factorization in full precision that was saved, X being as it was where that does not come about.
/// Collective.
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
            let quality = try factor.saved(in: store) { () throws(TesseraError) in
                try solve(by: factor, &x, b, ScaledSystem(false), &course, measure)
            }
            if let quality { return .solved(quality) }
            try x.replace(with: b.view)
            store.beginAnew()
            return .unstable
        }
        guard let factor = try Cholesky<Scalar>.resumed(from: store, on: grid, block: block) else {
            return .nothingWhole
        }
        return .solved(try solve(by: factor, &x, b, ScaledSystem(false), store, measure))
    } catch {
        guard method == .automatic, case .notPositiveDefinite = error else { throw error }
        store.beginAnew()
        return .indefinite
    }
}
