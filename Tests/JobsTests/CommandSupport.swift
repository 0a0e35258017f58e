import Foundation
import TestSupport
import Testing

/// The `tessera` program as a user starts it.
enum Command {
    static func alone(
        _ arguments: String..., environment: [String: String] = [:], directory: String? = nil
    ) async throws -> Outcome {
        try await Launch.alone("tessera", arguments, environment: environment, directory: directory, seconds: 120)
    }

    static func ranks(_ count: Int, _ arguments: String...) async throws -> Outcome {
        try await Launch.ranks(count, "tessera", arguments, seconds: 120)
    }

    /// The members of a JSON object that is the whole of a text.
    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    /// Whether a job has written so many checkpoints into this folder, of which it keeps the last.
    static func hasSaved(_ count: Int, in folder: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { Int($0.suffix(6)) ?? 0 >= count }
    }

    /// The package's folder of ready jobs.
    static var jobs: String { repositoryFile("jobs") }
}

extension Outcome {
    /// What the program itself has written to standard error: mpirun frames its own words with lines of dashes.
    var complaints: [String] {
        var isFramed = false
        var lines: [String] = []
        for line in errors.split(separator: "\n").map(String.init) {
            if line.hasPrefix("-----") {
                isFramed.toggle()
            } else if !isFramed {
                lines.append(line)
            }
        }
        return lines
    }

    /// Ended by itself, and not by a trap.
    func expectCleanEnd(_ location: SourceLocation = #_sourceLocation) {
        #expect(!timedOut, sourceLocation: location)
        #expect(!errors.contains("Fatal error"), "\(errors)", sourceLocation: location)
        #expect(!errors.contains("Program crashed"), "\(errors)", sourceLocation: location)
        #expect(status < 128, "\(errors)", sourceLocation: location)
    }
}

extension TemporaryFolder {
    /// Writes a heat job on the package's terrain, its last lines as given from line 7 on, and returns its path.
    func heatJob(_ more: String = "duration: 1000000") throws -> String {
        try write(
            "heat.yaml",
            """
            kind: heat
            field: \(Command.jobs)/data/jacksboro_dem.npy
            spacing: [92.5, 74.5]
            diffusivity: 0.02
            output: \(path("results"))
            pictures: false
            \(more)

            """)
        return path("heat.yaml")
    }
}
