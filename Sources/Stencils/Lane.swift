// What the user's update computes with: one number at each of the points that the engine treats at once.
//
// The same generic update runs on three kinds of lanes: SIMD lanes (production), one number (reference, `ScalarLane`) and
// a lane that only records what is asked of it (`RecordingLane`). All arithmetic is IEEE, correctly rounded, one rounding
// an operation: `a * b + c` is never fused. So the bits of a point do not depend on the lane that computed it.

/// Numbers at the points that an update treats at once.
///
/// Write an update once, generic over lanes: `+ - * /`, unary minus, literals, `Double` and `Float` parameters on either
/// side of an operator, ``sqrt(_:)``, ``min(_:_:)``, ``max(_:_:)``, ``abs(_:)``, comparisons and
/// ``select(_:_:_:)``. Parameters are rounded to the field's scalar type before they are used.
public protocol Lane: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// One truth value for each point: what `<` gives and ``select(_:_:_:)`` takes.
    associatedtype Mask: LaneMask
    /// Where an update stands: the field values around these points. For the engine.
    associatedtype Site
    /// One field at one time level, seen from a site. For the engine.
    associatedtype Source

    /// The same number at every point.
    init(_ value: Double)

    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    static func / (a: Self, b: Self) -> Self
    static prefix func - (a: Self) -> Self

    static func < (a: Self, b: Self) -> Mask
    static func <= (a: Self, b: Self) -> Mask

    var magnitude: Self { get }
    func squareRoot() -> Self

    /// `a` where the mask is true, `b` elsewhere; both are computed.
    static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self

    /// The values of a field around a site; `slot` counts fields and time levels (``LaneSlot``).
    static func source(at site: Site, slot: Int) -> Source
    /// The number of axes of the grid.
    static func axes(of source: Source) -> Int
    /// The tap at these offsets; `axes` is the number of subscripts that the user wrote.
    static func tap(_ source: Source, plane: Int, row: Int, column: Int, axes: Int) -> Self
    /// The global index along `axis`.
    static func position(at site: Site, axis: Int) -> Self
    /// The time of the current level.
    static func time(at site: Site) -> Self
    /// Makes a value the next one of a field.
    static func write(_ value: Self, at site: Site, field: Int)
}

/// Truth values of a lane.
public protocol LaneMask {
    static func & (a: Self, b: Self) -> Self
    static func | (a: Self, b: Self) -> Self
    static prefix func ! (a: Self) -> Self
}

/// How fields and time levels are numbered: at most 8 fields, of which the current level and two before it can be read.
public enum LaneSlot {
    public static var fields: Int { 8 }
    public static var levels: Int { 3 }

    @inlinable @inline(__always)
    static func slot(field: Int, ago: Int) -> Int { ago &* 8 &+ field }
}
