import TestSupport
import Testing

@Suite("Stencils under mpirun", .serialized)
struct StencilsRankTests {
    /// Prime counts beside the usual ones: 5 and 7 ranks leave uneven boxes on every axis.
    @Test(arguments: RankChecks.counts + [5, 7])
    func checks(ranks: Int) async throws {
        try await RankChecks.run("Stencils", ranks: ranks)
    }
}
