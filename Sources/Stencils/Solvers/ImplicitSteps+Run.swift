// A run of implicit steps, and what may have to be done between two of them: saving, stopping.
//
// Messages beside those of the solves: a vote a step on signals and the clock, begun behind a step and read behind the next
// (SignalVote), and one that the ranks wait for at the end of a run. Solves have votes of their own between their iterations.

public import DistributedArrays
public import Failures
import MessagePassing

extension ImplicitSteps {
    /// Does `steps` steps, or as many as converge, and saves itself meanwhile where there is a store: after each step whose
    /// number is a multiple of `saving`, when the store's interval has passed, and when a signal that `SignalWatch` notes
    /// stops the run. Collective.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - method: the solver of each step.
    ///   - tolerance: the relative norm of each step's residual that is enough.
    ///   - maximumIterations: iterations of one step after which it is given up.
    ///   - store: where it saves itself; nil for a run that signals stop and nothing saves.
    ///   - saving: steps between checkpoints; nil leaves it to the store's interval and to signals.
    ///   - progress: how the steps are shown on standard error.
    /// - Returns: what was done. After a step that did not converge the field is the step's last iterate, and the step is not
    ///   counted.
    /// - Throws, on all ranks: `TesseraError.interrupted` where a rank was asked to stop: the field is then that of the last
    ///   whole step, and saved; what ``save(in:)`` throws; as
    ///   ``LinearSystem/solve(_:tolerance:maximumIterations:progress:)``; `TesseraError.argument` where steps are negative or
    ///   `saving` is below 1.
    public func advance(
        steps: Int, by method: SolverMethod = .conjugateGradients(.jacobi), tolerance: Double = 1e-10,
        maximumIterations: Int = 10_000, checkpoints store: CheckpointStore? = nil, every saving: Int? = nil,
        progress: ProgressStyle = .none
    ) throws(TesseraError) -> ImplicitRun {
        var meter = ProgressMeter(progress, total: steps, unit: "steps", isReporting: system.communicator.rank == 0)
        let first = step
        let result = Result { () throws(TesseraError) in
            try advance(
                steps: steps, by: method, tolerance: tolerance, maximumIterations: maximumIterations,
                checkpoints: store, every: saving, afterStep: { meter.update(done: $0 - first) })
        }
        meter.finish()
        return try result.get()
    }

    /// The same, with a call after each step on every rank.
    package func advance(
        steps: Int, by method: SolverMethod, tolerance: Double, maximumIterations: Int = 10_000,
        checkpoints store: CheckpointStore?, every saving: Int?, afterStep: (Int) -> Void
    ) throws(TesseraError) -> ImplicitRun {
        let communicator = system.communicator
        try communicator.agree("ImplicitSteps.advance", on: [steps, store == nil ? 0 : 1, saving ?? 0]) {
            () throws(TesseraError) in
            func check(_ holds: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
                if !holds {
                    throw .argument(routine: "ImplicitSteps.advance", name: name, expected: expected, found: found)
                }
            }
            try check(steps >= 0, "steps", "0 or more", "\(steps)")
            try check(saving ?? 1 >= 1, "every", "1 step or more", "\(saving ?? 1)")
            try check(
                saving == nil || store != nil, "checkpoints", "a store for a checkpoint every so many steps", "none")
        }
        if let store {
            try requireOwn(store)
            store.startClockOnce()
        }
        var vote = SignalVote(on: communicator)
        var run = ImplicitRun()
        var savedStep: Int?
        func saveOnce(_ store: CheckpointStore) throws(TesseraError) {
            if savedStep != step { try save(in: store) }
            savedStep = step
        }
        func heed(_ verdict: SignalVote.Verdict) throws(TesseraError) {
            if case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
            guard let store else { return }
            let isDue = run.steps > 0 && saving.map { step.isMultiple(of: $0) } ?? false
            if isDue || verdict == .checkpoint { try saveOnce(store) }
        }
        func isDue() -> Bool { communicator.rank == 0 && store?.isDue == true }
        do throws(TesseraError) {
            while run.steps < steps, run.failure == nil {
                run.add(
                    try takeStep(by: method, tolerance: tolerance, maximumIterations: maximumIterations))
                if run.failure != nil { break }
                afterStep(step)
                try heed(try vote.ask(isDue: isDue()))
            }
            if run.failure == nil { try heed(try vote.settle(isDue: isDue())) }
        } catch {
            try vote.end()
            if case .interrupted = error, let store { try saveOnce(store) }
            throw error
        }
        try vote.end()
        return run
    }
}
