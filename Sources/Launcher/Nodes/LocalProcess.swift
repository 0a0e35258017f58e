// A program of this machine, run to its end within a time limit: ssh and its companions.

internal import Foundation
internal import Subprocess
internal import SystemPackage

/// How a program ended and what it said.
package struct ProcessOutcome: Hashable, Sendable {
    /// The exit status, or 128 + the signal that ended it; nil where the time ran out.
    package let status: Int32?
    package let output: String
    package let errors: String

    /// The last line that it wrote to standard error.
    package var complaint: String {
        errors.split(whereSeparator: \.isNewline).last.map(String.init)
            ?? (status.map { "status \($0)" } ?? "no answer in time")
    }
}

/// Programs of this machine.
package enum LocalProcess {
    /// Where a program reads from and writes to.
    package enum File: Sendable {
        case none
        case path(String)
    }

    /// Runs a program; a terminal's signals do not reach it.
    ///
    /// - Parameters:
    ///   - input: a file for standard input.
    ///   - output: a file for standard output, which must not exist; collected (at most 64 MiB) where there is none.
    ///   - seconds: after which it is stopped.
    package static func run(
        _ command: [String], environment: [String: String] = [:], input: File = .none, output: File = .none,
        seconds: Double
    ) async throws(NodeError) -> ProcessOutcome {
        do {
            return try await withThrowingTaskGroup(of: ProcessOutcome?.self) { group in
                group.addTask { try await start(command, environment, input, output) }
                group.addTask {
                    try await Task.sleep(for: .seconds(seconds))
                    return nil
                }
                defer { group.cancelAll() }
                if let first = try await group.next(), let outcome = first { return outcome }
                return ProcessOutcome(status: nil, output: "", errors: "")
            }
        } catch let error as NodeError {
            throw error
        } catch {
            throw NodeError(.request, "\(command[0]): expected a program that runs, found: \(error)")
        }
    }

    private static func start(
        _ command: [String], _ environment: [String: String], _ input: File, _ output: File
    ) async throws -> ProcessOutcome {
        let reading: FileDescriptor =
            switch input {
            case .none: try .open("/dev/null", .readOnly)
            case .path(let path): try .open(FilePath(path), .readOnly)
            }
        let source = FileDescriptorInput.fileDescriptor(reading, closeAfterSpawningProcess: true)
        let configuration = configuration(command, environment)
        if case .path(let path) = output {
            let writing = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            let result = try await Subprocess.run(
                configuration, input: source, output: .fileDescriptor(writing, closeAfterSpawningProcess: true),
                error: .string(limit: 1 << 20))
            return ProcessOutcome(status: status(result.terminationStatus), output: "", errors: result.standardError)
        }
        let result = try await Subprocess.run(
            configuration, input: source, output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        return ProcessOutcome(
            status: status(result.terminationStatus), output: result.standardOutput, errors: result.standardError)
    }

    /// The command in a session of its own: Ctrl-C in a terminal is for the launcher, which stops the ranks in good order.
    static func configuration(_ command: [String], _ environment: [String: String]) -> Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))]
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        let program: Executable = command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0])
        return Configuration(
            executable: program, arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(variables),
            platformOptions: options)
    }

    static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
