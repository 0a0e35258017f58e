// A run's nodes from nothing to running, or from running to nothing, under the run's lock and journal. A launch that fails
// ends what it has begun before it says so.

package import Failures
internal import Foundation

/// What happens to a run's nodes on one machine's behalf.
package struct ClusterLaunch: Sendable {
    private let root: String
    private let cloud: any CloudAPI
    private let clock: any LaunchClock
    private let patience: Patience
    private let sink: @Sendable (RunFolder) throws(TesseraError) -> any JournalSink

    /// - Parameters:
    ///   - root: the folder of all runs.
    ///   - sink: where a run's journal goes.
    package init(
        root: String, cloud: any CloudAPI, clock: any LaunchClock, patience: Patience = Patience(),
        sink: @escaping @Sendable (RunFolder) throws(TesseraError) -> any JournalSink = {
            folder throws(TesseraError) in try JournalFile(folder.journal)
        }
    ) {
        self.root = root
        self.cloud = cloud
        self.clock = clock
        self.patience = patience
        self.sink = sink
    }

    /// Launches the nodes of a new run.
    ///
    /// - Parameters:
    ///   - report: given the ladder's table whenever it changes.
    ///   - stop: the signal that wants an end, if any.
    /// - Throws: `LauncherError`; nothing is left then, unless it is `leak`.
    package func up(
        _ request: ClusterRequest, report: @escaping @Sendable ([Attempt]) -> Void = { _ in },
        stop: @escaping @Sendable () -> Int32? = { nil }
    ) async throws(LauncherError) -> Cluster {
        do { try request.check() } catch { throw .refused(error) }
        let account = try await account()
        let held = try begin(request, account)
        let cluster = try await launch(request, held.journal, report, stop)
        _ = consume held
        return cluster
    }

    /// Goes on with a run whose launcher was killed: then all nodes run, or none is left. A run that was up already is looked
    /// at, and nothing of it is ended whatever is amiss.
    ///
    /// - Throws: `LauncherError.refused` where another launcher is at work on the run, it has begun to end, or not all nodes of
    ///   a run that was up still run.
    package func adopt(
        _ run: RunID, report: @escaping @Sendable ([Attempt]) -> Void = { _ in },
        stop: @escaping @Sendable () -> Int32? = { nil }
    ) async throws(LauncherError) -> Cluster {
        let held = try await held(run)
        let journal = held.journal
        guard let request = journal.state.request, !journal.state.isEnding else {
            throw .refused(
                .argument(
                    routine: "cluster", name: "\(run)", expected: "a run that goes on",
                    found: journal.state.isEnding ? "one that has begun to end" : "one that had not begun"))
        }
        let standing = journal.state.isReady ? journal.state.attempts.last { $0.end == .running } : nil
        let cluster =
            if let standing {
                try await look(at: standing, journal)
            } else {
                try await launch(request, journal, report, stop)
            }
        _ = consume held
        return cluster
    }

    /// The nodes of an attempt that was up.
    private func look(at attempt: Attempt, _ journal: Journal) async throws(LauncherError) -> Cluster {
        let request = journal.state.request
        let ids = journal.state.instances.filter { $0.tags[Tags.attemptKey] == "\(attempt.number)" }.map(\.id)
        let listed: [Instance]
        do {
            listed = try await persisting(clock) { () throws(CloudError) in
                try await cloud.instances(of: request?.run.description)
            }
        } catch { throw .cloud(error) }
        let nodes = listed.filter { ids.contains($0.id) }.sorted { $0.id < $1.id }
        guard let run = request?.run, nodes.count == ids.count, nodes.allSatisfy({ $0.state == .running }) else {
            let states = ids.map { id in "\(id) \(nodes.first { $0.id == id }?.state.rawValue ?? "not listed")" }
            throw .refused(
                .argument(
                    routine: "cluster", name: "nodes", expected: "\(ids.count) running",
                    found: states.joined(separator: ", ")))
        }
        return Cluster(run: run, instances: nodes, attempt: attempt)
    }

    /// Ends a run, whatever state its launcher has left it in.
    ///
    /// - Throws: `LauncherError.leak` with what is left.
    package func down(_ run: RunID) async throws(LauncherError) -> (report: Teardown.Report, receipt: Receipt) {
        let held = try await held(run)
        let report = try await teardown(run, held.journal)
        let receipt = Receipt(of: held.journal.state, now: clock.now)
        _ = consume held
        return (report, receipt)
    }

    /// What a run's journal says.
    package func state(_ run: RunID) throws(TesseraError) -> RunState {
        RunState(try JournalEntry.read(try RunFolder.open(run, in: root).journal))
    }

    private func launch(
        _ request: ClusterRequest, _ journal: Journal, _ report: @escaping @Sendable ([Attempt]) -> Void,
        _ stop: @escaping @Sendable () -> Int32?
    ) async throws(LauncherError) -> Cluster {
        do {
            return try await GangLaunch(
                request, on: cloud, journal: journal, clock: clock, patience: patience, report: report, stop: stop
            ).run()
        } catch {
            do {
                _ = try await teardown(request.run, journal)
            } catch .leak(let run, let left, let reason) {
                throw .leak(run: run, left: left, reason: "\(reason); it began with: \(error)")
            }
            throw error
        }
    }

    private func teardown(_ run: RunID, _ journal: Journal) async throws(LauncherError) -> Teardown.Report {
        try await Teardown(of: run.description, on: cloud, journal: journal, clock: clock, patience: patience).run()
    }

    // MARK: The run's folder

    /// A run's lock, and its journal for as long as that is held.
    private struct Held: ~Copyable {
        let lock: RunLock
        let journal: Journal
    }

    private func open(_ folder: RunFolder) throws(TesseraError) -> Held {
        let lock = try RunLock(folder)
        let sink = try sink(folder)
        return Held(lock: lock, journal: Journal(sink, entries: try JournalEntry.read(folder.journal), clock: clock))
    }

    private func begin(_ request: ClusterRequest, _ account: String) throws(LauncherError) -> Held {
        do {
            let held = try open(try RunFolder.create(request.run, in: root))
            try held.journal.record(
                .begun(request: request, account: account, region: cloud.region, version: 1))
            return held
        } catch { throw .refused(error) }
    }

    /// A run that began earlier, in this account and region: another one would answer that nothing is left.
    private func held(_ run: RunID) async throws(LauncherError) -> Held {
        let here = (account: try await account(), region: cloud.region)
        do throws(TesseraError) {
            let held = try open(try RunFolder.open(run, in: root))
            let state = held.journal.state
            guard state.account ?? here.account == here.account, state.region ?? here.region == here.region else {
                throw .argument(
                    routine: "run", name: "\(run)",
                    expected: "its account \(state.account ?? "") and region \(state.region ?? "")",
                    found: "\(here.account) and \(here.region)")
            }
            return held
        } catch { throw .refused(error) }
    }

    private func account() async throws(LauncherError) -> String {
        do {
            return try await persisting(clock) { () throws(CloudError) in try await cloud.callerIdentity() }.account
        } catch { throw .cloud(error) }
    }
}
