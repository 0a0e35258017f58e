// Kind `poisson`: -Δu + shift u = f on a map, by central differences of second order, with an iterative solver.

import CostModels

/// Solves Poisson's or Helmholtz's equation on a map.
public struct PoissonSpec: JobSpec {
    public enum Solver: String, CaseIterable, Hashable, Sendable {
        /// Conjugate gradients, with a V-cycle of multigrid as preconditioner.
        case multigridConjugateGradients = "multigrid-cg"
        /// Conjugate gradients, preconditioned by the diagonal.
        case jacobiConjugateGradients = "jacobi-cg"
        case conjugateGradients = "cg"
        case chebyshev
        /// V-cycles alone.
        case multigrid
        /// Full cycles alone.
        case fullMultigrid = "full-multigrid"
    }

    /// f: rows x columns, real.
    public let source: InputArray
    /// Metres from row to row of the source as it is read.
    public let rowSpacing: Double
    /// Metres from column to column of the source as it is read.
    public let columnSpacing: Double
    /// One over square metres.
    public let shift: Double
    /// Cells that each side of a cell of the source is cut into.
    public let refine: Int
    public let boundary: HeatBoundary
    public let solver: Solver
    /// The norm of the residual that is enough, relative to that of the right-hand side.
    public let tolerance: Double
    /// Iterations after which the solver gives up.
    public let iterations: Int
    public let pictures: Bool

    /// Rows of the grid.
    public var rows: Int { source.shape[0] * refine }
    /// Columns of the grid.
    public var columns: Int { source.shape[1] * refine }

    static let kind = "poisson"
    static let summary = "Poisson's and Helmholtz's equation, -Δu + shift u = f, on a map."
    static let inputKeys = ["source"]
    static let memoryKey = "refine"

    static let keys = [
        JobKey(
            "source", .input(.field), .required,
            "f, relative to the job file: a real rows x columns .npy file without missing cells."),
        JobKey("spacing", .numbers(2, .positive), .required, "Metres from row to row and from column to column."),
        JobKey("shift", .number(.nonNegative), .defaults(.number(0)), "The shift, in one over square metres."),
        JobKey(
            "refine", .integer(1...1024), .defaults(.integer(1)),
            "Cells that each side of a cell is cut into, by interpolation."),
        HeatBoundary.key,
        JobKey(
            "solver", .choice(Solver.allCases.map(\.rawValue)),
            .defaults(.text(Solver.multigridConjugateGradients.rawValue)),
            "The solver; all reach the same solution, multigrid-cg in the fewest operations."),
        JobKey(
            "tolerance", .number(.positive), .defaults(.number(1e-10)),
            "The norm of the residual that is enough, relative to that of the right-hand side; below 1."),
        JobKey(
            "iterations", .integer(1...1_000_000_000), .defaults(.integer(10_000)),
            "Iterations after which the solver gives up, and the job ends with status 1."),
        .pictures,
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        HeatBoundary.checkRelations(section, &report)
        if let tolerance = section.ifSound(number: "tolerance"), tolerance >= 1 {
            report.add(
                section.location("tolerance"), "tolerance", expected: "a number below 1", found: tolerance.short)
        }
    }

    init(_ section: CheckedSection) {
        source = section.input("source")
        rowSpacing = section.numbers("spacing")[0]
        columnSpacing = section.numbers("spacing")[1]
        shift = section.number("shift")
        refine = section.integer("refine")
        boundary = HeatBoundary(section)
        solver = section.choice("solver")
        tolerance = section.number("tolerance")
        iterations = section.integer("iterations")
        pictures = section.boolean("pictures")
    }

    func writes(_ name: String) -> Bool { name == "solution.npy" || name == "residuals.npy" }

    func memory(ranks: Int) -> Int {
        let (cells, overflow) = source.count.multipliedReportingOverflow(by: refine * refine)
        return MemoryModel.solver(cells: overflow ? .max : cells, sourceCells: source.count, ranks: ranks)
    }
}
