// Explicit diffusion with the isotropic Laplacian of 27 points (O'Reilly and Beck, "A family of large-stencil discrete
// Laplacian approximations in three dimensions", 2006): 14 for a face, 3 for an edge, 1 for a corner, -128 in the middle,
// all over 30, on a box with zero boundaries.
//
// Started from an eigenmode that S steps shrink to about 1/e, as in Bench+Heat.swift. With cᵢ = cos θᵢ a step multiplies it by
// λ = 1 + r/30 (-128 + 28 Σ cᵢ + 12 Σ cᵢ cⱼ + 8 c₀ c₁ c₂).

internal import Foundation
internal import Tessera

/// One diffusion step with all neighbours.
struct BenchBox<Scalar: StencilScalar>: Stencil {
    /// The weights of the point itself, faces, edges and corners.
    let weights: SIMD4<Double>

    init(r: Double) { weights = SIMD4(1, 0, 0, 0) + r / 30 * SIMD4(-128, 14, 3, 1) }

    @inline(__always)
    func update<L: Lane>(_ u: Taps<L>) -> L {
        let edges = u.diagonals(0) + (u.cross(-1) + u.cross(1))
        let corners = u.diagonals(-1) + u.diagonals(1)
        return (weights.x * u.center + weights.y * u.ring(1)) + (weights.z * edges + weights.w * corners)
    }
}

extension BenchBox: ScalableStencil {
    init(extents: [Int]) { self.init(r: stableRatio) }

    static func boundary(axes: Int) -> [Boundary] { Array(repeating: .dirichlet(0), count: axes) }

    static func fill(_ box: inout Simulation<Self>) { box.fill { _ in 1 } }
}

/// r = D dt / dx², below its limit.
private let stableRatio = 0.13

extension Taps {
    /// The sum of the four values beside the middle of a plane.
    @inline(__always)
    func cross(_ plane: Int) -> L {
        (self[plane, -1, 0] + self[plane, 1, 0]) + (self[plane, 0, -1] + self[plane, 0, 1])
    }

    /// The sum of the four values at the corners of a plane.
    @inline(__always)
    func diagonals(_ plane: Int) -> L {
        (self[plane, -1, -1] + self[plane, -1, 1]) + (self[plane, 1, -1] + self[plane, 1, 1])
    }
}

/// Steps a grid with the 27-point box and reports its rate. Collective.
func benchBox<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ bench: StencilBench
) throws(TesseraError) -> JobSummary {
    let (extents, steps) = (bench.extents, bench.steps)
    let r = stableRatio
    var box = try Simulation(
        BenchBox<Scalar>(r: r), extents: extents, boundary: BenchBox<Scalar>.boundary(axes: 3),
        shape: bench.shape, tiling: bench.tiling, on: bench.world)
    // λ = 1 - r Σ θ² to second order.
    let decayed = (1 / (3 * r * Double(steps))).squareRoot()
    let waves = extents.map { n in Int(min(max(1, (decayed * Double(n + 1) / .pi).rounded()), Double(n))) }
    let mode = SineMode(betweenCells: waves, extents)
    let seconds = try bench.seconds(of: &box) { box in box.fill { Scalar(mode($0)) } }

    let c = mode.angles.map { cos($0) }
    let pairs = c[0] * c[1] + c[1] * c[2] + c[2] * c[0]
    let lambda = 1 + r / 30 * (-128 + 28 * (c[0] + c[1] + c[2]) + 12 * pairs + 8 * c[0] * c[1] * c[2])
    let decay = pow(lambda, Double(steps))
    let error = try bench.largestError(of: box, .u) { decay * mode($0) }
    let unit = Double(Scalar.ulpOfOne) / 2 * Double(steps + 1) * mode.amplitude
    return bench.summary(of: box, seconds: seconds, residual: error / unit)
}
