import Foundation
import TestSupport
import Testing

/// What `make test-full` asks for: the i-th of k parts of the full product, as i/k.
private let fullCases = ProcessInfo.processInfo.environment["TESSERA_FULL_CASES"]

@Suite("DistributedLinearAlgebra under mpirun", .serialized)
struct DistributedLinearAlgebraRankTests {
    @Test(arguments: RankChecks.counts)
    func checks(ranks: Int) async throws {
        try await RankChecks.run("DistributedLinearAlgebra", ranks: ranks)
    }

    @Test(arguments: RankChecks.counts)
    func denseCases(ranks: Int) async throws {
        try await RankChecks.run("DenseCases", ranks: ranks)
    }

    @Test(.enabled(if: fullCases != nil, "make test-full"), arguments: RankChecks.counts)
    func denseCasesInFull(ranks: Int) async throws {
        try await RankChecks.run("DenseCasesInFull", ["", fullCases ?? "1/1"], ranks: ranks, seconds: 4 * 3600)
    }

    @Test(arguments: [1, 2])
    func memoryOfConsumingSolve(ranks: Int) async throws {
        try await RankChecks.run("ConsumingSolveMemory", ranks: ranks)
    }

    @Test(arguments: [1, 2])
    func memoryOfSolveAfterButterflies(ranks: Int) async throws {
        try await RankChecks.run("ButterflySolveMemory", ranks: ranks)
    }

    @Test(arguments: [1, 2])
    func memoryOfBorrowingSolve(ranks: Int) async throws {
        try await RankChecks.run("BorrowingSolveMemory", ranks: ranks)
    }

    @Test(arguments: [1, 2])
    func memoryOfMixedPrecisionSolve(ranks: Int) async throws {
        try await RankChecks.run("MixedSolveMemory", ranks: ranks)
    }

    @Test(arguments: [1, 2])
    func memoryOfResumedMixedPrecisionSolve(ranks: Int) async throws {
        try await RankChecks.run("ResumedMixedSolveMemory", ranks: ranks)
    }
}
