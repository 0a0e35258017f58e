// The `aws` client as a process: arguments as an array, the request as JSON in a file of its own, the answer as JSON.
//
// Version 1 and 2 read a request given as file:// twice, which a pipe cannot give: so the request is a temporary file that its
// owner alone reads, removed once the client has ended.

package import Foundation
internal import Subprocess
internal import SystemPackage

/// What runs the client; a test's own in tests.
package protocol AWSProgram: Sendable {
    /// Runs the client once.
    ///
    /// - Parameter request: JSON for `--cli-input-json`; nil where the call takes none.
    func run(_ arguments: [String], request: Data?) async throws(CloudError) -> AWSProgramEnd
}

/// How a run of the client ended.
package struct AWSProgramEnd: Sendable {
    package let status: Int
    package let output: Data
    package let errors: String

    package init(status: Int, output: Data, errors: String) {
        self.status = status
        self.output = output
        self.errors = errors
    }
}

/// The client that is installed.
package struct InstalledAWSProgram: AWSProgram {
    package let path: String
    /// Seconds until a run that has not ended is killed: pages of prices take some, a login that waits for a person never ends.
    private let patience: Double
    private let environment: [String: String?]

    /// - Parameters:
    ///   - patience: seconds until a run that has not ended is killed.
    ///   - environment: variables that the client gets, or with nil does not get, beside this process's own.
    package init(path: String, patience: Double = 180, environment: [String: String?] = [:]) {
        self.path = path
        self.patience = patience
        self.environment = environment
    }

    /// The client at `TESSERA_AWS`, or on `PATH`.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CloudError) {
        if let given = environment["TESSERA_AWS"], !given.isEmpty {
            guard isProgram(given) else {
                throw CloudError(
                    .client, operation: "aws",
                    message: "TESSERA_AWS: expected the aws client, found no program at \(given)")
            }
            self.init(path: given)
            return
        }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        guard let path = folders.lazy.map({ "\($0)/aws" }).first(where: isProgram) else {
            throw CloudError(
                .client, operation: "aws",
                message: "expected the aws client on PATH or at TESSERA_AWS, found none (apt-get install awscli, or "
                    + "pip install awscli)")
        }
        self.init(path: path)
    }

    package func run(_ arguments: [String], request: Data?) async throws(CloudError) -> AWSProgramEnd {
        let operation = arguments.prefix(2).joined(separator: " ")
        let file = try request.map { request throws(CloudError) in
            try RequestFile(request, operation: operation)
        }
        defer { file?.remove() }
        let line = arguments + (file.map { ["--cli-input-json", "file://\($0.path)"] } ?? [])
        guard let end = await race(line) else {
            throw CloudError(
                .unknownOutcome, operation: operation,
                message: Task.isCancelled
                    ? "the call was cancelled before the aws client had answered"
                    : "expected an answer of the aws client within \(Int(patience)) s, found none")
        }
        return try end.get()
    }

    /// The client's end, or nil where time ran out first.
    private func race(_ arguments: [String]) async -> Result<AWSProgramEnd, CloudError>? {
        await withTaskGroup(of: Result<AWSProgramEnd, CloudError>?.self) { group in
            group.addTask { await start(arguments) }
            group.addTask {
                try? await Task.sleep(for: .seconds(patience))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private func start(_ arguments: [String]) async -> Result<AWSProgramEnd, CloudError> {
        var options = PlatformOptions()
        // A session of its own: Ctrl-C ends the launcher, which then undoes what it did, and not a call half-way; and no
        // question for a person stops it at the terminal.
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(1))]
        do {
            let result = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(arguments), environment: variables,
                platformOptions: options, output: .data(limit: 256 << 20), error: .string(limit: 1 << 20))
            switch result.terminationStatus {
            case .exited(let status):
                return .success(
                    AWSProgramEnd(
                        status: Int(status), output: result.standardOutput, errors: result.standardError))
            case .signaled(let signal):
                return .failure(
                    CloudError(
                        .unknownOutcome, operation: arguments.prefix(2).joined(separator: " "),
                        message: "the aws client was ended by signal \(signal)"))
            }
        } catch let error as SubprocessError where error.code == .executableNotFound || error.code == .spawnFailed {
            return .failure(
                CloudError(
                    .client, operation: arguments.prefix(2).joined(separator: " "),
                    message: "\(path): expected the aws client, found that it does not start: \(error)"))
        } catch {
            return .failure(
                CloudError(
                    .unknownOutcome, operation: arguments.prefix(2).joined(separator: " "),
                    message: "the aws client's answer was lost: \(error)"))
        }
    }

    /// No pager, no questions, and no attempts of the client's own: behind a lost reply a second one would find the first
    /// one's work and call it another's.
    private var variables: Environment {
        let own: [String: String?] = [
            "AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off", "AWS_MAX_ATTEMPTS": "1", "PYTHONUTF8": "1",
        ]
        let all = own.merging(environment) { $1 }.map { (Environment.Key(rawValue: $0)!, $1) }
        return .inherit.updating(Dictionary(uniqueKeysWithValues: all))
    }
}

private func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        && access(path, X_OK) == 0
}

/// A temporary file that its owner alone reads.
private struct RequestFile {
    let path: String

    init(_ data: Data, operation: String) throws(CloudError) {
        var template = Array((NSTemporaryDirectory() + "/tessera-request-XXXXXX").utf8CString)
        // mkstemp creates with mode 0600.
        let file = mkstemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else {
            throw CloudError(.client, operation: operation, message: "\(path): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do { try handle.write(contentsOf: data) } catch {
            unlink(path)
            throw CloudError(.client, operation: operation, message: "\(path): \(error.localizedDescription)")
        }
    }

    func remove() { unlink(path) }
}
