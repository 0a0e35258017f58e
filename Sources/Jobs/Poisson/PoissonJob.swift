internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `poisson`: solves -Δu + shift u = f on a map and writes the solution and the residuals on the way to it.
func runPoisson(_ spec: PoissonSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary) throws {
    let (shape, source) = try NpyFile.read(spec.source.path)
    let refinement = Refinement(source, rows: shape[0], columns: shape[1], factor: spec.refine)
    let spacing = [spec.rowSpacing / Double(spec.refine), spec.columnSpacing / Double(spec.refine)]
    let system = try LinearSystem(
        Helmholtz<Double>(spacing: spacing, shift: spec.shift), extents: [spec.rows, spec.columns],
        boundary: spec.boundary.axes, on: run.world)
    Trace.span("refine") { system.rightHandSide.fill { refinement.value($0[0], $0[1]) } }
    let result = try system.solve(
        spec.solver.method, tolerance: spec.tolerance, maximumIterations: spec.iterations,
        progress: run.options.progress)
    try Trace.span("write") { () throws(TesseraError) in try system.solution.write(to: run.path("solution.npy")) }
    let picture = spec.pictures ? try system.solution.coarsened(by: spec.refine) : nil

    summary.add("cells", "cells", .text("\(spec.rows) x \(spec.columns)"))
    let idle = run.world.size - system.workingRanks
    if idle > 0 { summary.add("idle_ranks", "ranks without cells", .integer(idle)) }
    summary.add("solver", "solver", .text(spec.solver.rawValue))
    summary.add("outcome", "outcome", .text(result.outcome.words))
    summary.add("iterations", "iterations", .integer(result.iterations))
    summary.add("applications", "applications of the operator", .integer(result.applications))
    let first = result.history.first?.norm ?? 0
    let norm = result.goal / spec.tolerance
    summary.add("relative_residual", "relative residual", .quantity(norm > 0 ? result.residual / norm : 0, ""))
    if result.iterations > 0, first > 0, result.residual > 0 {
        let reduction = pow(result.residual / first, 1 / Double(result.iterations))
        summary.add("reduction", "reduction an iteration", .quantity(reduction, ""))
    }
    if system.isSingular { summary.add("mean", "mean of source and solution taken out", .flag(true)) }
    let slowest = try run.world.allReduce(result.seconds, .maximum)
    let points = Double(spec.rows) * Double(spec.columns)
    summary.add("solve_seconds", "solve", .quantity(slowest, "s"))
    summary.add(
        "gpoints_per_second", "rate of applications",
        .quantity(points * Double(result.applications) / slowest / 1e9, "Gpt/s"))
    if !result.hasConverged {
        summary.failure = .argument(
            routine: "poisson", name: "solver", expected: "a residual within the tolerance",
            found: "\(result.outcome.words) after \(result.iterations) iterations")
    }

    try run.onRoot { () throws(TesseraError) in
        // The norms of the residual: iteration, norm.
        try NpyFile.write(
            result.history.flatMap { [Double($0.iteration), $0.norm] }, shape: [result.history.count, 2],
            to: run.path("residuals.npy"))
        guard let picture else { return }
        let panels = try Panels(
            [
                Panel(
                    "Source", quantity: "f",
                    raster: Raster(rows: shape[0], columns: shape[1], values: source)),
                Panel(
                    "Solution", quantity: "u",
                    raster: Raster(rows: shape[0], columns: shape[1], values: picture)),
            ], caption: "-Δu + \(spec.shift) u = f, \(result.outcome.words) after \(result.iterations) iterations")
        try panels.picture().write(toPNG: run.path("solution.png"))
    }
}

extension PoissonSpec.Solver {
    var method: SolverMethod {
        switch self {
        case .multigridConjugateGradients: .conjugateGradients(.multigrid)
        case .jacobiConjugateGradients: .conjugateGradients(.jacobi)
        case .conjugateGradients: .conjugateGradients(.none)
        case .chebyshev: .chebyshev()
        case .multigrid: .multigrid(.v)
        case .fullMultigrid: .multigrid(.full)
        }
    }
}

extension SolverOutcome {
    var words: String {
        switch self {
        case .converged: "converged"
        case .iterationLimit: "iteration limit"
        case .stagnated: "stagnated"
        case .notPositiveDefinite: "not positive definite"
        case .notFinite: "not finite"
        }
    }
}

extension GridField where Scalar == Double {
    /// The means over squares of `factor` x `factor` cells, in C order on rank 0, nil elsewhere: for pictures. Collective.
    func coarsened(by factor: Int) throws(TesseraError) -> [Double]? {
        var means = SquareMeans(extents: extents, factor: factor)
        forEachRow { first, row in means.add(first, row) }
        return try means.reduced(on: communicator)
    }
}
