import TestSupport
import Testing

@Suite("tessera: verify")
struct CommandVerifyTests {
    private func tests(_ report: [String: Any]) -> [[String: Any]] { report["tests"] as? [[String: Any]] ?? [] }

    @Test(arguments: ["24x17x20", "31x40", "57"])
    func everyAnswerIsExact(extents: String) async throws {
        let outcome = try await Command.ranks(3, "verify", "--extents", extents, "--ranks", "1,2,3", "--json")
        let report = try Command.object(outcome.output)
        #expect(outcome.status == 0)
        #expect(report["passed"] as? Bool == true)
        #expect(report["extents"] as? String == extents)
        // Three of heat and six of waves on each number of ranks; the kernels where there is a plane.
        #expect(tests(report).count == 3 * (extents == "57" ? 9 : 11))
        for test in tests(report) {
            let error = try #require(test["error"] as? Double)
            let tolerance = try #require(test["tolerance"] as? Double)
            #expect(error <= tolerance, "\(test)")
            #expect(test["same_bits"] as? Bool == true, "\(test)")
        }
        #expect(Set(tests(report).compactMap { $0["ranks"] as? Int }) == [1, 2, 3])
        outcome.expectCleanEnd()
    }

    @Test func theTableEndsWithAVerdict() async throws {
        let outcome = try await Command.alone("verify", "--extents", "16,18")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(outcome.status == 0)
        #expect(lines.first?.hasPrefix("test") == true)
        #expect(lines.count == 13)
        #expect(lines.last?.hasPrefix("all 11 tests right") == true, "\(outcome.output)")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasSuffix("right") })
        outcome.expectCleanEnd()
    }

    @Test func moreRanksThanThereAreAreRefused() async throws {
        let outcome = try await Command.ranks(2, "verify", "--extents", "16x16", "--ranks", "2,3")
        #expect(outcome.status == 2)
        #expect(outcome.complaints == ["tessera: --ranks: expected 1 to 2, the ranks that there are, found 3"])
        outcome.expectCleanEnd()
    }
}
