// Kind `gaussian-process`: exact Gaussian-process regression (kriging) of a map from a sample of its cells.
//
// Source: C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1.

import CostModels

/// Predicts a whole map from a seeded sample of its cells.
public struct GaussianProcessSpec: JobSpec {
    public enum KernelType: String, CaseIterable, Hashable, Sendable {
        case squaredExponential = "squared-exponential"
        case exponential
        case matern32 = "matern-3/2"
        case matern52 = "matern-5/2"
    }

    public struct Kernel: Hashable, Sendable {
        public let type: KernelType
        /// Metres.
        public let lengthScale: Double
        /// Variance of the process, in the square of the field's unit.
        public let variance: Double
        /// Variance of the noise of each sample, in the square of the field's unit: added to the diagonal.
        public let noise: Double
    }

    /// The map: rows x columns, real.
    public let field: InputArray
    /// Metres from row to row.
    public let rowSpacing: Double
    /// Metres from column to column.
    public let columnSpacing: Double
    /// Cells that train the process.
    public let samples: Int
    public let seed: Int
    public let kernel: Kernel
    /// Whether to compute the posterior variance as well.
    public let variance: Bool
    /// Cells predicted at once.
    public let panel: Int
    /// nil lets the engine choose.
    public let block: Int?
    public let grid: JobGrid?
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?
    public let pictures: Bool

    static let kind = "gaussian-process"
    static let summary = "exact Gaussian-process regression of a map from a sample of its cells."
    static let inputKeys = ["field"]
    static let memoryKey = "samples"
    static let keys = [
        JobKey(
            "field", .input(.field), .required,
            "The map, relative to the job file: a real rows x columns .npy file without missing cells."),
        JobKey("spacing", .numbers(2, .positive), .required, "Metres from row to row and from column to column."),
        JobKey("samples", .integer(1...Int.max), .defaults(.integer(4000)), "Cells drawn at random to train on."),
        JobKey("seed", .integer(0...Int.max), .defaults(.integer(1)), "Seed of the draw: the same cells on any ranks."),
        JobKey(
            "kernel",
            .section([
                JobKey(
                    "type", .choice(KernelType.allCases.map(\.rawValue)), .defaults(.text("matern-3/2")),
                    "How covariance falls with distance."),
                JobKey("length-scale", .number(.positive), .required, "Distance over which it falls, in metres."),
                JobKey(
                    "variance", .number(.positive), .required, "Variance of the process, in the field's unit squared."),
                JobKey(
                    "noise", .number(.nonNegative), .defaults(.number(0)),
                    "Variance of a sample's noise, in the field's unit squared: added to the diagonal."),
            ]), .required, "The covariance of the process."),
        JobKey("variance", .boolean, .defaults(.boolean(false)), "Whether to compute the posterior variance as well."),
        JobKey(
            "panel", .integer(1...1 << 30), .defaults(.integer(1024)),
            "Cells of the map predicted at once: columns of the cross-covariance that are held in memory."),
        .block, .grid, .pictures, .checkpoint,
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        section.checkGrid(node, &report)
        if let cells = section.ifSound(input: "field")?.count, let samples = section.ifSound(integer: "samples"),
            samples > cells
        {
            report.add(
                section.location("samples"), "samples", expected: "at most \(cells), the cells of the field",
                found: "\(samples)\(section.remark("samples"))")
        }
    }

    init(_ section: CheckedSection) {
        field = section.input("field")
        rowSpacing = section.numbers("spacing")[0]
        columnSpacing = section.numbers("spacing")[1]
        samples = section.integer("samples")
        seed = section.integer("seed")
        let kernel = section.section("kernel")
        self.kernel = Kernel(
            type: kernel.choice("type"), lengthScale: kernel.number("length-scale"),
            variance: kernel.number("variance"),
            noise: kernel.number("noise"))
        variance = section.boolean("variance")
        panel = section.integer("panel")
        block = section.block
        grid = section.grid
        checkpoint = section.checkpoint
        pictures = section.boolean("pictures")
    }

    func writes(_ name: String) -> Bool { ["prediction.npy", "variance.npy"].contains(name) }

    func memory(ranks: Int) -> Int {
        MemoryModel.gaussianProcess(
            samples: samples, cells: field.count, panel: panel, variance: variance, ranks: ranks)
    }
}
