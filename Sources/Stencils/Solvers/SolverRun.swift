// What every solver does between its iterations: note the residual's norm, show progress, stop for a signal.

import DistributedArrays
import Failures
import MessagePassing

/// The course of one solve.
struct SolverRun<Scalar: StencilScalar>: ~Copyable {
    let goal: Double
    let maximumIterations: Int
    private(set) var iterations = 0
    private(set) var history: [SolverResult.ResidualNorm] = []
    /// Times that the residual was computed from the solution.
    private(set) var residualsComputed = 0
    var applications = 0
    private var vote: SignalVote
    private var meter: ProgressMeter
    private let start = ContinuousClock.now

    init(
        goal: Double, maximumIterations: Int, progress: ProgressStyle, on communicator: Communicator
    ) {
        self.goal = goal
        self.maximumIterations = maximumIterations
        vote = SignalVote(on: communicator)
        meter = ProgressMeter(
            progress, total: maximumIterations, unit: "iterations", isReporting: communicator.rank == 0)
    }

    /// Notes the norm at the current iteration.
    mutating func note(_ norm: Double) {
        if history.last?.iteration == iterations { history.removeLast() }
        history.append(SolverResult.ResidualNorm(iteration: iterations, norm: norm))
    }

    /// Begins an iteration: throws `TesseraError.interrupted` on all ranks where one has been asked to stop; false where
    /// no more are allowed. Collective.
    mutating func begins() throws(TesseraError) -> Bool {
        guard iterations < maximumIterations else { return false }
        try vote.stopIfAsked()
        iterations += 1
        meter.update(done: iterations)
        return true
    }

    /// r = b - A x.
    mutating func residual(
        _ grid: GridOperator<Scalar>, _ b: GridField<Scalar>, _ x: GridField<Scalar>, into r: GridField<Scalar>
    ) throws(TesseraError) {
        try grid.apply(x, into: r)
        r.subtract(from: b)
        applications += 1
        residualsComputed += 1
    }

    /// Collective.
    consuming func finish(_ outcome: SolverOutcome, residual: Double) throws(TesseraError) -> SolverResult {
        meter.finish()
        let elapsed = (ContinuousClock.now - start).components
        let result = SolverResult(
            outcome: outcome, iterations: iterations, history: history, residual: residual, goal: goal,
            applications: applications, residualsComputed: residualsComputed,
            seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
        try vote.end()
        return result
    }
}
