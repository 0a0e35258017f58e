import Foundation
import TestSupport
import Testing

/// A failing run ends: with a status, with one line that says why, and without a crash trace.
@Suite("A run that fails", .serialized)
struct FaultTests {
    /// Lines of the program's own, without what mpirun adds.
    private func complaints(_ outcome: Outcome) -> [Substring] {
        outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tessera:") }
    }

    private func expectCleanEnd(_ outcome: Outcome) {
        #expect(!outcome.timedOut)
        #expect(!outcome.errors.contains("Fatal error"))
        #expect(!outcome.errors.contains("Program crashed"))
    }

    /// SIGTERM ends ranks that do not watch for signals at once: mpirun need not wait before it kills them.
    private func launch(_ count: Int, _ mode: String..., seconds: Double = 60) async throws -> Outcome {
        try await Launch.ranks(count, "RankFaults", mode, patience: 0, seconds: seconds)
    }

    @Test(arguments: [1, 3])
    func success(ranks: Int) async throws {
        let outcome = try await launch(ranks, "succeed")
        #expect(outcome.status == 0)
        #expect(complaints(outcome).isEmpty)
    }

    @Test func successWithoutMPIRun() async throws {
        let outcome = try await Launch.alone("RankFaults", ["succeed"], seconds: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: [1, 2, 4])
    func oneRankThrowsWhileTheOthersCommunicate(ranks: Int) async throws {
        let outcome = try await launch(ranks, "throw-on-one")
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank \(ranks - 1): a failure of the program's own"])
    }

    @Test(arguments: [1, 2, 4])
    func allRanksThrow(ranks: Int) async throws {
        let outcome = try await launch(ranks, "throw-on-all")
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 0: a failure of the program's own"])
    }

    @Test func theLastRankFailsWhenTheOthersHaveEnded() async throws {
        let outcome = try await launch(3, "throw-late")
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 2: a failure of the program's own"])
    }

    @Test(arguments: [1, 2, 6])
    func aNumericFailureIsTheSameOnAllRanks(ranks: Int) async throws {
        let outcome = try await launch(ranks, "not-positive-definite")
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(
            complaints(outcome) == [
                "tessera: rank 0: the matrix is not positive definite: its leading minor of order 14 is not positive"
            ])
    }

    @Test func aFailureInsideARoutineEndsTheJob() async throws {
        let outcome = try await launch(3, "fail-inside-routine")
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 0: routine: n: expected 1, found 2 (inside routine)"])
    }

    /// Each line is what the last of three ranks says; the others wait in the collective, and no one catches up with them.
    @Test(arguments: [
        ("broadcast root", "broadcast: root: expected a rank, 0 ..< 3, found -1"),
        ("broadcast blocks", "broadcast: buffer: expected at least 12 elements, found 11"),
        ("broadcastLater root", "broadcastLater: root: expected a rank, 0 ..< 3, found 3"),
        ("reduce root", "reduce: root: expected a rank, 0 ..< 3, found 3"),
        ("gather root", "gather: root: expected a rank, 0 ..< 3, found \(Int.max)"),
        ("gatherVarying root", "gatherVarying: root: expected a rank, 0 ..< 3, found -2"),
        ("gatherLater length", "gatherLater: length: expected 3, found 4"),
        ("scatter root", "scatter: root: expected a rank, 0 ..< 3, found -1"),
        ("scatterVarying root", "scatterVarying: root: expected a rank, 0 ..< 3, found -1"),
        ("allToAll values", "allToAll: values: expected a multiple of 3, found 7"),
        ("allToAllLater length", "allToAllLater: length: expected 3, found 4"),
        ("allToAllVarying parts", "allToAllVarying: parts: expected 3 parts, found 4"),
        ("allToAllVarying sending", "allToAllVarying: sending: expected counts that sum to 3, found 6"),
        ("allToAllVarying receiving", "allToAllVarying: receiving: expected 3 counts of 0 or more, found [-1, -1, -1]"),
        ("allGatherLater length", "allGatherLater: length: expected 3, found 4"),
        ("allReduceLater reduction", "allReduceLater: reduction: expected one that MPI knows, found a custom one"),
    ])
    func aBadArgumentOfOneRankEndsTheJob(name: String, line: String) async throws {
        let outcome = try await launch(3, "bad-argument-on-one", name, seconds: 30)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(complaints(outcome) == ["tessera: rank 2: \(line)"])
    }

    /// On all ranks alike, and in a group of one: the same end.
    @Test(arguments: [1, 4])
    func aBadArgumentOfAllRanksIsOneLine(ranks: Int) async throws {
        let outcome = try await launch(ranks, "bad-argument-on-all", "broadcast root", seconds: 30)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(complaints(outcome) == ["tessera: rank 0: broadcast: root: expected a rank, 0 ..< \(ranks), found -1"])
    }

    @Test(arguments: [1, 3])
    func aBadColorOfOneRankIsThrownOnAll(ranks: Int) async throws {
        let outcome = try await launch(ranks, "bad-color-on-one", seconds: 30)
        expectCleanEnd(outcome)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "all: split: color: expected 0 ... 2147483647, found -1\n")
    }

    @Test func ofSeveralFailingRanksOneSpeaksWhileTheOthersCommunicate() async throws {
        let outcome = try await Launch.ranks(4, "RankFaults", ["throw-on-most-while-watching"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 1: a failure of the program's own"])
    }

    @Test func aRankThatLeavesEndsTheJob() async throws {
        let outcome = try await launch(3, "exit-without-finish")
        expectCleanEnd(outcome)
        #expect(outcome.status != 0)
    }
}
