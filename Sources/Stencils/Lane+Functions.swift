// Functions on lanes, and arithmetic between lanes and parameters.
//
// All carry `@_disfavoredOverload`: a literal beside a lane is a lane, and the standard functions keep their callers.

extension Lane {
    @inlinable @inline(__always)
    public static func > (a: Self, b: Self) -> Mask { b < a }
    @inlinable @inline(__always)
    public static func >= (a: Self, b: Self) -> Mask { b <= a }

    @_disfavoredOverload @inlinable @inline(__always)
    public static func + <P: BinaryFloatingPoint>(a: P, b: Self) -> Self { Self(Double(a)) + b }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func + <P: BinaryFloatingPoint>(a: Self, b: P) -> Self { a + Self(Double(b)) }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func - <P: BinaryFloatingPoint>(a: P, b: Self) -> Self { Self(Double(a)) - b }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func - <P: BinaryFloatingPoint>(a: Self, b: P) -> Self { a - Self(Double(b)) }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func * <P: BinaryFloatingPoint>(a: P, b: Self) -> Self { Self(Double(a)) * b }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func * <P: BinaryFloatingPoint>(a: Self, b: P) -> Self { a * Self(Double(b)) }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func / <P: BinaryFloatingPoint>(a: P, b: Self) -> Self { Self(Double(a)) / b }
    @_disfavoredOverload @inlinable @inline(__always)
    public static func / <P: BinaryFloatingPoint>(a: Self, b: P) -> Self { a / Self(Double(b)) }

    @inlinable @inline(__always)
    public static func += (a: inout Self, b: Self) { a = a + b }
    @inlinable @inline(__always)
    public static func -= (a: inout Self, b: Self) { a = a - b }
    @inlinable @inline(__always)
    public static func *= (a: inout Self, b: Self) { a = a * b }
}

/// The smaller at each point; `a` where the two are equal or one is NaN.
@_disfavoredOverload @inlinable @inline(__always)
public func min<L: Lane>(_ a: L, _ b: L) -> L { L.select(b < a, b, a) }

/// The larger at each point; `a` where the two are equal or one is NaN.
@_disfavoredOverload @inlinable @inline(__always)
public func max<L: Lane>(_ a: L, _ b: L) -> L { L.select(a < b, b, a) }

/// The magnitude at each point.
@_disfavoredOverload @inlinable @inline(__always)
public func abs<L: Lane>(_ a: L) -> L { a.magnitude }

/// The square root at each point, correctly rounded.
@_disfavoredOverload @inlinable @inline(__always)
public func sqrt<L: Lane>(_ a: L) -> L { a.squareRoot() }

/// `a` where the mask is true, `b` elsewhere; both are computed.
@inlinable @inline(__always)
public func select<L: Lane>(_ mask: L.Mask, _ a: L, _ b: L) -> L { L.select(mask, a, b) }
