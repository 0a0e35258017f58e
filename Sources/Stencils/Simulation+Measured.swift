// Reductions of the values as they are, by a pass over the fields: those that ride the steps (CellMeasure) of a simulation
// that has not begun, or that does no more steps.

public import Failures
import MessagePassing

extension Simulation {
    /// What reductions give of the current level, with the bits that they have where a step finds them. Collective.
    ///
    /// - Parameter reductions: what is found, of cells alone: ghosts are right only within steps.
    /// - Throws: `TesseraError.argument` on all ranks where a reduction reads what is not there, or a cell's neighbours.
    public func measured(_ reductions: [StepReduction<S>]) throws(TesseraError) -> [Double] {
        try communicator.agree("Simulation.measured", on: [reductions.count]) { () throws(TesseraError) in
            for reduction in reductions {
                try reduction.check(self, "reductions", "Simulation.measured")
                for tap in try reduction.taps(extents.count) where !tap.isCenter {
                    let field = S.Field(rawValue: tap.field).map { "\($0)" } ?? "\(tap.field)"
                    throw .argument(
                        routine: "Simulation.measured", name: "reductions", expected: "ones that read the cell itself",
                        found: "\(field) at \(tap.offset.array.suffix(extents.count))")
                }
            }
        }
        let plan = SweepPlan<S.Scalar>(
            CellBox(first: .zero, end: partition.count), inputs: UnsafePointer(storage.inputs),
            outputs: UnsafePointer(storage.outputs), layout: storage.layout, start: partition.start, time: time)
        return try reductions.map { (reduction) throws(TesseraError) -> Double in
            let partial = PartialReduction(reduction.kind)
            if !partition.isIdle { reduction.kernels[extents.count - 1](plan, partial) }
            switch reduction.kind {
            case .sum:
                var words = Array(partial.sum.words)
                var span = words.mutableSpan
                try communicator.allReduce(&span, .sum)
                return ExactSum(words: words).value
            case .maximum, .minimum:
                let largest = Extreme.number(
                    orderedBits: try communicator.allReduce(partial.extreme.largest, .maximum))
                return reduction.kind == .maximum ? largest : 0 - largest
            }
        }
    }
}
