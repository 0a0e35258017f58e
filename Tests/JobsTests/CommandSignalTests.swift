import Foundation
import TestSupport
import Testing

@Suite("tessera: signals")
struct CommandSignalTests {
    /// A run that would take minutes ends at its next step.
    @Test(arguments: [SIGINT, SIGTERM])
    func aRunStops(signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let job = try folder.heatJob("duration: 1e12")
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: Launch.path(of: "tessera"))
        process.arguments = ["run", job, "--progress", "none"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        // The folder is made when the job has been accepted, right before the work.
        try await wait(seconds: 60) { FileManager.default.fileExists(atPath: "\(folder.path)/results") }
        try await Task.sleep(for: .seconds(2))
        #expect(process.isRunning)
        kill(process.processIdentifier, signal)
        try await wait(seconds: 30) { !process.isRunning }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 128 + signal)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "tessera: stopped by signal \(signal)\n")
    }

    private func wait(seconds: Int, until holds: () -> Bool) async throws {
        for _ in 0..<seconds * 20 {
            if holds() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("waited \(seconds) s in vain")
    }
}
