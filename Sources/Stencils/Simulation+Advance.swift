// Stepping through time: ghosts, sweep, rotation of levels.
//
// Cost a step: `footprint.flops` operations and `bytesPerPoint` bytes a point; words and messages as
// `HaloExchangeModel` gives them.

public import DistributedArrays
public import Failures
import MessagePassing

extension Simulation {
    /// Does `steps` steps.
    ///
    /// - Returns: what was done on this rank, and in what time.
    /// - Throws: `TesseraError.argument` on all ranks where `steps` is negative, and
    ///   `TesseraError.disagreement` where the ranks differ.
    @inlinable @discardableResult
    public mutating func advance(steps: Int, progress: ProgressStyle = .none) throws(TesseraError) -> Throughput {
        var run = try StepRun(self, steps: steps, progress: progress)
        for _ in 0..<Swift.max(0, steps) {
            fillGhosts()
            switch extents.count {
            case 1: sweep(stencil, sweepPlan(), with: S.Scalar.LineVector.self)
            case 2: sweep(stencil, sweepPlan(), with: S.Scalar.PlaneVector.self)
            default: sweep(stencil, sweepPlan(), with: S.Scalar.SpaceVector.self)
            }
            finishStep()
            run.stepDone()
        }
        return run.finish()
    }

    /// The same steps with one point at a time: what the vectorised sweep must equal bit for bit.
    @inlinable
    package mutating func advanceByScalars(steps: Int) throws(TesseraError) {
        for _ in 0..<steps {
            fillGhosts()
            switch extents.count {
            case 1: sweep(stencil, sweepPlan(), with: ScalarLane<S.Scalar, 1>.self)
            case 2: sweep(stencil, sweepPlan(), with: ScalarLane<S.Scalar, 2>.self)
            default: sweep(stencil, sweepPlan(), with: ScalarLane<S.Scalar, 3>.self)
            }
            finishStep()
        }
    }

    /// Makes every ghost right that the coming sweep reads.
    @usableFromInline
    mutating func fillGhosts() {
        let now = time
        let inputs = UnsafePointer(storage.inputs)
        let setLevels = valuesWereSet ? afterSetting : []
        valuesWereSet = false
        communicator.collectively("Simulation.advance") { () throws(TesseraError) in
            for (ago, exchange) in setLevels {
                try exchange.run(inputs, ago: ago, time: now - Double(ago) * timeStep)
            }
            try everyStep.run(inputs, ago: 0, time: now)
        }
    }

    @usableFromInline
    func sweepPlan() -> SweepPlan<S.Scalar> { SweepPlan(storage, partition: partition, time: time) }

    @usableFromInline
    mutating func finishStep() {
        storage.rotate(footprint.written)
        step += 1
    }
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
@usableFromInline
struct StepRun: ~Copyable {
    private let start = ContinuousClock.now
    private let communicator: Communicator
    private let communicationAtStart: Double
    private var meter: ProgressMeter
    private var done = 0
    private let points: Int
    private let flops: Int
    private let bytes: Int

    @usableFromInline
    init<S>(_ simulation: borrowing Simulation<S>, steps: Int, progress: ProgressStyle) throws(TesseraError) {
        try simulation.communicator.agree("Simulation.advance", on: [steps]) { () throws(TesseraError) in
            guard steps >= 0 else {
                throw .argument(routine: "Simulation.advance", name: "steps", expected: "0 or more", found: "\(steps)")
            }
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

    @usableFromInline
    mutating func stepDone() {
        done += 1
        meter.update(done: done)
    }

    @usableFromInline
    consuming func finish() -> Throughput {
        meter.finish()
        let elapsed = (ContinuousClock.now - start).components
        return Throughput(
            steps: done, points: points, seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18,
            communicationSeconds: communicator.traffic.communicationSeconds - communicationAtStart,
            flopsPerPoint: flops, bytesPerPoint: bytes)
    }
}
