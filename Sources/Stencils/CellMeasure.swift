// Numbers of a whole grid that are found while it is stepped: sums and extremes over all cells of what the user computes
// at each of them, from the values after a step and before it.
//
// A box of a tile is measured as soon as it is swept, while the cache holds it (StepMeasures): no pass over the fields is
// needed. The result has the same bits on every number of ranks, for every tile and number of threads: sums are exact and
// rounded once (ExactSum), extremes have no order.

public import Failures

/// A number of each cell after a step, written once, as an update is.
///
/// ```swift
/// struct KineticEnergy: CellMeasure {
///     @inlinable func value<L: Lane>(at cell: Cell<L, Wave.Field>) -> L {
///         let v = cell[.height].center - cell[.height, ago: 1].center
///         return 0.5 * (v * v)
///     }
/// }
/// let energies = try wave.advance(steps: 1000, reducing: [.sum(KineticEnergy())], every: 10)
/// ```
/// Here `cell[.height]` are the values that the step has given, and `ago: 1` those that it came from. New values can be
/// read at the point itself; older ones, and fields that the stencil does not write, where the update reads them, too. The
/// level before the one that the step came from is `ago: 2`, where it is kept: a leapfrog writes over it. A cell's time is
/// that of its new values; ghosts are those that the step has read.
public protocol CellMeasure<Field>: Sendable {
    /// What the fields hold, as the stencil's.
    associatedtype Scalar: StencilScalar = Double
    /// The stencil's fields.
    associatedtype Field: FieldName = SingleField
    /// The number of a cell.
    func value<L: Lane>(at cell: Cell<L, Field>) -> L
}

/// A sum or an extreme over all cells, found as a step computes them.
public struct StepReduction<S: MultiFieldStencil>: Sendable {
    let kind: PartialReduction.Kind
    /// What is done with each box, on grids of one, two and three axes.
    let kernels: [MeasureKernel<S.Scalar>]
    /// What is read, on a grid of so many axes; or what does not fit it.
    let taps: @Sendable (Int) throws(TesseraError) -> Set<Footprint.Tap>

    /// The sum of a number of each cell, exact and rounded once.
    @inlinable
    public static func sum<M: CellMeasure>(_ measure: M) -> Self where M.Field == S.Field, M.Scalar == S.Scalar {
        Self(measure, .sum)
    }

    /// The largest of the numbers of all cells; NaN where any is NaN.
    @inlinable
    public static func maximum<M: CellMeasure>(_ measure: M) -> Self where M.Field == S.Field, M.Scalar == S.Scalar {
        Self(measure, .maximum)
    }

    /// The smallest of the numbers of all cells; NaN where any is NaN.
    @inlinable
    public static func minimum<M: CellMeasure>(_ measure: M) -> Self where M.Field == S.Field, M.Scalar == S.Scalar {
        Self(measure, .minimum)
    }

    /// The largest magnitude of the step's change of a field, as ``Simulation/maximumChange(_:)`` gives it.
    public static func maximumChange(of field: S.Field) -> Self {
        let (new, old) = (LaneSlot.slot(field: field.rawValue, ago: 0), LaneSlot.slot(field: field.rawValue, ago: 1))
        return Self(.maximum, reading: [(field, 0), (field, 1)]) { plan, partial in
            plan.forEachRow { offset, count in
                partial.extreme.include(plan.inputs[new] + offset, minus: plan.inputs[old] + offset, count: count)
            }
        }
    }

    /// The sum of a field's new values, as ``Simulation/sum(_:)`` gives it.
    public static func sum(of field: S.Field) -> Self {
        let slot = LaneSlot.slot(field: field.rawValue, ago: 0)
        return Self(.sum, reading: [(field, 0)]) { plan, partial in
            plan.forEachRow { offset, count in partial.sum.add(plan.inputs[slot] + offset, count: count) }
        }
    }

    /// The sum of the squares of a field's new values, as ``Simulation/sumOfSquares(_:)`` gives it.
    public static func sumOfSquares(of field: S.Field) -> Self {
        let slot = LaneSlot.slot(field: field.rawValue, ago: 0)
        return Self(.sum, reading: [(field, 0)]) { plan, partial in
            plan.forEachRow { offset, count in
                let cells = plan.inputs[slot] + offset
                partial.sum.add(cells, times: cells, count: count)
            }
        }
    }

    /// The largest magnitude of a field's new values.
    static func maximumMagnitude(of field: S.Field) -> Self {
        let slot = LaneSlot.slot(field: field.rawValue, ago: 0)
        return Self(.maximum, reading: [(field, 0)]) { plan, partial in
            plan.forEachRow { offset, count in
                partial.extreme.include(magnitudesOf: plan.inputs[slot] + offset, count: count)
            }
        }
    }

    private init(
        _ kind: PartialReduction.Kind, reading levels: [(field: S.Field, ago: Int)],
        _ kernel: @escaping MeasureKernel<S.Scalar>
    ) {
        self.kind = kind
        kernels = [kernel, kernel, kernel]
        let taps = Set(levels.map { Footprint.Tap(field: $0.field.rawValue, ago: $0.ago, offset: .zero) })
        self.taps = { (_) throws(TesseraError) in taps }
    }

    @usableFromInline
    init(
        kind: PartialReduction.Kind, kernels: [MeasureKernel<S.Scalar>],
        taps: @escaping @Sendable (Int) throws(TesseraError) -> Set<Footprint.Tap>
    ) {
        self.kind = kind
        self.kernels = kernels
        self.taps = taps
    }

    @inlinable
    init<M: CellMeasure>(_ measure: M, _ kind: PartialReduction.Kind) where M.Field == S.Field, M.Scalar == S.Scalar {
        self.init(
            kind: kind,
            kernels: [
                { measureCells(measure, $0, into: $1, with: S.Scalar.LineVector.self) },
                { measureCells(measure, $0, into: $1, with: S.Scalar.PlaneVector.self) },
                { measureCells(measure, $0, into: $1, with: S.Scalar.SpaceVector.self) },
            ],
            taps: { (axes) throws(TesseraError) in try recordedTaps(of: measure, axes: axes) })
    }
}

/// What a measure reads. Throws where it does not fit the grid.
@usableFromInline
func recordedTaps<M: CellMeasure>(of measure: M, axes: Int) throws(TesseraError) -> Set<Footprint.Tap> {
    let recorder = Recorder(axes: axes)
    _ = measure.value(at: Cell<RecordingLane, M.Field>(RecordingLane.Site(recorder: recorder)))
    let misuse = recorder.misuse ?? (recorder.written.isEmpty ? nil : "next values of a field")
    if let misuse {
        throw .argument(
            routine: "Simulation.advance", name: "measure", expected: "taps that fit the grid", found: misuse)
    }
    return recorder.taps
}

extension StepReduction {
    /// Refuses what reads values that are not there. Local.
    func check(
        _ simulation: borrowing Simulation<S>, _ name: String, _ routine: String = "Simulation.advance"
    ) throws(TesseraError) {
        let footprint = simulation.footprint
        for tap in try taps(simulation.extents.count) {
            let isWritten = footprint.written.contains(tap.field)
            let source = Footprint.Tap(field: tap.field, ago: tap.ago - (isWritten ? 1 : 0), offset: tap.offset)
            let isKept = tap.ago < Swift.min(footprint.levels(of: tap.field), LaneSlot.levels)
            guard isKept, tap.isCenter || footprint.taps.contains(source) else {
                let level = tap.ago == 0 ? "now" : "\(tap.ago) ago"
                let field = S.Field(rawValue: tap.field).map { "\($0)" } ?? "\(tap.field)"
                throw .argument(
                    routine: routine, name: name,
                    expected: "new values of the point, and of the levels kept before what the update reads",
                    found: "\(field) \(level) at \(tap.offset.array.suffix(simulation.extents.count))")
            }
        }
    }
}
