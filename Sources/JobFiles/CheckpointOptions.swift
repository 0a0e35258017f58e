// The section `checkpoint` of the kinds that factor a matrix.

/// Where and when a job saves itself.
public struct CheckpointOptions: Hashable, Sendable {
    /// The name of the folder in the output folder.
    public let folder: String
    /// Minutes from the end of one checkpoint to the beginning of the next.
    public let minutes: Double
    /// Checkpoints that stay.
    public let keep: Int

    init(_ section: CheckedSection) {
        folder = section.text("folder")
        minutes = section.number("every")
        keep = section.integer("keep")
    }
}

extension JobKey {
    static let checkpoint = JobKey(
        "checkpoint",
        .section([
            JobKey(
                "folder", .name, .defaults(.text("checkpoint")),
                "The name of the folder in the output folder that holds the checkpoints."),
            JobKey(
                "every", .number(.nonNegative), .defaults(.number(10)),
                "Minutes between checkpoints; 0 writes one after every other block column."),
            JobKey(
                "keep", .integer(1...1000), .defaults(.integer(2)),
                "Checkpoints that stay; while one is being written there is room needed for one more."),
        ]), .optional,
        "Where the factorization saves itself, in intervals and when a signal stops it; the same job then resumes from it."
    )
}

extension CheckedSection {
    var checkpoint: CheckpointOptions? { ifSound(section: "checkpoint").map { CheckpointOptions($0) } }
}
