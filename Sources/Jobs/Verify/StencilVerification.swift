// The exact-answer tests themselves, on one communicator. Tolerances are what rounding can do: a step of heat adds some
// units in the last place; a leapfrog's errors grow with the square of the steps; the kernels' with the size of what they
// add up.

internal import Foundation
internal import Tessera

struct StencilVerification {
    let extents: [Int]
    let communicator: Communicator

    /// Calls `note` with each test as it is done. Collective.
    func run(_ note: (VerifiedTest) -> Void) throws(TesseraError) {
        for ends in DiscreteMode.Ends.allCases { note(try heat(ends)) }
        for order in [2, 4, 8] {
            // Beyond the first cell outside a sine is not zero, which wide stencils would see.
            for ends in [DiscreteMode.Ends.periodic, .mirrored] { note(try wave(order, ends)) }
        }
        guard extents.count > 1 else { return }
        for (name, shape) in [("star", VerifiedKernel.Shape.star), ("box", .box)] { note(try kernel(name, shape)) }
    }

    private func mode(_ ends: DiscreteMode.Ends) -> DiscreteMode {
        DiscreteMode(
            waves: Array([1, 2, 3].prefix(extents.count)), ends: extents.map { _ in ends }, extents: extents)
    }

    private func heat(_ ends: DiscreteMode.Ends) throws(TesseraError) -> VerifiedTest {
        let (mode, steps, r) = (mode(ends), 50, 0.4 / Double(2 * extents.count))
        let factor = pow(mode.heatFactor(r), Double(steps))
        return try compute(
            "heat, \(ends.rawValue) ends", VerifiedHeat(r: r), .u, boundary: mode.boundary, steps: steps,
            tolerance: 8 * Double.ulpOfOne * Double(steps), { heat in heat.fill(.u) { mode($0) } },
            exact: { factor * mode($0) })
    }

    private func wave(_ order: Int, _ ends: DiscreteMode.Ends) throws(TesseraError) -> VerifiedTest {
        let (mode, steps, r) = (mode(ends), 40, 0.25 / Double(extents.count))
        let omega = mode.waveFrequency(r, order: order)
        return try compute(
            "wave of order \(order), \(ends.rawValue) ends", VerifiedWave(r: r, order: order), .height,
            boundary: mode.boundary, steps: steps, tolerance: 4 * Double.ulpOfOne * Double(steps * steps),
            { waves in
                waves.fill(.height) { mode($0) }
                waves.fill(.height, ago: 1) { cos(omega) * mode($0) }
            }, exact: { cos(Double(steps) * omega) * mode($0) })
    }

    private func kernel(_ name: String, _ shape: VerifiedKernel.Shape) throws(TesseraError) -> VerifiedTest {
        let plane = StencilVerification(extents: Array(extents.prefix(2)), communicator: communicator)
        let (kernel, steps) = (ResearchKernel(radius: 2, extents: plane.extents), 20)
        return try plane.compute(
            "research kernels' \(name)", VerifiedKernel(shape: shape, radius: 2, extents: plane.extents), .output,
            boundary: [.dirichlet(0), .dirichlet(0)], steps: steps,
            tolerance: 4 * Double.ulpOfOne * Double(steps) * kernel.largestInput(after: steps),
            { cells in cells.fill(.input) { kernel.input($0) } }, exact: { kernel.output($0, after: steps) })
    }

    /// Steps a field from given values in every way: the largest error of all cells, and whether all bits agree.
    private func compute<S: MultiFieldStencil>(
        _ name: String, _ stencil: S, _ field: S.Field, boundary: [Boundary], steps: Int, tolerance: Double,
        _ fill: (inout Simulation<S>) -> Void, exact: (GridIndex) -> Double
    ) throws(TesseraError) -> VerifiedTest where S.Scalar == Double {
        let threads = SweepThreads.count
        defer { SweepThreads.count = threads }
        var error = 0.0
        var checksums: Set<UInt64> = []
        for tiling in [Tiling.off, .fixed(steps: 4, width: 24)] {
            for count in Set([1, threads]).sorted() {
                SweepThreads.count = count
                var simulation = try Simulation(
                    stencil, extents: extents, boundary: boundary, tiling: tiling, on: communicator)
                fill(&simulation)
                try simulation.advance(steps: steps)
                var hash = ElementHash()
                simulation.forEachRow(of: field) { first, row in
                    for k in row.indices {
                        let difference = abs(row[k] - exact(first.advanced(by: k)))
                        error = difference.isNaN ? .infinity : max(error, difference)
                    }
                    let bits = (0..<row.count).map { row[$0].bitPattern }
                    let place = extents.indices.reduce(0) { $0 * extents[$1] + first[$1] }
                    bits.withUnsafeBufferPointer { hash.add($0.baseAddress!, $0.count, at: place) }
                }
                checksums.insert(try hash.total(on: communicator))
            }
        }
        return VerifiedTest(
            name: name, ranks: communicator.size, extents: extents, steps: steps,
            error: try communicator.allReduce(error, .maximum), tolerance: tolerance,
            checksum: checksums.count == 1 ? checksums.first : nil)
    }
}
