// Conjugate gradients (Hestenes and Stiefel, J. Res. NBS 49, 1952), plain and preconditioned, for A x = b with A symmetric
// positive definite:
//
//     z = M⁻¹ r,  ρ = r'z,  p = z + (ρ / ρ_before) p,  q = A p,  α = ρ / p'q,  x += α p,  r -= α q
//
// The residual carried along drifts from b - A x by rounding: where it is small enough, the true one is computed, and the
// iteration begins anew from there if that is not. Two such beginnings without a factor of two between them: stagnated.
//
// An iteration: one application of A, one of M⁻¹, 2 exact sums without a preconditioner and 3 with one. Every sum is exact
// and rounded once, so that all numbers have the same bits on every number of ranks.

import Failures
import MessagePassing

/// The vectors of conjugate gradients, kept from one solve to the next.
final class ConjugateGradients<Scalar: StencilScalar> {
    private let grid: GridOperator<Scalar>
    private let r: GridField<Scalar>
    private let p: GridField<Scalar>
    private let q: GridField<Scalar>
    /// M⁻¹ r; only with a preconditioner.
    private var z: GridField<Scalar>?

    init(_ grid: GridOperator<Scalar>) {
        self.grid = grid
        r = grid.field()
        p = grid.field()
        q = grid.field()
    }

    /// Improves x until the residual is within the run's goal.
    ///
    /// - Parameter precondition: z = M⁻¹ r, M symmetric positive definite.
    func solve(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, _ run: inout SolverRun<Scalar>,
        precondition: ((GridField<Scalar>, GridField<Scalar>) throws(TesseraError) -> Void)?
    ) throws(TesseraError) -> (outcome: SolverOutcome, residual: Double) {
        let direction: GridField<Scalar>
        if precondition == nil {
            direction = r
        } else {
            direction = z ?? grid.field()
            z = direction
        }
        var before: Double?
        while true {
            try run.residual(grid, b, x, into: r)
            var square = try r.dot(r)
            let norm = square.squareRoot()
            run.note(norm)
            guard norm.isFinite else { return (.notFinite, norm) }
            if norm <= run.goal { return (.converged, norm) }
            if let before, norm > 0.5 * before { return (.stagnated, norm) }
            before = norm
            // Below this the residual carried along says nothing of the true one.
            let enough = Swift.max(run.goal, 4 * Double(Scalar.ulpOfOne) * norm)

            var previous: Double?
            repeat {
                guard try run.begins() else { return (.iterationLimit, try trueNorm(x, b, &run)) }
                try precondition?(r, direction)
                let rho = precondition == nil ? square : try r.dot(direction)
                if let outcome = fault(rho) { return (outcome, try trueNorm(x, b, &run)) }
                // p = z + (rho / previous) p
                if let previous { p.scale(Scalar(rho / previous), adding: direction) } else { p.copy(direction) }
                previous = rho
                try grid.apply(p, into: q)
                run.applications += 1
                let curvature = try p.dot(q)
                if let outcome = fault(curvature) { return (outcome, try trueNorm(x, b, &run)) }
                let alpha = Scalar(rho / curvature)
                x.add(alpha, times: p)
                r.add(-alpha, times: q)
                square = try r.dot(r)
                run.note(square.squareRoot())
                guard square.isFinite else { return (.notFinite, .nan) }
            } while square.squareRoot() > enough
        }
    }

    private func fault(_ form: Double) -> SolverOutcome? {
        form > 0 && form.isFinite ? nil : form <= 0 ? .notPositiveDefinite : .notFinite
    }

    /// ‖b - A x‖, for a run that ends here.
    private func trueNorm(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, _ run: inout SolverRun<Scalar>
    ) throws(TesseraError) -> Double {
        try run.residual(grid, b, x, into: r)
        return try r.norm()
    }
}
