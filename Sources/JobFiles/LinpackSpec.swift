// Kind `linpack`: a generated dense system, solved by LU and judged by HPL's residual.

import CostModels

/// The Linpack benchmark.
public struct LinpackSpec: JobSpec {
    /// Order of the system.
    public let n: Int
    public let seed: Int
    public let element: JobElement
    public let precision: JobPrecision
    public let pivoting: JobPivoting
    /// nil lets the engine choose.
    public let block: Int?
    public let grid: JobGrid?
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?

    static let kind = "linpack"
    static let summary = "a generated dense system, solved by LU and judged by HPL's residual."
    static let inputKeys: [String] = []
    static let memoryKey = "n"
    static let keys = [
        JobKey("n", .integer(1...Int.max), .required, "Order of the system: n equations."),
        JobKey("seed", .integer(0...Int.max), .defaults(.integer(1)), "Seed of the system: the same on any grid."),
        JobKey(
            "type", .choice(JobElement.allCases.map(\.rawValue)), .defaults(.text("double")), "The type to compute in."),
        .precision, .pivoting, .block, .grid, .checkpoint,
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        section.checkGrid(node, &report)
        section.checkPrecision(&report)
        section.checkPivoting(&report)
    }

    init(_ section: CheckedSection) {
        n = section.integer("n")
        seed = section.integer("seed")
        element = section.choice("type")
        precision = section.choice("precision")
        pivoting = section.choice("pivoting")
        block = section.block
        grid = section.grid
        checkpoint = section.checkpoint
    }

    func writes(_ name: String) -> Bool { false }

    func memory(ranks: Int) -> Int {
        MemoryModel.linpack(n: n, scalarBytes: element.byteSize, isMixed: precision == .mixed, ranks: ranks)
    }
}
