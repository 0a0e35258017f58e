// The kinds on grids: cells times steps of a stencil, or times the applications that a solver is expected to need.
//
// A step exchanges the halos once; tiles of several steps do so less often, with as many words. Operations and bytes a point
// are those that the engine's recording finds of each stencil: distinct levels read, those written, and again those written
// where that is not in place.

internal import Foundation
internal import JobFiles

extension JobWork {
    init(heat spec: HeatSpec, on layout: RankLayout) {
        let cells = [spec.rows, spec.columns]
        let halo = PlannedHalo(extents: cells, periodic: spec.boundary.periodic, reach: 1, fields: 1, layout)
        let files = 8 * (Double(spec.field.count) + Double(spec.snapshots) * product(cells))
        if spec.method == .explicit {
            self.init(.sweep)
            addSteps(spec.steps, cells, halo, bytes: 24, flops: 6, reach: 1)
        } else {
            self.init(.solver)
            // Iterations that a step takes for its tolerance from the step before as a guess: a step is so many stable ones.
            let stable = spec.step / spec.stableStep
            let isMultigrid = stable >= 10
            let iterations = isMultigrid ? 6 : 5 + 6 * stable.squareRoot()
            addSolve(iterations * Double(spec.steps), isMultigrid ? .multigrid : .plain, cells, halo)
        }
        fileBytes = files
    }

    init(wave spec: WaveSpec, on layout: RankLayout) {
        self.init(.sweep)
        let axes = spec.extents.count
        let halo = PlannedHalo(
            extents: spec.extents, periodic: [Bool](repeating: false, count: axes), reach: spec.order / 2, fields: 1,
            layout)
        // A star of `order` neighbours along each axis, in pairs with one weight; sponges damp in their layers alone.
        let flops = 3 * Double(spec.order) / 2 * Double(axes) + 6
        addSteps(spec.schedule.steps, spec.extents, halo, bytes: 32, flops: flops, reach: spec.order / 2)
        let velocities = if case .file = spec.velocity { 1.0 } else { 0.0 }
        fileBytes =
            8 * (Double(spec.schedule.snapshots) + velocities) * product(spec.extents)
            + 8 * Double(spec.receivers.count) * Double(spec.schedule.steps)
    }

    init(reactionDiffusion spec: ReactionDiffusionSpec, on layout: RankLayout) {
        self.init(.sweep)
        let axes = spec.extents.count
        let halo = PlannedHalo(
            extents: spec.extents, periodic: [Bool](repeating: spec.boundary == .periodic, count: axes), reach: 1,
            fields: 2, layout)
        addSteps(spec.schedule.steps, spec.extents, halo, bytes: 48, flops: Double(3 * axes + 6), reach: 1)
        fileBytes = 8 * Double(spec.schedule.snapshots) * product(spec.extents)
    }

    init(shallowWater spec: ShallowWaterSpec, on layout: RankLayout) {
        self.init(.sweep)
        let isLinear = spec.equations == .linear
        let halo = PlannedHalo(
            extents: spec.extents, periodic: spec.edges.map { $0 == .periodic }, reach: 1, fields: isLinear ? 3 : 4,
            layout)
        // Of the nonlinear equations 150 operations, and 22 roots and quotients that take as long as eight others each.
        addSteps(
            spec.schedule.steps, spec.extents, halo, bytes: isLinear ? 88 : 104, flops: isLinear ? 24 : 150 + 22 * 8,
            reach: 1)
        let maps = Double((spec.depth.file?.count ?? 0) + (spec.initial.file?.count ?? 0))
        fileBytes = 8 * (maps + Double(spec.schedule.snapshots) * product(spec.extents))
    }

    /// The iterations are those of zero as a first guess and a right-hand side that holds every wave of the grid.
    init(poisson spec: PoissonSpec, on layout: RankLayout) {
        self.init(.solver)
        let cells = [spec.rows, spec.columns]
        let halo = PlannedHalo(extents: cells, periodic: spec.boundary.periodic, reach: 1, fields: 1, layout)
        let digits = -log(spec.tolerance)
        // Conjugate gradients: ½ sqrt(κ) ln(2/ε) iterations with κ = 4 N² / π², N cells along the longer side.
        let krylov = Double(cells.max() ?? 1) / Double.pi * (digits + log(2))
        // A V-cycle leaves about a tenth of the error, a full one a twentieth; as a preconditioner a fifteenth.
        let (iterations, cycle): (Double, Cycle) =
            switch spec.solver {
            case .multigridConjugateGradients: (digits / log(15), .multigrid)
            case .multigrid: (digits / log(10), .multigrid)
            case .fullMultigrid: (digits / log(20), .multigrid)
            case .conjugateGradients, .jacobiConjugateGradients: (krylov, .plain)
            case .chebyshev: (1.3 * krylov, .plain)
            }
        addSolve(min(Double(spec.iterations), max(1, iterations.rounded(.up))), cycle, cells, halo)
        fileBytes = 8 * (Double(spec.source.count) + product(cells))
    }

    /// What an iteration does besides applying the operator once.
    private enum Cycle { case plain, multigrid }

    private mutating func addSteps(
        _ steps: Int, _ cells: [Int], _ halo: PlannedHalo, bytes: Double, flops: Double, reach: Int
    ) {
        points = product(cells) * Double(steps)
        sweepBytes = points * bytes
        sweepFlops = points * flops
        // Tiles in cache: what is gained falls with the reach, which widens the overlap of neighbouring tiles.
        reuse = max(1, (cells.count == 2 ? 6 : 3) / Double(reach))
        imbalance = halo.imbalance
        let exchange = halo.crossing
        networkBytes = exchange.bytes * Double(steps)
        messageBytes = halo.messageBytes * Double(steps)
        hops = Double(steps) * exchange.hops
    }

    /// A V-cycle applies the operator four times on each grid, which is 16/3 times the finest; beside each application
    /// vectors are read and written, of the solver and of its smoother, some eight times the field.
    private mutating func addSolve(_ iterations: Double, _ cycle: Cycle, _ cells: [Int], _ halo: PlannedHalo) {
        let applications = cycle == .plain ? 1 : 1 + 16.0 / 3
        points = product(cells) * iterations * applications
        sweepBytes = points * (24 + 64)
        sweepFlops = points * 8
        imbalance = halo.imbalance
        let exchange = halo.crossing
        networkBytes = exchange.bytes * iterations * applications
        messageBytes = halo.messageBytes * iterations * applications
        let grids = cycle == .plain ? 0 : log2(max(2, Double(cells.max() ?? 1)))
        let sums = halo.layout.collective(halo.workingRanks, stride: 1)
        hops = iterations * ((1 + 4 * grids) * exchange.hops + 2.5 * sums)
    }
}

private func product(_ extents: [Int]) -> Double { extents.reduce(1) { $0 * Double($1) } }

extension HeatBoundary {
    /// Rows, and columns.
    fileprivate var periodic: [Bool] { [north == .periodic, west == .periodic] }
}
