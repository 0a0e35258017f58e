// Explicit diffusion on a box with zero boundaries, started from an eigenmode, which every step multiplies by
// λ = 1 - 2 r Σ (1 - cos θ).
//
// The wave numbers are chosen so that S steps shrink the mode to about 1/e: a run that left out a step, a cell or a halo
// would be far off. Residual: max |u - λˢ u₀| / (ε (S + 1) max |u₀|), ε of the field's type.

internal import Foundation
internal import Tessera

/// One diffusion step in any number of axes.
struct BenchHeat<Scalar: StencilScalar>: Stencil {
    /// D dt / dx², the same along every axis.
    let r: Double

    @inline(__always)
    func update<L: Lane>(_ u: Taps<L>) -> L { u.center + r * (u.ring(1) - Double(2 * u.axes) * u.center) }
}

extension BenchHeat: ScalableStencil {
    /// Stable, not far from the limit.
    init(extents: [Int]) { self.init(r: 0.4 / Double(extents.count)) }

    static func boundary(axes: Int) -> [Boundary] { Array(repeating: .dirichlet(0), count: axes) }

    static func fill(_ heat: inout Simulation<Self>) { heat.fill { _ in 1 } }
}

/// Steps a heat grid and reports its rate. Collective.
func benchHeat<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ bench: StencilBench
) throws(TesseraError) -> JobSummary {
    let (extents, steps) = (bench.extents, bench.steps)
    let axes = extents.count
    let r = BenchHeat<Scalar>(extents: extents).r
    var heat = try Simulation(
        BenchHeat<Scalar>(extents: extents), extents: extents, boundary: BenchHeat<Scalar>.boundary(axes: axes),
        shape: bench.shape, tiling: bench.tiling, on: bench.world)
    let decayed = acos(max(-1, 1 - 1 / (2 * r * Double(axes) * Double(steps))))
    let waves = extents.map { n in Int(min(max(1, (decayed * Double(n + 1) / .pi).rounded()), Double(n))) }
    let mode = SineMode(betweenCells: waves, extents)
    let seconds = try bench.seconds(of: &heat) { heat in heat.fill { Scalar(mode($0)) } }

    let lambda = 1 - 2 * r * mode.angles.reduce(0) { $0 + (1 - cos($1)) }
    let decay = pow(lambda, Double(steps))
    let error = try bench.largestError(of: heat, .u) { decay * mode($0) }
    let unit = Double(Scalar.ulpOfOne) / 2 * Double(steps + 1) * mode.amplitude
    return bench.summary(of: heat, seconds: seconds, residual: error / unit)
}
