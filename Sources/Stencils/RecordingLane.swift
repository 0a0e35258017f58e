// A lane without numbers: it writes down which taps an update takes and how many operations it does.
//
// A flop is one + - * / or square root, or one minimum, maximum or comparison; sign changes, magnitudes and selections
// count nothing, and neither does arithmetic between parameters and literals alone.

/// What one call of an update does.
final class Recorder {
    let axes: Int
    var taps: Set<Footprint.Tap> = []
    var positions: Set<Int> = []
    var flops = 0
    var written: [Int] = []
    /// The first use that does not fit the grid, in words.
    var misuse: String?

    init(axes: Int) { self.axes = axes }

    func record(slot: Int, plane: Int, row: Int, column: Int, axes used: Int) {
        if used != axes {
            let subscripts = ["u[i]", "u[i, j]", "u[i, j, k]"][used - 1]
            misuse = misuse ?? "\(subscripts) on a grid of \(axes) \(axes == 1 ? "axis" : "axes")"
            return
        }
        if (axes < 3 && plane != 0) || (axes < 2 && row != 0) || plane == .max {
            misuse = misuse ?? "an axis that the grid does not have"
            return
        }
        let ago = slot / LaneSlot.fields
        guard (0..<LaneSlot.levels).contains(ago) else {
            misuse = misuse ?? "a level \(ago) steps ago; at most \(LaneSlot.levels - 1) are kept"
            return
        }
        if !written.isEmpty { misuse = misuse ?? "taps after the next values were given" }
        taps.insert(
            Footprint.Tap(field: slot % LaneSlot.fields, ago: ago, offset: SIMD3(plane, row, column)))
    }
}

/// The lane that finds an update's footprint.
public struct RecordingLane: Lane {
    let recorder: Recorder?

    public init(_ value: Double) { recorder = nil }
    public init(floatLiteral value: Double) { recorder = nil }
    public init(integerLiteral value: Int) { recorder = nil }
    private init(_ recorder: Recorder?) { self.recorder = recorder }

    private static func operation(_ a: Self, _ b: Self) -> Self {
        let recorder = a.recorder ?? b.recorder
        recorder?.flops += 1
        return Self(recorder)
    }

    public static func + (a: Self, b: Self) -> Self { operation(a, b) }
    public static func - (a: Self, b: Self) -> Self { operation(a, b) }
    public static func * (a: Self, b: Self) -> Self { operation(a, b) }
    public static func / (a: Self, b: Self) -> Self { operation(a, b) }
    public static prefix func - (a: Self) -> Self { a }
    public var magnitude: Self { self }
    public func squareRoot() -> Self { Self.operation(self, self) }
    public static func < (a: Self, b: Self) -> Mask { Mask(recorder: operation(a, b).recorder) }
    public static func <= (a: Self, b: Self) -> Mask { Mask(recorder: operation(a, b).recorder) }
    public static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
        Self(mask.recorder ?? a.recorder ?? b.recorder)
    }

    /// Truth values that nobody knows.
    public struct Mask: LaneMask {
        let recorder: Recorder?
        public static func & (a: Self, b: Self) -> Self { Self(recorder: a.recorder ?? b.recorder) }
        public static func | (a: Self, b: Self) -> Self { Self(recorder: a.recorder ?? b.recorder) }
        public static prefix func ! (a: Self) -> Self { a }
    }

    /// The update being recorded.
    public struct Site {
        let recorder: Recorder
    }

    /// The slot whose taps are recorded.
    public struct Source {
        let recorder: Recorder
        let slot: Int
    }

    public static func source(at site: Site, slot: Int) -> Source { Source(recorder: site.recorder, slot: slot) }
    public static func axes(of source: Source) -> Int { source.recorder.axes }

    public static func tap(_ source: Source, plane: Int, row: Int, column: Int, axes: Int) -> Self {
        source.recorder.record(slot: source.slot, plane: plane, row: row, column: column, axes: axes)
        return Self(source.recorder)
    }

    public static func position(at site: Site, axis: Int) -> Self {
        if !(0..<site.recorder.axes).contains(axis) {
            site.recorder.misuse = site.recorder.misuse ?? "position(\(axis)) on a grid of \(site.recorder.axes) axes"
        }
        site.recorder.positions.insert(axis)
        return Self(site.recorder)
    }

    public static func time(at site: Site) -> Self { Self(site.recorder) }

    public static func write(_ value: Self, at site: Site, field: Int) { site.recorder.written.append(field) }
}
