// Stencils against exact answers, on the machine and the ranks that a user will compute with: every cell of discrete
// eigenmodes and of the Parallel Research Kernels, one step after the other and in tiles, by one thread and by several.

internal import Foundation
package import Tessera

/// One exact-answer test on a number of ranks.
package struct VerifiedTest: Sendable {
    package let name: String
    package let ranks: Int
    package let extents: [Int]
    package let steps: Int
    /// The largest error of a cell in any way of computing; infinity where there is none.
    package let error: Double
    /// What rounding explains.
    package let tolerance: Double
    /// Of the field, in whatever way it was computed; nil where ways differ in a bit.
    package let checksum: UInt64?
    /// Whether other numbers of ranks have given the same bits.
    package var hasBitsOfOthers = true

    package var isRight: Bool { error <= tolerance && hasSameBits }
    package var hasSameBits: Bool { checksum != nil && hasBitsOfOthers }
}

/// What `tessera verify` has found.
package struct Verification: Sendable {
    package private(set) var tests: [VerifiedTest] = []
    package let extents: [Int]
    package let threads: Int

    /// Whether all is right.
    package var isSound: Bool { tests.allSatisfy(\.isRight) }

    init(extents: [Int], threads: Int) { (self.extents, self.threads) = (extents, threads) }

    /// Takes in a test; the first of its name says what bits the others must have.
    mutating func add(_ test: VerifiedTest) {
        var test = test
        if let first = tests.first(where: { $0.name == test.name }) {
            test.hasBitsOfOthers = first.checksum == test.checksum
        }
        tests.append(test)
    }

    /// A table, and one line on all of it.
    package var text: String {
        var rows = [["test", "ranks", "extents", "steps", "error", "tolerance", "bits", "verdict"]]
        for test in tests {
            rows.append([
                test.name, "\(test.ranks)", test.extents.map(String.init).joined(separator: "x"), "\(test.steps)",
                String(format: "%.1e", test.error), String(format: "%.1e", test.tolerance),
                test.hasSameBits ? "same" : "differ", test.isRight ? "right" : "WRONG",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 || column == row.count - 1 ? cell + gap : gap + cell
            }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
        let wrong = tests.count(where: { !$0.isRight })
        let ways = "with tiles and without, by \(threads == 1 ? "1 thread" : "1 and \(threads) threads")"
        let verdict =
            wrong == 0 ? "all \(tests.count) tests right, \(ways)" : "\(wrong) of \(tests.count) tests WRONG, \(ways)"
        return (lines + [verdict]).joined(separator: "\n")
    }

    /// The same as one JSON object.
    package var json: String {
        var summary = JobSummary()
        summary.add("extents", "extents", .text(extents.map(String.init).joined(separator: "x")))
        summary.add("threads", "threads", .integer(threads))
        summary.add("passed", "passed", .flag(isSound))
        summary.add(
            "tests", "tests",
            .list(
                tests.map { test in
                    var row = JobSummary()
                    row.add("test", "test", .text(test.name))
                    row.add("ranks", "ranks", .integer(test.ranks))
                    row.add("extents", "extents", .text(test.extents.map(String.init).joined(separator: "x")))
                    row.add("steps", "steps", .integer(test.steps))
                    row.add("error", "error", .quantity(test.error, ""))
                    row.add("tolerance", "tolerance", .quantity(test.tolerance, ""))
                    row.add("same_bits", "same bits", .flag(test.hasSameBits))
                    row.add("passed", "passed", .flag(test.isRight))
                    return row
                }))
        return summary.json
    }
}

/// Runs the tests on the first ranks of `world`, as many as each of `ranks` says; rank 0's result is the whole one.
/// Collective.
///
/// - Parameters:
///   - extents: the cells along one to three axes, 8 or more each.
///   - ranks: numbers of ranks, at most those of `world`.
/// - Throws: `TesseraError.argument` where an argument does not fit.
package func verifyStencils(
    extents: [Int], ranks: [Int], on world: Communicator
) throws(TesseraError) -> Verification {
    try world.agree("verify", on: extents + [-1] + ranks) { () throws(TesseraError) in
        guard (1...3).contains(extents.count), extents.allSatisfy({ $0 >= 8 }) else {
            throw .argument(
                routine: "verify", name: "--extents", expected: "one to three numbers from 8 on", found: "\(extents)")
        }
        guard !ranks.isEmpty, ranks.allSatisfy({ (1...world.size).contains($0) }) else {
            throw .argument(
                routine: "verify", name: "--ranks",
                expected: "numbers from 1 to \(world.size), the ranks that there are", found: "\(ranks)")
        }
    }
    var verification = Verification(extents: extents, threads: SweepThreads.count)
    for count in ranks {
        guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
        try StencilVerification(extents: extents, communicator: some).run { verification.add($0) }
        try some.close()
    }
    return verification
}
