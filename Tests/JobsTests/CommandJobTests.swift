import Foundation
import TestSupport
import Testing

@Suite("tessera: run, validate, schema")
struct CommandJobTests {
    /// Two faults, on lines 7 and 8.
    private let faulty = "diffusivty: 0.02\nduration: -1"

    private func faults(_ job: String) -> [String] {
        [
            "\(job):7: diffusivty: expected a known key, perhaps 'diffusivity', found 'diffusivty'",
            "\(job):8: duration: expected a number above 0, found '-1'",
        ]
    }

    @Test func validateAcceptsAGoodJob() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let outcome = try await Command.alone("validate", job)
        #expect(outcome.status == 0, "\(outcome.errors)")
        // Three levels of the field, the map as file and as numbers: 5 x 344 x 403 cells, and 64 MiB for the rank.
        #expect(outcome.output == "\(job): valid (heat, needs about 70 MiB of memory)\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path("results")))
    }

    @Test func validateNamesEachFaultOnALine() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob(faulty)
        let outcome = try await Command.alone("validate", job)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints == faults(job))
    }

    @Test func validateAsJSON() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let good = try await Command.alone("validate", job, "--json")
        #expect(good.status == 0)
        let valid = try Command.object(good.output)
        #expect(valid["valid"] as? Bool == true)
        #expect(valid["kind"] as? String == "heat")
        #expect(valid["memory_bytes"] as? Int == 5 * 344 * 403 * 8 + 64 << 20)

        let bad = try await Command.alone("validate", job, "--set", "duration=soon", "--json")
        #expect(bad.status == 2)
        #expect(bad.errors.isEmpty)
        let refused = try Command.object(bad.output)
        #expect(refused["valid"] as? Bool == false)
        let found = try #require((refused["faults"] as? [[String: Any]])?.first)
        #expect(found["option"] as? String == "--set duration")
        #expect(found["message"] as? String == "--set duration: expected a number above 0, found 'soon'")
    }

    @Test func validateReportsAMissingFile() async throws {
        let outcome = try await Command.alone("validate", "nowhere.yaml")
        #expect(outcome.status == 2)
        #expect(outcome.errors == "nowhere.yaml: expected a job file, found no such file\n")
    }

    @Test func theSchemaIsJSON() async throws {
        let outcome = try await Command.alone("schema")
        #expect(outcome.status == 0)
        let schema = try Command.object(outcome.output)
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect((schema["$defs"] as? [String: Any])?["heat"] != nil)
    }

    @Test(arguments: [1, 3])
    func aFaultyJobIsRefusedOnceByAllRanks(ranks: Int) async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob(faulty)
        let outcome = try await Command.ranks(ranks, "run", job)
        #expect(outcome.status == 2)
        #expect(outcome.complaints == faults(job))
        #expect(outcome.output.isEmpty)
        outcome.expectCleanEnd()
        #expect(!FileManager.default.fileExists(atPath: folder.path("results")))
    }

    /// Two ranks that see different files, or different arguments, as ranks on two nodes might.
    private func pair(_ first: [String], _ second: [String]) async throws -> Outcome {
        let root = ["OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"]
        let program = Launch.path(of: "tessera")
        return try await Launch.command(
            "env",
            root + ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", "1", program] + first
                + [":", "-np", "1", program] + second, isParallel: true)
    }

    @Test func aFileThatOneRankLacksIsRefusedByAll() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let outcome = try await pair(["run", job], ["run", "nowhere.yaml"])
        #expect(outcome.status == 2)
        #expect(outcome.complaints.count == 1)
        #expect(
            outcome.complaints.first?.hasPrefix(
                "nowhere.yaml: expected a job file, found no such file (on rank 1, node ") == true, "\(outcome.errors)")
        outcome.expectCleanEnd()
    }

    @Test func ranksThatReadDifferentJobsAreRefused() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let outcome = try await pair(["run", job], ["run", job, "--set", "duration=5"])
        #expect(outcome.status == 2)
        #expect(outcome.complaints == ["\(job): expected the same job on every rank, found different files"])
        outcome.expectCleanEnd()
    }

    @Test func argumentsThatOneRankRefusesEndAll() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let outcome = try await pair(["run", job], ["run", job, "--colour"])
        #expect(outcome.status == 2)
        #expect(outcome.complaints.contains("Error: Unknown option '--colour'"))
        outcome.expectCleanEnd()
    }

    @Test func aFaultyJobIsRefusedWithoutMPIRun() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob(faulty)
        let outcome = try await Command.alone("run", job)
        #expect(outcome.status == 2)
        #expect(outcome.complaints == faults(job))
        outcome.expectCleanEnd()
    }

    @Test(arguments: [1, 2])
    func aRunShowsItsProgressInALogAndItsSummaryAsJSON(ranks: Int) async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let outcome = try await Command.ranks(ranks, "run", job, "--progress", "plain", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let summary = try Command.object(outcome.output)
        #expect(summary["kind"] as? String == "heat")
        #expect(summary["ranks"] as? Int == ranks)
        let steps = try #require(summary["steps"] as? Int)
        let progress = outcome.complaints.filter { $0.contains("steps") }
        #expect(progress.last?.hasPrefix("100 %  \(steps)/\(steps) steps") == true, "\(outcome.errors)")
        let written = try String(contentsOfFile: folder.path("results/summary.json"), encoding: .utf8)
        #expect(try Command.object(written)["steps"] as? Int == steps)
    }

    @Test func aSilentRunOfAChangedJob() async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob()
        let trace = folder.path("trace.json")
        let outcome = try await Command.alone(
            "run", job, "--progress", "none", "--set", "duration=500000", "--output", folder.path("elsewhere"),
            "--trace", trace)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.contains("heat"))
        let summary = try String(contentsOfFile: folder.path("elsewhere/summary.json"), encoding: .utf8)
        #expect(try Command.object(summary)["duration_years"] as? Double == 500_000)
        let events = try Command.object(try String(contentsOfFile: trace, encoding: .utf8))["traceEvents"]
        #expect((events as? [Any])?.isEmpty == false)
    }
}
