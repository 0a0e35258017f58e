// 8 points in Double: the production lane of `Double` fields, 512 bits.

public import CLanes

/// 8 neighbouring points of a field of `Double` on a grid of `rank` axes.
@frozen
public struct DoubleLane<let rank: Int>: MemoryLane {
    @usableFromInline var value: SIMD8<Double>

    @inlinable @inline(__always)
    init(value: SIMD8<Double>) { self.value = value }
    @inlinable @inline(__always)
    public init(_ value: Double) { self.value = tessera_double8_splat(Double(value)) }
    @inlinable @inline(__always)
    public init(floatLiteral value: Double) { self.value = tessera_double8_splat(value) }
    @inlinable @inline(__always)
    public init(integerLiteral value: Int) { self.value = tessera_double8_splat(Double(value)) }

    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self { Self(value: tessera_double8_add(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self { Self(value: tessera_double8_subtract(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self { Self(value: tessera_double8_multiply(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self { Self(value: tessera_double8_divide(a.value, b.value)) }
    @inlinable @inline(__always)
    public static prefix func - (a: Self) -> Self { Self(value: tessera_double8_negate(a.value)) }

    @inlinable @inline(__always)
    public var magnitude: Self { Self(value: tessera_double8_magnitude(value)) }
    @inlinable @inline(__always)
    public func squareRoot() -> Self { Self(value: tessera_double8_squareRoot(value)) }

    @inlinable @inline(__always)
    public static func < (a: Self, b: Self) -> Mask { Mask(value: tessera_double8_less(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func <= (a: Self, b: Self) -> Mask { Mask(value: tessera_double8_lessOrEqual(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
        Self(value: tessera_double8_select(mask.value, a.value, b.value))
    }

    /// Truth values of 8 points: all bits of a number set, or none.
    @frozen
    public struct Mask: LaneMask {
        @usableFromInline var value: SIMD8<Int>

        @inlinable @inline(__always)
        init(value: SIMD8<Int>) { self.value = value }
        @inlinable @inline(__always)
        public static func & (a: Self, b: Self) -> Self { Self(value: tessera_double8_and(a.value, b.value)) }
        @inlinable @inline(__always)
        public static func | (a: Self, b: Self) -> Self { Self(value: tessera_double8_or(a.value, b.value)) }
        @inlinable @inline(__always)
        public static prefix func ! (a: Self) -> Self { Self(value: tessera_double8_not(a.value)) }
    }
}

// MARK: Memory

extension DoubleLane {
    public typealias Scalar = Double

    @inlinable @inline(__always)
    public static var axes: Int { rank }
    @inlinable @inline(__always)
    public static var width: Int { 8 }

    @inlinable @inline(__always)
    public static func load(_ source: GridTaps<Double>, row: Int, column: Int) -> Self {
        Self(value: tessera_double8_loadBeside(source.base + row, column))
    }

    @inlinable @inline(__always)
    public func store(at site: GridSite<Double>, field: Int) {
        tessera_double8_store(site.tables.outputs[unchecked: field] + site.offset, value)
    }

    @inlinable @inline(__always)
    public static func ramp(from first: Int) -> Self {
        let indices = SIMD8<Int>(repeating: Int(truncatingIfNeeded: first)) &+ SIMD8<Int>(0, 1, 2, 3, 4, 5, 6, 7)
        return Self(value: tessera_double8_convert(indices))
    }
}
