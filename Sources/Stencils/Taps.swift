// The values of one field around a point, by offset.

/// One field at one time level, around the point that an update stands at.
///
/// `u[i]` on a line, `u[i, j]` in a plane, `u[i, j, k]` in space: offsets in cells, the last axis contiguous in memory.
@frozen
public struct Taps<L: Lane> {
    @usableFromInline let source: L.Source

    @inlinable @inline(__always)
    init(_ source: L.Source) { self.source = source }

    @inlinable @inline(__always)
    public subscript(i: Int) -> L { L.tap(source, plane: 0, row: 0, column: i, axes: 1) }

    @inlinable @inline(__always)
    public subscript(i: Int, j: Int) -> L { L.tap(source, plane: 0, row: i, column: j, axes: 2) }

    @inlinable @inline(__always)
    public subscript(i: Int, j: Int, k: Int) -> L { L.tap(source, plane: i, row: j, column: k, axes: 3) }

    /// The number of axes of the grid.
    @inlinable @inline(__always)
    public var axes: Int { L.axes(of: source) }

    /// The value at the point itself, on a grid of any number of axes.
    @inlinable @inline(__always)
    public var center: L { L.tap(source, plane: 0, row: 0, column: 0, axes: axes) }

    /// The value `offset` cells away along one axis, on a grid of any number of axes.
    @inlinable @inline(__always)
    public func along(_ axis: Int, _ offset: Int) -> L {
        switch axis &+ 3 &- axes {
        case 0: L.tap(source, plane: offset, row: 0, column: 0, axes: axes)
        case 1: L.tap(source, plane: 0, row: offset, column: 0, axes: axes)
        case 2: L.tap(source, plane: 0, row: 0, column: offset, axes: axes)
        // Seen by the recording lane alone, which has it refused.
        default: L.tap(source, plane: .max, row: 0, column: 0, axes: axes)
        }
    }
}
