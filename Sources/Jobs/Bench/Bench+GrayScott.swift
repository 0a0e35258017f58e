// The reaction and diffusion of Gray and Scott (Pearson, "Complex patterns in a simple system", Science 261, 1993) in a
// periodic plane:
//
//     u' = u + Du ∇²u - u v² + F (1 - u)        v' = v + Dv ∇²v + u v² - (F + k) v
//
// Checked twice. Diffusion and reaction move what there is of both, so that the last step must change Σ (u + v) by
// F (n - Σ u) - (F + k) Σ v exactly: residual |difference| / (ε n), n cells. And the first tile must leave the bits of a
// plain sweep; the residual is NaN where it does not.

internal import Foundation
internal import Tessera

enum GrayScottField: Int, FieldName { case u, v }

/// One step of the reaction.
struct BenchGrayScott<Scalar: StencilScalar>: MultiFieldStencil {
    typealias Field = GrayScottField
    static var feed: Double { 0.04 }
    static var kill: Double { 0.06 }

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, GrayScottField>) -> Updates {
        let (u, v) = (cell[.u], cell[.v])
        let reaction = u.center * (v.center * v.center)
        let feeding = Self.feed * (1 - u.center)
        let nextU = u.center + (0.2 * u.laplacian() - reaction + feeding)
        let nextV = v.center + (0.1 * v.laplacian() + reaction - (Self.feed + Self.kill) * v.center)
        return cell.next((.u, nextU), (.v, nextV))
    }
}

extension BenchGrayScott: ScalableStencil {
    init(extents: [Int]) { self.init() }

    static func boundary(axes: Int) -> [Boundary] { [.periodic, .periodic] }

    static func fill(_ reaction: inout Simulation<Self>) {
        reaction.fill(.u) { _ in 0.5 }
        reaction.fill(.v) { _ in 0.25 }
    }
}

/// Steps the reaction and reports its rate. Collective.
func benchGrayScott<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ bench: StencilBench
) throws(TesseraError) -> JobSummary {
    typealias Reaction = BenchGrayScott<Scalar>
    let boundary = Reaction.boundary(axes: 2)
    var reaction = try Simulation(
        Reaction(), extents: bench.extents, boundary: boundary, shape: bench.shape, tiling: bench.tiling,
        on: bench.world)
    // Spots of v in u, about 100 cells apart.
    let waves = bench.extents.map { n in
        let count = max(1, n / 100)
        return (0..<n).map { (1 + cos(2 * .pi * Double($0 * count % n) / Double(n))) / 2 }
    }
    func fill(_ reaction: inout Simulation<Reaction>) {
        reaction.fill(.u) { Scalar(1 - waves[0][$0[0]] * waves[1][$0[1]] / 2) }
        reaction.fill(.v) { Scalar(waves[0][$0[0]] * waves[1][$0[1]] / 4) }
    }
    let seconds = try bench.seconds(of: &reaction, filled: fill)

    fill(&reaction)
    try reaction.advance(steps: bench.steps - 1)
    let (u, v) = (try reaction.sum(.u), try reaction.sum(.v))
    try reaction.advance(steps: 1)
    let change = (try reaction.sum(.u) - u) + (try reaction.sum(.v) - v)
    let cells = Double(bench.extents.reduce(1, *))
    let expected = Reaction.feed * (cells - u) - (Reaction.feed + Reaction.kill) * v
    let isPlain = try bench.hasBitsOfPlainSweep(&reaction, boundary: boundary, filled: fill)
    let residual = isPlain ? abs(change - expected) / (Double(Scalar.ulpOfOne) / 2 * cells) : .nan
    return bench.summary(of: reaction, seconds: seconds, residual: residual)
}
