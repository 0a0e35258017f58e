import TestSupport
import Testing

@Suite("DistributedLinearAlgebra under mpirun", .serialized)
struct DistributedLinearAlgebraRankTests {
    @Test(arguments: RankChecks.counts)
    func checks(ranks: Int) async throws {
        try await RankChecks.run("DistributedLinearAlgebra", ranks: ranks)
    }

    @Test(arguments: [1, 2])
    func memoryOfConsumingSolve(ranks: Int) async throws {
        try await RankChecks.run("ConsumingSolveMemory", ranks: ranks)
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
