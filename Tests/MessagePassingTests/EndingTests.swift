import Foundation
import TestSupport
import Testing

@Suite("How jobs end", .serialized)
struct EndingTests {
    @Test(arguments: ["after the end", "closed before the end", "plans outlive MPI"])
    func misuseIsAnError(ending: String) async throws {
        for ranks in [1, 2] {
            let outcome = try await Launch.ranks(ranks, "RankChecks", ["ending", ending], patience: 0, seconds: 60)
            #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
            #expect(outcome.output.split(separator: "\n") == Array(repeating: "survived", count: ranks))
        }
    }

    @Test(arguments: [
        ("request dropped", "tessera: a request of MPI_Irecv was dropped in flight: wait for it"),
        ("flight dropped", "tessera: an exchange was dropped in flight: finish it"),
    ])
    func droppedInFlight(ending: String, line: String) async throws {
        let outcome = try await Launch.ranks(1, "RankChecks", ["ending", ending], patience: 0, seconds: 60)
        #expect(outcome.status != 0)
        #expect(!outcome.timedOut)
        #expect(outcome.output == "")
        #expect(outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tessera:") } == [Substring(line)])
        expectNoTrace(outcome)
    }

    @Test(arguments: [1, 2, 4])
    func errorOfOneRank(ranks: Int) async throws {
        let outcome = try await Launch.ranks(
            ranks, "RankChecks", ["ending", "error inside a routine"], patience: 0, seconds: 60)
        #expect(outcome.status != 0)
        #expect(!outcome.timedOut)
        #expect(outcome.output == "")
        #expect(
            outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tessera:") } == [
                "tessera: rank \(ranks - 1): the matrix is singular: pivot 3 (counted from 0) is exactly zero (inside test)"
            ])
        expectNoTrace(outcome)
    }

    @Test func timeoutLeavesNoProcess() async throws {
        let outcome = try await Launch.ranks(2, "RankChecks", ["ending", "hanging"], seconds: 3)
        #expect(outcome.timedOut)
        for _ in 0..<50 where !processes("ending\0hanging").isEmpty { try await Task.sleep(for: .milliseconds(100)) }
        #expect(processes("ending\0hanging") == [])
    }

    private func expectNoTrace(_ outcome: Outcome) {
        for word in ["Fatal error", "Program crashed", "Stack dump", "Segmentation fault"] {
            #expect(!outcome.errors.contains(word))
        }
    }

    /// The processes whose command line holds this text.
    private func processes(_ text: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.filter { Int($0) != nil }.filter { number in
            guard let line = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else { return false }
            return String(decoding: line, as: UTF8.self).contains(text)
        }
    }
}
