import Foundation
import TestSupport
import Testing

/// What `make test-full` asks for: the i-th of k parts of all cases, as i/k.
private let fullCases = ProcessInfo.processInfo.environment["TESSERA_FULL_CASES"]

@Suite("Stencils under mpirun", .serialized)
struct StencilsRankTests {
    /// Prime counts beside the usual ones: 5 and 7 ranks leave uneven boxes on every axis.
    @Test(arguments: RankChecks.counts + [5, 7])
    func checks(ranks: Int) async throws {
        try await RankChecks.run("Stencils", ranks: ranks)
    }

    @Test(arguments: RankChecks.counts + [5, 7])
    func cases(ranks: Int) async throws {
        try await RankChecks.run("StencilCases", ranks: ranks)
    }

    @Test(.enabled(if: fullCases != nil, "make test-full"), arguments: RankChecks.counts + [5, 7])
    func casesInFull(ranks: Int) async throws {
        try await RankChecks.run("StencilCasesInFull", ["", fullCases ?? "1/1"], ranks: ranks, seconds: 4 * 3600)
    }
}
