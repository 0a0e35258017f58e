// The reductions of a run inside its tiles: after a box is swept in a step that they are wanted of, each of them takes in
// the box's own cells.
//
// What it reads is there: the update has read the same taps of the same levels for the same box just before (TileGeometry),
// and what that step has written over is not among them (StepReduction.check). Every thread has partial results of its own
// for every such step of a tile; they are added up, and over the ranks, when the tile is done.

import Failures
import MessagePassing

/// Some reductions, and what they have found in the last tile.
final class StepMeasures<Scalar: StencilScalar>: @unchecked Sendable {
    private let kinds: [PartialReduction.Kind]
    private let kernels: [MeasureKernel<Scalar>]
    private let footprint: Footprint
    private let isDue: (Int) -> Bool
    /// The steps of the tile that are measured, counted from the simulation's beginning.
    private(set) var steps: [Int] = []
    /// Which of them each step of the tile is.
    private var places: [Int?] = []
    /// By thread, measured step and reduction.
    private var partials: [PartialReduction] = []
    /// For every measured step the first interior cell of every slot, the new level the first.
    private var tables: [UnsafePointer<Scalar>] = []
    private var threads = 0

    /// - Parameters:
    ///   - reductions: what is found.
    ///   - isDue: whether it is wanted of the values after so many steps.
    init<S: MultiFieldStencil>(
        _ reductions: [StepReduction<S>], _ footprint: Footprint, isDue: @escaping (Int) -> Bool
    ) where S.Scalar == Scalar {
        kinds = reductions.map(\.kind)
        kernels = reductions.map { $0.kernels[footprint.axes - 1] }
        self.footprint = footprint
        self.isDue = isDue
    }

    /// Makes ready for a tile.
    ///
    /// - Parameters:
    ///   - step: the steps done before it.
    ///   - count: its steps.
    ///   - inputs: the tables of ``FieldStorage``, from its first step on.
    ///   - outputs: the same.
    ///   - threads: those that may do its boxes.
    func begin(
        after step: Int, steps count: Int, inputs: UnsafePointer<UnsafePointer<Scalar>>,
        outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>, threads: Int
    ) {
        steps = []
        places = []
        tables = []
        for t in 0..<count {
            guard isDue(step + t + 1) else {
                places.append(nil)
                continue
            }
            places.append(steps.count)
            steps.append(step + t + 1)
            let before = inputs + t * FieldStorage<Scalar>.slots
            for ago in 0..<LaneSlot.levels {
                for field in 0..<LaneSlot.fields {
                    if !footprint.written.contains(field) {
                        tables.append(before[LaneSlot.slot(field: field, ago: ago)])
                    } else if ago == 0 {
                        tables.append(UnsafePointer(outputs[t * FieldStorage<Scalar>.fields + field]))
                    } else {
                        tables.append(before[LaneSlot.slot(field: field, ago: ago - 1)])
                    }
                }
            }
        }
        self.threads = threads
        for partial in partials.prefix(threads * steps.count * kinds.count) { partial.clear() }
        while partials.count < threads * steps.count * kinds.count {
            partials.append(PartialReduction(kinds[partials.count % kinds.count]))
        }
    }

    /// Takes in the cells of a box that the tile's step `t` has done; those that are another rank's are left out.
    func run(
        _ box: CellBox, step t: Int, thread: Int, outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>,
        layout: GridLayout, start: SIMD3<Int>, time: Double
    ) {
        guard let place = places[t] else { return }
        let own = CellBox(first: pointwiseMax(box.first, .zero), end: pointwiseMin(box.end, layout.count))
        guard !own.isEmpty else { return }
        tables.withUnsafeBufferPointer { tables in
            let plan = SweepPlan(
                own, inputs: tables.baseAddress! + place * FieldStorage<Scalar>.slots, outputs: outputs, layout: layout,
                start: start, time: time)
            let first = (thread * steps.count + place) * kinds.count
            for index in kernels.indices { kernels[index](plan, partials[first + index]) }
        }
    }

    /// For each measured step what each reduction has found on all ranks. Collective: one all-reduce for the sums of all
    /// steps and one for the extremes, where there are any.
    func totals(on communicator: Communicator) throws(TesseraError) -> [[Double]] {
        guard !steps.isEmpty else { return [] }
        var extremes: [Int64] = []
        var sums: [Int64] = []
        for place in steps.indices {
            for (index, kind) in kinds.enumerated() {
                let parts = (0..<threads).map { partials[($0 * steps.count + place) * kinds.count + index] }
                if kind == .sum {
                    var words = [Int64](repeating: 0, count: ExactSum.wordCount)
                    for part in parts { for (k, word) in part.sum.words.enumerated() { words[k] += word } }
                    sums += words
                } else {
                    extremes.append(parts.map(\.extreme.largest).max()!)
                }
            }
        }
        if !extremes.isEmpty {
            var span = extremes.mutableSpan
            try communicator.allReduce(&span, .maximum)
        }
        if !sums.isEmpty {
            var span = sums.mutableSpan
            try communicator.allReduce(&span, .sum)
        }
        var (nextSum, nextExtreme) = (0, 0)
        return steps.map { _ in
            kinds.map { kind in
                switch kind {
                case .sum:
                    defer { nextSum += ExactSum.wordCount }
                    return ExactSum(words: Array(sums[nextSum..<nextSum + ExactSum.wordCount])).value
                case .maximum, .minimum:
                    defer { nextExtreme += 1 }
                    let largest = Extreme.number(orderedBits: extremes[nextExtreme])
                    return kind == .maximum ? largest : 0 - largest
                }
            }
        }
    }
}
