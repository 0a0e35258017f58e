// The steps of a launch: group, key, placement group, and the wait until all nodes run.

internal import Failures

extension GangLaunch {
    /// The run's security group: the one that the journal knows, or a new one, or the one that a lost answer was about.
    func securityGroup(in network: String) async throws(LauncherError) -> String {
        if let id = journal.state.securityGroup { return id }
        do {
            return try await persisting(clock) { () throws(CloudError) in
                try await calls.createSecurityGroup(
                    request.name, network: network, sshFrom: request.sshFrom, tags: request.tags)
            }
        } catch  where error.cause == .duplicate && journal.state.mayHaveDone(.createSecurityGroup(name: request.name))
        {
            return try await found(.securityGroup)
        } catch {
            throw .cloud(error)
        }
    }

    /// The id of a thing that exists and may not be listed yet.
    private func found(_ kind: ResourceKind) async throws(LauncherError) -> String {
        let start = clock.uptime
        do {
            while clock.uptime - start < patience.settling {
                let listed = try await persisting(clock) { () throws(CloudError) in
                    try await calls.cloud.resources(of: request.run.description)
                }
                if let resource = listed.first(where: { $0.kind == kind }) { return resource.id }
                await clock.sleep(patience.firstLook)
            }
        } catch {
            throw .cloud(error)
        }
        throw .cloud(
            CloudError(
                .notFound, operation: "looking for the \(kind.rawValue) of run \(request.run)",
                message: "it exists, and is not listed after \(Int(patience.settling)) s"))
    }

    func keyPair() async throws(LauncherError) {
        try await once(.importKeyPair(name: request.name)) { () throws(CloudError) in
            try await calls.importKeyPair(request.name, publicKey: request.publicKey, tags: request.tags)
        }
    }

    func placementGroup(_ name: String, _ attempt: Attempt) async throws(LauncherError) {
        try await once(.createPlacementGroup(name: name)) { () throws(CloudError) in
            try await calls.createPlacementGroup(name, tags: tags(attempt))
        }
    }

    /// Creates what the journal does not know to exist. Names hold the run's, so that a duplicate is what a lost answer was
    /// about; without a lost answer it is somebody else's.
    private func once(_ action: CloudAction, _ body: () async throws(CloudError) -> Void) async throws(LauncherError) {
        if journal.state.isDone(action) { return }
        do {
            try await persisting(clock, body)
        } catch  where error.cause == .duplicate && journal.state.mayHaveDone(action) {
            return
        } catch {
            throw .cloud(error)
        }
    }

    /// Waits until all nodes of a launch run. One that the cloud does not list may be one that it does not list yet.
    func allRunning(_ nodes: [Instance], _ attempt: Attempt) async throws(Fall) -> [Instance] {
        let ids = Set(nodes.map(\.id))
        let start = clock.uptime
        var pause = patience.firstLook
        while true {
            do { try checkStop() } catch { throw .launcher(error) }
            do throws(CloudError) {
                let listed = try await calls.cloud.instances(of: request.run.description).filter {
                    ids.contains($0.id)
                }
                if let lost = listed.first(where: { $0.state != .pending && $0.state != .running }) {
                    throw CloudError(
                        .capacity, operation: lost.id, code: lost.reason,
                        message: "\(lost.id) is \(lost.state.rawValue)")
                }
                if listed.count == ids.count, listed.allSatisfy({ $0.state == .running }) {
                    return listed.sorted { $0.id < $1.id }
                }
            } catch  where error.isPassing {
                // Asked again below.
            } catch  where error.cause == .capacity {
                throw .next(.lost(message: error.code.isEmpty ? error.message : "\(error.message): \(error.code)"))
            } catch {
                throw .launcher(.cloud(error))
            }
            if clock.uptime - start > patience.running {
                throw .next(.lost(message: "not all nodes ran after \(Int(patience.running)) s"))
            }
            await clock.sleep(pause)
            pause = min(pause * 1.5, patience.longestLook)
        }
    }

    /// Ends what an attempt has left: its nodes, and the placement group, which is bound to the zone. A group that cannot go
    /// yet bears the run's tag and goes with the rest at the end; nodes that cannot go end the launch.
    func abandon(_ attempt: Attempt, _ placement: String) async throws(LauncherError) {
        let known = journal.state.launch("\(request.run)-\(attempt.number)")?.instances ?? []
        let start = clock.uptime
        var pause = patience.firstLook
        while true {
            do {
                let nodes = try await calls.cloud.instances(of: request.run.description).filter {
                    $0.tags[Tags.attemptKey] == "\(attempt.number)"
                }
                let left = nodes.filter(\.state.isLeft)
                let alive = left.filter { $0.state != .shuttingDown }
                if !alive.isEmpty { try await calls.terminate(alive.map(\.id)) }
                let areListed = known.allSatisfy { node in nodes.contains { $0.id == node.id } }
                if left.isEmpty, areListed || clock.uptime - start > patience.settling { break }
            } catch  where error.isPassing && clock.uptime - start < patience.ending {
                // Asked again below.
            } catch {
                throw .cloud(error)
            }
            guard clock.uptime - start < patience.ending else {
                throw .cloud(
                    CloudError(
                        .inUse, operation: "ending attempt \(attempt.number)",
                        message: "its nodes are not terminated after \(Int(patience.ending)) s"))
            }
            await clock.sleep(pause)
            pause = min(pause * 1.5, patience.longestLook)
        }
        do {
            try await persisting(clock) { () throws(CloudError) in
                try await calls.delete(Resource(kind: .placementGroup, id: placement, tags: tags(attempt)))
            }
        } catch  where error.isPassing {
            return
        } catch {
            throw .cloud(error)
        }
    }
}
