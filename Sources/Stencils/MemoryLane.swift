// Lanes that read and write fields in memory: what the SIMD lanes and the scalar lane share.

/// A lane of numbers that lie beside one another in memory. For the engine: sites and taps are made by sweeps alone, and
/// hold the addresses that lanes read and write.
public protocol MemoryLane: Lane where Site == GridSite<Scalar>, Source == GridTaps<Scalar> {
    associatedtype Scalar: BinaryFloatingPoint & BitwiseCopyable

    /// The number of axes of the grid.
    static var axes: Int { get }
    /// The number of points.
    static var width: Int { get }
    /// Reads `width` numbers, the first of them `row + column` scalars after the first point; `row`, the way to another row, is
    /// a multiple of `width`.
    static func load(_ source: GridTaps<Scalar>, row: Int, column: Int) -> Self
    /// Makes the numbers the next ones of a field.
    func store(at site: GridSite<Scalar>, field: Int)
    /// `first, first + 1, ...`, each rounded once.
    static func ramp(from first: Int) -> Self
}

/// One field at one time level, seen from the first point of a lane.
@frozen
public struct GridTaps<Scalar> {
    @usableFromInline let base: UnsafePointer<Scalar>
    @usableFromInline let planeStride: Int
    @usableFromInline let rowStride: Int

    @inlinable @inline(__always)
    package init(base: UnsafePointer<Scalar>, planeStride: Int, rowStride: Int) {
        self.base = base
        self.planeStride = planeStride
        self.rowStride = rowStride
    }
}

/// Where the fields lie: the first interior cell of every slot, and of every field's next level. By value, so that the compiler
/// sees that no store of a sweep changes an address.
@frozen
public struct SweepTables<Scalar> {
    // As many as LaneSlot.fields x LaneSlot.levels, and as LaneSlot.fields.
    @usableFromInline let inputs: InlineArray<24, UnsafePointer<Scalar>>
    @usableFromInline let outputs: InlineArray<8, UnsafeMutablePointer<Scalar>>

    @inlinable @inline(__always)
    package init(
        inputs: UnsafePointer<UnsafePointer<Scalar>>, outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>
    ) {
        self.inputs = InlineArray { inputs[$0] }
        self.outputs = InlineArray { outputs[$0] }
    }
}

/// Where an update stands: an offset that holds in every field and level, and the global index.
@frozen
public struct GridSite<Scalar> {
    @usableFromInline let tables: SweepTables<Scalar>
    /// The first point's offset from the first interior cell.
    @usableFromInline let offset: Int
    @usableFromInline let planeStride: Int
    @usableFromInline let rowStride: Int
    @usableFromInline let plane: Int
    @usableFromInline let row: Int
    @usableFromInline let column: Int
    @usableFromInline let time: Double

    @inlinable @inline(__always)
    package init(
        _ tables: SweepTables<Scalar>, offset: Int, planeStride: Int, rowStride: Int, plane: Int, row: Int, column: Int,
        time: Double
    ) {
        self.tables = tables
        self.offset = offset
        self.planeStride = planeStride
        self.rowStride = rowStride
        self.plane = plane
        self.row = row
        self.column = column
        self.time = time
    }
}

extension MemoryLane {
    @inlinable @inline(__always)
    public static func source(at site: GridSite<Scalar>, slot: Int) -> GridTaps<Scalar> {
        GridTaps(
            base: site.tables.inputs[unchecked: slot] + site.offset, planeStride: site.planeStride,
            rowStride: site.rowStride)
    }

    @inlinable @inline(__always)
    public static func axes(of source: GridTaps<Scalar>) -> Int { axes }

    @inlinable @inline(__always)
    public static func tap(_ source: GridTaps<Scalar>, plane: Int, row: Int, column: Int, axes: Int) -> Self {
        load(source, row: plane &* source.planeStride &+ row &* source.rowStride, column: column)
    }

    @inlinable @inline(__always)
    public static func position(at site: GridSite<Scalar>, axis: Int) -> Self {
        switch axis &+ 3 &- axes {
        case 0: Self(Double(site.plane))
        case 1: Self(Double(site.row))
        default: ramp(from: site.column)
        }
    }

    @inlinable @inline(__always)
    public static func time(at site: GridSite<Scalar>) -> Self { Self(site.time) }

    @inlinable @inline(__always)
    public static func write(_ value: Self, at site: GridSite<Scalar>, field: Int) {
        value.store(at: site, field: field)
    }
}
