// How a solver ended, and what it did on the way.

/// Why a solver stopped.
public enum SolverOutcome: String, Hashable, Sendable {
    /// The residual's norm, computed anew from the solution, is within the tolerance.
    case converged
    /// The iterations allowed are done.
    case iterationLimit
    /// The residual has stopped falling above the tolerance: rounding, or the method, does not allow more.
    case stagnated
    /// A direction p with p'Ap <= 0 was met, or a diagonal entry that is not positive: A is not positive definite.
    case notPositiveDefinite
    /// The right-hand side, the first guess or an iterate holds NaN or infinity.
    case notFinite
}

/// What a solver did.
public struct SolverResult: Hashable, Sendable {
    public let outcome: SolverOutcome
    /// Iterations done.
    public let iterations: Int
    /// ‖b - A x‖ in the 2-norm before the first iteration, and after each one that took it. Conjugate gradients carry the
    /// residual along; Chebyshev's iteration takes it now and then only.
    public let history: [ResidualNorm]
    /// ‖b - A x‖ at the end, computed from the solution.
    public let residual: Double
    /// The norm that was to be reached.
    public let goal: Double
    /// Applications of the operator on the finest grid.
    public let applications: Int
    /// Times that the residual was computed from the solution: at the start, and wherever it seemed small enough.
    public let residualsComputed: Int
    /// Wall time on this rank.
    public let seconds: Double

    /// The norm of the residual at an iteration.
    public struct ResidualNorm: Hashable, Sendable {
        public let iteration: Int
        public let norm: Double

        public init(iteration: Int, norm: Double) {
            self.iteration = iteration
            self.norm = norm
        }
    }

    public var hasConverged: Bool { outcome == .converged }
}

/// How a system is solved.
public enum SolverMethod: Hashable, Sendable {
    /// For symmetric positive definite operators; fastest with ``Preconditioner/multigrid`` where the update can be coarsened.
    case conjugateGradients(Preconditioner)
    /// Chebyshev's iteration on D⁻¹A, D the diagonal: no reductions but those that take the residual's norm. The bounds of
    /// D⁻¹A's eigenvalues are estimated where none are given.
    case chebyshev(bounds: ClosedRange<Double>? = nil)
    /// Multigrid alone; for updates that can be coarsened.
    case multigrid(Cycle)

    /// What approximates A's inverse within conjugate gradients.
    public enum Preconditioner: String, CaseIterable, Hashable, Sendable {
        case none
        /// The inverse of the diagonal.
        case jacobi
        /// One V-cycle.
        case multigrid
    }

    /// How multigrid visits its grids.
    public enum Cycle: String, CaseIterable, Hashable, Sendable {
        /// From the finest grid to the coarsest and back.
        case v
        /// From the coarsest grid to the finest, a V-cycle on each: one such cycle solves to about the accuracy of the grid.
        case full
    }

    var usesMultigrid: Bool {
        switch self {
        case .conjugateGradients(let preconditioner): preconditioner == .multigrid
        case .chebyshev: false
        case .multigrid: true
        }
    }
}
