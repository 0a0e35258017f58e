// A run of steps with everything that may have to be done between two tiles, in this order: heeding NaN that was found in the
// tile, showing slices, testing whether to stop, saving. A tile ends where one of the last three is due by the number of steps.
//
// Messages beside those of the tiles: a vote a tile on signals and the clock, begun at the end of a tile and read at the end
// of the next (SignalVote), and one that the ranks wait for at the end of a run.

public import DistributedArrays
public import Failures
import MessagePassing

extension Simulation {
    /// Does `steps` steps, and saves the simulation meanwhile: after each step whose number is a multiple of `saving`, when
    /// the store's interval has passed, and when a signal that `SignalWatch` notes stops the run.
    /// Collective.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - store: where it saves itself; nil for a run that signals stop and nothing saves.
    ///   - saving: steps between checkpoints; nil leaves it to the store's interval and to signals.
    ///   - progress: how the steps are shown on standard error.
    /// - Returns: what was done on this rank, and in what time.
    /// - Throws, on all ranks: `TesseraError.interrupted` at the end of a tile, after saving, where a rank was asked to
    ///   stop; what ``save(in:)`` throws; `TesseraError.argument` where steps are negative or `saving` is below 1.
    @inlinable @discardableResult
    public mutating func advance(
        steps: Int, checkpoints store: CheckpointStore?, every saving: Int? = nil, progress: ProgressStyle = .none
    ) throws(TesseraError) -> Throughput {
        try run(steps, progress, sweepKernel(), RunRules(store: store, saving: saving, heedsSignals: true)).throughput
    }

    /// Steps until a test says that it is enough, or the most steps are done. Collective.
    ///
    /// The test is made after each step whose number is a multiple of `interval`, and after the last one: a run that was
    /// interrupted and resumed makes it after the same steps. Signals, and a store, are heeded as in
    /// ``advance(steps:checkpoints:every:progress:)``.
    ///
    /// - Parameters:
    ///   - test: what ends the run.
    ///   - interval: steps between tests.
    ///   - steps: the most steps of this run.
    ///   - store: where it saves itself, if anywhere.
    ///   - saving: steps between checkpoints.
    ///   - progress: how the steps are shown on standard error.
    /// - Returns: why it has ended.
    /// - Throws, on all ranks: as ``advance(steps:checkpoints:every:progress:)``; `TesseraError.notFinite` where the
    ///   test's number is NaN; `TesseraError.argument` where `interval` is below 1 or the test does not fit.
    @inlinable @discardableResult
    public mutating func advance(
        until test: StopTest<S>, every interval: Int, atMost steps: Int, checkpoints store: CheckpointStore? = nil,
        saving: Int? = nil, progress: ProgressStyle = .none
    ) throws(TesseraError) -> RunOutcome {
        try run(
            steps, progress, sweepKernel(),
            RunRules(store: store, saving: saving, heedsSignals: true, test: test, testing: interval))
    }

    /// Does `steps` steps and finds numbers of the whole grid on the way, without a pass over the fields: an energy, a norm,
    /// a largest change. Collective.
    ///
    /// ```swift
    /// let energies = try wave.advance(steps: 1000, reducing: [.sum(KineticEnergy())], every: 10)
    /// ```
    /// The numbers have the same bits on every number of ranks. Tiles of several steps are not cut for them: `every: 1`
    /// costs what the reductions compute, and one small message a tile.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - reductions: what is found.
    ///   - interval: found of the values after each step whose number is a multiple of it, and after the last one.
    ///   - store: where the simulation saves itself, if anywhere; signals are heeded as in
    ///     ``advance(steps:checkpoints:every:progress:)``.
    ///   - saving: steps between checkpoints.
    ///   - progress: how the steps are shown on standard error.
    /// - Returns: the numbers of each such step.
    /// - Throws, on all ranks: as ``advance(steps:checkpoints:every:progress:)``; `TesseraError.argument` where `interval`
    ///   is below 1 or a reduction reads what is not there.
    @inlinable @discardableResult
    public mutating func advance(
        steps: Int, reducing reductions: [StepReduction<S>], every interval: Int,
        checkpoints store: CheckpointStore? = nil,
        saving: Int? = nil, progress: ProgressStyle = .none
    ) throws(TesseraError) -> [StepNumbers] {
        try run(
            steps, progress, sweepKernel(),
            RunRules(
                store: store, saving: saving, heedsSignals: true, reductions: reductions, reducing: interval)
        ).reductions
    }

    /// As ``advance(steps:checkpoints:every:progress:)``, with a call after each tile on every rank.
    @inlinable
    package mutating func advance(
        steps: Int, checkpoints store: CheckpointStore?, every saving: Int?, afterTile: @escaping (Int) -> Void
    ) throws(TesseraError) -> Throughput {
        try run(
            steps, .none, sweepKernel(),
            RunRules(store: store, saving: saving, heedsSignals: true, afterTile: afterTile)
        ).throughput
    }

    /// As ``advance(steps:checkpoints:every:progress:)``, with numbers of the values after each step, which `see` gets on every
    /// rank at the end of each tile, before anything is saved: where it throws, it does so on all ranks, and the run ends.
    @inlinable
    package mutating func advance(
        steps: Int, checkpoints store: CheckpointStore?, every saving: Int?, watching reductions: [StepReduction<S>],
        _ see: @escaping ([StepNumbers]) throws(TesseraError) -> Void, afterTile: @escaping (Int) -> Void
    ) throws(TesseraError) -> Throughput {
        try run(
            steps, .none, sweepKernel(),
            RunRules(
                store: store, saving: saving, heedsSignals: true, reductions: reductions, reducing: 1, see: see,
                afterTile: afterTile)
        ).throughput
    }

    /// The run itself.
    @usableFromInline
    mutating func run(
        _ steps: Int, _ progress: ProgressStyle, _ kernel: @escaping SweepKernel<S.Scalar>, _ rules: RunRules<S>
    ) throws(TesseraError) -> RunOutcome {
        var clock = try StepRun(self, steps: steps, rules, progress: progress)
        if let store = rules.store {
            try requireOwn(store)
            store.startClockOnce()
        }
        try tuning.begin(steps: steps, intervals: intervals(rules), on: communicator)
        var vote = SignalVote(on: communicator)
        let last = step + steps
        var (value, isMet): (Double?, Bool) = (nil, false)
        var numbers: [StepNumbers] = []
        let tested = rules.testMeasures(footprint, last: last)
        let reduced = rules.measures(footprint, last: last)
        let measures = [tested, reduced].compactMap { $0 }
        let watch = finiteWatch()
        do throws(TesseraError) {
            while step < last, !isMet {
                clock.stepsDone(
                    advanceTile(atMost: room(before: last, rules), kernel, measuring: measures, watching: watch))
                rules.afterTile?(step)
                if let watch { try heed(watch) }
                try runObservers()
                if let reduced {
                    let found = zip(reduced.steps, try reduced.totals(on: communicator)).map {
                        StepNumbers(step: $0, values: $1)
                    }
                    if let see = rules.see { try see(found) } else { numbers += found }
                }
                if let test = rules.test, rules.isDue(rules.testing, step) || step == last {
                    let found = try measure(test, tested)
                    (value, isMet) = (found, found <= test.tolerance)
                }
                guard !isMet else { break }
                let verdict: SignalVote.Verdict = rules.heedsSignals ? try vote.ask(isDue: isDue(rules)) : .proceed
                try heed(verdict, rules)
            }
            if rules.heedsSignals, !isMet { try heed(try vote.settle(isDue: isDue(rules)), rules) }
        } catch {
            try vote.end()
            _ = clock.finish()
            throw error
        }
        try vote.end()
        return RunOutcome(
            reason: isMet ? .toleranceReached : .mostSteps, step: step, value: value, throughput: clock.finish(),
            reductions: numbers)
    }

    /// Steps to the next one after which something is due.
    private func room(before last: Int, _ rules: RunRules<S>) -> Int {
        intervals(rules).reduce(last - step) { Swift.min($0, $1 - step % $1) }
    }

    /// After how many steps something is due, again and again.
    private func intervals(_ rules: RunRules<S>) -> [Int] {
        [rules.saving, rules.testing].compactMap { $0 } + observers.map(\.interval)
    }

    private func isDue(_ rules: RunRules<S>) -> Bool { communicator.rank == 0 && rules.store?.isDue == true }

    private mutating func measure(
        _ test: StopTest<S>, _ reductions: StepMeasures<S.Scalar>?
    ) throws(TesseraError) -> Double {
        let value: Double
        switch test.number {
        case .measured(let measure): value = try measure(self)
        case .reduced(_, let combined): value = combined(try reductions?.totals(on: communicator).first ?? [])
        }
        if !value.isFinite { try requireFinite() }
        if value.isNaN {
            throw .notFinite(routine: "Simulation.advance", name: "the number of the stop test after step \(step)")
        }
        if test.seesAll, value.isFinite { finiteStep = step }
        return value
    }

    /// Does what the ranks have agreed on, and what is due by the number of steps.
    private mutating func heed(_ verdict: SignalVote.Verdict, _ rules: RunRules<S>) throws(TesseraError) {
        if let store = rules.store, verdict != .proceed || rules.isDue(rules.saving, step) {
            try saveOnce(in: store)
            finiteStep = step
        }
        if case .stop(let signal) = verdict { throw .interrupted(signal: signal) }
    }
}

/// What a run heeds between its tiles.
@usableFromInline
struct RunRules<S: MultiFieldStencil> {
    let store: CheckpointStore?
    /// Steps between checkpoints.
    let saving: Int?
    let heedsSignals: Bool
    let test: StopTest<S>?
    /// Steps between tests.
    let testing: Int?
    let reductions: [StepReduction<S>]
    /// Steps between the values that they are found of.
    let reducing: Int?
    /// Gets them, instead of the one who has called.
    let see: (([StepNumbers]) throws(TesseraError) -> Void)?
    let afterTile: ((Int) -> Void)?

    @usableFromInline
    init(
        store: CheckpointStore? = nil, saving: Int? = nil, heedsSignals: Bool = false, test: StopTest<S>? = nil,
        testing: Int? = nil, reductions: [StepReduction<S>] = [], reducing: Int? = nil,
        see: (([StepNumbers]) throws(TesseraError) -> Void)? = nil, afterTile: ((Int) -> Void)? = nil
    ) {
        self.store = store
        self.saving = saving
        self.heedsSignals = heedsSignals
        self.test = test
        self.testing = testing
        self.reductions = reductions
        self.reducing = reducing
        self.see = see
        self.afterTile = afterTile
    }

    /// Whether a step's number is a multiple of an interval.
    func isDue(_ interval: Int?, _ step: Int) -> Bool { interval.map { step.isMultiple(of: $0) } ?? false }

    /// The reductions of the stop test, where it has any.
    func testMeasures(_ footprint: Footprint, last: Int) -> StepMeasures<S.Scalar>? {
        guard case .reduced(let reductions, _)? = test?.number else { return nil }
        return StepMeasures(reductions(footprint), footprint) { isDue(testing, $0) || $0 == last }
    }

    /// The reductions that the run gives back, where it has any.
    func measures(_ footprint: Footprint, last: Int) -> StepMeasures<S.Scalar>? {
        if reductions.isEmpty { return nil }
        return StepMeasures(reductions, footprint) { isDue(reducing, $0) || $0 == last }
    }

    /// What must be the same on all ranks.
    var words: [Int] {
        [
            store == nil ? 0 : 1, saving ?? 0, heedsSignals ? 1 : 0, testing ?? 0, reducing ?? 0, reductions.count,
            Int(truncatingIfNeeded: (test?.tolerance ?? 0).bitPattern),
        ]
    }

    /// Local.
    func check(_ simulation: borrowing Simulation<S>) throws(TesseraError) {
        let routine = "Simulation.advance"
        for case let (name, interval?) in [
            (test == nil && reducing == nil ? "every" : "saving", saving), ("every", testing), ("every", reducing),
        ]
        where interval < 1 {
            throw .argument(routine: routine, name: name, expected: "1 step or more", found: "\(interval)")
        }
        if saving != nil, store == nil {
            throw .argument(
                routine: routine, name: "checkpoints", expected: "a store for a checkpoint every so many steps",
                found: "none")
        }
        try test?.check(simulation, routine)
        for reduction in reductions { try reduction.check(simulation, "reducing") }
    }
}
