// When a run has come far enough: a number that falls to a tolerance. It is a reduction over the grid with the same bits on
// every number of ranks, so that all of them stop at the same step as one would.

public import Failures
import MessagePassing

/// What ends a run before its most steps: a number that is measured every so many steps, and a tolerance.
///
/// Changes and reductions are found while the step that they are of is swept, from the two levels that the cache then holds:
/// they cost no pass over the fields. A test of your own makes one.
public struct StopTest<S: MultiFieldStencil> {
    /// The run ends where the number is no larger.
    public let tolerance: Double
    let number: Number
    /// Fields whose change is measured.
    let changing: [S.Field]
    /// Whether a number that is not NaN says that no value of a written field is.
    let seesAll: Bool

    /// Where the number comes from.
    enum Number {
        /// The fields, after the step.
        case measured((borrowing Simulation<S>) throws(TesseraError) -> Double)
        /// Reductions that ride the step, and what is made of them.
        case reduced((Footprint) -> [StepReduction<S>], ([Double]) -> Double)
    }

    /// A test of your own, such as an energy or a residual; `measure` is called on all ranks and must give the same number
    /// on all of them, as the reductions of ``Simulation`` do.
    public init(
        atMost tolerance: Double, _ measure: @escaping (borrowing Simulation<S>) throws(TesseraError) -> Double
    ) {
        self.init(tolerance: tolerance, changing: [], seesAll: false, number: .measured(measure))
    }

    private init(tolerance: Double, changing: [S.Field], seesAll: Bool, number: Number) {
        self.tolerance = tolerance
        self.changing = changing
        self.seesAll = seesAll
        self.number = number
    }

    /// Where a sum or an extreme over all cells has fallen to a tolerance: an energy, or a measure of your own.
    public static func reduction(_ reduction: StepReduction<S>, atMost tolerance: Double) -> StopTest {
        StopTest(
            tolerance: tolerance, changing: [], seesAll: false, number: .reduced({ _ in [reduction] }, { $0[0] }))
    }

    /// Where no value of a field has changed by more than this in the last step.
    public static func change(of field: S.Field, atMost tolerance: Double) -> StopTest {
        StopTest(
            tolerance: tolerance, changing: [field], seesAll: S.Field.allCases.count == 1,
            number: .reduced({ _ in [.maximumChange(of: field)] }, { $0[0] }))
    }

    /// A steady state: where no value of any written field has changed in the last step by more than this share of the
    /// field's largest magnitude. With 0 no bit may change but a zero's sign; rounding may keep a run from that.
    public static func steady(within tolerance: Double) -> StopTest {
        StopTest(
            tolerance: tolerance, changing: [], seesAll: true,
            number: .reduced(
                { footprint in
                    S.Field.allCases.filter { footprint.written.contains($0.rawValue) }
                        .flatMap { [.maximumChange(of: $0), .maximumMagnitude(of: $0)] }
                }, largestShare))
    }

    /// What is wrong with it. Local.
    func check(_ simulation: borrowing Simulation<S>, _ routine: String) throws(TesseraError) {
        guard tolerance >= 0 else {
            throw .argument(routine: routine, name: "atMost", expected: "0 or more", found: "\(tolerance)")
        }
        for field in changing where !simulation.footprint.written.contains(field.rawValue) {
            throw .argument(
                routine: routine, name: "until", expected: "a field that the update writes", found: "\(field)")
        }
        if case .reduced(let reductions, _) = number {
            for reduction in reductions(simulation.footprint) { try reduction.check(simulation, "until") }
        }
    }
}

extension StopTest where S.Field == SingleField {
    /// Where no value has changed by more than this in the last step.
    public static func change(atMost tolerance: Double) -> StopTest { .change(of: .u, atMost: tolerance) }
}

/// The largest of some changes, each as a share of the size that follows it; NaN where any number is.
private func largestShare(_ pairs: [Double]) -> Double {
    var largest = 0.0
    for pair in stride(from: 0, to: pairs.count, by: 2) {
        let (change, size) = (pairs[pair], pairs[pair + 1])
        // Nothing is a share of infinity; where all is zero, nothing has changed but to zero.
        let share = change == 0 ? 0 : change / size
        largest = share.isNaN || largest.isNaN ? .nan : Swift.max(largest, share)
    }
    return largest
}

extension Simulation {
    /// The largest change in the last step of any written field, as a share of the largest magnitude of that field; NaN
    /// where any value is NaN, nil before the first step. Collective: one all-reduce of two words a written field.
    public func relativeChange() throws(TesseraError) -> Double? {
        guard step > 0 else { return nil }
        var words: [Int64] = []
        for field in S.Field.allCases where footprint.written.contains(field.rawValue) {
            var (change, size) = (Extreme(), Extreme())
            for row in 0..<localRows() {
                let cells = pointer(field, ago: 0, row: row)
                change.include(cells, minus: pointer(field, ago: 1, row: row), count: columns)
                size.include(magnitudesOf: cells, count: columns)
            }
            words += [change.largest, size.largest]
        }
        var span = words.mutableSpan
        try communicator.allReduce(&span, .maximum)
        return largestShare(words.map { Extreme.number(orderedBits: $0) })
    }
}

/// How a run with a stop test has ended.
public struct RunOutcome: Sendable {
    public enum Reason: Hashable, Sendable {
        /// The test's number has fallen to the tolerance.
        case toleranceReached
        /// The most steps have been done.
        case mostSteps
    }

    public let reason: Reason
    /// The steps done by the simulation since its beginning.
    public let step: Int
    /// The test's number after that step; nil where no step was to be done.
    public let value: Double?
    /// What was done in this run on this rank, and in what time.
    public let throughput: Throughput
    @usableFromInline let reductions: [StepNumbers]
}

/// What the reductions of a run have found after one step, on all ranks.
public struct StepNumbers: Hashable, Sendable {
    /// The steps done by the simulation since its beginning.
    public let step: Int
    /// A number for each reduction.
    public let values: [Double]

    package init(step: Int, values: [Double]) { (self.step, self.values) = (step, values) }
}
