import ArrayFormats
import Foundation
import TestSupport
import Testing

/// The dense kinds, end to end: the ready files on every number of ranks, what cannot be solved, and their memory.
@Suite("Dense jobs", .serialized)
struct DenseJobTests {
    private let folder = TemporaryFolder()
    private static let jobs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("jobs")

    private func run(
        _ job: String, ranks: Int?, _ arguments: [String] = []
    ) async throws -> (Outcome, [String: Any], String) {
        let output = folder.path("\(UUID().uuidString)")
        let words = ["run", job, "--output", output, "--progress", "none", "--json"] + arguments
        let outcome =
            if let ranks { try await Launch.ranks(ranks, "tessera", words) } else {
                try await Launch.alone("tessera", words)
            }
        let data = FileManager.default.contents(atPath: output + "/summary.json")
        let facts = try data.map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? nil
        return (outcome, facts ?? [:], output)
    }

    private static let rankCounts: [Int?] = [nil, 1, 2, 3, 4, 6]

    @Test func solveFindsTheKnownSolution() async throws {
        for ranks in Self.rankCounts {
            let (outcome, facts, output) = try await run(
                Self.jobs.appendingPathComponent("solve.yaml").path, ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let (shape, x) = try NpyFile.read(output + "/x.npy")
            #expect(shape == [300, 1])
            // Condition 24 and n eps leave room for 1e-12.
            #expect(x.enumerated().allSatisfy { abs($1 - Double($0 + 1) / 300) < 1e-12 }, "\(ranks ?? 0) ranks")
            #expect(try #require(facts["backward_error"] as? Double) < 1e-14)
        }
    }

    @Test func multiplyTakesSecondDifferences() async throws {
        let (_, a) = try NpyFile.read(Self.jobs.appendingPathComponent("data/system_300.npy").path)
        func element(_ i: Int, _ j: Int) -> Double { (0..<300).contains(j) ? a[i * 300 + j] : 0 }
        for ranks in Self.rankCounts {
            let (outcome, _, output) = try await run(
                Self.jobs.appendingPathComponent("multiply.yaml").path, ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let c = try NpyFile.read(output + "/c.npy").values
            var worst = 0.0
            for i in 0..<300 {
                for j in 0..<300 {
                    let expected = 2 * element(i, j) - element(i, j - 1) - element(i, j + 1)
                    worst = max(worst, abs(c[i * 300 + j] - expected))
                }
            }
            #expect(worst < 1e-12, "\(ranks ?? 0) ranks")
        }
    }

    @Test(arguments: ["float", "double", "complex-float", "complex-double"])
    func linpackPasses(type: String) async throws {
        for ranks in [nil, 2, 6] as [Int?] {
            let (outcome, facts, _) = try await run(
                Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: ranks,
                ["--set", "n=300", "--set", "type=\(type)"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(facts["verdict"] as? String == "PASSED")
        }
    }

    @Test(arguments: ["double", "complex-double"])
    func mixedPrecisionPasses(type: String) async throws {
        for ranks in [nil, 2, 6] as [Int?] {
            let (outcome, facts, _) = try await run(
                Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: ranks,
                ["--set", "n=300", "--set", "type=\(type)", "--set", "precision=mixed"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(facts["verdict"] as? String == "PASSED")
            #expect(facts["precision"] as? String == "mixed")
            #expect((facts["iterations"] as? Int ?? 0) > 0 && facts["fallback"] == nil)
        }
        let (outcome, facts, output) = try await run(
            Self.jobs.appendingPathComponent("solve.yaml").path, ranks: 3, ["--set", "precision=mixed"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(facts["precision"] as? String == "mixed")
        let (_, x) = try NpyFile.read(output + "/x.npy")
        #expect(x.enumerated().allSatisfy { abs($1 - Double($0 + 1) / 300) < 1e-12 })
    }

    @Test func fullPrecisionTakesOverWithAReason() async throws {
        // The first two rows agree in Float, and not in Double.
        let job = try solveJob(12) { i, j in
            i + j == 1 ? 1 : i == j ? (i == 1 ? 1 + 0x1p-30 : 1) : j == 0 ? 0.25 : 0
        }
        let (outcome, facts, _) = try await run(job, ranks: 2, ["--set", "precision=mixed"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(facts["precision"] as? String == "full")
        #expect((facts["fallback"] as? String)?.hasSuffix("is zero in lower precision") == true, "\(facts)")
    }

    /// Writes a solve job for an A of n x n and b = 1.
    private func solveJob(_ n: Int, _ element: (Int, Int) -> Double) throws -> String {
        try NpyFile.write((0..<n * n).map { element($0 / n, $0 % n) }, shape: [n, n], to: folder.path("a.npy"))
        try NpyFile.write([Double](repeating: 1, count: n), shape: [n], to: folder.path("b.npy"))
        try folder.write("solve.yaml", "kind: solve\nmatrix: a.npy\nright-hand-side: b.npy\n")
        return folder.path("solve.yaml")
    }

    @Test(arguments: [1, 3])
    func aSingularMatrixIsOneLine(ranks: Int) async throws {
        // Row and column 7 are zero.
        let job = try solveJob(20) { i, j in i == 7 || j == 7 ? 0 : (i == j ? 5 : 1 / Double(1 + i + 2 * j)) }
        let (outcome, _, output) = try await run(job, ranks: ranks)
        #expect(outcome.status == 1)
        #expect(outcome.complaints.count == 1 && outcome.errors.contains("singular"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: output + "/x.npy"))
    }

    @Test func aMatrixWithANaNFails() async throws {
        let job = try solveJob(20) { i, j in i == 3 && j == 4 ? .nan : (i == j ? 5 : 1 / Double(1 + i + 2 * j)) }
        let (outcome, _, _) = try await run(job, ranks: 2)
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(!outcome.timedOut)
    }

    @Test(arguments: [1, 2])
    func aTruncatedMatrixIsRefused(ranks: Int) async throws {
        let job = try solveJob(20) { i, j in i == j ? 1 : 0 }
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("a.npy")))
        try whole.dropLast(8).write(to: URL(fileURLWithPath: folder.path("a.npy")))
        let (outcome, _, output) = try await run(job, ranks: ranks)
        #expect(outcome.status == 2)
        #expect(outcome.complaints.count == 1, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    /// A is factored in its own memory and generated or read again by panels for the residual: 1.3 n² scalars over all
    /// ranks, and 64 MB a rank; 1.8 n² in mixed precision.
    @Test(arguments: [1, 2])
    func theKindsKeepTheirMemory(ranks: Int) async throws {
        let n = 3000
        let limit = 1.3 * Double(n * n * 8) + 64e6 * Double(ranks)
        let (outcome, facts, _) = try await run(
            Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: ranks, ["--set", "n=\(n)"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try #require(facts["peak_memory_bytes"] as? Double) <= limit)

        let (mixed, mixedFacts, _) = try await run(
            Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: ranks,
            ["--set", "n=\(n)", "--set", "precision=mixed"])
        #expect(mixed.status == 0, "\(mixed.errors)")
        #expect(
            try #require(mixedFacts["peak_memory_bytes"] as? Double) <= 1.8 * Double(n * n * 8) + 64e6 * Double(ranks))

        let job = try solveJob(n) { i, j in (i == j ? 100 : 0) + 1 / Double(1 + (i * 7 + j * 13) % 101) }
        let (solved, solvedFacts, _) = try await run(job, ranks: ranks)
        #expect(solved.status == 0, "\(solved.errors)")
        #expect(try #require(solvedFacts["peak_memory_bytes"] as? Double) <= limit)
    }

    @Test func aTraceThatCannotBeWrittenIsFoundOutBeforeTheWork() async throws {
        let (outcome, facts, _) = try await run(
            Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: 2,
            ["--set", "n=200", "--trace", folder.path("missing/trace.json")])
        #expect(outcome.status == 1)
        #expect(outcome.complaints.count == 1 && facts.isEmpty, "\(outcome.errors)")
    }

    @Test func aTraceHoldsAllRanks() async throws {
        let trace = folder.path("trace.json")
        let (outcome, _, _) = try await run(
            Self.jobs.appendingPathComponent("linpack.yaml").path, ranks: 3, ["--set", "n=200", "--trace", trace])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: trace)))
        let events = try #require(
            (object as? [String: Any])?["traceEvents"] as? [[String: Any]] ?? object as? [[String: Any]])
        #expect(Set(events.compactMap { $0["pid"] as? Int }) == [0, 1, 2])
        #expect(events.contains { $0["name"] as? String == "update" })
        #expect(events.contains { $0["name"] as? String == "broadcast" })
    }
}
