// All nodes at once, or none: the ladder of places and markets, climbed until one has them. Every step first asks the journal
// what is done, so that the same function begins a launch and goes on with one whose launcher was killed.

internal import Failures

/// Nodes that all run.
package struct Cluster: Hashable, Codable, Sendable {
    package let run: RunID
    package let instances: [Instance]
    package let attempt: Attempt
}

/// The launch of one run.
package struct GangLaunch: Sendable {
    let request: ClusterRequest
    let calls: JournaledCalls
    let journal: Journal
    let clock: any LaunchClock
    let patience: Patience
    /// Given the table of attempts whenever it changes.
    let report: @Sendable ([Attempt]) -> Void
    /// The signal that wants an end, if any.
    let stop: @Sendable () -> Int32?

    package init(
        _ request: ClusterRequest, on cloud: any CloudAPI, journal: Journal, clock: any LaunchClock,
        patience: Patience = Patience(), report: @escaping @Sendable ([Attempt]) -> Void = { _ in },
        stop: @escaping @Sendable () -> Int32? = { nil }
    ) {
        self.request = request
        calls = JournaledCalls(cloud, journal: journal)
        self.journal = journal
        self.clock = clock
        self.patience = patience
        self.report = report
        self.stop = stop
    }

    /// Climbs the ladder.
    ///
    /// - Throws: any `LauncherError` but `leak`; what exists by then is the caller's to end.
    package func run() async throws(LauncherError) -> Cluster {
        if journal.state.isEnding {
            throw .refused(
                .argument(
                    routine: "launch", name: "\(request.run)", expected: "a run that goes on",
                    found: "one that has begun to end"))
        }
        let rungs = try await Rung.ladder(request, calls.cloud, clock)
        let group = try await securityGroup(in: rungs[0].subnet.network)
        try await keyPair()
        // What a killed launcher was at comes first: two rungs never have nodes at once.
        let unfinished = journal.state.attempts.filter { $0.isUnfinished }
        for attempt in unfinished where !rungs.contains(where: { $0.isPlace(of: attempt) }) {
            var attempt = attempt
            try await abandon(attempt, placement(attempt))
            attempt.end = .lost(message: "its zone no longer offers the type")
            try note(attempt)
        }
        let (first, rest) = rungs.parted { rung in unfinished.contains { rung.isPlace(of: $0) } }
        for rung in first + rest {
            let earlier = journal.state.attempts.first { rung.isPlace(of: $0) }
            if let earlier, !earlier.isUnfinished { continue }
            let attempt =
                earlier
                ?? Attempt(
                    number: journal.state.attempts.count + 1, zone: rung.zone, type: rung.type.name,
                    market: rung.market, nodes: request.nodes, price: rung.price)
            if let cluster = try await climb(rung, attempt, group) { return cluster }
        }
        throw .noCapacity(journal.state.attempts)
    }

    /// One rung; nil where the next one may do better.
    private func climb(
        _ rung: Rung, _ attempt: Attempt, _ group: String
    ) async throws(LauncherError) -> Cluster? {
        try checkStop()
        var attempt = attempt
        attempt.end = nil
        try note(attempt)
        let placement = placement(attempt)
        try await placementGroup(placement, attempt)
        let token = "\(request.run)-\(attempt.number)"
        // A request whose answer got lost is sent once more as it was: another one with its token would be refused.
        let launch = journal.state.launch(token)?.request ?? self.launch(rung, attempt, token, placement, group)
        do throws(Fall) {
            let nodes = try await launched(launch)
            let running = try await allRunning(nodes, attempt)
            attempt.end = .running
            do {
                try write(.ready(instances: running))
                try note(attempt)
            } catch { throw .launcher(error) }
            return Cluster(run: request.run, instances: running, attempt: attempt)
        } catch {
            switch error {
            case .next(let end):
                attempt.end = end
                try await abandon(attempt, placement)
                try note(attempt)
                return nil
            case .launcher(let error):
                attempt.end = .failed(message: "\(error)")
                try? note(attempt)
                throw error
            }
        }
    }

    /// What ends an attempt: for this rung alone, or for all.
    enum Fall: Error {
        case next(Attempt.End)
        case launcher(LauncherError)
    }

    private func launched(_ launch: LaunchRequest) async throws(Fall) -> [Instance] {
        if let known = journal.state.launch(launch.token)?.instances { return known }
        do throws(CloudError) {
            if let refusal = journal.state.refusal(launch.token) { throw refusal }
            return try await persisting(clock) { () throws(CloudError) in try await calls.launch(launch) }
        } catch  where error.isLackOfCapacity {
            throw .next(.noCapacity(message: error.code.isEmpty ? error.message : error.code))
        } catch  where error.code == "IdempotentInstanceTerminated" {
            // The answer got lost, and then the nodes: taken back, or by their own timers.
            throw .next(.lost(message: error.code))
        } catch {
            throw .launcher(.cloud(error))
        }
    }

    private func launch(
        _ rung: Rung, _ attempt: Attempt, _ token: String, _ placement: String, _ group: String
    ) -> LaunchRequest {
        LaunchRequest(
            token: token, type: rung.type, count: request.nodes, market: rung.market, image: rung.image,
            subnet: rung.subnet, placementGroup: placement, securityGroup: group, keyPair: request.name,
            usesEFA: rung.usesEFA, givesPublicAddress: rung.givesPublicAddress,
            volumeGibibytes: request.volumeGibibytes, instanceProfile: request.instanceProfile,
            userData: request.userData, tags: tags(attempt))
    }

    func placement(_ attempt: Attempt) -> String { "\(request.name)-\(attempt.number)" }

    // MARK: Words to the journal and the user

    func tags(_ attempt: Attempt) -> Tags {
        request.tags.merging([Tags.attemptKey: "\(attempt.number)"]) { $1 }
    }

    func note(_ attempt: Attempt) throws(LauncherError) {
        if !journal.state.attempts.contains(attempt) { try write(.attempt(rung: attempt)) }
        report(journal.state.attempts)
    }

    func write(_ event: JournalEvent) throws(LauncherError) {
        do { try journal.record(event) } catch { throw .refused(error) }
    }

    func checkStop() throws(LauncherError) {
        if let signal = stop() { throw .stopped(signal: signal) }
    }
}

extension Attempt {
    /// Whether it has nodes, or may have.
    fileprivate var isUnfinished: Bool { end == nil || end == .running }
}

extension Array {
    /// Those that are so, and the others, each in their order.
    fileprivate func parted(by isSo: (Element) -> Bool) -> ([Element], [Element]) {
        (filter(isSo), filter { !isSo($0) })
    }
}

extension Rung {
    fileprivate func isPlace(of attempt: Attempt) -> Bool {
        (attempt.zone, attempt.type, attempt.market) == (zone, type.name, market)
    }
}
