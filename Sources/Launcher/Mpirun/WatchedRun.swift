// mpirun on the first node, followed, with the watchdog beside it: whichever sees the end first.

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

    /// Runs mpirun to its end, or until a node is lost; hands signals on to it.
    func run(_ arguments: [String], _ relay: SignalRelay) async throws(NodeError) -> Ending {
        let command = try shell.command(0, Self.start, [folder, processFile] + arguments)
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        relay.handle { continuation.yield($0) }
        do {
            return try await withThrowingTaskGroup(of: Event.self) { group in
                group.addTask { .ended(try await FollowedProcess.run(command, environment: shell.environment)) }
                if shell.names.count > 1 { group.addTask { .found(try await watch()) } }
                group.addTask {
                    for await number in signals { return .signalled(number) }
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
                        // mpirun passes SIGUSR1 on and starts no clock: the ranks save themselves however long it takes.
                        await send(signal == nil ? "USR1" : "TERM")
                        signal = signal ?? number
                        group.addTask {
                            for await number in signals { return .signalled(number) }
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
