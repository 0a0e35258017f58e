// Finds everything that bears Tessera's tag in a region, of whatever run and whichever machine began it, and ends it. The
// cloud is the witness: a run whose folder is lost is found like any other.

internal import Failures

/// What bears the tag, run by run.
package struct Reap: Sendable {
    package struct Find: Hashable, Codable, Sendable {
        /// The tag's value. It is another's text: a name, never a path.
        package let run: String
        /// Seconds since the run began, or its first node; nil where neither tells.
        package let age: Double?
        package let left: [Resource]
        /// The launcher on this machine that is at work on the run, in words; nil where none is.
        package let holder: String?

        package var nodes: Int { left.count { $0.kind == .instance } }
    }

    private let root: String
    private let cloud: any CloudAPI
    private let clock: any LaunchClock
    private let patience: Patience

    package init(root: String, cloud: any CloudAPI, clock: any LaunchClock, patience: Patience = Patience()) {
        self.root = root
        self.cloud = cloud
        self.clock = clock
        self.patience = patience
    }

    /// Everything of runs that are at least so old, in seconds; with an age, runs that do not tell theirs are left out.
    package func look(olderThan age: Double? = nil) async throws(LauncherError) -> [Find] {
        let resources: [Resource]
        let instances: [Instance]
        do {
            resources = try await persisting(clock) { () throws(CloudError) in try await cloud.resources(of: nil) }
            instances = try await persisting(clock) { () throws(CloudError) in try await cloud.instances(of: nil) }
        } catch { throw .cloud(error) }
        let runs = Dictionary(grouping: resources) { $0.tags[Tags.runKey] ?? "" }
        return runs.keys.sorted().compactMap { run in
            let launched = instances.filter { $0.tags[Tags.runKey] == run }.map(\.launched).min()
            let began = (try? RunID(parsing: run))?.began ?? launched
            let found = Find(
                run: run, age: began.map { clock.now - $0 }, left: runs[run]!.sorted { $0.id < $1.id },
                holder: holder(run))
            guard let age else { return found }
            return found.age.map { $0 >= age } ?? false ? found : nil
        }
    }

    /// Ends one run's. Where this machine has its journal, that is kept, under the run's lock.
    ///
    /// - Throws: `LauncherError.leak`, or `.refused` where a launcher is at work on the run.
    package func end(_ find: Find) async throws(LauncherError) -> Teardown.Report {
        guard let run = try? RunID(parsing: find.run), let folder = try? RunFolder.open(run, in: root) else {
            return try await teardown(find.run, journal: nil)
        }
        let lock: RunLock
        do { lock = try RunLock(folder) } catch { throw .refused(error) }
        // A journal that cannot be read does not save its run from its end.
        let report = try await teardown(find.run, journal: try? Journal(in: folder, clock: clock))
        _ = consume lock
        return report
    }

    private func teardown(_ run: String, journal: Journal?) async throws(LauncherError) -> Teardown.Report {
        try await Teardown(of: run, on: cloud, journal: journal, clock: clock, patience: patience).run()
    }

    private func holder(_ run: String) -> String? {
        guard let id = try? RunID(parsing: run), let folder = try? RunFolder.open(id, in: root) else { return nil }
        do {
            _ = try RunLock(folder)
            return nil
        } catch {
            guard case .argument(_, _, _, let found) = error else { return nil }
            return found
        }
    }
}
