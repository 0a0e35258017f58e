// Doing a time tile: boxes in the order that TileGeometry gives them, each followed by the ghosts that follow from it.
//
// Threads take blocks in turn. One that comes to a position waits until the block before has left it (on a line, which is one
// position, until the block before has done the step before); the thread that took that block never waits for a later one, so
// that they all come to an end.

private import Foundation
private import Synchronization

/// Runs the update at every cell of a plan: what ``Simulation`` makes of the user's update.
@usableFromInline
typealias SweepKernel<Scalar> = @Sendable (SweepPlan<Scalar>) -> Void

/// One time tile of a rank's box.
struct TileRun<Scalar: StencilScalar>: @unchecked Sendable {
    let geometry: TileGeometry
    /// The tables of ``FieldStorage``, from the tile's first step on.
    let inputs: UnsafePointer<UnsafePointer<Scalar>>
    let outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>
    let layout: GridLayout
    /// The global index of the first interior cell.
    let start: SIMD3<Int>
    let fills: LevelFills<Scalar>
    let points: TilePoints<Scalar>
    /// Room for what the receivers read: a row of ``TilePoints/recordedCells`` for each step.
    let records: UnsafeMutablePointer<Double>?
    /// Steps done before the tile.
    let step: Int
    let timeStep: Double
    /// What is found of the values as they come to be.
    let measures: [StepMeasures<Scalar>]
    /// What looks for NaN among them.
    let watch: FiniteWatch<Scalar>?

    /// Does all steps of the tile.
    func run(_ kernel: @escaping SweepKernel<Scalar>) {
        let threads = min(SweepThreads.count, geometry.blocks)
        guard threads > 1 else {
            for block in 0..<geometry.blocks { run(block, on: 0, kernel, after: nil, reporting: nil) }
            return
        }
        let done = (0..<geometry.blocks).map { _ in BlockProgress() }
        let next = Atomic<Int>(0)
        SweepThreads.share(threads) { thread in
            while true {
                let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard block < geometry.blocks else { break }
                run(
                    block, on: thread, kernel, after: block > 0 ? done[block - 1] : nil, reporting: done[block])
            }
        }
    }

    /// One block.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    private func run(
        _ block: Int, on thread: Int, _ kernel: SweepKernel<Scalar>, after previous: BlockProgress?,
        reporting progress: BlockProgress?
    ) {
        let lanes = GridLayout.alignment / MemoryLayout<Scalar>.stride
        let isLine = geometry.positions == 1
        // Steps, counted over all positions, that this block has done and that the one before was last seen to have done.
        var done = 0
        var seen = 0
        for position in 0..<geometry.positions {
            for t in 0..<geometry.steps {
                let needed = isLine ? t : (position + 1) * geometry.steps
                if let previous, seen < needed { seen = previous.wait(until: needed) }
                let box = geometry.box(block, position, t)
                if !box.isEmpty {
                    var swept = box
                    swept.first.z = box.first.z & ~(lanes - 1)
                    let written = outputs + t * FieldStorage<Scalar>.fields
                    kernel(
                        SweepPlan(
                            swept, inputs: inputs + t * FieldStorage<Scalar>.slots, outputs: written, layout: layout,
                            start: start, time: Double(step + t) * timeStep))
                    if !points.isEmpty {
                        points.run(
                            box, written, layout: layout, step: step + t,
                            record: records.map { $0 + t * points.recordedCells })
                    }
                    for measure in measures {
                        measure.run(
                            box, step: t, thread: thread, outputs: written, layout: layout, start: start,
                            time: Double(step + t + 1) * timeStep)
                    }
                    watch?.run(box, step: t, thread: thread, written)
                    if t + 1 < geometry.steps { fills.run(box, written, time: Double(step + t + 1) * timeStep) }
                }
                done += 1
                if isLine { progress?.report(done) }
            }
            progress?.report(done)
        }
    }
}

/// How far a block is, for the thread on the next one. Alone on its cache lines.
private final class BlockProgress: Sendable {
    private let padding: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0, 0, 0, 0)
    private let done = Atomic<Int>(0)
    private let morePadding: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0, 0, 0, 0)

    func report(_ count: Int) { done.store(count, ordering: .releasing) }

    /// Returns how many are done, `count` at least.
    func wait(until count: Int) -> Int {
        var turns = 0
        while true {
            let done = done.load(ordering: .acquiring)
            if done >= count { return done }
            turns += 1
            if turns > 1000 { sched_yield() }
        }
    }
}
