public import Testing

/// The outcome of one launch of the `RankChecks` program.
public enum RankChecks {
    /// The rank counts on which every distributed routine is tested.
    public static let counts = [1, 2, 3, 4, 6]

    /// Runs a module's checks on this many ranks in one launch and records each failed check as an issue of the test.
    ///
    /// - Parameter arguments: which checks, and which cases of them.
    public static func run(
        _ module: String, _ arguments: [String] = [], ranks: Int, seconds: Double = 300,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Launch.ranks(ranks, "RankChecks", [module] + arguments, seconds: seconds)
        let lines = outcome.output.split(separator: "\n")
        for line in lines where line.hasPrefix("failed ") {
            Issue.record("\(ranks) ranks: \(line)", sourceLocation: sourceLocation)
        }
        let started = lines.last { $0.hasPrefix("begin ") } ?? "begin nothing"
        let finished = lines.contains { $0.hasPrefix("finished ") && !$0.hasPrefix("finished 0 ") }
        if !finished || outcome.status != 0 {
            Issue.record(
                """
                \(ranks) ranks of \(module) did not finish (status \(outcome.status), timed out: \(outcome.timedOut)); \
                last: \(started)
                \(outcome.errors.suffix(2000))
                """, sourceLocation: sourceLocation)
        }
    }
}
