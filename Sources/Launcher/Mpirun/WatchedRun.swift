// mpirun on the first node, followed, with the watchdog beside it: whichever sees the end first.

internal import Synchronization

/// Where scripts run.
enum NodeShell: Sendable {
    /// On this machine, which is the only node.
    case here
    case ssh(SSH, [Host])

    /// The nodes' names.
    var names: [String] {
        switch self {
        case .here: ["this machine"]
        case .ssh(_, let hosts): hosts.map(\.name)
        }
    }

    var environment: [String: String] {
        switch self {
        case .here: [:]
        case .ssh(let ssh, _): ssh.environment
        }
    }

    /// The command that runs a script on a node.
    func command(_ node: Int, _ script: String, _ arguments: [String]) throws(NodeError) -> [String] {
        switch self {
        case .here: try ShellLine.script(script, arguments)
        case .ssh(let ssh, let hosts): try ssh.command(hosts[node], script, arguments)
        }
    }
}

/// A run of mpirun on nodes.
struct WatchedRun: Sendable {
    let shell: NodeShell
    /// The nodes' addresses, for their neighbours.
    let addresses: [IPv4]
    /// The ranks' working directory, on every node.
    let folder: String
    /// The file on the first node that holds mpirun's process.
    let processFile: String
    /// Shown to the user.
    let report: @Sendable (String) -> Void

    /// How a run ended.
    struct Ending: Sendable {
        /// mpirun's status; nil where it had to be left.
        let status: Int32?
        let lastWords: String
        let finding: Watchdog.Finding?
        let signal: Int32?
    }

    private enum Event: Sendable {
        case ended(FollowedProcess.Ending)
        case found(Watchdog.Finding)
        case signalled(Int32)
        case gaveUp
    }

    /// Runs mpirun to its end, or until a node is lost.
    func run(_ arguments: [String]) async throws(NodeError) -> Ending {
        let command = try shell.command(0, Self.start, [folder, processFile] + arguments)
        let relay = SignalRelay()
        defer { withExtendedLifetime(relay) {} }
        do {
            return try await withThrowingTaskGroup(of: Event.self) { group in
                group.addTask { .ended(try await FollowedProcess.run(command, environment: shell.environment)) }
                if shell.names.count > 1 { group.addTask { .found(try await watch()) } }
                group.addTask {
                    for await number in relay.signals { return .signalled(number) }
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                var finding: Watchdog.Finding?
                var signal: Int32?
                while let event = try await group.next() {
                    switch event {
                    case .ended(let ending):
                        return Ending(
                            status: ending.status, lastWords: ending.lastWords, finding: finding, signal: signal)
                    case .found(let it):
                        finding = it
                        report(it.message)
                        group.addTask {
                            // The head may be the one that is gone: nothing of this waits for it for long.
                            await send("TERM")
                            try await Task.sleep(for: .seconds(8))
                            await send("KILL")
                            try await Task.sleep(for: .seconds(5))
                            return .gaveUp
                        }
                    case .signalled(let number):
                        signal = signal ?? number
                        await send(number == 10 ? "USR1" : "TERM")
                        group.addTask {
                            for await number in relay.signals { return .signalled(number) }
                            throw CancellationError()
                        }
                    case .gaveUp:
                        return Ending(status: nil, lastWords: "", finding: finding, signal: signal)
                    }
                }
                throw NodeError(.failed, "mpirun: expected it to end, found nothing to wait for")
            }
        } catch let error as NodeError {
            throw error
        } catch {
            throw NodeError(.failed, "mpirun: \(error)")
        }
    }

    /// Sends mpirun a signal.
    private func send(_ signal: String) async {
        guard let command = try? shell.command(0, Self.signal, [processFile, signal]) else { return }
        _ = try? await LocalProcess.run(command, environment: shell.environment, seconds: 10)
    }

    /// Returns when a node or a link is lost.
    private func watch() async throws -> Watchdog.Finding {
        let clock = ContinuousClock()
        let start = clock.now
        @Sendable func now() -> Double { (clock.now - start) / .seconds(1) }
        let (findings, continuation) = AsyncStream.makeStream(of: Watchdog.Finding.self)
        let names = shell.names
        let dog = Kept(Watchdog(names, now: 0))
        return try await withThrowingTaskGroup(of: Watchdog.Finding?.self) { group in
            for node in names.indices {
                let peers = Watchdog.neighbours(of: node, among: names.count)
                let command = try shell.command(
                    node, Watchdog.beats, ["\(Watchdog.rest)"] + peers.map { "\(addresses[$0])" })
                group.addTask {
                    // A connection that ends is opened again; only the beats count.
                    while !Task.isCancelled {
                        _ = try? await FollowedProcess.run(command, environment: shell.environment) { line in
                            let words = Set(line.split(separator: " ").map(String.init))
                            guard words.contains("beat") else { return }
                            let silent = peers.filter { words.contains("\(addresses[$0])") }.map { names[$0] }
                            if let it = dog.change({ $0.beat(node, silent: Set(silent), now: now()) }) {
                                continuation.yield(it)
                            }
                        }
                        try await Task.sleep(for: .seconds(2))
                    }
                    return nil
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    if let it = dog.change({ $0.overdue(now: now()) }) { return it }
                }
            }
            group.addTask {
                for await it in findings { return it }
                return nil
            }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw CancellationError()
        }
    }

    /// Becomes mpirun in the folder $1; its process goes into the file $2 for ``signal``.
    static let start = #"""
        cd -- "$1" || exit 1
        processFile=$2
        shift 2
        if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
        echo $$ > "$processFile"
        exec mpirun "$@" < /dev/null
        """#

    /// Sends the process in the file $1 the signal $2, waiting for it to have begun.
    static let signal = #"""
        for _ in $(seq 20); do [ -s "$1" ] && break; sleep 0.2; done
        kill -s "$2" "$(cat "$1")"
        """#
}

/// A value behind a lock, which closures share.
private final class Kept<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func change<Answer: Sendable>(_ body: (inout Value) -> Answer) -> Answer { value.withLock { body(&$0) } }
}
