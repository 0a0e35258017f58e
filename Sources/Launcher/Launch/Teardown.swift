// Ends all that a run has, and proves it. Nodes go first and the rest waits until they are terminated, in the order in which
// things let go of each other; then the cloud is asked once more what bears the tag.
//
// A launch whose answer got lost may have had its effect, and its nodes may not be listed yet; a client that outlived its
// launcher may even send it later. Its placement group settles it: a group that could be deleted has no node in it, and no
// request that names it can launch any more. Where deleting is refused because the group is in use, the cloud is looked at
// again until its nodes are seen.

internal import Failures

/// The end of one run, by its tag and what its journal knows.
package struct Teardown: Sendable {
    /// What was ended.
    package struct Report: Hashable, Codable, Sendable {
        package var terminated: [String] = []
        package var deleted: [Resource] = []

        package init() {}
    }

    private let run: String
    private let calls: JournaledCalls
    private let clock: any LaunchClock
    private let patience: Patience

    /// - Parameters:
    ///   - run: the tag's value; it need not be a name that this program gives.
    ///   - journal: the run's; nil where another machine has it.
    package init(
        of run: String, on cloud: any CloudAPI, journal: Journal?, clock: any LaunchClock,
        patience: Patience = Patience()
    ) {
        self.run = run
        calls = JournaledCalls(cloud, journal: journal)
        self.clock = clock
        self.patience = patience
    }

    /// Ends everything. It is safe to repeat, and to do while somebody else does.
    ///
    /// - Throws: `LauncherError.leak` with what is left, or where the cloud cannot be asked.
    package func run() async throws(LauncherError) -> Report {
        try? calls.journal?.record(.ending)
        var report = Report()
        let start = clock.uptime
        var pause = patience.firstLook
        try? await endKnown(&report)
        while true {
            var fault: CloudError?
            do {
                let left = try await pass(&report, since: start)
                if left.isEmpty, isSettled(since: start) {
                    try? calls.journal?.record(.ended)
                    return report
                }
            } catch { fault = error }
            let isHopeless = fault.map { !$0.isPassing } ?? false
            if isHopeless || clock.uptime - start > patience.ending {
                throw await leak(fault, since: start)
            }
            await clock.sleep(pause)
            pause = min(pause * 1.5, patience.longestLook)
        }
    }

    /// Nodes that the journal knows of are ended without a look: listing may lag, or not be permitted.
    private func endKnown(_ report: inout Report) async throws(CloudError) {
        guard let state = calls.journal?.state else { return }
        let ids = state.instances.filter { state.ends[$0.id] == nil }.map(\.id)
        guard !ids.isEmpty else { return }
        try await calls.terminate(ids)
        report.terminated += ids
    }

    /// One look, and all that can be ended by it; returns what was there.
    private func pass(_ report: inout Report, since start: Double) async throws(CloudError) -> [String] {
        let nodes = try await calls.cloud.instances(of: run)
        note(nodes)
        let left = nodes.filter(\.state.isLeft)
        let alive = left.filter { $0.state != .shuttingDown }.map(\.id)
        if !alive.isEmpty {
            try await calls.terminate(alive)
            report.terminated += alive.filter { !report.terminated.contains($0) }
        }
        let unseen = unlisted(nodes, since: start)
        guard left.isEmpty, unseen.isEmpty else { return left.map(\.id) + unseen }

        let listed = try await calls.cloud.resources(of: run).filter { $0.kind != .instance }
        let unlisted = unlistedThings.filter { thing in
            !listed.contains { $0.kind == thing.kind && $0.id == thing.id }
        }
        var fault: CloudError?
        for resource in ResourceKind.allCases.flatMap({ kind in (listed + unlisted).filter { $0.kind == kind } }) {
            do {
                try await calls.delete(resource)
                if listed.contains(resource), !report.deleted.contains(resource) { report.deleted.append(resource) }
            } catch  where error.cause == .notFound {
                // Gone already.
            } catch  where fault == nil || !error.isPassing {
                fault = error
            } catch {
                continue
            }
        }
        if let fault { throw fault }
        // The proof is a look that finds nothing, after all deletions.
        return try await calls.cloud.resources(of: run).map(\.id)
    }

    /// Nodes that an answer has told of and the cloud does not list: not yet, or no longer. The calendar has no say in it: it
    /// may have jumped since.
    private func unlisted(_ nodes: [Instance], since start: Double) -> [String] {
        guard let state = calls.journal?.state, !state.isEnded, clock.uptime - start < patience.settling else {
            return []
        }
        return state.instances.filter { node in node.state.isLeft && !nodes.contains { $0.id == node.id } }.map(\.id)
    }

    /// Groups and key that may exist though no list has them, and that no launch may use any more.
    private var unlistedThings: [Resource] {
        let tags = [Tags.runKey: run]
        return (calls.journal?.state.lastingCreations ?? []).compactMap { call in
            switch (call.action, call.answer) {
            case (.createPlacementGroup(let name), _): Resource(kind: .placementGroup, id: name, tags: tags)
            case (.launch(let request), _) where call.isOpen:
                Resource(kind: .placementGroup, id: request.placementGroup, tags: tags)
            case (.importKeyPair(let name), _): Resource(kind: .keyPair, id: name, tags: tags)
            case (.createSecurityGroup, .done(let id?)): Resource(kind: .securityGroup, id: id, tags: tags)
            default: nil
            }
        }
    }

    /// Whether all that may have been created would be listed by now.
    private func isSettled(since start: Double) -> Bool {
        guard let state = calls.journal?.state, !state.isEnded else { return true }
        return !state.lastingCreations.contains(where: \.isOpen) || clock.uptime - start > patience.settling
    }

    /// Nodes that the journal does not know of, or not that they are gone.
    private func note(_ nodes: [Instance]) {
        guard let journal = calls.journal else { return }
        let state = journal.state
        let news = nodes.filter { node in
            !state.instances.contains { $0.id == node.id } || node.isGoing != (state.ends[node.id] != nil)
        }
        if !news.isEmpty { try? journal.record(.found(instances: news)) }
    }

    /// What is left: as the cloud lists it, and what it does not list yet, or does not let be listed.
    private func leak(_ fault: CloudError?, since start: Double) async -> LauncherError {
        let listed = try? await calls.cloud.resources(of: run)
        var left = listed ?? []
        if let state = calls.journal?.state, listed == nil || clock.uptime - start < patience.settling {
            let nodes = state.instances.filter { state.ends[$0.id] == nil }.map {
                Resource(kind: .instance, id: $0.id, tags: $0.tags)
            }
            left += (nodes + unlistedThings).filter { resource in
                !left.contains { $0.kind == resource.kind && $0.id == resource.id }
            }
        }
        let reason = fault.map(\.description) ?? "not gone after \(Int(patience.ending)) s"
        return .leak(run: run, left: left, reason: reason)
    }
}

extension Instance {
    fileprivate var isGoing: Bool { state == .shuttingDown || state == .terminated }
}
