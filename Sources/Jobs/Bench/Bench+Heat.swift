// Explicit diffusion on a box with zero boundaries, started from an eigenmode: the product over the axes of
// sin(θ (i + 1)), θ = π k / (n + 1), which every step multiplies by λ = 1 - 2 r Σ (1 - cos θ).
//
// The wave numbers k are chosen so that S steps shrink the mode to about 1/e: a run that left out a step, a cell or a halo
// would be far off. Residual: max |u - λˢ u₀| / (ε (S + 1) max |u₀|), ε of the field's type.

internal import Foundation
internal import Tessera

/// One diffusion step in any number of axes.
struct BenchHeat<Scalar: StencilScalar>: Stencil {
    /// D dt / dx², the same along every axis.
    @usableFromInline let r: Double

    @inlinable
    func update<L: Lane>(_ u: Taps<L>) -> L { u.center + r * (u.ring(1) - Double(2 * u.axes) * u.center) }
}

/// Steps a heat grid and reports its rate. Collective.
func benchHeat<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ request: BenchRequest, _ extents: [Int], _ steps: Int, _ tiling: Tiling, triad: Double,
    on world: Communicator
) throws(TesseraError) -> JobSummary {
    let axes = extents.count
    let r = 0.4 / Double(axes)
    var heat = try Simulation(
        BenchHeat<Scalar>(r: r), extents: extents, boundary: Array(repeating: .dirichlet(0), count: axes),
        shape: request.grid, tiling: tiling, on: world)
    let decayed = acos(max(-1, 1 - 1 / (2 * r * Double(axes) * Double(steps))))
    let waves = extents.map { n in Int(min(max(1, (decayed * Double(n + 1) / .pi).rounded()), Double(n))) }
    let angles = zip(waves, extents).map { k, n in Double.pi * Double(k) / Double(n + 1) }
    let lambda = 1 - 2 * r * angles.reduce(0) { $0 + (1 - cos($1)) }
    // Whole periods are taken out before rounding, so that each sine is right to the last bits.
    let modes = zip(waves, extents).map { k, n in
        (0..<n).map { sin(Double.pi * Double(k * ($0 + 1) % (2 * (n + 1))) / Double(n + 1)) }
    }

    var seconds = Double.infinity
    for _ in 0..<request.repeats {
        heat.fill { index in
            var value = 1.0
            for axis in 0..<axes { value *= modes[axis][index[axis]] }
            return Scalar(value)
        }
        let watch = try Stopwatch(world)
        try heat.advance(steps: steps)
        seconds = min(seconds, try watch.seconds())
    }

    let decay = pow(lambda, Double(steps))
    var error = 0.0
    var amplitude = 0.0
    heat.forEachRow(of: .u) { first, row in
        var outer = 1.0
        for axis in 0..<axes - 1 { outer *= modes[axis][first[axis]] }
        for k in row.indices {
            let start = outer * modes[axes - 1][first[axes - 1] + k]
            amplitude = max(amplitude, abs(start))
            let difference = abs(Double(row[k]) - decay * start)
            error = error.isNaN || difference.isNaN ? .nan : max(error, difference)
        }
    }
    // NaN on any rank is NaN for all, which a maximum does not promise.
    let isBroken = try world.allReduce(error.isNaN ? 1 : 0, .maximum) == 1
    error = isBroken ? .nan : try world.allReduce(error, .maximum)
    amplitude = try world.allReduce(amplitude, .maximum)
    let rate = Double(extents.reduce(1, *)) * Double(steps) / seconds

    var summary = benchSummary(
        request.routine,
        size: [
            ("extents", .text(extents.map(String.init).joined(separator: "x"))), ("steps", .integer(steps)),
            ("type", .text(Scalar.self == Float.self ? "float" : "double")),
        ], grid: heat.shape, on: world)
    summary.add("tile", "tile", .text(heat.tile?.description ?? "several"))
    summary.add("seconds", "seconds", .quantity(seconds, ""))
    summary.add("gpoints_per_second", "Gpt/s", .quantity(rate / 1e9, ""))
    summary.add("share_of_triad", "of triad", .quantity(100 * rate * Double(heat.bytesPerPoint) / triad, "%"))
    let epsilon = Double(Scalar.ulpOfOne) / 2
    summary.add("residual", "residual", .quantity(error / (epsilon * Double(steps + 1) * amplitude), ""))
    return summary
}
