// What lies beyond the edge of the grid.
//
// Boundary values stand in ghost cells, so that the update runs unchanged on every cell. Ghosts are filled axis by axis,
// first axis first: a corner follows the rule of its last axis, applied to ghosts that the earlier axes have filled.

/// What lies beyond both ends of one axis.
public enum Boundary: Sendable {
    /// The grid closes on itself along this axis.
    case periodic
    /// A rule for each end: below index 0, and from the extent on.
    case sides(BoundarySide, BoundarySide)

    public static func dirichlet(_ value: Double) -> Boundary { .sides(.dirichlet(value), .dirichlet(value)) }
    public static func dirichlet(_ value: @escaping BoundarySide.Value) -> Boundary {
        .sides(.dirichlet(value), .dirichlet(value))
    }
    public static var neumann: Boundary { .sides(.neumann, .neumann) }
    public static func neumann(slope: Double) -> Boundary { .sides(.neumann(slope: slope), .neumann(slope: slope)) }
    public static func reflecting(sign: Double) -> Boundary {
        .sides(.reflecting(sign: sign), .reflecting(sign: sign))
    }
    public static func robin(value: Double, slope: Double, sum: Double = 0) -> Boundary {
        let side = BoundarySide.robin(value: value, slope: slope, sum: sum)
        return .sides(side, side)
    }
    public static func custom(_ value: @escaping BoundarySide.Custom) -> Boundary {
        .sides(.custom(value), .custom(value))
    }

    package var isPeriodic: Bool {
        if case .periodic = self { true } else { false }
    }
}

/// What lies beyond one end of an axis.
public struct BoundarySide: Sendable {
    /// The value at a ghost cell and a time; along periodic axes the index is wrapped into the grid.
    public typealias Value = @Sendable (GridIndex, Double) -> Double

    /// The value of a ghost cell, from its index, the time and the value of the cell that faces it.
    public typealias Custom = @Sendable (GridIndex, Double, Double) -> Double

    enum Rule: Sendable {
        case constant(Double)
        case function(Value)
        /// ghost(-1 - m) = sign * u(m) + (2m + 1) * slope, cells mirrored at the face.
        case mirror(sign: Double, slope: Double)
        /// (value / 2) (ghost + u(m)) + slope (ghost - u(m)) / (2m + 1) = sum.
        case robin(value: Double, slope: Double, sum: Double)
        case custom(Custom)
    }

    let rule: Rule

    /// Every ghost cell holds this value: the first lies one cell outside, so that modes are sin(theta (i + 1)).
    public static func dirichlet(_ value: Double) -> BoundarySide { BoundarySide(rule: .constant(value)) }
    /// Every ghost cell holds the function's value at its own index and the current time.
    public static func dirichlet(_ value: @escaping Value) -> BoundarySide { BoundarySide(rule: .function(value)) }
    /// No flux: ghosts mirror the cells at the face, ghost(-1 - m) = u(m).
    public static var neumann: BoundarySide { BoundarySide(rule: .mirror(sign: 1, slope: 0)) }
    /// A given slope outwards, in units of the field a cell: ghost(-1 - m) = u(m) + (2m + 1) slope.
    public static func neumann(slope: Double) -> BoundarySide { BoundarySide(rule: .mirror(sign: 1, slope: slope)) }
    /// A mixed condition at the face: value u + slope ∂u/∂n = sum, the derivative outwards in units of the field a cell.
    /// With u(m) the cell that faces the ghost, u = (ghost + u(m)) / 2 and ∂u/∂n = (ghost - u(m)) / (2m + 1).
    ///
    /// - Precondition: `value` and `slope` are finite, not negative, and not both zero.
    public static func robin(value: Double, slope: Double, sum: Double = 0) -> BoundarySide {
        precondition(value >= 0 && slope >= 0 && value + slope > 0 && (value + slope).isFinite, "robin: no condition")
        return BoundarySide(rule: .robin(value: value, slope: slope, sum: sum))
    }
    /// Any rule: the value of a ghost from the time, its own index, and the cell that faces it, ghost -1 - m facing m (on a
    /// grid thinner than that, the furthest one).
    public static func custom(_ value: @escaping Custom) -> BoundarySide { BoundarySide(rule: .custom(value)) }
    /// Ghosts mirror the cells at the face times a sign: -1 for the velocity across a wall, 1 for the rest.
    public static func reflecting(sign: Double) -> BoundarySide { BoundarySide(rule: .mirror(sign: sign, slope: 0)) }
}

/// Where the value of one ghost layer comes from, once all mirrors and wraps are followed into the grid.
struct GhostRule {
    enum Origin {
        /// The layer at this global index.
        case layer(Int)
        case constant(Double)
        /// A function, evaluated at this global index along the axis.
        case function(BoundarySide.Value, Int)
        /// A function of the layer at the second index, evaluated at the first.
        case custom(BoundarySide.Custom, Int, facing: Int)
    }

    var origin: Origin
    /// ghost = sign * origin + addend.
    var sign = 1.0
    var addend = 0.0

    /// The rule of the layer at `index`, outside or inside `0..<extent`.
    ///
    /// A mirror or a wrap may lead outside at the other end where the grid is thinner than the halo; each brings the index
    /// closer, so that the chain ends.
    init(index: Int, extent: Int, boundary: Boundary) {
        if (0..<extent).contains(index) {
            origin = .layer(index)
            return
        }
        switch boundary {
        case .periodic:
            origin = .layer(((index % extent) + extent) % extent)
        case .sides(let lower, let upper):
            let distance = index < 0 ? -1 - index : index - extent
            let mirrored = index < 0 ? distance : extent - 1 - distance
            switch (index < 0 ? lower : upper).rule {
            case .constant(let value): origin = .constant(value)
            case .function(let value): origin = .function(value, index)
            case .mirror(let sign, let slope):
                self = GhostRule(index: mirrored, extent: extent, boundary: boundary)
                self.addend = sign * addend + Double(2 * distance + 1) * slope
                self.sign *= sign
            case .robin(let value, let slope, let sum):
                let (half, steepness) = (value / 2, slope / Double(2 * distance + 1))
                self = GhostRule(index: mirrored, extent: extent, boundary: boundary)
                let factor = (steepness - half) / (steepness + half)
                self.addend = factor * addend + sum / (steepness + half)
                self.sign *= factor
            case .custom(let value):
                origin = .custom(value, index, facing: Swift.min(Swift.max(mirrored, 0), extent - 1))
            }
        }
    }
}
