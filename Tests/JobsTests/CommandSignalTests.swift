import Foundation
import TestSupport
import Testing

@Suite("tessera: signals")
struct CommandSignalTests {
    /// A run that would take hours ends at its next step, also without mpirun.
    @Test(arguments: [SIGINT, SIGTERM, SIGUSR1])
    func aRunStops(signal: Int32) async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob("duration: 1e12")
        let results = folder.path("results")
        let outcome = try await Launch.alone(
            "tessera", ["run", job, "--progress", "none"],
            signal: TimedSignal(signal, after: 1) { FileManager.default.fileExists(atPath: results) }, seconds: 60)
        #expect(!outcome.timedOut)
        #expect(outcome.status == 128 + Int(signal))
        #expect(outcome.errors == "tessera: stopped by signal \(signal)\n")
        #expect(outcome.output.isEmpty)
    }
}
