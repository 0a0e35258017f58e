import TestSupport
import Testing

@Suite("tessera: signals")
struct CommandSignalTests {
    /// A run that would take hours ends at its next step, also without mpirun.
    @Test(arguments: [("INT", 2), ("TERM", 15), ("USR1", 10)])
    func aRunStops(name: String, number: Int) async throws {
        let folder = TemporaryFolder()
        let job = try folder.heatJob("duration: 1e12")
        let outcome = try await Launch.command(
            "timeout",
            ["--preserve-status", "-s", name, "4", Launch.path(of: "tessera"), "run", job, "--progress", "none"])
        #expect(!outcome.timedOut)
        #expect(outcome.status == 128 + number)
        #expect(outcome.errors == "tessera: stopped by signal \(number)\n")
        #expect(outcome.output.isEmpty)
    }
}
