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

    @Test(arguments: [1, 3])
    func success(ranks: Int) async throws {
        let outcome = try await Launch.ranks(ranks, "RankFaults", ["succeed"], seconds: 60)
        #expect(outcome.status == 0)
        #expect(complaints(outcome).isEmpty)
    }

    @Test func successWithoutMPIRun() async throws {
        let outcome = try await Launch.alone("RankFaults", ["succeed"], seconds: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: [1, 2, 4])
    func oneRankThrowsWhileTheOthersCommunicate(ranks: Int) async throws {
        let outcome = try await Launch.ranks(ranks, "RankFaults", ["throw-on-one"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank \(ranks - 1): a failure of the program's own"])
    }

    @Test(arguments: [1, 2, 4])
    func allRanksThrow(ranks: Int) async throws {
        let outcome = try await Launch.ranks(ranks, "RankFaults", ["throw-on-all"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 0: a failure of the program's own"])
    }

    @Test func theLastRankFailsWhenTheOthersHaveEnded() async throws {
        let outcome = try await Launch.ranks(3, "RankFaults", ["throw-late"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 2: a failure of the program's own"])
    }

    @Test(arguments: [1, 2, 6])
    func aNumericFailureIsTheSameOnAllRanks(ranks: Int) async throws {
        let outcome = try await Launch.ranks(ranks, "RankFaults", ["not-positive-definite"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(
            complaints(outcome) == [
                "tessera: rank 0: the matrix is not positive definite: its leading minor of order 14 is not positive"
            ])
    }

    @Test func aFailureInsideARoutineEndsTheJob() async throws {
        let outcome = try await Launch.ranks(3, "RankFaults", ["fail-inside-routine"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status == 1)
        #expect(complaints(outcome) == ["tessera: rank 0: routine: n: expected 1, found 2 (inside routine)"])
    }

    @Test func aRankThatLeavesEndsTheJob() async throws {
        let outcome = try await Launch.ranks(3, "RankFaults", ["exit-without-finish"], seconds: 60)
        expectCleanEnd(outcome)
        #expect(outcome.status != 0)
    }
}
