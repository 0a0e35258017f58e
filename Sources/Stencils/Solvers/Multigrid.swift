// Geometric multigrid (Brandt, Math. Comp. 31, 1977; Trottenberg, Oosterlee and Schüller, Multigrid, 2001) on updates that can
// be coarsened: V-cycles, and full cycles.
//
//     cycle(A, b):  smooth;  r = b - A x;  x += P cycle(A_coarse, R r);  smooth
//
// The coarse operator is the user's own on the coarser grid, with the same conditions at its sides (`Boundary.coarsened`).
// Only axes along which the operator couples at least half as strongly as along the strongest are halved, so that cells
// longer than wide do no harm. Grids are halved until 64 cells are left, which one rank solves exactly; a grid has no more
// ranks than one for each 1024 cells, the others idle. The grids and all arithmetic are the same on every number of ranks.
//
// Cost of a V-cycle: 4 applications of the operator on the finest grid, and of the grid with n / 2^d, n / 4^d ... cells; words:
// `MultigridModel`.

import CostModels
import Failures
import MessagePassing

/// The grids of a linear update, and the cycles over them.
final class Multigrid<Scalar: StencilScalar> {
    let levels: [MultigridLevel<Scalar>]
    /// The grids of the levels, and the coarsest one.
    let grids: [GridOperator<Scalar>]
    private let coarsest: (b: GridField<Scalar>, x: GridField<Scalar>, solver: CoarseSolver<Scalar>)
    let isPositiveDefinite: Bool
    /// Applications of the operator on the finest grid.
    private(set) var applications = 0

    static var coarsestCells: Int { 64 }
    static var cellsPerRank: Int { 1024 }

    init(_ finest: GridOperator<Scalar>, _ rows: OperatorRows<Scalar>) throws(TesseraError) {
        var (grid, known) = (finest, rows)
        var levels: [MultigridLevel<Scalar>] = []
        var isPositive = known.hasPositiveDiagonal
        // Even the smallest grid has one below it, which one rank holds whole.
        while levels.isEmpty || grid.partition.extents.product > Self.coarsestCells {
            let extents = Self.coarser(grid, known)
            let coarse = try Self.coarsened(grid, to: extents)
            levels.append(try MultigridLevel(grid, known, isFinest: levels.isEmpty, coarse: coarse))
            (grid, known) = (coarse, try OperatorRows(coarse))
            isPositive = isPositive && known.hasPositiveDiagonal
        }
        let solver = try CoarseSolver(grid, isSingular: rows.annihilatesConstants)
        self.levels = levels
        grids = levels.map(\.grid) + [grid]
        coarsest = (grid.field(), grid.field(), solver)
        isPositiveDefinite = isPositive && solver.isPositiveDefinite
    }

    /// The extents of the next coarser grid.
    private static func coarser(_ grid: GridOperator<Scalar>, _ rows: OperatorRows<Scalar>) -> SIMD3<Int> {
        let extents = grid.partition.extents
        guard extents.product > coarsestCells else { return extents }
        let halves = SIMD3<Int>((0..<3).map { half(extents[$0], grid.boundary[$0]) })
        let possible = (0..<3).filter { halves[$0] < extents[$0] }
        let strongest = possible.map { rows.strengths[$0] }.max() ?? 0
        var coarse = extents
        for axis in possible where rows.strengths[axis] >= 0.5 * strongest { coarse[axis] = halves[axis] }
        return coarse
    }

    /// Half of the cells along an axis: between held values so that every other cell stays where it is, else rounded up.
    private static func half(_ extent: Int, _ boundary: Boundary) -> Int {
        if let ends = boundary.ends, ends.lower + ends.upper == 2 { return Swift.max(1, extent / 2) }
        return extent > 2 ? (extent + 1) / 2 : extent
    }

    private static func coarsened(
        _ grid: GridOperator<Scalar>, to extents: SIMD3<Int>
    ) throws(TesseraError) -> GridOperator<Scalar> {
        let axes = grid.partition.axes
        let ratios = MultigridLevel.axes(grid, coarse: extents).map(\.ratio)
        let factors = Array(ratios.suffix(axes))
        let boundary = (0..<3).map { grid.boundary[$0].coarsened(by: ratios[$0]) }
        let cells = extents.product
        let workers = cells <= coarsestCells ? 1 : Swift.min(grid.communicator.size, Swift.max(1, cells / cellsPerRank))
        return try GridOperator(
            grid.update.coarsened?(factors) ?? grid.update, extents: extents.array.suffix(axes),
            boundary: Array(boundary.suffix(axes)), workers: workers, on: grid.communicator)
    }

    /// x ≈ A⁻¹ b by one cycle from zero.
    func cycle(_ cycle: SolverMethod.Cycle, _ b: GridField<Scalar>, into x: GridField<Scalar>) throws(TesseraError) {
        switch cycle {
        case .v: try vCycle(0, x, b, isFromZero: true)
        case .full: try fullCycle(b, x)
        }
    }

    private func right(_ level: Int) -> GridField<Scalar> { level < levels.count ? levels[level].b! : coarsest.b }
    private func unknown(_ level: Int) -> GridField<Scalar> { level < levels.count ? levels[level].x! : coarsest.x }

    private func vCycle(
        _ number: Int, _ x: GridField<Scalar>, _ b: GridField<Scalar>, isFromZero: Bool
    ) throws(TesseraError) {
        guard number < levels.count else { return coarsest.solver.solve(b, into: x) }
        let level = levels[number]
        let (coarseB, coarseX) = (right(number + 1), unknown(number + 1))
        try level.descend(x, b, isFromZero: isFromZero, to: coarseB)
        try vCycle(number + 1, coarseX, coarseB, isFromZero: true)
        try level.ascend(x, b, from: coarseX)
        if number == 0 { applications += 2 * MultigridLevel<Scalar>.steps + (isFromZero ? 0 : 1) }
    }

    /// The coarsest grid first, then each finer one from the interpolated solution.
    private func fullCycle(_ b: GridField<Scalar>, _ x: GridField<Scalar>) throws(TesseraError) {
        for (number, level) in levels.enumerated() {
            try level.toCoarse.run(number == 0 ? b : right(number), into: right(number + 1), isAdding: false)
        }
        coarsest.solver.solve(coarsest.b, into: coarsest.x)
        for number in levels.indices.reversed() {
            let (x, b) = number == 0 ? (x, b) : (unknown(number), right(number))
            try levels[number].fromCoarse.run(unknown(number + 1), into: x, isAdding: false)
            try vCycle(number, x, b, isFromZero: false)
        }
    }

    /// Cycles on the residual until it is within the run's goal.
    func solve(
        _ cycle: SolverMethod.Cycle, _ x: GridField<Scalar>, _ b: GridField<Scalar>, r: GridField<Scalar>,
        z: GridField<Scalar>, _ run: inout SolverRun<Scalar>
    ) throws(TesseraError) -> (outcome: SolverOutcome, residual: Double) {
        let grid = levels[0].grid
        var watch = StagnationWatch(patience: 10)
        while true {
            try run.residual(grid, b, x, into: r)
            let norm = try r.norm()
            run.note(norm)
            guard norm.isFinite else { return (.notFinite, norm) }
            if norm <= run.goal { return (.converged, norm) }
            if watch.hasStagnated(at: norm) { return (.stagnated, norm) }
            guard try run.begins() else { return (.iterationLimit, norm) }
            try self.cycle(cycle, r, into: z)
            x.add(1, times: z)
        }
    }
}

/// Norms that have stopped falling.
struct StagnationWatch {
    let patience: Int
    private var best = Double.infinity
    private var sinceBest = 0

    init(patience: Int) { self.patience = patience }

    /// Whether the norms of the last `patience` calls were all above nine tenths of the best one before.
    mutating func hasStagnated(at norm: Double) -> Bool {
        if norm < 0.9 * best {
            best = norm
            sinceBest = 0
        } else {
            sinceBest += 1
        }
        return sinceBest >= patience
    }
}
