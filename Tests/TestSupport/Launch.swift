internal import Subprocess
internal import SystemPackage
internal import Foundation

/// How a launched program ended.
public struct Outcome: Sendable {
    public let output: String
    public let errors: String
    /// The exit status, or 128 + the signal that ended it, as a shell counts.
    public let status: Int
    public let timedOut: Bool
}

/// Programs of this package, started as a user would start them: under `mpirun` or alone.
///
/// One launch under mpirun at a time over all suites of the process, and one single process beside it: ranks of two jobs on
/// two cores would only time each other out.
public enum Launch {
    /// Runs a product of the package under `mpirun` with this many ranks.
    ///
    /// - Parameters:
    ///   - limit: a command of the shell, such as `ulimit -f 256`, under which each rank runs.
    ///   - signal: what mpirun alone is sent, once.
    ///   - patience: the seconds that mpirun waits between SIGTERM and SIGKILL, also where a rank has aborted the job.
    public static func ranks(
        _ count: Int, limitedTo limit: String? = nil, _ program: String, _ arguments: [String] = [],
        environment: [String: String] = [:], signal: TimedSignal? = nil, patience: Int? = nil, seconds: Double = 300
    ) async throws -> Outcome {
        // Long enough to stop in good order where that is what is tested, else mpirun's own second.
        let patience = patience ?? (signal == nil ? 1 : 5)
        // Waiting ranks give their core away: the machine may be busy with something else.
        let flags = [
            "-np", "\(count)", "--oversubscribe", "--bind-to", "none", "--mca", "odls_base_sigkill_timeout",
            "\(patience)",
            "--mca", "mpi_yield_when_idle", "1",
        ]
        let shell = limit.map { ["sh", "-c", "\($0); exec \"$0\" \"$@\""] } ?? []
        let line = flags + shell + [path(of: program)] + arguments
        return try await mpirun.pass {
            try await run(.name("mpirun"), line, environment: environment, signal: signal, seconds: seconds)
        }
    }

    /// Runs a product of the package without `mpirun`.
    ///
    /// - Parameter signal: what it is sent, once.
    public static func alone(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil,
        signal: TimedSignal? = nil, seconds: Double = 300
    ) async throws -> Outcome {
        try await single.pass {
            try await run(
                .path(FilePath(path(of: program))), arguments, environment: environment, directory: directory,
                signal: signal, seconds: seconds)
        }
    }

    /// Runs a command of the system.
    ///
    /// - Parameter isParallel: whether the command is an `mpirun`.
    public static func command(
        _ name: String, _ arguments: [String], isParallel: Bool = false, seconds: Double = 60
    ) async throws -> Outcome {
        try await (isParallel ? mpirun : single).pass {
            try await run(.name(name), arguments, environment: [:], seconds: seconds)
        }
    }

    /// Where the build has put a program: beside the test runner.
    public static func path(of program: String) -> String {
        let runner =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent(program).path
    }

    private static let mpirun = Turnstile()
    private static let single = Turnstile()

    /// Open MPI refuses to run as root unless told twice; one BLAS thread a rank keeps two cores from thrashing.
    private static func variables(_ extra: [String: String]) -> Environment {
        // Ranks that share cores have nothing to teach about this machine.
        var all = ["OPENBLAS_NUM_THREADS": "1", "TESSERA_RATES": "off"]
        if getuid() == 0 {
            all["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            all["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        }
        all.merge(extra) { $1 }
        return .inherit.updating(
            Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(rawValue: $0)!, .some($1)) }))
    }

    private static func run(
        _ executable: Executable, _ arguments: [String], environment: [String: String], directory: String? = nil,
        signal: TimedSignal? = nil, seconds: Double
    ) async throws -> Outcome {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(3))]
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { [options] in
                let result = try await Subprocess.run(
                    executable, arguments: Arguments(arguments), environment: variables(environment),
                    workingDirectory: directory.map { FilePath($0) }, platformOptions: options, input: .none,
                    output: .string(limit: 64 << 20), error: .string(limit: 64 << 20)
                ) { process in
                    guard let signal, await signal.isDue() else { return }
                    try? process.send(signal: Signal(rawValue: signal.number))
                }
                let status =
                    switch result.terminationStatus {
                    case .exited(let code): Int(code)
                    case .signaled(let signal): 128 + Int(signal)
                    }
                return Outcome(
                    output: result.standardOutput, errors: result.standardError, status: status,
                    timedOut: false)
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let outcome = first { return outcome }
            group.cancelAll()
            // The cancelled run tears its processes down and still reports what they had printed.
            let late = try? await group.next() ?? nil
            return Outcome(
                output: late?.output ?? "", errors: late?.errors ?? "", status: late?.status ?? -1, timedOut: true)
        }
    }
}

/// Lets one task through at a time, in order of arrival.
private actor Turnstile {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass<R: Sendable>(_ body: @Sendable () async throws -> R) async rethrows -> R {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
        defer {
            if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
