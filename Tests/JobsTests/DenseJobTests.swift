import ArrayFormats
import Foundation
import TestSupport
import Testing

/// The dense kinds, end to end: the ready files on every number of ranks, what cannot be solved, and their memory.
@Suite("Dense jobs", .serialized)
struct DenseJobTests {
    private let folder = TemporaryFolder()

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
                repositoryFile("jobs/solve.yaml"), ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let (shape, x) = try NpyFile.read(output + "/x.npy")
            #expect(shape == [300, 1])
            // Condition 24 and n eps leave room for 1e-12.
            #expect(x.enumerated().allSatisfy { abs($1 - Double($0 + 1) / 300) < 1e-12 }, "\(ranks ?? 0) ranks")
            #expect(try #require(facts["backward_error"] as? Double) < 1e-14)
        }
    }

    @Test func multiplyTakesSecondDifferences() async throws {
        let (_, a) = try NpyFile.read(repositoryFile("jobs/data/system_300.npy"))
        func element(_ i: Int, _ j: Int) -> Double { (0..<300).contains(j) ? a[i * 300 + j] : 0 }
        for ranks in Self.rankCounts {
            let (outcome, _, output) = try await run(
                repositoryFile("jobs/multiply.yaml"), ranks: ranks)
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
                repositoryFile("jobs/linpack.yaml"), ranks: ranks,
                ["--set", "n=300", "--set", "type=\(type)"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(facts["verdict"] as? String == "PASSED")
            // A part of the time, however small the job.
            let share = try #require(facts["communication_share"] as? Double)
            #expect((0...100).contains(share), "\(share)")
        }
    }

    @Test(arguments: ["double", "complex-double"])
    func mixedPrecisionPasses(type: String) async throws {
        for ranks in [nil, 2, 6] as [Int?] {
            let (outcome, facts, _) = try await run(
                repositoryFile("jobs/linpack.yaml"), ranks: ranks,
                ["--set", "n=300", "--set", "type=\(type)", "--set", "precision=mixed"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(facts["verdict"] as? String == "PASSED")
            #expect(facts["precision"] as? String == "mixed")
            #expect((facts["iterations"] as? Int ?? 0) > 0 && facts["fallback"] == nil)
        }
        let (outcome, facts, output) = try await run(
            repositoryFile("jobs/solve.yaml"), ranks: 3, ["--set", "precision=mixed"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(facts["precision"] as? String == "mixed")
        let (_, x) = try NpyFile.read(output + "/x.npy")
        #expect(x.enumerated().allSatisfy { abs($1 - Double($0 + 1) / 300) < 1e-12 })
    }

    @Test(arguments: ["tournament", "threshold", "butterflies"])
    func pivotingsPass(name: String) async throws {
        for ranks in [nil, 2, 6] as [Int?] {
            let (outcome, facts, _) = try await run(
                repositoryFile("jobs/linpack.yaml"), ranks: ranks, ["--set", "n=300", "--set", "pivoting=\(name)"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(facts["verdict"] as? String == "PASSED")
            #expect((facts["pivoting"] as? String)?.hasPrefix(name) == true && facts["pivoting_fallback"] == nil)
            #expect((facts["iterations"] == nil) == (name != "butterflies"))
        }
        let (outcome, facts, output) = try await run(
            repositoryFile("jobs/solve.yaml"), ranks: 3, ["--set", "method=lu", "--set", "pivoting=\(name)"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect((facts["pivoting"] as? String)?.hasPrefix(name) == true)
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

    @Test(arguments: [1, 2])
    func aHermitianSystemByAasensMethod(ranks: Int) async throws {
        let job = try solveJob(30) { i, j in i == j ? 0 : 1 / Double(1 + abs(i - j)) }
        let (outcome, facts, output) = try await run(job, ranks: ranks, ["--set", "method=symmetric-indefinite"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(facts["method"] as? String == "symmetric indefinite")
        #expect(try #require(facts["backward_error"] as? Double) < 1e-13)
        #expect(FileManager.default.fileExists(atPath: output + "/x.npy"))
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

    /// Cholesky reads one triangle: of a matrix that is not symmetric it solves another system, which the residual shows.
    @Test(arguments: [1, 2])
    func anAnswerToAnotherSystemFails(ranks: Int) async throws {
        let job = try solveJob(20) { i, j in (i == j ? 20 : 0) + 1 / Double(1 + i + 2 * j) }
        let (outcome, facts, _) = try await run(job, ranks: ranks, ["--set", "method=cholesky"])
        #expect(outcome.status == 1)
        #expect(
            outcome.complaints.count == 1
                && outcome.complaints[0].hasPrefix(
                    "tessera: rank 0: solve: backward error: expected at most 16 n eps = "),
            "\(outcome.errors)")
        #expect((facts["warning"] as? String)?.contains("x does not solve the system") == true)
    }

    /// An answer that is no answer is not written, whatever the method that A's structure asks for.
    @Test(arguments: ["general", "symmetric", "upper", "b"], [Double.nan, .infinity])
    func anAnswerThatIsNotFiniteIsNotWritten(place: String, value: Double) async throws {
        let job = try solveJob(20) { i, j in
            let isHere = (i == 3 && j == 4) || (place == "symmetric" && i == 4 && j == 3)
            if isHere && place != "b" { return value }
            if place == "upper" && i > j { return 0 }
            return (i == j ? 5 : 0) + 1 / Double(1 + (place == "symmetric" ? i + j : i + 2 * j))
        }
        if place == "b" {
            let b = (0..<20).map { $0 == 3 ? value : 1 }
            try NpyFile.write(b, shape: [20], to: folder.path("b.npy"))
        }
        let (outcome, _, output) = try await run(job, ranks: 2)
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(!outcome.timedOut)
        #expect(
            outcome.complaints == ["tessera: rank 0: solve: x: expected finite numbers, found NaN or infinity"],
            "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: output) == [])
    }

    /// As in BLAS: a NaN in A spoils its row of C and nothing else.
    @Test func aProductCarriesANaNOn() async throws {
        let n = 20
        let a = (0..<n * n).map { $0 == 3 * n + 4 ? Double.nan : Double($0 % 7) }
        try NpyFile.write(a, shape: [n, n], to: folder.path("a.npy"))
        try NpyFile.write((0..<n * n).map { Double($0 % 5) }, shape: [n, n], to: folder.path("b.npy"))
        try folder.write("multiply.yaml", "kind: multiply\na: a.npy\nb: b.npy\n")
        let (outcome, _, output) = try await run(folder.path("multiply.yaml"), ranks: 2)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let c = try NpyFile.read(output + "/c.npy").values
        #expect(c.indices.allSatisfy { c[$0].isNaN == ($0 / n == 3) })
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
            repositoryFile("jobs/linpack.yaml"), ranks: ranks, ["--set", "n=\(n)"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try #require(facts["peak_memory_bytes"] as? Double) <= limit)

        let (mixed, mixedFacts, _) = try await run(
            repositoryFile("jobs/linpack.yaml"), ranks: ranks,
            ["--set", "n=\(n)", "--set", "precision=mixed"])
        #expect(mixed.status == 0, "\(mixed.errors)")
        #expect(
            try #require(mixedFacts["peak_memory_bytes"] as? Double) <= 1.8 * Double(n * n * 8) + 64e6 * Double(ranks))

        let job = try solveJob(n) { i, j in (i == j ? 100 : 0) + 1 / Double(1 + (i * 7 + j * 13) % 101) }
        let (solved, solvedFacts, _) = try await run(job, ranks: ranks)
        #expect(solved.status == 0, "\(solved.errors)")
        #expect(try #require(solvedFacts["peak_memory_bytes"] as? Double) <= limit)
        let (refined, refinedFacts, _) = try await run(job, ranks: ranks, ["--set", "precision=mixed"])
        #expect(refined.status == 0, "\(refined.errors)")
        #expect(refinedFacts["precision"] as? String == "mixed")
        #expect(
            try #require(refinedFacts["peak_memory_bytes"] as? Double) <= 1.8 * Double(n * n * 8) + 64e6 * Double(ranks)
        )
    }

    @Test(arguments: [
        ("missing/trace.json", "cannot be written: No such file or directory"),
        ("taken", "cannot be replaced: Is a directory"),
    ])
    func aTraceThatCannotBeWrittenIsRefusedBeforeTheWork(name: String, reason: String) async throws {
        let trace = folder.path(name)
        try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: true)
        let (outcome, facts, _) = try await run(
            repositoryFile("jobs/linpack.yaml"), ranks: 2, ["--set", "n=200", "--trace", trace])
        #expect(outcome.status == 2)
        #expect(
            outcome.complaints == ["--trace: expected a file that can be written, found '\(trace)': \(reason)"],
            "\(outcome.errors)")
        #expect(facts.isEmpty)
    }

    @Test func aTraceHoldsAllRanks() async throws {
        let trace = folder.path("trace.json")
        let (outcome, _, _) = try await run(
            repositoryFile("jobs/linpack.yaml"), ranks: 3, ["--set", "n=200", "--trace", trace])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: trace)))
        let events = try #require(
            (object as? [String: Any])?["traceEvents"] as? [[String: Any]] ?? object as? [[String: Any]])
        #expect(Set(events.compactMap { $0["pid"] as? Int }) == [0, 1, 2])
        #expect(events.contains { $0["name"] as? String == "update" })
        #expect(events.contains { $0["name"] as? String == "broadcast" })
    }
}
