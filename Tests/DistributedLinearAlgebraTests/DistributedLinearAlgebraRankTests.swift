import TestSupport
import Testing

@Suite("DistributedLinearAlgebra under mpirun", .serialized)
struct DistributedLinearAlgebraRankTests {
    @Test(arguments: RankChecks.counts)
    func checks(ranks: Int) async throws {
        try await RankChecks.run("DistributedLinearAlgebra", ranks: ranks)
    }
}
