// What an update reads, writes and computes, found by running it once on the recording lane.

public import Failures

/// The taps, operations and bytes of one point's update.
public struct Footprint: Sendable {
    /// One value that the update reads: field, steps before the current level, offset (plane, row, column).
    public struct Tap: Hashable, Sendable {
        public let field: Int
        public let ago: Int
        public let offset: SIMD3<Int>

        public init(field: Int, ago: Int, offset: SIMD3<Int>) {
            self.field = field
            self.ago = ago
            self.offset = offset
        }

        var isCenter: Bool { offset == .zero }
    }

    /// The number of axes of the grid.
    public let axes: Int
    public let taps: Set<Tap>
    /// The axes along which the update reads its place.
    package let positions: Set<Int>
    /// Operations a point: `+ - * /`, square roots, minima, maxima and comparisons.
    public let flops: Int
    /// The fields that the update writes.
    public let written: Set<Int>
    /// The number of fields that the stencil names.
    public let fields: Int
}

extension Footprint {
    /// Runs `stencil` once on the recording lane of a grid with `axes` axes.
    ///
    /// - Throws: `TesseraError.argument` where the update does not fit the grid.
    public init<S: MultiFieldStencil>(of stencil: S, axes: Int) throws(TesseraError) {
        func refuse(_ name: String, _ expected: String, _ found: String) -> TesseraError {
            .argument(routine: "Simulation", name: name, expected: expected, found: found)
        }
        let names = Array(S.Field.allCases)
        guard (1...LaneSlot.fields).contains(names.count) else {
            throw refuse("Field", "1 to \(LaneSlot.fields) fields", "\(names.count)")
        }
        guard Set(names.map(\.rawValue)) == Set(0..<names.count) else {
            throw refuse("Field", "raw values 0 to \(names.count - 1)", "\(names.map(\.rawValue))")
        }
        let recorder = Recorder(axes: axes)
        _ = stencil.update(Cell<RecordingLane, S.Field>(RecordingLane.Site(recorder: recorder)))
        let written = recorder.written
        if let misuse = recorder.misuse { throw refuse("update", "taps that fit the grid", misuse) }
        guard Set(written).count == written.count else {
            throw refuse("update", "each field written once", "fields \(written)")
        }
        self.axes = axes
        taps = recorder.taps
        positions = recorder.positions
        flops = recorder.flops
        self.written = Set(written)
        fields = names.count
    }
}

extension Footprint {
    /// The offsets read of a field at one level.
    public func offsets(field: Int, ago: Int = 0) -> Set<SIMD3<Int>> {
        Set(taps.filter { $0.field == field && $0.ago == ago }.map(\.offset))
    }

    /// How far below and above a point a field is read, by plane, row and column, over all levels.
    public func reach(of field: Int) -> (lower: SIMD3<Int>, upper: SIMD3<Int>) {
        var lower = SIMD3<Int>.zero
        var upper = SIMD3<Int>.zero
        for tap in taps where tap.field == field {
            for axis in 0..<3 {
                lower[axis] = Swift.max(lower[axis], -tap.offset[axis])
                upper[axis] = Swift.max(upper[axis], tap.offset[axis])
            }
        }
        return (lower, upper)
    }

    /// The largest offset along any axis.
    public var radius: Int {
        taps.reduce(0) { Swift.max($0, Swift.abs($1.offset.x), Swift.abs($1.offset.y), Swift.abs($1.offset.z)) }
    }

    /// Whether a field is read off the axes, so that its halo needs corners.
    public func readsCorners(of field: Int) -> Bool {
        taps.contains { tap in
            tap.field == field && (0..<3).count(where: { tap.offset[$0] != 0 }) > 1
        }
    }

    /// The oldest level read of a field, in steps before the current one.
    public func oldestLevel(of field: Int) -> Int {
        taps.reduce(0) { $1.field == field ? Swift.max($0, $1.ago) : $0 }
    }

    /// Whether the next level may be written over the oldest one: nobody reads that but at the point itself.
    public func writesOverOldest(of field: Int) -> Bool {
        let oldest = oldestLevel(of: field)
        return written.contains(field) && oldest > 0
            && taps.allSatisfy { $0.field != field || $0.ago != oldest || $0.isCenter }
    }

    /// Buffers kept of a field: the levels read and, where the oldest cannot be written over, one for the next.
    public func levels(of field: Int) -> Int {
        guard written.contains(field) else { return oldestLevel(of: field) + 1 }
        return oldestLevel(of: field) + (writesOverOldest(of: field) ? 1 : 2)
    }

    /// Scalars that cross the memory bus for one point in a sweep that reads each value once: one for each field and
    /// level read, and two for each field written (its line is read before it is written) but where it replaces a level
    /// that the update reads.
    public var scalarsPerPoint: Int {
        let read = Set(taps.map { LaneSlot.slot(field: $0.field, ago: $0.ago) }).count
        return written.reduce(read) { $0 + (writesOverOldest(of: $1) ? 1 : 2) }
    }
}
