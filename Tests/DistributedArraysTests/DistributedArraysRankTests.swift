import TestSupport
import Testing

@Suite("DistributedArrays under mpirun", .serialized)
struct DistributedArraysRankTests {
    @Test(arguments: RankChecks.counts)
    func checks(ranks: Int) async throws {
        try await RankChecks.run("DistributedArrays", ranks: ranks)
    }
}
