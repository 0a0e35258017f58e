// A program whose output is shown as it comes, and whose last words are kept for whoever must explain how it ended.

internal import Foundation
internal import Subprocess
internal import SystemPackage

/// A command that is followed to its end.
enum FollowedProcess {
    /// How it ended, and the last 64 KiB of its standard error.
    struct Ending: Sendable {
        let status: Int32
        let lastWords: String
    }

    /// Runs a command. Cancelling the task ends it.
    ///
    /// - Parameter line: is handed each line of standard output, instead of this process's standard output.
    static func run(
        _ command: [String], environment: [String: String], line: (@Sendable (String) async -> Void)? = nil
    ) async throws(NodeError) -> Ending {
        do {
            let configuration = LocalProcess.configuration(command, environment)
            let result = try await Subprocess.run(configuration, input: .none, output: .sequence, error: .sequence) {
                execution in
                async let words = lastWords(execution.standardError, isShown: line == nil)
                if let line {
                    for try await text in execution.standardOutput.strings() { await line(text) }
                } else {
                    for try await chunk in execution.standardOutput { show(chunk, .standardOutput) }
                }
                return try await words
            }
            return Ending(
                status: LocalProcess.status(result.terminationStatus), lastWords: result.closureResult)
        } catch {
            throw NodeError(.failed, "\(command[0]): expected a program that runs, found: \(error)")
        }
    }

    private static func lastWords(_ errors: SubprocessOutputSequence, isShown: Bool) async throws -> String {
        let most = 64 << 10
        var kept: [UInt8] = []
        for try await chunk in errors {
            if isShown { show(chunk, .standardError) }
            chunk.withUnsafeBytes { kept.append(contentsOf: $0) }
            if kept.count > 2 * most { kept.removeFirst(kept.count - most) }
        }
        return String(decoding: kept.suffix(most), as: UTF8.self)
    }

    private static func show(_ chunk: SubprocessOutputSequence.Buffer, _ target: FileDescriptor) {
        // Whoever reads it may have gone away; the run goes on for its results.
        chunk.withUnsafeBytes { _ = try? target.writeAll($0) }
    }
}
