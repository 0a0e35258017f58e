// What every kind of job says of itself: its keys, the checks between them, its memory.

/// A kind of job.
protocol JobSpec: Sendable, Hashable {
    /// The word of the key `kind`.
    static var kind: String { get }
    /// One sentence on what the kind computes.
    static var summary: String { get }
    /// The keys that are the kind's own.
    static var keys: [JobKey] { get }

    /// Checks between keys; values that had faults are absent.
    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport)

    /// The spec of a section without faults.
    init(_ section: CheckedSection)

    /// The keys of the files that the job reads, where they are given.
    static var inputKeys: [String] { get }
    /// Whether the job writes a file of this name into its output folder.
    func writes(_ name: String) -> Bool

    /// Bytes over all ranks.
    func memory(ranks: Int) -> Int
    /// The key that a fault of memory names.
    static var memoryKey: String { get }
}

extension JobSpec {
    /// All keys of the kind, the common ones first.
    static var allKeys: [JobKey] {
        [
            JobKey("kind", .choice([kind]), .required, "The kind of job: \(summary)"),
            JobKey("name", .name, .optional, "What the job is called in its output; the file's name where left out."),
            JobKey(
                "output", .outputFolder, .optional,
                "The folder of the results, relative to the working directory; results/<name> where left out."),
        ] + keys
    }
}

/// Every kind, in the order in which they are documented.
let jobKinds: [any JobSpec.Type] = [
    GaussianProcessSpec.self, HeatSpec.self, PoissonSpec.self, WaveSpec.self, ReactionDiffusionSpec.self,
    ShallowWaterSpec.self, SolveSpec.self, MultiplySpec.self, LinpackSpec.self,
]
