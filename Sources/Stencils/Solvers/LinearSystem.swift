// A x = b on a grid dealt to ranks, A being a user's linear update: the unknown, the right-hand side, and the solvers.

package import CostModels
public import DistributedArrays
public import Failures
public import MessagePassing

/// A linear system whose matrix is a stencil's update: A x = b, where (A x) at a cell is the update of x there.
///
/// ```swift
/// let poisson = try LinearSystem(
///     Helmholtz<Double>(spacing: [h, h]), extents: [512, 512], boundary: [.dirichlet(0), .neumann], on: world)
/// poisson.rightHandSide.fill { f($0) }
/// let result = try poisson.solve(.conjugateGradients(.multigrid), tolerance: 1e-10)
/// try poisson.solution.write(to: "u.npy")
/// ```
///
/// The boundary is that of a ``Simulation``. Its values and slopes are moved to the right-hand side. Where every row of A
/// adds up to zero (all sides periodic or without flux, no shift), the right-hand side's mean is taken out, and the solution
/// is the one with mean zero. Solutions have the same bits on every number of ranks. All calls are collective unless they
/// say otherwise.
public final class LinearSystem<Scalar: StencilScalar> {
    public let extents: [Int]
    /// The first guess before a solve, the solution after it; zero at first.
    public let solution: GridField<Scalar>
    /// b, without what the boundary adds; zero at first.
    public let rightHandSide: GridField<Scalar>
    public let communicator: Communicator
    /// The time that boundary functions are asked for.
    public var time = 0.0
    /// The operator's taps and flops.
    public var footprint: Footprint { grid.footprint }

    let grid: GridOperator<Scalar>
    let rows: OperatorRows<Scalar>
    /// b - c(g), its mean taken out where A is singular.
    private let b: GridField<Scalar>
    private lazy var conjugateGradients = ConjugateGradients(grid)
    private var multigrid: Multigrid<Scalar>?
    /// Vectors of multigrid and Chebyshev's iteration.
    private lazy var work = (grid.field(), grid.field(), grid.field())

    /// A system whose solution and right-hand side are zero.
    ///
    /// - Parameters:
    ///   - update: the operator, a linear update of one field.
    ///   - extents: the cells along each axis, one to three; the last axis is contiguous in memory.
    ///   - boundary: what lies beyond the ends of each axis.
    ///   - communicator: the ranks that share the grid.
    /// - Throws, on all ranks: `TesseraError.argument` where an argument does not fit or the update is not linear;
    ///   `TesseraError.memory` where a node cannot give its ranks' vectors.
    public init(
        _ update: LinearUpdate<Scalar>, extents: [Int], boundary: [Boundary], on communicator: Communicator
    ) throws(TesseraError) {
        try communicator.agree("LinearSystem", on: extents) { () throws(TesseraError) in
            try GridOperator.check(update, extents: extents, boundary: boundary)
            let geometry = try GridGeometry(
                update, extents: extents, boundary: boundary, ranks: communicator.size)
            try communicator.requireMemory(
                geometry.memory(fields: Self.fields),
                for: "a linear system of \(extents.map(String.init).joined(separator: "x")) cells")
        }
        self.extents = extents
        self.communicator = communicator
        (grid, rows) = communicator.collectively("LinearSystem") { () throws(TesseraError) in
            let grid = try GridOperator(
                update, extents: extents, boundary: boundary, workers: communicator.size, on: communicator)
            return (grid, try OperatorRows(grid))
        }
        solution = grid.field()
        rightHandSide = grid.field()
        b = grid.field()
    }

    /// A system whose operator is a stencil's update.
    @inlinable
    public convenience init<S: MultiFieldStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], on communicator: Communicator
    ) throws(TesseraError) where S.Scalar == Scalar, S.Field == SingleField {
        try self.init(LinearUpdate(stencil), extents: extents, boundary: boundary, on: communicator)
    }

    /// A system whose operator is a stencil's update that multigrid can coarsen.
    @inlinable
    public convenience init<S: CoarsenableStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], on communicator: Communicator
    ) throws(TesseraError) where S.Scalar == Scalar {
        try self.init(LinearUpdate(stencil), extents: extents, boundary: boundary, on: communicator)
    }

    /// Fields of the finest grid that a solve keeps, at most, with the coarser grids counted in.
    private static var fields: Int { 22 }

    /// Whether A maps constants to zero, so that solutions are known but for their mean.
    public var isSingular: Bool { rows.annihilatesConstants }

    /// Ranks that hold cells: the first ones of the communicator.
    public var workingRanks: Int { grid.partition.shape.product }

    /// y = A x without what the boundary adds. Both fields must be of this system, or made by ``field()``.
    public func apply(_ x: GridField<Scalar>, into y: GridField<Scalar>) {
        communicator.collectively("LinearSystem.apply") { () throws(TesseraError) in try grid.apply(x, into: y) }
    }

    /// A field of zeros on the system's grid. Local.
    public func field() -> GridField<Scalar> { grid.field() }

    /// Improves ``solution`` until ‖b - A x‖ <= tolerance ‖b‖, b with what the boundary adds to it.
    ///
    /// - Parameters:
    ///   - method: the solver.
    ///   - tolerance: the relative norm of the residual that is enough.
    ///   - maximumIterations: iterations after which the solver gives up.
    ///   - progress: how the iterations are shown on standard error.
    /// - Returns: how it ended; a system that does not converge is no error.
    /// - Throws, on all ranks: `TesseraError.argument` where an argument does not fit, multigrid on an update that cannot be
    ///   coarsened among them; `TesseraError.interrupted` where a signal asks to stop: the solution is then the last iterate.
    public func solve(
        _ method: SolverMethod = .conjugateGradients(.jacobi), tolerance: Double = 1e-8,
        maximumIterations: Int = 10_000, progress: ProgressStyle = .none
    ) throws(TesseraError) -> SolverResult {
        try check(method, tolerance: tolerance, maximumIterations: maximumIterations)
        return try communicator.collectivelyUnlessStopped("LinearSystem.solve") { () throws(TesseraError) in
            let norm = try prepareRightHandSide()
            var run = SolverRun<Scalar>(
                goal: tolerance * norm, maximumIterations: maximumIterations, progress: progress, on: communicator)
            let (outcome, residual) = try iterate(method, &run, norm)
            if isSingular && outcome != .notFinite {
                solution.add(Scalar(-(try solution.sum() / Double(solution.count))))
            }
            return try run.finish(outcome, residual: residual)
        }
    }

    private func iterate(
        _ method: SolverMethod, _ run: inout SolverRun<Scalar>, _ norm: Double
    ) throws(TesseraError) -> (SolverOutcome, Double) {
        guard norm.isFinite else { return (.notFinite, norm) }
        if norm == 0 {
            solution.set(0)
            run.note(0)
            return (.converged, 0)
        }
        switch method {
        case .conjugateGradients(.none):
            return try conjugateGradients.solve(solution, b, &run, precondition: nil)
        case .conjugateGradients(.jacobi):
            guard rows.hasPositiveDiagonal else { return (.notPositiveDefinite, norm) }
            let inverse = rows.inverseDiagonal
            return try conjugateGradients.solve(solution, b, &run) { r, z in z.setProduct(inverse, r) }
        case .conjugateGradients(.multigrid):
            let multigrid = try grids()
            guard multigrid.isPositiveDefinite else { return (.notPositiveDefinite, norm) }
            let before = multigrid.applications
            let end = try conjugateGradients.solve(solution, b, &run) { (r, z) throws(TesseraError) in
                try multigrid.cycle(.v, r, into: z)
            }
            run.applications += multigrid.applications - before
            return end
        case .chebyshev(let bounds):
            guard rows.hasPositiveDiagonal else { return (.notPositiveDefinite, norm) }
            let iteration = ChebyshevIteration(grid: grid, rows: rows, r: work.0, d: work.1, q: work.2)
            return try iteration.solve(solution, b, bounds: bounds, &run)
        case .multigrid(let cycle):
            let multigrid = try grids()
            guard multigrid.isPositiveDefinite else { return (.notPositiveDefinite, norm) }
            let before = multigrid.applications
            let end = try multigrid.solve(cycle, solution, b, r: work.0, z: work.1, &run)
            run.applications += multigrid.applications - before
            return end
        }
    }

    /// The coarser grids, made by the first solve that needs them.
    private func grids() throws(TesseraError) -> Multigrid<Scalar> {
        if let multigrid { return multigrid }
        let made = try Multigrid(grid, rows)
        multigrid = made
        return made
    }

    /// b - c(g), without its mean where A is singular; returns its norm.
    private func prepareRightHandSide() throws(TesseraError) -> Double {
        // c(g) is the update of zeros.
        let zeros = work.0
        zeros.set(0)
        try grid.update(zeros, time: time, into: b)
        b.subtract(from: rightHandSide)
        if isSingular { b.add(Scalar(-(try b.sum() / Double(b.count)))) }
        return try b.norm()
    }

    private func check(_ method: SolverMethod, tolerance: Double, maximumIterations: Int) throws(TesseraError) {
        let bits = [Int(truncatingIfNeeded: tolerance.bitPattern), maximumIterations] + "\(method)".utf8.map(Int.init)
        try communicator.agree("LinearSystem.solve", on: bits) { () throws(TesseraError) in
            func check(_ holds: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
                if !holds {
                    throw .argument(routine: "LinearSystem.solve", name: name, expected: expected, found: found)
                }
            }
            try check(tolerance >= 0 && tolerance < 1, "tolerance", "a number from 0 to 1", "\(tolerance)")
            try check(maximumIterations >= 0, "maximumIterations", "0 or more", "\(maximumIterations)")
            if case .chebyshev(let bounds?) = method {
                try check(
                    bounds.lowerBound > 0 && bounds.upperBound.isFinite, "bounds", "positive numbers",
                    "\(bounds.lowerBound) to \(bounds.upperBound)")
            }
            if method.usesMultigrid {
                try check(
                    grid.update.coarsened != nil, "method", "an update that can be coarsened (CoarsenableStencil)",
                    "multigrid")
            }
        }
    }
}

// What the cost models need to know.
extension LinearSystem {
    /// The words and messages of one application.
    package var exchangeModel: HaloExchangeModel { grid.exchangeModel }

    /// The grids of multigrid; nil before a solve has needed them.
    package var multigridModel: MultigridModel? {
        multigrid.map { multigrid in
            let grids = multigrid.grids.map(\.partition)
            let levels = multigrid.levels.enumerated().map { number, level in
                let transfer = GridTransferModel(
                    axes: level.axes, fineShape: grids[number].shape.array, coarseShape: grids[number + 1].shape.array)
                return (halo: level.grid.exchangeModel, transfer: transfer)
            }
            return MultigridModel(levels: levels, steps: MultigridLevel<Scalar>.steps)
        }
    }
}
