import ArrayFormats
import Foundation
import TestSupport
import Testing

/// Jobs run end to end through the program, on small inputs, with every number of ranks.
@Suite("Jobs", .serialized)
struct JobRunTests {
    private let folder = TemporaryFolder()

    /// A smooth map with a ridge, 24 x 31.
    private func writeField(rows: Int = 24, columns: Int = 31) throws -> String {
        let values = (0..<rows * columns).map { cell in
            let (i, j) = (Double(cell / columns), Double(cell % columns))
            return 300 + 40 * sin(i / 5) * cos(j / 6) + 10 * exp(-abs(j - 15))
        }
        try NpyFile.write(values, shape: [rows, columns], to: folder.path("field.npy"))
        return "field.npy"
    }

    private func run(
        _ name: String, ranks: Int?, _ arguments: [String] = [], seconds: Double = 120
    ) async throws -> (Outcome, String) {
        let output = folder.path("\(name)-\(ranks ?? 0)")
        let words =
            ["run", folder.path("\(name).yaml"), "--output", output, "--progress", "none", "--json"] + arguments
        let outcome =
            if let ranks {
                try await Launch.ranks(ranks, "tessera", words, seconds: seconds)
            } else { try await Launch.alone("tessera", words, seconds: seconds) }
        return (outcome, output)
    }

    private func summary(_ folder: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/summary.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func heatHasTheSameBitsOnEveryNumberOfRanks() async throws {
        let field = try writeField()
        try folder.write(
            "heat.yaml",
            """
            kind: heat
            field: \(field)
            spacing: [10, 12]
            diffusivity: 0.5
            duration: 900
            refine: 3
            snapshots: 2
            """)
        var first: [Data]?
        for ranks in [nil, 1, 2, 3, 4, 6] as [Int?] {
            let (outcome, output) = try await run("heat", ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let snapshots = try (1...2).map {
                try Data(contentsOf: URL(fileURLWithPath: "\(output)/snapshot-000\($0).npy"))
            }
            if let first { #expect(snapshots == first, "\(ranks ?? 0) ranks") } else { first = snapshots }
            let facts = try summary(output)
            #expect(facts["mass_conserved"] as? Bool == true)
            #expect(FileManager.default.fileExists(atPath: output + "/hillslope.png"))
        }
        let (shape, values) = try NpyFile.read(folder.path("heat-1/snapshot-0002.npy"))
        #expect(shape == [72, 93])
        // Diffusion makes no new extremes.
        let (_, before) = try NpyFile.read(folder.path(field))
        #expect(values.max()! <= before.max()! && values.min()! >= before.min()!)
    }

    @Test(arguments: ["backward-euler", "crank-nicolson"])
    func implicitHeatHasTheSameBitsOnEveryNumberOfRanks(method: String) async throws {
        let field = try writeField()
        try folder.write(
            "heat.yaml",
            """
            kind: heat
            field: \(field)
            spacing: [10, 12]
            diffusivity: 0.5
            duration: 900
            refine: 3
            snapshots: 2
            method: \(method)
            """)
        var first: [Data]?
        for ranks in [nil, 2, 3, 7] as [Int?] {
            let (outcome, output) = try await run("heat", ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let snapshots = try (1...2).map {
                try Data(contentsOf: URL(fileURLWithPath: "\(output)/snapshot-000\($0).npy"))
            }
            if let first { #expect(snapshots == first, "\(ranks ?? 0) ranks") } else { first = snapshots }
            let facts = try summary(output)
            #expect(facts["mass_conserved"] as? Bool == true)
            #expect(facts["method"] as? String == method)
            // 900 years in steps of at most 20 times the limit, 1 / (2 D (1/dx² + 1/dy²)) = 6.557 years.
            #expect(facts["steps"] as? Int == 7)
            #expect(FileManager.default.fileExists(atPath: output + "/hillslope.png"))
        }
        // Short steps of both methods come to the same map as explicit ones.
        let (_, coarse) = try NpyFile.read(folder.path("heat-2/snapshot-0002.npy"))
        let (outcome, output) = try await run("heat", ranks: nil, ["--set", "method=explicit"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let (_, explicit) = try NpyFile.read(output + "/snapshot-0002.npy")
        #expect(zip(coarse, explicit).allSatisfy { abs($0 - $1) < 2 })
        #expect(zip(coarse, explicit).contains { abs($0 - $1) > 1e-6 })
    }

    @Test func poissonHasTheSameBitsOnEveryNumberOfRanksAndEverySolverItsSolution() async throws {
        let field = try writeField()
        try folder.write(
            "poisson.yaml",
            """
            kind: poisson
            source: \(field)
            spacing: [10, 12]
            refine: 2
            boundary: {north: {fixed: 1}, west: periodic, east: periodic}
            """)
        var first: Data?
        for ranks in [nil, 1, 2, 3, 5, 7] as [Int?] {
            let (outcome, output) = try await run("poisson", ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let solution = try Data(contentsOf: URL(fileURLWithPath: output + "/solution.npy"))
            if let first { #expect(solution == first, "\(ranks ?? 0) ranks") } else { first = solution }
            #expect(try summary(output)["outcome"] as? String == "converged")
            #expect(FileManager.default.fileExists(atPath: output + "/solution.png"))
            let (shape, residuals) = try NpyFile.read(output + "/residuals.npy")
            #expect(shape[1] == 2 && residuals.last! <= 1e-10 * residuals[1] * 1.01)
        }
        let (shape, expected) = try NpyFile.read(folder.path("poisson-1/solution.npy"))
        #expect(shape == [48, 62])
        let scale = expected.map(abs).max()!
        for solver in ["jacobi-cg", "cg", "chebyshev", "multigrid", "full-multigrid"] {
            let (outcome, output) = try await run("poisson", ranks: 2, ["--set", "solver=\(solver)"])
            #expect(outcome.status == 0, "\(solver): \(outcome.errors)")
            let (_, found) = try NpyFile.read(output + "/solution.npy")
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * scale }, "\(solver)")
        }
        let (stopped, _) = try await run("poisson", ranks: 2, ["--set", "iterations=1"])
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("iteration limit after 1 iterations"), "\(stopped.errors)")
    }

    /// More ranks than cells, and prime numbers of ranks above both extents.
    @Test(arguments: [(1, 1, 3), (3, 2, 7), (5, 5, 7)])
    func heatOnASmallMapLeavesRanksIdle(rows: Int, columns: Int, ranks: Int) async throws {
        try folder.write(
            "small.yaml",
            """
            kind: heat
            field: \(try writeField(rows: rows, columns: columns))
            spacing: [10, 12]
            diffusivity: 0.5
            duration: 900
            snapshots: 2
            boundary: {north: {fixed: 300}, west: periodic, east: periodic}
            """)
        let (alone, reference) = try await run("small", ranks: 1)
        #expect(alone.status == 0, "\(alone.errors)")
        let (outcome, output) = try await run("small", ranks: ranks)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for name in ["snapshot-0001.npy", "snapshot-0002.npy", "hillslope.png"] {
            let bytes = FileManager.default.contents(atPath: "\(output)/\(name)")
            #expect(bytes != nil && bytes == FileManager.default.contents(atPath: "\(reference)/\(name)"), "\(name)")
        }
        #expect(try summary(reference)["idle_ranks"] == nil)
        let idle = try #require(try summary(output)["idle_ranks"] as? Int)
        #expect(idle == ranks - (rows == 5 ? 6 : rows * columns))
    }

    @Test func krigingPredictsAlikeOnEveryNumberOfRanks() async throws {
        let field = try writeField()
        for kernel in ["squared-exponential", "exponential", "matern-3/2", "matern-5/2"] {
            try folder.write(
                "gp.yaml",
                """
                kind: gaussian-process
                field: \(field)
                spacing: [10, 10]
                samples: 200
                variance: true
                panel: 100
                block: 32
                kernel: {type: \(kernel), length-scale: 60, variance: 900, noise: 0.1}
                """)
            var first: (prediction: [Double], variance: [Double], likelihood: Double)?
            for ranks in [nil, 2, 3, 6] as [Int?] {
                let (outcome, output) = try await run("gp", ranks: ranks)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let facts = try summary(output)
                #expect(try #require(facts["rmse"] as? Double) < 6)
                let likelihood = try #require(facts["log_marginal_likelihood"] as? Double)
                let prediction = try NpyFile.read(output + "/prediction.npy").values
                let variance = try NpyFile.read(output + "/variance.npy").values
                #expect(variance.allSatisfy { $0 >= 0 && $0 <= 900 * (1 + 1e-12) })
                guard let first else {
                    first = (prediction, variance, likelihood)
                    continue
                }
                // n eps times the condition of the covariance, about 1e6 here, is the room that rounding has.
                #expect(zip(prediction, first.prediction).allSatisfy { abs($0 - $1) < 1e-7 * 900 })
                #expect(zip(variance, first.variance).allSatisfy { abs($0 - $1) < 1e-7 * 900 })
                #expect(abs(likelihood - first.likelihood) < 1e-8 * abs(first.likelihood))
            }
        }
    }

    @Test(arguments: [1, 3])
    func aCovarianceThatIsNotDefiniteIsOneLine(ranks: Int) async throws {
        // Two hundred almost equal rows: numerically not positive definite without noise.
        try folder.write(
            "singular.yaml",
            """
            kind: gaussian-process
            field: \(try writeField())
            spacing: [10, 10]
            samples: 200
            kernel: {type: squared-exponential, length-scale: 100000, variance: 900, noise: 0}
            """)
        let (outcome, _) = try await run("singular", ranks: ranks)
        expectOneLine(outcome, status: 1, containing: "not positive definite: its leading minor of order")
    }

    @Test(arguments: [1, 2])
    func aTruncatedFieldIsRefused(ranks: Int) async throws {
        let field = try writeField()
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path(field)))
        try whole.dropLast(100).write(to: URL(fileURLWithPath: folder.path("cut.npy")))
        try folder.write(
            "cut.yaml",
            """
            kind: heat
            field: cut.npy
            spacing: [1, 1]
            diffusivity: 1
            duration: 1
            """)
        let (outcome, output) = try await run("cut", ranks: ranks)
        expectOneLine(outcome, status: 2, containing: "cut.yaml:2: field: expected")
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test(arguments: [1, 2])
    func anOutputFolderThatCannotBeMadeIsRefused(ranks: Int) async throws {
        try folder.write("file", "not a folder")
        try folder.write(
            "blocked.yaml",
            """
            kind: heat
            field: \(try writeField())
            spacing: [1, 1]
            diffusivity: 1
            duration: 1
            output: \(folder.path("file"))/results
            """)
        let outcome = try await Launch.ranks(ranks, "tessera", ["run", folder.path("blocked.yaml")], seconds: 60)
        expectOneLine(outcome, status: 2, containing: "output: expected")
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalStopsTheRanksAtTheirNextStep(signal: Int32) async throws {
        try folder.write(
            "endless.yaml",
            """
            kind: heat
            field: \(try writeField())
            spacing: [10, 10]
            diffusivity: 1
            duration: 1000000000
            snapshots: 1
            """)
        let output = folder.path("endless")
        let outcome = try await Launch.ranks(
            3, "tessera", ["run", folder.path("endless.yaml"), "--output", output, "--progress", "none"],
            signal: TimedSignal(signal, after: 1) { FileManager.default.fileExists(atPath: output) }, seconds: 60)
        #expect(!outcome.timedOut)
        #expect(outcome.status != 0)
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tessera:") }
        #expect(lines.count == 1 && lines[0].contains("stopped by signal"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("Fatal error"))
        let left = try FileManager.default.contentsOfDirectory(atPath: output)
        #expect(left.isEmpty, "half a file: \(left)")
    }

    /// Mounts a file system of 256 KiB.
    private static func mount(at path: String) async throws -> Bool {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return try await Launch.command("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", path]).status == 0
    }

    /// Whether this process may mount a file system.
    static func canMount() async throws -> Bool {
        let probe = TemporaryFolder()
        guard try await mount(at: probe.path("small")) else { return false }
        return try await Launch.command("umount", [probe.path("small")]).status == 0
    }

    @Test(.enabled("this process may not mount a file system", canMount))
    func aFullDiskLeavesNoFile() async throws {
        let small = folder.path("small")
        #expect(try await Self.mount(at: small))
        try folder.write(
            "full.yaml",
            """
            kind: heat
            field: \(try writeField())
            spacing: [10, 10]
            diffusivity: 1
            duration: 10
            refine: 16
            """)
        let outcome = try await Launch.ranks(
            2, "tessera", ["run", folder.path("full.yaml"), "--output", small + "/out", "--progress", "none"],
            seconds: 60)
        let left = (try? FileManager.default.contentsOfDirectory(atPath: small + "/out")) ?? []
        _ = try await Launch.command("umount", [small])
        expectOneLine(outcome, status: 1, containing: "no space left on device")
        #expect(left.isEmpty, "half a file: \(left)")
    }

    /// The same where no file may grow past 256 KiB. Messages go by TCP: the files behind shared memory are larger.
    @Test(arguments: [1, 2])
    func aFileThatMayNotGrowLeavesNoFile(ranks: Int) async throws {
        try folder.write(
            "large.yaml",
            """
            kind: heat
            field: \(try writeField())
            spacing: [10, 10]
            diffusivity: 1
            duration: 10
            refine: 16
            """)
        let output = folder.path("limited")
        let outcome = try await Launch.ranks(
            ranks, limitedTo: "ulimit -f 256", "tessera",
            ["run", folder.path("large.yaml"), "--output", output, "--progress", "none"],
            environment: ["OMPI_MCA_btl": "self,tcp"], seconds: 60)
        expectOneLine(outcome, status: 1, containing: "file too large")
        let left = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        #expect(left.isEmpty, "half a file: \(left)")
    }

    /// A map with a missing cell is refused before any work: one NaN would spoil the whole result.
    @Test(arguments: ["heat", "gaussian-process"], [Double.nan, -.infinity])
    func aMissingCellIsRefused(kind: String, value: Double) async throws {
        var values = [Double](repeating: 300, count: 24 * 31)
        values[5 * 31 + 7] = value
        try NpyFile.write(values, shape: [24, 31], to: folder.path("holes.npy"))
        let rest =
            kind == "heat"
            ? "diffusivity: 1\nduration: 1\n" : "samples: 100\nkernel: {length-scale: 60, variance: 900, noise: 1}\n"
        try folder.write("holes.yaml", "kind: \(kind)\nfield: holes.npy\nspacing: [10, 10]\n\(rest)")
        let (outcome, output) = try await run("holes", ranks: 2)
        expectOneLine(
            outcome, status: 2,
            containing: "holes.yaml:2: field: expected a map without missing cells: fill them first, "
                + "found \(value) in row 5, column 7 (counted from 0)")
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    /// One line of the program's own, the right status, no crash trace, no hang.
    private func expectOneLine(_ outcome: Outcome, status: Int, containing text: String) {
        #expect(!outcome.timedOut)
        #expect(outcome.status == status, "\(outcome.errors)")
        let lines = outcome.errors.split(separator: "\n").filter { $0.contains("expected") || $0.hasPrefix("tessera:") }
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(lines.first?.contains(text) == true, "\(outcome.errors)")
        #expect(!outcome.errors.contains("Fatal error"))
    }
}
