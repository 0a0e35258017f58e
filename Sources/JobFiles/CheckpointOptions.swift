// The section `checkpoint` of the kinds that factor a matrix, and of those that step through time.

/// Where and when a job saves itself.
public struct CheckpointOptions: Hashable, Sendable {
    /// The name of the folder in the output folder.
    public let folder: String
    /// Minutes from the end of one checkpoint to the beginning of the next.
    public let minutes: Double
    /// Time steps from one checkpoint to the next; nil where minutes alone count, or there are no time steps.
    public let steps: Int?
    /// Checkpoints that stay.
    public let keep: Int

    init(_ section: CheckedSection) {
        folder = section.text("folder")
        minutes = section.number("every")
        steps = section.ifSound(integer: "steps")
        keep = section.integer("keep")
    }
}

extension JobKey {
    /// Of a kind that factors a matrix.
    static let checkpoint = checkpoint(
        "Where the factorization saves itself, in intervals and when a signal stops it; the same job then resumes from it.",
        often: "after every other block column", [])

    /// Of a kind that steps through time.
    static let steppingCheckpoint = checkpoint(
        "Where the run saves itself, in intervals and when a signal stops it; the same job then resumes from it.",
        often: "after every other tile of steps",
        [
            JobKey(
                "steps", .integer(1...Int.max), .optional,
                "Time steps between checkpoints, beside those that the minutes make due.")
        ])

    private static func checkpoint(_ summary: String, often: String, _ more: [JobKey]) -> JobKey {
        JobKey(
            "checkpoint",
            .section(
                [
                    JobKey(
                        "folder", .name, .defaults(.text("checkpoint")),
                        "The name of the folder in the output folder that holds the checkpoints."),
                    JobKey(
                        "every", .number(.nonNegative), .defaults(.number(10)),
                        "Minutes between checkpoints; 0 writes one \(often)."),
                    JobKey(
                        "keep", .integer(1...1000), .defaults(.integer(2)),
                        "Checkpoints that stay; while one is being written there is room needed for one more."),
                ] + more), .optional, summary)
    }
}

extension CheckedSection {
    var checkpoint: CheckpointOptions? { ifSound(section: "checkpoint").map { CheckpointOptions($0) } }
}
