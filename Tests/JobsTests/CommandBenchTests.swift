import Foundation
import TestSupport
import Testing

@Suite("tessera: bench")
struct CommandBenchTests {
    private func lines(_ outcome: Outcome) throws -> [[String: Any]] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.output.split(separator: "\n").map { try Command.object(String($0)) }
    }

    private func expectSound(_ line: [String: Any], rate: String, share: String) {
        for key in ["seconds", rate, share] {
            #expect((line[key] as? Double ?? 0) > 0, "\(key): \(line)")
        }
        let residual = line["residual"] as? Double ?? .nan
        // Rounding leaves something; an exact zero would mean that nothing was compared.
        #expect(residual > 0 && residual < 16, "\(line)")
    }

    @Test(arguments: ["gemm", "lu", "cholesky", "symmetric-indefinite", "solve"], [1, 2])
    func denseRoutines(routine: String, ranks: Int) async throws {
        let outcome = try await Command.ranks(
            ranks, "bench", routine, "--n", "150,257", "--block", "16", "--repeats", "2", "--json")
        let lines = try lines(outcome)
        #expect(lines.compactMap { $0["n"] as? Int } == [150, 257])
        for line in lines {
            #expect(line["routine"] as? String == routine)
            #expect(line["block"] as? Int == 16)
            #expect(line["ranks"] as? Int == ranks)
            #expect(line["grid"] as? String == "1x\(ranks)")
            #expect(line["threads"] as? Int == 1)
            expectSound(line, rate: "gflops", share: "share_of_peak")
        }
    }

    @Test(arguments: ["full", "mixed"])
    func solveSaysItsPrecision(precision: String) async throws {
        let outcome = try await Command.ranks(
            2, "bench", "solve", "--n", "120,200", "--precision", precision, "--json")
        let lines = try lines(outcome)
        #expect(lines.count == 2)
        for line in lines {
            expectSound(line, rate: "gflops", share: "share_of_peak")
            #expect(line["precision"] as? String == precision)
            #expect(((line["iterations"] as? Int ?? -1) > 0) == (precision == "mixed"))
            #expect(line["fallback"] as? String == "none")
        }
        let refused = try await Command.alone("bench", "lu", "--n", "100", "--precision", "mixed")
        #expect(refused.status != 0 && refused.errors.contains("--precision"))
    }

    @Test(arguments: ["gemm", "lu", "cholesky", "symmetric-indefinite", "solve"])
    func aTallGrid(routine: String) async throws {
        let outcome = try await Command.ranks(2, "bench", routine, "--n", "100", "--grid", "2x1", "--json")
        let line = try #require(try lines(outcome).first)
        #expect(line["grid"] as? String == "2x1")
        expectSound(line, rate: "gflops", share: "share_of_peak")
    }

    @Test(arguments: ["float", "double"], [1, 2])
    func heat(type: String, ranks: Int) async throws {
        for (routine, extents) in [("heat2d", "200x130"), ("heat3d", "40x31x50")] {
            let outcome = try await Command.ranks(
                ranks, "bench", routine, "--extents", extents, "--steps", "30", "--type", type, "--json")
            let line = try #require(try lines(outcome).first)
            #expect(line["routine"] as? String == routine)
            #expect(line["extents"] as? String == extents)
            #expect(line["type"] as? String == type)
            expectSound(line, rate: "gpoints_per_second", share: "share_of_triad")
        }
    }

    @Test func aTableForPeople() async throws {
        let outcome = try await Command.alone("bench", "gemm", "--n", "64,96", "--repeats", "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.contains("GFLOP/s") == true)
        #expect(Set(lines.map(\.count)).count == 1, "columns do not line up:\n\(outcome.output)")
    }
}
