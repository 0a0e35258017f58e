// The rates of a rank's sweep: every rank steps a grid of its own, all of them at the same time, so that they share caches and
// memory as the ranks of one grid do. What they share on a node is therefore in the rates, and no message is.
//
// Boxes are cubes (squares) of a few sizes, from what fits the first-level cache to what fits no cache: a rate between two of
// them is interpolated, and one beyond the largest is the largest's.

internal import CostModels
internal import Tessera

extension SweepRates {
    /// Cells along each axis of the boxes, whole vectors of them in either type.
    private static func edges(axes: Int) -> [Int] { axes == 3 ? [16, 32, 80, 160] : [64, 192, 720, 2000] }

    /// Measures boxes around all sizes of `cells`. Collective.
    ///
    /// - Parameters:
    ///   - cells: the smallest and the largest box that a rate is wanted of.
    ///   - depths: steps of a tile.
    init<S: ScalableStencil>(
        measuring: S.Type, axes: Int, cells: ClosedRange<Int>, depths: [Int], _ tiling: Tiling, on world: Communicator
    ) throws(TesseraError) {
        func volume(_ edge: Int) -> Int { (0..<axes).reduce(1) { product, _ in product * edge } }
        let edges = Self.edges(axes: axes)
        let first = edges.lastIndex { volume($0) <= cells.lowerBound } ?? 0
        let last = edges.firstIndex { volume($0) >= cells.upperBound } ?? edges.count - 1
        // No color is nil, so that every rank is given a group.
        let alone = try world.split(color: world.rank)!
        var found: [Measurement] = []
        for edge in edges[min(first, last)...last] {
            for steps in depths {
                if let rate = try Self.rate(
                    S(extents: Array(repeating: edge, count: axes)), edge: edge, axes: axes, steps: steps, tiling,
                    alone: alone, world)
                {
                    found.append(Measurement(cells: volume(edge), steps: steps, pointsPerSecond: rate))
                }
            }
        }
        try alone.close()
        self.init(found)
    }

    /// Cells a second of the slowest rank, in blocks of the best width; nil where the box has no room for such tiles.
    private static func rate<S: ScalableStencil>(
        _ stencil: S, edge: Int, axes: Int, steps: Int, _ tiling: Tiling, alone: Communicator, _ world: Communicator
    ) throws(TesseraError) -> Double? {
        let tried = try Footprint(of: stencil, axes: axes).tileWidths.filter { $0 < edge } + [edge]
        let widths: [Int] =
            switch tiling {
            case .fixed(_, let width): [width]
            case .off: [edge]
            case .automatic: steps == 1 ? [edge] : tried
            }
        var best: Double?
        for width in widths {
            var simulation = try Simulation(
                stencil, extents: Array(repeating: edge, count: axes), boundary: S.boundary(axes: axes),
                tiling: steps == 1 ? .off : .fixed(steps: steps, width: width), on: alone)
            if simulation.mostSteps < steps { return nil }
            let cells = simulation.model.cells(of: 0, steps: steps)
            // Long enough for the clock, and short enough for values not to fade.
            let tiles = max(1, min((1 << 22) / cells, 1000 / steps))
            S.fill(&simulation)
            try simulation.advance(steps: steps)
            for _ in 0..<3 {
                S.fill(&simulation)
                let watch = try Stopwatch(world)
                try simulation.advance(steps: steps * tiles)
                let seconds = try watch.seconds()
                best = max(best ?? 0, Double(cells * tiles) / seconds)
            }
        }
        return best
    }
}
