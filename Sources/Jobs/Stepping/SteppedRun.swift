// What the kinds that step a simulation explicitly through time have in common: the steps, with snapshots and checkpoints
// between them, and what is said of their speed.

internal import JobFiles
internal import Tessera

/// Steps that have been done.
struct SteppedRun {
    /// Steps of this run: fewer than the schedule's where it was resumed.
    let steps: Int
    /// Seconds of the slowest rank.
    let seconds: Double
    let cells: Int
}

/// Numbers of a simulation after each step, and what sees them.
struct StepWatch<S: MultiFieldStencil> {
    let reductions: [StepReduction<S>]
    let see: ([StepNumbers]) throws(TesseraError) -> Void
}

extension JobRun {
    /// Steps a simulation to the end of its schedule, from its newest checkpoint where there is one, and writes snapshots of
    /// a field; those of earlier steps are there already. Collective.
    ///
    /// - Parameters:
    ///   - recorder: what is recorded beside the snapshots.
    ///   - watch: numbers of the values after each step, and what sees them, to throw on all ranks where they end the run.
    ///   - begin: sets the values of the beginning anew, where a damaged checkpoint has been read.
    func step<S: MultiFieldStencil>(
        _ simulation: inout Simulation<S>, _ schedule: TimeSchedule, writing field: S.Field,
        recording recorder: FieldRecorder<S.Field>, checkpoint: CheckpointOptions?, to store: CheckpointStore?,
        watching watch: StepWatch<S>? = nil,
        begin: (inout Simulation<S>) throws(TesseraError) -> Void
    ) throws(TesseraError) -> SteppedRun {
        let cells = simulation.extents.reduce(1, *)
        var meter = ProgressMeter(
            options.progress, total: schedule.steps, unit: "steps", workPerUnit: Double(cells) / 1e9, workUnit: "Gpt",
            isReporting: isRoot)
        var (seconds, first) = (0.0, 0)
        let numbers = schedule.snapshotNumbers
        try recorder.record(simulation)
        try saving(to: store, at: .step) { () throws(TesseraError) in
            if let store {
                let isResumed = try simulation.resume(from: store)
                if !isResumed { try begin(&simulation) }
            }
            first = simulation.step
            for goal in recorder.goals where goal >= simulation.step {
                let steps = goal - simulation.step
                let done =
                    if let watch {
                        try simulation.advance(
                            steps: steps, checkpoints: store, every: checkpoint?.steps, watching: watch.reductions,
                            watch.see, afterTile: { meter.update(done: $0) })
                    } else {
                        try simulation.advance(
                            steps: steps, checkpoints: store, every: checkpoint?.steps,
                            afterTile: { meter.update(done: $0) })
                    }
                seconds += done.seconds
                try simulation.requireFinite()
                try Trace.span("write") { () throws(TesseraError) in
                    if let snapshot = numbers[goal] { try simulation.write(field, to: path(snapshotName(snapshot))) }
                    try recorder.record(simulation)
                }
            }
        }
        meter.finish()
        return SteppedRun(
            steps: schedule.steps - first, seconds: try world.allReduce(seconds, .maximum), cells: cells)
    }
}

extension TimeSchedule {
    /// The snapshots, counted from 1, by the steps after which they are written; there are as many steps at least.
    var snapshotNumbers: [Int: Int] {
        Dictionary(uniqueKeysWithValues: (1...snapshots).map { (stepOfSnapshot($0), $0) })
    }
}

extension FieldRecorder {
    /// A recorder of a schedule's snapshots. Collective.
    init(
        _ options: RecordingOptions?, of fields: [NamedField<Field>], _ geometry: GridPlacement, on run: JobRun,
        _ schedule: TimeSchedule
    ) throws(TesseraError) {
        try self.init(
            options, of: fields, geometry, on: run, steps: schedule.steps,
            snapshots: Array(schedule.snapshotNumbers.keys))
    }
}

extension Simulation where S.Scalar == Double {
    /// The checksum of a field, the same however it is cut. Collective.
    func checksum(_ field: S.Field) throws(TesseraError) -> String {
        var hash = ElementHash()
        let extents = extents
        forEachRow(of: field) { first, row in
            let place = extents.indices.reduce(0) { $0 * extents[$1] + first[$1] }
            row.withUnsafeBufferPointer { cells in
                cells.withMemoryRebound(to: UInt64.self) { words in
                    if let start = words.baseAddress { hash.add(start, words.count, at: place) }
                }
            }
        }
        return try hash.total(on: communicator).hexadecimal
    }
}

extension ElementHash {
    /// The checksum of numbers that every rank has.
    static func of(_ numbers: [Double]) -> String {
        var hash = ElementHash()
        numbers.map(\.bitPattern).withUnsafeBufferPointer { words in
            if let first = words.baseAddress { hash.add(first, words.count, at: 0) }
        }
        return hash.sum.hexadecimal
    }
}

extension JobSummary {
    /// The grid and its steps. Local.
    mutating func add<S: MultiFieldStencil>(
        _ simulation: borrowing Simulation<S>, _ schedule: TimeSchedule, stableStep: Double, unit: String,
        ranks: Int
    ) {
        add("cells", "cells", .text(simulation.extents.map(String.init).joined(separator: " x ")))
        let idle = ranks - simulation.workingRanks
        if idle > 0 { add("idle_ranks", "ranks without cells", .integer(idle)) }
        add("steps", "steps", .integer(schedule.steps))
        add("step", "step", .quantity(schedule.step, unit))
        add("stable_step", "largest stable step", .quantity(stableStep, unit))
        add("snapshots", "snapshots", .integer(schedule.snapshots))
    }

    /// The rate of the steps, the tile, and what they would be without one.
    mutating func add<S: MultiFieldStencil>(
        rateOf done: SteppedRun, _ simulation: borrowing Simulation<S>, triad: Double
    ) {
        guard done.steps > 0, done.seconds > 0 else { return }
        let rate = Double(done.cells) * Double(done.steps) / done.seconds
        add("gpoints_per_second", "rate", .quantity(rate / 1e9, "Gpt/s"))
        add("tile", "tile, steps x width", .text(simulation.tile?.description ?? "several"))
        let bytes = Double(simulation.bytesPerPoint)
        add("share_of_triad", "of triad bandwidth", .quantity(100 * rate * bytes / triad, "%"))
    }
}
