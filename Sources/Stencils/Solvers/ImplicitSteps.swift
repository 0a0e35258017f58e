// Implicit steps of du/dt = -L u, L a user's linear update with the boundary's values in it:
//
//     backward Euler    (1 + Δt L) u₁ = u₀,                       of first order, damps every wave
//     Crank-Nicolson    (1 + Δt/2 L) u₁ = (1 - Δt/2 L) u₀,        of second order, stable for every step
//
// Boundary functions are taken at the time of the level that L stands before. Cost of a step: a solve, begun at u₀, and for
// Crank-Nicolson one application more.

import DistributedArrays
public import Failures
public import MessagePassing

/// How a step of time is taken.
public enum ImplicitScheme: String, CaseIterable, Hashable, Sendable {
    case backwardEuler
    case crankNicolson

    /// The share of the new level in a step.
    var share: Double { self == .backwardEuler ? 1 : 0.5 }
}

/// A field that steps through time by du/dt = -L u, without a limit on the step.
///
/// ```swift
/// let heat = try ImplicitSteps(
///     Helmholtz<Double>(spacing: [h, h], coefficient: diffusivity), .crankNicolson, timeStep: 0.1,
///     extents: [512, 512], boundary: [.dirichlet(0), .neumann], on: world)
/// heat.field.fill { start($0) }
/// let run = try heat.advance(steps: 100, by: .conjugateGradients(.multigrid))
/// ```
public final class ImplicitSteps<Scalar: StencilScalar> {
    public let scheme: ImplicitScheme
    public let timeStep: Double
    /// Steps done.
    public internal(set) var step = 0
    /// The system of one step.
    public let system: LinearSystem<Scalar>
    /// 1 - Δt/2 L; nil for backward Euler.
    private let explicitPart: GridOperator<Scalar>?
    /// u₀ of the step under way: backward Euler's right-hand side, for Crank-Nicolson a field of its own.
    private let before: GridField<Scalar>
    /// As given, along plane, row and column, and the update of the system: for checkpoints.
    let boundary: [Boundary]
    let update: LinearUpdate<Scalar>

    @usableFromInline
    init(
        _ implicit: LinearUpdate<Scalar>, explicit: LinearUpdate<Scalar>, _ scheme: ImplicitScheme, timeStep: Double,
        extents: [Int], boundary: [Boundary], on communicator: Communicator
    ) throws(TesseraError) {
        let words = [Int(truncatingIfNeeded: timeStep.bitPattern), scheme == .backwardEuler ? 0 : 1]
        try communicator.agree("ImplicitSteps", on: words) { () throws(TesseraError) in
            guard timeStep > 0, timeStep.isFinite else {
                throw .argument(
                    routine: "ImplicitSteps", name: "timeStep", expected: "a positive number", found: "\(timeStep)")
            }
        }
        let system = try LinearSystem(implicit, extents: extents, boundary: boundary, on: communicator)
        self.system = system
        self.boundary = Array(repeating: .neumann, count: 3 - extents.count) + boundary
        update = implicit
        before = scheme == .backwardEuler ? system.rightHandSide : system.field()
        self.scheme = scheme
        self.timeStep = timeStep
        explicitPart =
            scheme == .backwardEuler
            ? nil
            : communicator.collectively("ImplicitSteps") { () throws(TesseraError) in
                try GridOperator(
                    explicit, extents: extents, boundary: boundary, workers: communicator.size, on: communicator)
            }
    }

    /// Steps that begin with a field of zeros.
    ///
    /// - Parameters:
    ///   - negated: L, a linear update, positive semidefinite for stability: ``Helmholtz`` with the diffusivity as
    ///     coefficient for heat.
    ///   - scheme: how a step is taken.
    ///   - timeStep: the time of one step.
    ///   - extents: as for ``LinearSystem``.
    ///   - boundary: as for ``LinearSystem``.
    ///   - communicator: as for ``LinearSystem``.
    /// - Throws: as ``LinearSystem``.
    @inlinable
    public convenience init<S: Stencil>(
        _ negated: S, _ scheme: ImplicitScheme, timeStep: Double, extents: [Int], boundary: [Boundary],
        on communicator: Communicator
    ) throws(TesseraError) where S.Scalar == Scalar {
        let share = scheme == .backwardEuler ? 1 : 0.5
        try self.init(
            LinearUpdate(Shifted(negated, mass: 1, factor: share * timeStep)),
            explicit: LinearUpdate(Shifted(negated, mass: 1, factor: (share - 1) * timeStep)), scheme,
            timeStep: timeStep, extents: extents, boundary: boundary, on: communicator)
    }

    /// Steps of an update that multigrid can coarsen.
    @inlinable
    public convenience init<S: Stencil & CoarsenableStencil>(
        _ negated: S, _ scheme: ImplicitScheme, timeStep: Double, extents: [Int], boundary: [Boundary],
        on communicator: Communicator
    ) throws(TesseraError) where S.Scalar == Scalar {
        let share = scheme == .backwardEuler ? 1 : 0.5
        try self.init(
            LinearUpdate(Shifted(negated, mass: 1, factor: share * timeStep)),
            explicit: LinearUpdate(Shifted(negated, mass: 1, factor: (share - 1) * timeStep)), scheme,
            timeStep: timeStep, extents: extents, boundary: boundary, on: communicator)
    }

    /// The field at the current level.
    public var field: GridField<Scalar> { system.solution }
    /// The time of the current level.
    public var time: Double { Double(step) * timeStep }

    /// One step, or none where its system is not solved. Where a signal stops the solve, the field is what it was before.
    func takeStep(
        by method: SolverMethod, tolerance: Double, maximumIterations: Int
    ) throws(TesseraError) -> SolverResult {
        before.copy(field)
        if let explicitPart {
            let now = time
            system.communicator.collectively("ImplicitSteps.advance") { () throws(TesseraError) in
                try explicitPart.update(field, time: now, into: system.rightHandSide)
            }
        }
        system.time = Double(step + 1) * timeStep
        do throws(TesseraError) {
            let result = try system.solve(method, tolerance: tolerance, maximumIterations: maximumIterations)
            if result.hasConverged { step += 1 }
            return result
        } catch {
            if case .interrupted = error { field.copy(before) }
            throw error
        }
    }
}

/// What a run of implicit steps did.
public struct ImplicitRun: Hashable, Sendable {
    /// Steps done.
    public private(set) var steps = 0
    /// Iterations of all solves.
    public private(set) var iterations = 0
    /// Applications of the operator on the finest grid, those of the explicit parts left out.
    public private(set) var applications = 0
    /// The step that did not converge; nil where all did.
    public private(set) var failure: SolverResult?

    init() {}

    mutating func add(_ result: SolverResult) {
        iterations += result.iterations
        applications += result.applications
        if result.hasConverged { steps += 1 } else { failure = result }
    }
}
