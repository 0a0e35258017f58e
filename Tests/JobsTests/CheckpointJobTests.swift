import ArrayFormats
import Foundation
import TestSupport
import Testing

/// Jobs that are stopped in the middle of their factorization and run again, on another number of ranks and with other
/// blocks. A checkpoint after every other block column makes them slow enough to be met in the middle.
@Suite("Jobs: checkpoints", .serialized)
struct CheckpointJobTests {
    private let folder = TemporaryFolder()
    private var output: String { folder.path("out") }
    private var store: String { output + "/checkpoint" }

    private func run(
        _ job: String, ranks: Int, _ settings: [String], signal: TimedSignal? = nil
    ) async throws -> Outcome {
        let words = ["run", job, "--output", output, "--progress", "none", "--json"]
        return try await Launch.ranks(
            ranks, "tessera", words + settings.flatMap { ["--set", $0] }, signal: signal, seconds: 120)
    }

    private func facts() throws -> [String: Any] {
        try Command.object(try String(contentsOfFile: output + "/summary.json", encoding: .utf8))
    }

    private func generations() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store)) ?? []).sorted()
    }

    /// The program's own lines: MPI-IO may have one, too.
    private func lines(_ outcome: Outcome) -> [String] { outcome.complaints.filter { $0.hasPrefix("tessera:") } }

    /// Runs a job on two ranks until a signal stops it, which must have saved it: after three checkpoints between columns,
    /// or ten between steps.
    private func stop(
        _ job: String, _ settings: [String], by signal: Int32, at unit: String = "column"
    ) async throws {
        let (folder, count) = (self.store, unit == "column" ? 3 : 10)
        let outcome = try await run(
            job, ranks: 2, settings + ["checkpoint.every=0"],
            signal: TimedSignal(signal, after: 0) { Command.hasSaved(count, in: folder) })
        #expect(!outcome.timedOut)
        #expect(outcome.status != 0)
        let lines = lines(outcome)
        #expect(lines.count == 2, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("tessera: saved at \(unit) ") == true)
        #expect(lines.last == "tessera: stopped by signal \(signal)")
        #expect(generations().count == 2)
        #expect(!FileManager.default.fileExists(atPath: output + "/summary.json"))
    }

    /// Runs it again to its end, and returns its summary; the checkpoints are gone then.
    private func resume(
        _ job: String, ranks: Int, _ settings: [String], at unit: String = "column"
    ) async throws -> [String: Any] {
        let outcome = try await run(job, ranks: ranks, settings + ["checkpoint.every=10"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let facts = try facts()
        #expect((facts["resumed_at_\(unit)"] as? Int ?? 0) > 0)
        #expect(!FileManager.default.fileExists(atPath: store))
        return facts
    }

    @Test func linpackIsStoppedAndPassesOnOtherRanks() async throws {
        let job = Command.jobs + "/linpack.yaml"
        try await stop(job, ["n=3000", "block=8"], by: SIGTERM)
        let saved = generations()

        // Another problem does not touch it.
        let other = try await run(job, ranks: 2, ["n=3000", "seed=2", "checkpoint.every=10"])
        #expect(other.status == 1)
        #expect(lines(other).count == 1, "\(other.errors)")
        #expect(
            other.errors.contains(
                "another job: expected 'linpack, n = 3000, seed = 2, double', found 'linpack, n = 3000, seed = 1, double'"
            ))
        #expect(generations() == saved)

        // The newer one is damaged: the one before it is used, with a line that says so.
        let newest = try #require(saved.last)
        let path = "\(store)/\(newest)/factors.npy"
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: 40_000_000)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: 40_000_000)
        try handle.write(contentsOf: [byte ^ 4])
        try handle.close()
        let outcome = try await run(job, ranks: 3, ["n=3000", "block=50", "checkpoint.every=10"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(lines(outcome).count == 1, "\(outcome.errors)")
        #expect(lines(outcome).first?.hasPrefix("tessera: checkpoint passed over: \(path): it is damaged") == true)
        let facts = try facts()
        #expect(facts["verdict"] as? String == "PASSED")
        #expect((facts["resumed_at_column"] as? Int ?? 0) > 0)
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    @Test func aFitIsStoppedAndPredictsTheSame() async throws {
        let job = Command.jobs + "/terrain-gp.yaml"
        let settings = ["samples=2500", "pictures=false"]
        try await stop(job, settings + ["block=4"], by: SIGUSR1)
        let resumed = try await resume(job, ranks: 3, settings)
        let whole = try await run(job, ranks: 2, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let facts = try facts()
        #expect(facts["resumed_at_column"] == nil && facts["checkpoints"] == nil)
        for key in ["rmse", "log_marginal_likelihood"] {
            let (found, expected) = try (#require(resumed[key] as? Double), #require(facts[key] as? Double))
            #expect(abs(found - expected) < 1e-6 * abs(expected), "\(key): \(found), \(expected)")
        }
    }

    /// A fit of a moment and minutes of variances: the signal comes between these, seconds after the job has made its folder.
    @Test func aPredictionIsStoppedAndNeedsNoFactorization() async throws {
        let job = Command.jobs + "/terrain-gp.yaml"
        let settings = ["samples=2000", "pictures=false", "checkpoint.every=10"]
        let begun = output
        let outcome = try await run(
            job, ranks: 2, settings + ["variance=true", "panel=1"],
            signal: TimedSignal(SIGTERM, after: 6) { FileManager.default.fileExists(atPath: begun) })
        #expect(!outcome.timedOut && outcome.status != 0)
        let lines = lines(outcome)
        #expect(lines.count == 2, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("tessera: saved at column 2000 in ") == true)
        #expect(lines.last == "tessera: stopped by signal 15")
        #expect(generations() == ["generation-000001"])
        let resumed = try await resume(job, ranks: 3, settings)
        #expect(resumed["resumed_at_column"] as? Int == 2000)
        #expect(resumed["fit_gflops"] as? Double == 0)
        let whole = try await run(job, ranks: 2, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let facts = try facts()
        #expect(facts["resumed_at_column"] == nil)
        for key in ["rmse", "log_marginal_likelihood"] {
            let (found, expected) = try (#require(resumed[key] as? Double), #require(facts[key] as? Double))
            #expect(abs(found - expected) < 1e-6 * abs(expected), "\(key): \(found), \(expected)")
        }
    }

    @Test func mixedPrecisionLinpackIsStoppedAndPassesOnOtherRanks() async throws {
        let job = Command.jobs + "/linpack.yaml"
        try await stop(job, ["n=3000", "block=4", "precision=mixed"], by: SIGTERM)
        // Half as long as those in full precision.
        let sizes = try generations().map {
            try FileManager.default.attributesOfItem(atPath: "\(store)/\($0)/factors.npy")[.size] as? Int
        }
        #expect(sizes == [3000 * 3000 * 4 + 128, 3000 * 3000 * 4 + 128])
        let facts = try await resume(job, ranks: 3, ["n=3000", "block=50", "precision=mixed"])
        #expect(facts["verdict"] as? String == "PASSED")
        #expect(facts["precision"] as? String == "mixed" && facts["fallback"] == nil)
    }

    @Test(arguments: ["lu", "cholesky"])
    func aMixedPrecisionSolveEndsWithTheSameBits(method: String) async throws {
        _ = try writeSystem(2000, method)
        let job = folder.path("solve.yaml")
        let settings = ["block=2", "precision=mixed"]
        let whole = try await run(job, ranks: 2, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let x = try Data(contentsOf: URL(fileURLWithPath: output + "/x.npy"))
        try FileManager.default.removeItem(atPath: output)
        try await stop(job, settings, by: SIGUSR1)
        let facts = try await resume(job, ranks: 2, settings)
        #expect(facts["precision"] as? String == "mixed" && facts["fallback"] == nil)
        #expect(facts["method"] as? String == (method == "lu" ? "LU" : "Cholesky"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: output + "/x.npy")) == x)
    }

    /// Writes a solve job for a strongly diagonal A of n x n and an x of ones. Returns A.
    private func writeSystem(_ n: Int, _ method: String) throws -> [Double] {
        var row = [Double](repeating: 0, count: n)
        var b = row
        var a: [Double] = []
        a.reserveCapacity(n * n)
        for i in 0..<n {
            for j in 0..<n { row[j] = i == j ? 100 : 1 / Double(1 + abs(i - j)) }
            if method == "lu" { row[(i + 7) % n] += 1 }
            b[i] = row.reduce(0, +)
            a += row
        }
        try NpyFile.write(a, shape: [n, n], to: folder.path("a.npy"))
        try NpyFile.write(b, shape: [n], to: folder.path("b.npy"))
        try folder.write("solve.yaml", "kind: solve\nmatrix: a.npy\nright-hand-side: b.npy\n")
        return a
    }

    @Test(arguments: ["lu", "cholesky"])
    func aSystemIsStoppedAndSolved(method: String) async throws {
        let n = 2000
        var a = try writeSystem(n, method)
        let job = folder.path("solve.yaml")
        try await stop(job, ["block=4"], by: SIGTERM)

        // Another matrix under the same name is another job.
        let element = a[5]
        a[5] = 7
        try NpyFile.write(a, shape: [n, n], to: folder.path("a.npy"))
        let other = try await run(job, ranks: 1, ["checkpoint.every=10"])
        #expect(other.status == 1)
        #expect(lines(other).count == 1 && other.errors.contains("another job"), "\(other.errors)")

        a[5] = element
        try NpyFile.write(a, shape: [n, n], to: folder.path("a.npy"))
        let facts = try await resume(job, ranks: 1, ["block=60"])
        #expect(facts["method"] as? String == (method == "lu" ? "LU" : "Cholesky"))
        #expect(try NpyFile.read(output + "/x.npy").values.allSatisfy { abs($0 - 1) < 1e-10 })
    }

    @Test func aRunNamesItsCheckpointsAndLeavesNone() async throws {
        let outcome = try await run(
            Command.jobs + "/linpack.yaml", ranks: 2,
            ["n=400", "block=50", "checkpoint.every=0", "checkpoint.folder=x"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let written = try #require(try facts()["checkpoints"] as? [[String: Any]])
        #expect(written.count >= 2)
        for entry in written {
            #expect(entry["bytes"] as? Int == 400 * 400 * 8 + 128)
            #expect((entry["seconds"] as? Double ?? 0) > 0 && (entry["column"] as? Int ?? 0) > 0)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: output) == ["summary.json"])
    }

    /// Snapshots with the bytes of a run that nothing stops, on another number of ranks; a damaged checkpoint is passed over.
    @Test(arguments: [SIGTERM, SIGUSR1])
    func aHeatJobIsStoppedAndEndsWithTheSameBits(signal: Int32) async throws {
        let job = Command.jobs + "/hillslope.yaml"
        let settings = ["duration=20000000", "refine=2", "snapshots=3", "pictures=false"]
        let snapshots = (1...3).map { output + "/snapshot-000\($0).npy" }
        let whole = try await run(job, ranks: 1, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try snapshots.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        try FileManager.default.removeItem(atPath: output)
        // A checkpoint after every step makes the run slow enough to be met in the middle.
        try await stop(job, settings + ["checkpoint.steps=1"], by: signal, at: "step")

        let saved = generations()
        let other = try await run(job, ranks: 2, settings + ["diffusivity=0.03", "checkpoint.every=10"])
        #expect(other.status == 1)
        #expect(lines(other).count == 1 && other.errors.contains("another job: expected 'heat, "), "\(other.errors)")
        #expect(generations() == saved)

        let path = "\(store)/\(try #require(saved.last))/field-0.npy"
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: 100_000)
        try handle.write(contentsOf: [1, 2, 3, 4, 5, 6, 7, 8])
        try handle.close()
        let outcome = try await run(job, ranks: 3, settings + ["checkpoint.every=10", "checkpoint.steps=200"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(lines(outcome).count == 1, "\(outcome.errors)")
        #expect(lines(outcome).first?.hasPrefix("tessera: checkpoint passed over: \(path): it is damaged") == true)
        let facts = try facts()
        #expect((facts["resumed_at_step"] as? Int ?? 0) > 0)
        let written = try #require(facts["checkpoints"] as? [[String: Any]])
        #expect(!written.isEmpty && written.allSatisfy { ($0["step"] as? Int ?? 1).isMultiple(of: 200) })
        #expect(try snapshots.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == expected)
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    /// Implicit steps, stopped between two of them or within a solve: snapshots, frames and HDF5 with the bytes of a run that
    /// nothing stops, on another number of ranks.
    @Test(arguments: ["backward-euler", "crank-nicolson"])
    func implicitHeatIsStoppedAndEndsWithTheSameBits(method: String) async throws {
        let job = Command.jobs + "/hillslope.yaml"
        let settings = [
            "duration=20000000", "step=20000", "refine=1", "snapshots=2", "pictures=false", "method=\(method)",
            "recording.hdf5=true", "recording.frames=3", "recording.width=100",
        ]
        let files =
            ["snapshot-0001.npy", "snapshot-0002.npy", "fields.xmf", "elevation-animation.png"]
            + (1...3).map { "frames/frame-000\($0).png" }
            + [0, 500, 1000].map { "fields/step-\(String(format: "%010d", $0)).h5" }
        func bytes() throws -> [Data] { try files.map { try Data(contentsOf: URL(filePath: "\(output)/\($0)")) } }
        let whole = try await run(job, ranks: 1, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try bytes()
        #expect(Array(expected[3][37..<45]) == Array("acTL".utf8) + [0, 0, 0, 3])
        try FileManager.default.removeItem(atPath: output)
        try await stop(job, settings + ["checkpoint.steps=1"], by: SIGTERM, at: "step")

        // The other method, and explicit steps, are other jobs.
        let saved = generations()
        for other in ["backward-euler", "crank-nicolson", "explicit"] where other != method {
            let outcome = try await run(job, ranks: 2, settings + ["method=\(other)", "checkpoint.every=10"])
            #expect(outcome.status == 1)
            #expect(
                lines(outcome).count == 1 && outcome.errors.contains("another job: expected 'heat, "),
                "\(outcome.errors)")
        }
        #expect(generations() == saved)
        let facts = try await resume(job, ranks: 3, settings + ["checkpoint.steps=400"], at: "step")
        #expect(facts["method"] as? String == method && facts["hdf5_steps"] as? Int == 3)
        #expect(try bytes() == expected)
    }

    /// The record of a shot, and its snapshots, with the bytes of a run that nothing stops, on another number of ranks.
    @Test func aShotIsStoppedAndEndsWithTheSameBits() async throws {
        let job = Command.jobs + "/wave.yaml"
        let settings = [
            "extents=[101, 201]", "spacing=30", "duration=60", "sponge=20", "snapshots=3", "pictures=false",
            "receivers.count=41",
        ]
        let files = (1...3).map { output + "/snapshot-000\($0).npy" } + [output + "/shot.npy"]
        let whole = try await run(job, ranks: 1, settings)
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        try FileManager.default.removeItem(atPath: output)
        try await stop(job, settings + ["checkpoint.steps=1"], by: SIGTERM, at: "step")

        let other = try await run(job, ranks: 2, settings + ["order=4", "step=0.001", "checkpoint.every=10"])
        #expect(other.status == 1)
        #expect(lines(other).count == 1 && other.errors.contains("another job: expected 'wave, "), "\(other.errors)")

        let facts = try await resume(job, ranks: 3, settings, at: "step")
        #expect(facts["receivers"] as? Int == 41)
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == expected)
    }

    /// A disk that holds two checkpoints, but not the third beside them: the job ends with one line, and goes on from the
    /// second when there is room.
    @Test(.enabled("this process may not mount a file system", JobRunTests.canMount))
    func aFullDiskLeavesTheCheckpointsBefore() async throws {
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        // n = 600: 2.75 MiB each.
        let mount = try await Launch.command("mount", ["-t", "tmpfs", "-o", "size=7m", "tmpfs", output])
        try #require(mount.status == 0)
        let job = Command.jobs + "/linpack.yaml"
        let full = try await run(job, ranks: 2, ["n=600", "block=50", "checkpoint.every=0"])
        let left = generations()
        _ = try await Launch.command("mount", ["-o", "remount,size=20m", output])
        let resumed = try await run(job, ranks: 3, ["n=600", "checkpoint.every=10"])
        let facts = try? facts()
        _ = try await Launch.command("umount", [output])
        #expect(full.status == 1 && !full.timedOut)
        #expect(lines(full).count == 1 && full.errors.contains("no space left on device"), "\(full.errors)")
        #expect(left == ["generation-000001", "generation-000002"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(facts?["verdict"] as? String == "PASSED")
        #expect((facts?["resumed_at_column"] as? Int ?? 0) > 0)
    }
}
