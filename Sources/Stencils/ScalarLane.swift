// One point: the lane that tests and references compute with.

/// One point of a field on a grid of `rank` axes, with the arithmetic of a lane.
@frozen
public struct ScalarLane<Scalar: BinaryFloatingPoint & BitwiseCopyable, let rank: Int>: MemoryLane
where Scalar: _ExpressibleByBuiltinFloatLiteral {
    public var value: Scalar

    @inlinable @inline(__always)
    public init(value: Scalar) { self.value = value }
    @inlinable @inline(__always)
    public init(_ value: Double) { self.value = Scalar(value) }
    @inlinable @inline(__always)
    public init(floatLiteral value: Scalar) { self.value = value }
    @inlinable @inline(__always)
    public init(integerLiteral value: Int) { self.value = Scalar(value) }

    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self { Self(value: a.value + b.value) }
    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self { Self(value: a.value - b.value) }
    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self { Self(value: a.value * b.value) }
    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self { Self(value: a.value / b.value) }
    @inlinable @inline(__always)
    public static prefix func - (a: Self) -> Self { Self(value: -a.value) }

    @inlinable @inline(__always)
    public var magnitude: Self { Self(value: value.magnitude) }
    @inlinable @inline(__always)
    public func squareRoot() -> Self { Self(value: value.squareRoot()) }

    @inlinable @inline(__always)
    public static func < (a: Self, b: Self) -> Mask { Mask(value: a.value < b.value) }
    @inlinable @inline(__always)
    public static func <= (a: Self, b: Self) -> Mask { Mask(value: a.value <= b.value) }
    @inlinable @inline(__always)
    public static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self { mask.value ? a : b }

    /// One truth value.
    @frozen
    public struct Mask: LaneMask {
        public var value: Bool

        @inlinable @inline(__always)
        public init(value: Bool) { self.value = value }
        @inlinable @inline(__always)
        public static func & (a: Self, b: Self) -> Self { Self(value: a.value && b.value) }
        @inlinable @inline(__always)
        public static func | (a: Self, b: Self) -> Self { Self(value: a.value || b.value) }
        @inlinable @inline(__always)
        public static prefix func ! (a: Self) -> Self { Self(value: !a.value) }
    }
}

// MARK: Memory

extension ScalarLane {
    @inlinable @inline(__always)
    public static var axes: Int { rank }
    @inlinable @inline(__always)
    public static var width: Int { 1 }
    @inlinable @inline(__always)
    public static func load(_ source: GridTaps<Scalar>, row: Int, column: Int) -> Self {
        Self(value: source.base[row &+ column])
    }
    @inlinable @inline(__always)
    public func store(at site: GridSite<Scalar>, field: Int) {
        site.tables.outputs[unchecked: field][site.offset] = value
    }
    @inlinable @inline(__always)
    public static func ramp(from first: Int) -> Self { Self(value: Scalar(first)) }
}
