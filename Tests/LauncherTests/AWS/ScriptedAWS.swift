import Foundation
import Launcher
import Synchronization
import Testing

/// An `aws` client that answers from a script and remembers what it was asked.
final class ScriptedAWS: AWSProgram {
    struct Call {
        let arguments: [String]
        let request: String

        /// As the policy spells it.
        var operation: AWSOperation? { AWSOperation(rawValue: arguments.prefix(2).joined(separator: " ")) }
    }

    private struct State {
        var answers: [AWSOperation: [AWSProgramEnd]] = [:]
        var calls: [Call] = []
    }

    private let state: Mutex<State>
    private let version: String

    /// - Parameter answers: what each operation answers, in order; the last answer is repeated.
    init(_ answers: [AWSOperation: [AWSProgramEnd]] = [:], version: String = "aws-cli/2.9.19 Python/3.11.2") {
        state = Mutex(State(answers: answers))
        self.version = version
    }

    var calls: [Call] { state.withLock { $0.calls } }

    func run(_ arguments: [String], request: Data?) async throws(CloudError) -> AWSProgramEnd {
        if arguments == ["--version"] { return .answer(version) }
        let call = Call(arguments: arguments, request: String(decoding: request ?? Data(), as: UTF8.self))
        return state.withLock { state in
            state.calls.append(call)
            guard let operation = call.operation, let answers = state.answers[operation], let first = answers.first
            else {
                return .failure("NoScript", "\(arguments.prefix(2))")
            }
            if answers.count > 1 { state.answers[operation] = Array(answers.dropFirst()) }
            return first
        }
    }
}

extension AWSProgramEnd {
    static func answer(_ json: String) -> AWSProgramEnd {
        AWSProgramEnd(status: 0, output: Data(json.utf8), errors: "")
    }

    /// As version 2 writes it where it gave up.
    static func failure(_ code: String, _ message: String) -> AWSProgramEnd {
        AWSProgramEnd(
            status: 254, output: Data(),
            errors: "\nAn error occurred (\(code)) when calling the X operation (reached max retries: 0): \(message)\n")
    }
}

extension AWSCommandLine {
    /// A region behind a script, without waiting.
    static func scripted(_ program: ScriptedAWS, waits: @escaping @Sendable (Double) -> Void = { _ in })
        -> AWSCommandLine
    {
        do {
            return try AWSCommandLine(
                region: "us-east-2", program: program,
                backoff: Backoff(random: { 0.5 }, sleep: { waits($0) }), now: { 1_795_790_000 },
                isKnownHost: { $0 != "ec2.us-nowhere-9.amazonaws.com" })
        } catch {
            fatalError("\(error)")
        }
    }
}

/// The cause that a call fails for; nil where it does not fail.
func cause(_ call: () async throws(CloudError) -> Void) async -> CloudError? {
    do throws(CloudError) {
        try await call()
        return nil
    } catch {
        return error
    }
}
