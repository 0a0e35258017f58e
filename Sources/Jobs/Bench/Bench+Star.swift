// The star of the Parallel Research Kernels (Van der Wijngaart and Mattson, "The Parallel Research Kernels", 2014), radius 2:
//
//     out += Σ w in,   in += 1,   w = ±1 / (2 k R) at k cells along both axes
//
// in starts as i + π j, and ghosts go on with the same slope, so that every step adds 1 + π to every cell of out, edges
// included; a transpose or a cancelled sign would show. Residual: max |out - S (1 + π)| / (ε (S + 1) max |in|).

internal import Tessera

enum StarField: Int, FieldName { case input, output }

/// One step of the star.
struct BenchStar<Scalar: StencilScalar>: MultiFieldStencil {
    typealias Field = StarField

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, StarField>) -> Updates {
        let input = cell[.input]
        let weights: InlineArray<2, Double> = [1.0 / 4, 1.0 / 8]
        let slopes = input.antisymmetric(0, weights: weights) + input.antisymmetric(1, weights: weights)
        return cell.next((.input, input.center + 1), (.output, cell[.output].center + slopes))
    }
}

extension BenchStar: ScalableStencil {
    init(extents: [Int]) { self.init() }

    static func boundary(axes: Int) -> [Boundary] {
        [1, Double.pi].map { slope in .sides(.neumann(slope: -slope), .neumann(slope: slope)) }
    }

    static func fill(_ star: inout Simulation<Self>) {
        star.fill(.input) { Scalar(Double($0[0]) + .pi * Double($0[1])) }
        star.fill(.output) { _ in 0 }
    }
}

/// Steps the star and reports its rate. Collective.
func benchStar<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ bench: StencilBench
) throws(TesseraError) -> JobSummary {
    var star = try Simulation(
        BenchStar<Scalar>(), extents: bench.extents, boundary: BenchStar<Scalar>.boundary(axes: 2), shape: bench.shape,
        tiling: bench.tiling, on: bench.world)
    let seconds = try bench.seconds(of: &star) { star in BenchStar<Scalar>.fill(&star) }
    let exact = Double(bench.steps) * (1 + .pi)
    let error = try bench.largestError(of: star, .output) { _ in exact }
    let largest = Double(bench.extents[0] + bench.steps) + .pi * Double(bench.extents[1])
    let unit = Double(Scalar.ulpOfOne) / 2 * Double(bench.steps + 1) * largest
    return bench.summary(of: star, seconds: seconds, residual: error / unit)
}
