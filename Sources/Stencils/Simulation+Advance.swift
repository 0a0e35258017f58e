// Stepping through time, a tile of steps after the other: ghosts, boxes, rotation of levels.
//
// Cost a step: `footprint.flops` operations a point, and `bytesPerPoint` bytes a point in a tile of one step, about as many
// for a whole tile of several; words and messages as `HaloExchangeModel` gives them for each tile.

public import DistributedArrays
public import Failures
import MessagePassing

extension Simulation {
    /// Does `steps` steps.
    ///
    /// Signals are not heeded here: one that `SignalWatch` has taken over is only noted, and any other ends the process
    /// as ever. A run that a signal should stop between two tiles, saved or not, is
    /// ``advance(steps:checkpoints:every:progress:)``.
    ///
    /// - Returns: what was done on this rank, and in what time.
    /// - Throws: `TesseraError.argument` on all ranks where `steps` is negative, and
    ///   `TesseraError.disagreement` where the ranks differ.
    @inlinable @discardableResult
    public mutating func advance(steps: Int, progress: ProgressStyle = .none) throws(TesseraError) -> Throughput {
        try run(steps, progress, sweepKernel(), RunRules()).throughput
    }

    /// The user's update, made into a sweep with whole lanes.
    @inlinable
    func sweepKernel() -> SweepKernel<S.Scalar> {
        let stencil = self.stencil
        return switch extents.count {
        case 1: { sweep(stencil, $0, with: S.Scalar.LineVector.self) }
        case 2: { sweep(stencil, $0, with: S.Scalar.PlaneVector.self) }
        default: { sweep(stencil, $0, with: S.Scalar.SpaceVector.self) }
        }
    }

    /// The same steps with one point at a time: what the vectorised sweep must equal bit for bit.
    @inlinable
    package mutating func advanceByScalars(steps: Int) throws(TesseraError) {
        let stencil = self.stencil
        let kernel: SweepKernel<S.Scalar> =
            switch extents.count {
            case 1: { sweep(stencil, $0, with: ScalarLane<S.Scalar, 1>.self) }
            case 2: { sweep(stencil, $0, with: ScalarLane<S.Scalar, 2>.self) }
            default: { sweep(stencil, $0, with: ScalarLane<S.Scalar, 3>.self) }
            }
        for _ in 0..<steps { _ = advanceTile(atMost: 1, kernel) }
    }

    /// One tile; returns its steps.
    @usableFromInline
    mutating func advanceTile(atMost most: Int, _ kernel: @escaping SweepKernel<S.Scalar>) -> Int {
        advanceTile(atMost: most, kernel, measuring: [], watching: nil)
    }

    /// One tile, whose values some reductions take in, and which is looked at for NaN; returns its steps.
    mutating func advanceTile(
        atMost most: Int, _ kernel: @escaping SweepKernel<S.Scalar>, measuring measures: [StepMeasures<S.Scalar>],
        watching watch: FiniteWatch<S.Scalar>?
    ) -> Int {
        let steps = Swift.min(tuning.next.steps, most)
        let shape = TileShape(steps: steps, width: tuning.next.width)
        let clock = ContinuousClock.now
        let (now, length, inputs, isNew) = (step, timeStep, UnsafePointer(storage.inputs), valuesWereSet)
        valuesWereSet = false
        communicator.collectively("Simulation.advance") { () throws(TesseraError) in
            try exchanges.run(inputs, steps: steps, valuesWereSet: isNew) { Double(now - $0) * length }
        }
        let points = self.points.onRank(partition, halos: plan.halos)
        var records = [Double](repeating: 0, count: steps * points.recordedCells)
        let layout = storage.layout
        let outputs = UnsafePointer(storage.outputs)
        let geometry = plan.geometry(shape, of: S.Scalar.self)
        let threads = Swift.max(1, Swift.min(SweepThreads.count, geometry.blocks))
        for measure in measures {
            measure.begin(after: now, steps: steps, inputs: inputs, outputs: outputs, threads: threads)
        }
        watch?.begin(after: now, steps: steps, threads: threads)
        records.withUnsafeMutableBufferPointer { records in
            let tile = TileRun(
                geometry: geometry, inputs: inputs, outputs: outputs, layout: layout, start: partition.start,
                fills: fills, points: points, records: records.baseAddress, step: now, timeStep: length,
                measures: measures.filter { !$0.steps.isEmpty }, watch: watch?.steps.isEmpty == false ? watch : nil)
            tile.run(kernel)
        }
        if !self.points.receivers.isEmpty {
            for t in 0..<steps {
                self.points.records.append(
                    Array(records[(t * points.recordedCells)..<((t + 1) * points.recordedCells)]))
            }
        }
        storage.rotate(steps: steps)
        step += steps
        communicator.collectively("Simulation.advance") { () throws(TesseraError) in
            try tuning.record(seconds(since: clock), steps: steps, on: communicator)
        }
        return steps
    }
}

private func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
}

/// What a run of steps did on one rank, and how fast.
public struct Throughput: Sendable {
    public let steps: Int
    /// Cells of the whole grid.
    public let points: Int
    public let seconds: Double
    /// The part of `seconds` that this rank spent in communication.
    public let communicationSeconds: Double
    public let flopsPerPoint: Int
    public let bytesPerPoint: Int

    /// Points of the whole grid stepped in a second.
    public var pointsPerSecond: Double { seconds > 0 ? Double(points) * Double(steps) / seconds : 0 }
    /// Bytes that all ranks together moved in a second, by the footprint's count.
    public var bytesPerSecond: Double { pointsPerSecond * Double(bytesPerPoint) }
}

/// The clock and the progress of one call of `advance`.
struct StepRun: ~Copyable {
    private let start = ContinuousClock.now
    private let communicator: Communicator
    private let communicationAtStart: Double
    private var meter: ProgressMeter
    private var done = 0
    private let points: Int
    private let flops: Int
    private let bytes: Int

    init<S>(
        _ simulation: borrowing Simulation<S>, steps: Int, _ rules: RunRules<S>, progress: ProgressStyle
    ) throws(TesseraError) {
        let words = [steps, simulation.observers.count, simulation.finiteInterval ?? 0] + rules.words
        try simulation.communicator.agree("Simulation.advance", on: words) { () throws(TesseraError) in
            guard steps >= 0 else {
                throw .argument(
                    routine: "Simulation.advance", name: rules.test == nil ? "steps" : "atMost", expected: "0 or more",
                    found: "\(steps)")
            }
            try rules.check(simulation)
        }
        communicator = simulation.communicator
        communicationAtStart = communicator.traffic.communicationSeconds
        points = simulation.extents.reduce(1, *)
        flops = simulation.footprint.flops
        bytes = simulation.bytesPerPoint
        meter = ProgressMeter(
            progress, total: steps, unit: "steps", workPerUnit: Double(points) * 1e-9, workUnit: "Gpt",
            isReporting: simulation.communicator.rank == 0)
    }

    mutating func stepsDone(_ steps: Int) {
        done += steps
        meter.update(done: done)
    }

    consuming func finish() -> Throughput {
        meter.finish()
        return Throughput(
            steps: done, points: points, seconds: seconds(since: start),
            communicationSeconds: communicator.traffic.communicationSeconds - communicationAtStart,
            flopsPerPoint: flops, bytesPerPoint: bytes)
    }
}
