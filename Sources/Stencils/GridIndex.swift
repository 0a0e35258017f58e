// The place of a cell in the whole grid.

/// A cell's global index, one number an axis, counted from 0. Ghost cells lie below 0 and from the extent on.
@frozen
public struct GridIndex: Hashable, Sendable, CustomStringConvertible {
    /// Plane, row, column; the axes that a grid lacks are 0.
    @usableFromInline var canonical: SIMD3<Int>
    /// The number of axes.
    public let axes: Int

    @usableFromInline
    init(canonical: SIMD3<Int>, axes: Int) {
        self.canonical = canonical
        self.axes = axes
    }

    @inlinable
    public subscript(axis: Int) -> Int {
        precondition((0..<axes).contains(axis), "axis out of range")
        return canonical[axis &+ 3 &- axes]
    }

    /// The index `columns` cells further along the last axis.
    @inlinable
    public func advanced(by columns: Int) -> GridIndex {
        GridIndex(canonical: canonical &+ SIMD3(0, 0, columns), axes: axes)
    }

    public var description: String { "\((0..<axes).map { self[$0] })" }
}

/// Extents as plane, row, column: a line is a grid of one plane and one row.
func canonicalExtents(_ extents: [Int]) -> SIMD3<Int> {
    var canonical = SIMD3<Int>(repeating: 1)
    for (axis, extent) in extents.enumerated() { canonical[axis + 3 - extents.count] = extent }
    return canonical
}
