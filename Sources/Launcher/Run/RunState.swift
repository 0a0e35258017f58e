// What a run's journal amounts to: a fold over its entries. What the cloud has may differ, where a call had no answer.

/// What is known of a run.
package struct RunState: Hashable, Sendable {
    /// A call, and what came of it; nil where nobody knows.
    package struct Call: Hashable, Sendable {
        package let action: CloudAction
        package let intended: Double
        package var answer: CloudAnswer?
        package var answered: Double?
    }

    package private(set) var request: ClusterRequest?
    package private(set) var account: String?
    package private(set) var region: String?
    package private(set) var attempts: [Attempt] = []
    package private(set) var calls: [Call] = []
    /// Every node that the run has had, in the order in which it learnt of them.
    package private(set) var instances: [Instance] = []
    /// When each node that is gone, or told to go, was first known to be: seconds since 1970, by id.
    package private(set) var ends: [String: Double] = [:]
    package private(set) var isReady = false
    package private(set) var isEnding = false
    package private(set) var isEnded = false

    package init() {}

    package init(_ entries: [JournalEntry]) {
        for entry in entries { apply(entry) }
    }

    package mutating func apply(_ entry: JournalEntry) {
        switch entry.event {
        case .begun(let request, let account, let region, _):
            (self.request, self.account, self.region) = (request, account, region)
        case .attempt(let attempt):
            attempts.removeAll { $0.number == attempt.number }
            attempts.append(attempt)
        case .intends(_, let action):
            calls.append(Call(action: action, intended: entry.time))
            if action.creates { isEnded = false }
        case .answered(let call, let answer):
            guard calls.indices.contains(call) else { return }
            calls[call].answer = answer
            calls[call].answered = entry.time
            switch (calls[call].action, answer) {
            case (_, .launched(let launched)): learn(launched, entry.time)
            case (.terminate(let ids), .done): for id in ids { end(id, entry.time) }
            default: break
            }
        case .found(let found):
            learn(found, entry.time)
        case .ready(let ready):
            isReady = true
            learn(ready, entry.time)
        case .ending:
            isEnding = true
        case .ended:
            isEnded = true
        }
    }

    /// Later words about a node replace earlier ones.
    private mutating func learn(_ news: [Instance], _ time: Double) {
        for instance in news {
            if instance.state == .shuttingDown || instance.state == .terminated {
                end(instance.id, time)
            } else {
                // It had been told to go before the cloud knew of it, and has not gone.
                ends[instance.id] = nil
            }
            if let index = instances.firstIndex(where: { $0.id == instance.id }) {
                instances[index] = instance
            } else {
                instances.append(instance)
            }
        }
    }

    private mutating func end(_ id: String, _ time: Double) {
        if ends[id] == nil { ends[id] = time }
    }

    // MARK: Questions

    /// What the security group of the run is called by the cloud, where it has said so.
    package var securityGroup: String? {
        for call in calls {
            if case .createSecurityGroup = call.action, case .done(let id?) = call.answer { return id }
        }
        return nil
    }

    package func isDone(_ action: CloudAction) -> Bool {
        calls.contains { $0.action == action && $0.isDone }
    }

    /// Whether the thing that this would create may be there by an earlier call of this run, whose answer got lost.
    package func mayHaveDone(_ action: CloudAction) -> Bool {
        calls.contains { $0.action == action && $0.isOpen }
    }

    /// What a token has been sent with, and the nodes that came of it.
    package func launch(_ token: String) -> (request: LaunchRequest, instances: [Instance]?)? {
        var found: (request: LaunchRequest, instances: [Instance]?)?
        for call in calls {
            guard case .launch(let request) = call.action, request.token == token else { continue }
            if case .launched(let instances) = call.answer { return (request, instances) }
            found = (request, nil)
        }
        return found
    }

    /// Why the cloud has refused a token for good, where it has.
    package func refusal(_ token: String) -> CloudError? {
        var refusal: CloudError?
        for call in calls {
            guard case .launch(let request) = call.action, request.token == token else { continue }
            if case .failed(let error) = call.answer, !call.isOpen { refusal = error } else { refusal = nil }
        }
        return refusal
    }

    /// Calls that created something, or may have, of whose end nothing is known.
    package var lastingCreations: [Call] {
        calls.indices.filter { index in
            let call = calls[index]
            guard call.action.creates, call.isOpen || call.isDone else { return false }
            return !calls[index...].contains { later in
                if case .delete(let resource) = later.action, later.isDone { call.created(resource) } else { false }
            }
        }.map { calls[$0] }
    }
}

extension RunState.Call {
    package var isDone: Bool {
        switch answer {
        case .done, .launched: true
        case nil, .failed: false
        }
    }

    /// Whether that is what it has created: a run has one security group and one key, whatever they are called.
    fileprivate func created(_ resource: Resource) -> Bool {
        switch action {
        case .createPlacementGroup(let name): resource.kind == .placementGroup && resource.id == name
        case .createSecurityGroup: resource.kind == .securityGroup
        case .importKeyPair: resource.kind == .keyPair
        case .launch, .terminate, .delete: false
        }
    }

    /// Whether the call may have had its effect or may not.
    package var isOpen: Bool {
        switch answer {
        case nil: true
        case .failed(let error): error.cause == .unknownOutcome || error.cause == .client
        case .done, .launched: false
        }
    }
}
