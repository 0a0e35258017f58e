// The beats of all nodes, listened to while mpirun runs.

extension WatchedRun {
    /// Returns when a node or a link is lost.
    func watch() async throws -> Watchdog.Finding {
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
                            let silent = peers.filter { words.contains("\(addresses[$0])") }
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
}
