// An absorbing layer: how strongly a cell is damped, from its place alone, so that no field holds it.

/// A layer along the edges of a grid in which waves fade: σ = strength (d / width)², d the cells from the layer's inner edge.
///
/// Multiply what it should act on, for instance a leapfrog's velocity: `u + (1 - σ) (u - before) + ...`, with the damping that
/// Cerjan et al. (Geophysics 50, 1985) and later sponge layers use.
public struct Sponge: Hashable, Sendable {
    /// Where the layer begins at the lower and the upper end of each axis; beyond all cells where there is none.
    @usableFromInline let lower: SIMD3<Double>
    @usableFromInline let upper: SIMD3<Double>
    @usableFromInline let axes: Int
    @usableFromInline let width: Double
    @usableFromInline let strength: Double

    /// A layer of `width` cells at both ends of every axis.
    ///
    /// - Parameters:
    ///   - extents: the cells of the grid along each axis.
    ///   - width: cells, 1 or more.
    ///   - strength: σ at the outermost face.
    ///   - sides: for each axis whether the layer lies at its lower and upper end; all of them by default.
    public init(extents: [Int], width: Int, strength: Double, sides: [(lower: Bool, upper: Bool)]? = nil) {
        precondition(width >= 1, "a sponge is one cell wide or more")
        var lower = SIMD3<Double>(repeating: -.infinity)
        var upper = SIMD3<Double>(repeating: .infinity)
        for (axis, extent) in extents.enumerated() {
            if sides?[axis].lower ?? true { lower[axis] = Double(width) }
            if sides?[axis].upper ?? true { upper[axis] = Double(extent - 1 - width) }
        }
        (self.lower, self.upper, axes) = (lower, upper, extents.count)
        self.width = Double(width)
        self.strength = strength
    }

    /// σ at a cell: 0 inside; where layers meet, the strongest.
    @inlinable @inline(__always)
    public func damping<L: Lane, Field>(at cell: Cell<L, Field>) -> L {
        var depth: L = 0
        func meet(_ axis: Int) {
            let place = cell.position(axis)
            depth = max(depth, max(L(lower[axis]) - place, place - L(upper[axis])))
        }
        meet(0)
        if axes > 1 { meet(1) }
        if axes > 2 { meet(2) }
        let share = depth * L(1 / width)
        return L(strength) * (share * share)
    }
}
