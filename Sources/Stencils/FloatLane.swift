// 16 points in Float: the production lane of `Float` fields, 512 bits.

public import CLanes

/// 16 neighbouring points of a field of `Float` on a grid of `rank` axes.
@frozen
public struct FloatLane<let rank: Int>: MemoryLane {
    @usableFromInline var value: SIMD16<Float>

    @inlinable @inline(__always)
    init(value: SIMD16<Float>) { self.value = value }
    @inlinable @inline(__always)
    public init(_ value: Double) { self.value = tessera_float16_splat(Float(value)) }
    @inlinable @inline(__always)
    public init(floatLiteral value: Float) { self.value = tessera_float16_splat(value) }
    @inlinable @inline(__always)
    public init(integerLiteral value: Int) { self.value = tessera_float16_splat(Float(value)) }

    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self { Self(value: tessera_float16_add(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self { Self(value: tessera_float16_subtract(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self { Self(value: tessera_float16_multiply(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self { Self(value: tessera_float16_divide(a.value, b.value)) }
    @inlinable @inline(__always)
    public static prefix func - (a: Self) -> Self { Self(value: tessera_float16_negate(a.value)) }

    @inlinable @inline(__always)
    public var magnitude: Self { Self(value: tessera_float16_magnitude(value)) }
    @inlinable @inline(__always)
    public func squareRoot() -> Self { Self(value: tessera_float16_squareRoot(value)) }

    @inlinable @inline(__always)
    public static func < (a: Self, b: Self) -> Mask { Mask(value: tessera_float16_less(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func <= (a: Self, b: Self) -> Mask { Mask(value: tessera_float16_lessOrEqual(a.value, b.value)) }
    @inlinable @inline(__always)
    public static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
        Self(value: tessera_float16_select(mask.value, a.value, b.value))
    }

    /// Truth values of 16 points: all bits of a number set, or none.
    @frozen
    public struct Mask: LaneMask {
        @usableFromInline var value: SIMD16<Int32>

        @inlinable @inline(__always)
        init(value: SIMD16<Int32>) { self.value = value }
        @inlinable @inline(__always)
        public static func & (a: Self, b: Self) -> Self { Self(value: tessera_float16_and(a.value, b.value)) }
        @inlinable @inline(__always)
        public static func | (a: Self, b: Self) -> Self { Self(value: tessera_float16_or(a.value, b.value)) }
        @inlinable @inline(__always)
        public static prefix func ! (a: Self) -> Self { Self(value: tessera_float16_not(a.value)) }
    }
}

// MARK: Memory

extension FloatLane {
    public typealias Scalar = Float

    @inlinable @inline(__always)
    public static var axes: Int { rank }
    @inlinable @inline(__always)
    public static var width: Int { 16 }

    @inlinable @inline(__always)
    public static func load(_ source: GridTaps<Float>, row: Int, column: Int) -> Self {
        Self(value: tessera_float16_loadBeside(source.base + row, column))
    }

    @inlinable @inline(__always)
    public func store(at site: GridSite<Float>, field: Int) {
        tessera_float16_store(site.tables.outputs[unchecked: field] + site.offset, value)
    }

    @inlinable @inline(__always)
    public static func ramp(from first: Int) -> Self {
        let indices =
            SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: first))
            &+ SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        return Self(value: tessera_float16_convert(indices))
    }
}
