internal import Foundation

/// The `mpirun` that a user of this machine would start.
package struct FoundLauncher: Hashable, Sendable {
    package let path: String
    package let release: MPIRelease

    package init(path: String, release: MPIRelease) {
        self.path = path
        self.release = release
    }

    /// The first `mpirun` of PATH and what it says of itself; nil where there is none that runs. To be called before MPI
    /// starts, which does not bear a process that forks.
    package static func find() -> FoundLauncher? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for folder in folders {
            let path = "\(folder)/mpirun"
            guard FileManager.default.isExecutableFile(atPath: path) else { continue }
            return output(of: path, "--version").map { FoundLauncher(path: path, release: MPIRelease($0)) }
        }
        return nil
    }

    private static func output(of program: String, _ argument: String) -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [argument]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
