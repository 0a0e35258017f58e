// Acoustic waves in a medium of variable velocity, with sponges at all sides: a leapfrog of order 2 in time and 4 or 8 in
// space. With C = (c dt / h)² and s = σ dt / 2,
//
//     u⁺ (1 + s) = 2 u - (1 - s) u⁻ + C ∇²u
//
// u⁺ replaces u⁻: two buffers and the velocity, 32 bytes a point in Double. s is computed from the position: it grows with
// the square of the depth into each sponge.
//
// Checked twice. Without sponges and at one velocity an eigenmode swings as cos(n ω), cos ω = 1 - C κ / 2 with -κ the
// operator's symbol; residual: max |u - cos(S ω) u₀| sin ω / (ε (S + 1) max |u₀|). With both, the first tile must leave the
// bits of a plain sweep; the residual is NaN where it does not.

internal import Foundation
internal import Tessera

enum WaveField: Int, FieldName {
    case pressure
    /// C = (c dt / h)².
    case courant
}

/// One step of the wave.
struct BenchWave<Scalar: StencilScalar, let order: Int>: MultiFieldStencil {
    typealias Field = WaveField

    /// s at the outermost faces; 0 without sponges.
    let strength: Double
    /// Cells of a sponge.
    let width: Double
    /// The largest index along each axis.
    let last: SIMD3<Double>

    /// How far a cell is inside the sponges of one axis, squared: 0 outside, about 1 at the outer face.
    @inline(__always)
    func depth<L: Lane>(_ cell: Cell<L, WaveField>, _ axis: Int) -> L {
        let place = cell.position(axis)
        let depth = max(1 - (1 / width) * min(place, last[axis] - place), 0)
        return depth * depth
    }

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, WaveField>) -> Updates {
        let u = cell[.pressure]
        let s = strength * ((depth(cell, 0) + depth(cell, 1)) + depth(cell, 2))
        let before = (1 - s) * cell[.pressure, ago: 1].center
        let next = (2 * u.center - before + cell[.courant].center * u.laplacian(order: order)) / (1 + s)
        return cell.next((.pressure, next))
    }
}

extension BenchWave: ScalableStencil {
    /// With sponges, a quarter of the shortest axis wide at most.
    init(extents: [Int]) { self.init(strength: 0.05, extents: extents) }

    init(strength: Double, extents: [Int]) {
        self.init(
            strength: strength, width: Double(max(1, min(40, extents.min()! / 4))),
            last: SIMD3(Double(extents[0] - 1), Double(extents[1] - 1), Double(extents[2] - 1)))
    }

    static func boundary(axes: Int) -> [Boundary] { Array(repeating: .reflecting(sign: -1), count: axes) }

    static func fill(_ wave: inout Simulation<Self>) {
        wave.fill(.courant) { _ in Scalar(largestCourant) }
        for ago in [0, 1] { wave.fill(.pressure, ago: ago) { _ in 1 } }
    }
}

/// The most that C is; order 8 is stable up to 0.2.
private let largestCourant = 0.125

/// Steps the wave and reports its rate. Collective.
func benchWave<Scalar: StencilScalar, let order: Int>(
    _ type: BenchWave<Scalar, order>.Type, _ bench: StencilBench
) throws(TesseraError) -> JobSummary {
    let extents = bench.extents
    let boundary = BenchWave<Scalar, order>.boundary(axes: 3)
    var residual = try eigenmodeResidual(BenchWave<Scalar, order>(strength: 0, extents: extents), bench, boundary)

    var shot = try Simulation(
        BenchWave<Scalar, order>(extents: extents), extents: extents, boundary: boundary, shape: bench.shape,
        tiling: bench.tiling, on: bench.world)
    let mode = SineMode(betweenFaces: extents.map { max(1, $0 / 12) }, extents)
    func fill(_ shot: inout Simulation<BenchWave<Scalar, order>>) {
        // Layers, the lowest four times as fast as the highest.
        shot.fill(.courant) { Scalar(largestCourant * (1 + 15 * Double($0[2] * 8 / extents[2]) / 7) / 16) }
        for ago in [0, 1] { shot.fill(.pressure, ago: ago) { Scalar(mode($0)) } }
    }
    let seconds = try bench.seconds(of: &shot, filled: fill)
    if !(try bench.hasBitsOfPlainSweep(&shot, boundary: boundary, filled: fill)) { residual = .nan }
    return bench.summary(of: shot, seconds: seconds, residual: residual)
}

/// How far an eigenmode is off after the steps, or after 50 of them, in units of rounding. Collective.
private func eigenmodeResidual<Scalar: StencilScalar, let order: Int>(
    _ stencil: BenchWave<Scalar, order>, _ bench: StencilBench, _ boundary: [Boundary]
) throws(TesseraError) -> Double {
    let steps = min(50, bench.steps)
    var wave = try Simulation(
        stencil, extents: bench.extents, boundary: boundary, shape: bench.shape, tiling: bench.tiling, on: bench.world)
    let mode = SineMode(betweenFaces: bench.extents.map { max(1, $0 / 6) }, bench.extents)
    // ∇² as Taps has it: the weights at 0, 1, 2 ... cells.
    let ofOrder4: [Double] = [-5.0 / 2, 4.0 / 3, -1.0 / 12]
    let ofOrder8: [Double] = [-205.0 / 72, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560]
    let weights = order == 4 ? ofOrder4 : ofOrder8
    var symbol = 0.0
    for angle in mode.angles {
        symbol += weights[0]
        for k in 1..<weights.count { symbol += 2 * weights[k] * cos(Double(k) * angle) }
    }
    let omega = acos(1 + largestCourant / 2 * symbol)
    wave.fill(.courant) { _ in Scalar(largestCourant) }
    wave.fill(.pressure) { Scalar(mode($0)) }
    wave.fill(.pressure, ago: 1) { Scalar(cos(omega) * mode($0)) }
    try wave.advance(steps: steps)
    let swing = cos(Double(steps) * omega)
    let error = try bench.largestError(of: wave, .pressure) { swing * mode($0) }
    return error * sin(omega) / (Double(Scalar.ulpOfOne) / 2 * Double(steps + 1) * mode.amplitude)
}
