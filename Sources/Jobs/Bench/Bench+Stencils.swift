// What the stencil benchmarks share: the clock, exact answers, and the report. The stencils: Bench+Heat.swift,
// Bench+Wave.swift, Bench+Box.swift, Bench+Star.swift, Bench+GrayScott.swift.

internal import Foundation
internal import Tessera

/// What a stencil is measured on.
struct StencilBench {
    let routine: BenchRequest.Routine
    let extents: [Int]
    let steps: Int
    let tiling: Tiling
    let order: BenchRequest.Order
    /// Ranks along each axis; nil lets the engine choose.
    let shape: [Int]?
    let repeats: Int
    /// Bytes a second of all ranks together.
    let triad: Double
    let world: Communicator
}

/// One stencil on one grid; with `scaling` what it would take on other numbers of ranks, too. Collective.
func benchStencil<Scalar: StencilScalar>(
    _ type: Scalar.Type, _ bench: StencilBench, _ scaling: BenchRequest.Scaling?, report: (JobSummary) -> Void
) throws(TesseraError) {
    func run<S: ScalableStencil>(_ stencil: S.Type, _ summary: JobSummary) throws(TesseraError) {
        guard let scaling else { return report(summary) }
        try benchScaling(stencil, bench, scaling, measured: summary, report: report)
    }
    switch bench.routine {
    case .wave3d:
        switch bench.order {
        case .four: try run(BenchWave<Scalar, 4>.self, try benchWave(BenchWave<Scalar, 4>.self, bench))
        case .eight: try run(BenchWave<Scalar, 8>.self, try benchWave(BenchWave<Scalar, 8>.self, bench))
        }
    case .box3d: try run(BenchBox<Scalar>.self, try benchBox(type, bench))
    case .star2d: try run(BenchStar<Scalar>.self, try benchStar(type, bench))
    case .grayScott: try run(BenchGrayScott<Scalar>.self, try benchGrayScott(type, bench))
    default: try run(BenchHeat<Scalar>.self, try benchHeat(type, bench))
    }
}

extension StencilBench {
    /// The seconds of the fastest pass, each begun from the same values, once the tile is chosen. Collective.
    func seconds<S: MultiFieldStencil>(
        of simulation: inout Simulation<S>, filled fill: (inout Simulation<S>) -> Void
    ) throws(TesseraError) -> Double {
        fill(&simulation)
        // Far more steps than there are tiles to try.
        for _ in 0..<256 where simulation.tile == nil { try simulation.advance(steps: Tiling.mostSteps) }
        var seconds = Double.infinity
        for _ in 0..<repeats {
            fill(&simulation)
            let watch = try Stopwatch(world)
            try simulation.advance(steps: steps)
            seconds = min(seconds, try watch.seconds())
        }
        return seconds
    }

    /// The largest difference of a field from its exact value; NaN on all ranks where it is on any. Collective.
    func largestError<S: MultiFieldStencil>(
        of simulation: borrowing Simulation<S>, _ field: S.Field, _ exact: (GridIndex) -> Double
    ) throws(TesseraError) -> Double {
        var error = 0.0
        simulation.forEachRow(of: field) { first, row in
            for k in row.indices {
                let difference = abs(Double(row[k]) - exact(first.advanced(by: k)))
                error = error.isNaN || difference.isNaN ? .nan : max(error, difference)
            }
        }
        // NaN on any rank is NaN for all, which a maximum does not promise.
        let isBroken = try world.allReduce(error.isNaN ? 1 : 0, .maximum) == 1
        return isBroken ? .nan : try world.allReduce(error, .maximum)
    }

    /// Whether a tile and one step more leave the bits that a plain sweep does, point by point and step by step. Collective.
    func hasBitsOfPlainSweep<S: MultiFieldStencil>(
        _ simulation: inout Simulation<S>, boundary: [Boundary], filled fill: (inout Simulation<S>) -> Void
    ) throws(TesseraError) -> Bool {
        let steps = min(self.steps, (simulation.tile?.steps ?? 1) + 1)
        var plain = try Simulation(
            simulation.stencil, extents: extents, boundary: boundary, shape: shape, tiling: .off, on: world)
        fill(&plain)
        try plain.advanceByScalars(steps: steps)
        fill(&simulation)
        try simulation.advance(steps: steps)
        var differing = 0
        for field in S.Field.allCases {
            var expected: [S.Scalar] = []
            plain.forEachRow(of: field) { _, row in for k in row.indices { expected.append(row[k]) } }
            var place = 0
            simulation.forEachRow(of: field) { _, row in
                // Zeros of either sign are the same; NaN equals nothing.
                for k in row.indices where row[k] != expected[place + k] { differing += 1 }
                place += row.count
            }
        }
        return try world.allReduce(differing, .sum) == 0
    }

    /// The report. Collective.
    func summary<S: MultiFieldStencil>(
        of simulation: borrowing Simulation<S>, seconds: Double, residual: Double
    ) -> JobSummary {
        let rate = Double(extents.reduce(1, *)) * Double(steps) / seconds
        var size: [(key: String, value: JobSummary.Value)] = [
            ("extents", .text(extents.map(String.init).joined(separator: "x"))), ("steps", .integer(steps)),
            ("type", .text(S.Scalar.self == Float.self ? "float" : "double")),
        ]
        if routine == .wave3d { size.append(("order", .integer(order.rawValue))) }
        var summary = benchSummary(routine, size: size, grid: simulation.shape, on: world)
        summary.add("tile", "tile", .text(simulation.tile?.description ?? "several"))
        summary.add("seconds", "seconds", .quantity(seconds, ""))
        summary.add("gpoints_per_second", "Gpt/s", .quantity(rate / 1e9, ""))
        summary.add(
            "share_of_triad", "of triad", .quantity(100 * rate * Double(simulation.bytesPerPoint) / triad, "%"))
        summary.add("residual", "residual", .quantity(residual, ""))
        return summary
    }
}

/// A product over the axes of sines with whole half-waves: an eigenmode of every symmetric stencil.
struct SineMode {
    /// Radians from a cell to the next along each axis.
    let angles: [Double]
    private let factors: [[Double]]

    /// Zero at the first cell outside: sin(π k (i + 1) / (n + 1)).
    init(betweenCells waves: [Int], _ extents: [Int]) {
        self.init(waves, extents.map { 2 * ($0 + 1) }, extents, first: 2)
    }

    /// Zero at the outer faces, as where ghosts mirror the cells with the sign turned: sin(π k (i + 1/2) / n).
    init(betweenFaces waves: [Int], _ extents: [Int]) {
        self.init(waves, extents.map { 2 * $0 }, extents, first: 1)
    }

    /// sin(π k (2 i + first) / double).
    private init(_ waves: [Int], _ doubles: [Int], _ extents: [Int], first: Int) {
        angles = zip(waves, doubles).map { k, double in 2 * Double.pi * Double(k) / Double(double) }
        // Whole periods are taken out before rounding, so that each sine is right to the last bits.
        factors = extents.indices.map { axis in
            (0..<extents[axis]).map { i in
                sin(Double.pi * Double(waves[axis] * (2 * i + first) % (2 * doubles[axis])) / Double(doubles[axis]))
            }
        }
    }

    func callAsFunction(_ index: GridIndex) -> Double {
        var value = 1.0
        for axis in factors.indices { value *= factors[axis][index[axis]] }
        return value
    }

    /// The largest magnitude.
    var amplitude: Double { factors.reduce(1) { $0 * ($1.map(abs).max() ?? 0) } }
}
