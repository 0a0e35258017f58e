// The operators of diffusion, as updates: Poisson's, Helmholtz's with a positive shift, and that of an implicit heat step.

/// A u = shift u - coefficient Δu by central differences of order 2 on a grid of one to three axes.
///
/// With shift 0 the operator of Poisson's equation -Δu = f; symmetric, and positive definite but for the mean where no
/// side holds a value.
@frozen
public struct Helmholtz<Scalar: StencilScalar>: Stencil, CoarsenableStencil {
    /// The distance of neighbouring cells along each axis.
    public let spacing: [Double]
    public let shift: Double
    public let coefficient: Double
    /// coefficient / spacing² along each axis.
    @usableFromInline let weights: SIMD3<Double>

    /// - Parameters:
    ///   - spacing: the distance of neighbouring cells along each axis, in the grid's order of axes.
    ///   - shift: what the field is multiplied with.
    ///   - coefficient: what the negative Laplacian is multiplied with.
    public init(spacing: [Double], shift: Double = 0, coefficient: Double = 1) {
        self.spacing = spacing
        self.shift = shift
        self.coefficient = coefficient
        var weights = SIMD3<Double>.zero
        for (axis, h) in spacing.enumerated() where axis < 3 { weights[axis] = coefficient / (h * h) }
        self.weights = weights
    }

    @inlinable
    public func update<L: Lane>(_ u: Taps<L>) -> L {
        let center = u.center
        var sum = shift * center
        sum += weights[0] * (2 * center - u.pair(0, 1))
        if u.axes > 1 { sum += weights[1] * (2 * center - u.pair(1, 1)) }
        if u.axes > 2 { sum += weights[2] * (2 * center - u.pair(2, 1)) }
        return sum
    }

    public func coarsened(by factors: [Double]) -> Helmholtz {
        Helmholtz(spacing: zip(spacing, factors).map { $0 * $1 }, shift: shift, coefficient: coefficient)
    }
}

/// mass u + factor L u: what one implicit step of du/dt = -L u inverts, and, with a negative factor, what its explicit part
/// applies.
@frozen
public struct Shifted<Base: Stencil>: Stencil {
    public typealias Scalar = Base.Scalar
    public let base: Base
    public let mass: Double
    public let factor: Double

    public init(_ base: Base, mass: Double, factor: Double) {
        self.base = base
        self.mass = mass
        self.factor = factor
    }

    @inlinable
    public func update<L: Lane>(_ u: Taps<L>) -> L { mass * u.center + factor * base.update(u) }
}

extension Shifted: CoarsenableStencil where Base: CoarsenableStencil {
    public func coarsened(by factors: [Double]) -> Shifted {
        Shifted(base.coarsened(by: factors), mass: mass, factor: factor)
    }
}
