// What a user writes: the update of one point, in ordinary Swift.

/// A stencil on one field: the next value of a point from the current values around it.
///
/// ```swift
/// struct Heat: Stencil {
///     var r: Double
///     @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
///         u[0, 0] + r * (u[1, 0] + u[-1, 0] + u[0, 1] + u[0, -1] - 4 * u[0, 0])
///     }
/// }
/// ```
///
/// The update must take the same taps whatever the values: choose between values with ``select(_:_:_:)``. Mark it
/// `@inline(__always)` where it takes more than a handful of taps: left to its own judgement, the compiler makes it a call for
/// each vector of points.
public protocol Stencil: MultiFieldStencil where Field == SingleField {
    /// The value of a point after the step.
    func update<L: Lane>(_ u: Taps<L>) -> L
}

extension Stencil {
    @inlinable @inline(__always)
    public func update<L: Lane>(_ cell: Cell<L, SingleField>) -> Updates {
        cell.next((.u, update(cell[.u])))
    }
}

/// A stencil on several named fields: reads current and previous levels, the position and the time, and gives the next
/// value of every field that it writes. A field that it never writes is a coefficient. Threads share it.
///
/// ```swift
/// struct Wave: MultiFieldStencil {
///     enum Field: Int, FieldName { case height, speed }
///     var r: Double
///     @inline(__always) func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
///         let u = cell[.height], before = cell[.height, ago: 1], c = cell[.speed]
///         return cell.next((.height, 2 * u[0, 0] - before[0, 0] + r * (c[0, 0] * c[0, 0]) * u.laplacian(order: 4)))
///     }
/// }
/// ```
public protocol MultiFieldStencil: Sendable {
    /// What the fields hold.
    associatedtype Scalar: StencilScalar = Double
    /// The fields' names.
    associatedtype Field: FieldName
    /// The values of a point after the step.
    func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates
}

/// The fields of a stencil: an `enum` over `Int` that counts from 0, with at most 8 cases.
public protocol FieldName: CaseIterable, Hashable, RawRepresentable, Sendable where RawValue == Int {}

/// The one field of a ``Stencil``.
@frozen
public enum SingleField: FieldName {
    case u

    @inlinable @inline(__always)
    public init?(rawValue: Int) {
        guard rawValue == 0 else { return nil }
        self = .u
    }
    @inlinable @inline(__always)
    public var rawValue: Int { 0 }
}
