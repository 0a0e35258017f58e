import TestSupport
import Testing

@Suite("MessagePassing under mpirun", .serialized)
struct MessagePassingRankTests {
    @Test(arguments: RankChecks.counts)
    func checks(ranks: Int) async throws {
        try await RankChecks.run("MessagePassing", ranks: ranks)
    }
}
