// All that the fake cloud knows: a value, so that it can lie in a file and outlive the launcher.

/// The fake cloud's state.
package struct FakeState: Hashable, Codable, Sendable {
    /// A thing with the time from which it is listed, and that until which it is still listed after its end.
    package struct Thing: Hashable, Codable, Sendable {
        package let resource: Resource
        package let name: String
        package let listedFrom: Double
        package var listedUntil: Double?

        func isListed(_ now: Double) -> Bool { now >= listedFrom && now < listedUntil ?? .infinity }
        package var exists: Bool { listedUntil == nil }
    }

    package struct Node: Hashable, Codable, Sendable {
        package let instance: Instance
        package let request: LaunchRequest
        package let listedFrom: Double
        package let runsFrom: Double
        package var terminatedFrom: Double?
        package var reason = ""

        package func state(_ now: Double, ending: Double) -> Instance.State {
            if let end = terminatedFrom { return now < end + ending ? .shuttingDown : .terminated }
            return now < runsFrom ? .pending : .running
        }
    }

    package struct LateLaunch: Hashable, Codable, Sendable {
        package let at: Double
        package let request: LaunchRequest
    }

    // MARK: The script

    /// Seconds since 1970 by the cloud's clock; each call takes some, and waiting moves it.
    package var now = 1_800_000_000.0
    package var secondsPerCall = 0.6
    /// Seconds after its creation from which a thing is listed, and can be terminated.
    package var listingLag = 0.0
    /// Seconds for which a deleted thing is still listed.
    package var listingAfterwards = 0.0
    package var pendingSeconds = 20.0
    package var endingSeconds = 15.0
    /// Seconds for which a security group is in use after its last node is terminated.
    package var lingeringSeconds = 0.0
    /// Whether ending a node that is not listed yet is answered as done, and is not: as by a client that takes "not found" for
    /// "gone".
    package var forgetsUnlisted = false
    /// Whether deleting a group that nodes are in is refused; a test server of AWS's protocol lets it go.
    package var guardsGroups = true
    /// Images: each newer one has another id.
    package var imageVersion = 1
    package var account = "123456789012"
    package var zones = ["fake-1a", "fake-1b", "fake-1c"]
    package var types = FakeState.defaultTypes
    /// US$ an hour on demand; on the spot market it is a third.
    package var prices = FakeState.defaultPrices
    package var limits: [String: Double] = [:]
    package var capacities: [FakeCapacity] = []
    package var faults: [FakeFault] = []
    package var hasNAT = false

    // MARK: What there is

    package var serial = 0
    package var things: [Thing] = []
    package var nodes: [Node] = []
    package var late: [LateLaunch] = []
    /// The operations called so far, and how often.
    package var calls: [String: Int] = [:]

    package init() {}

    /// What exists: by its own knowledge, not by what it lists.
    package var existing: [Resource] {
        nodes.filter { $0.state(now, ending: endingSeconds).isLeft }.map(\.resource)
            + things.filter(\.exists).map(\.resource)
    }

    /// Nodes in those groups that are not terminated, or only for less than the lingering time.
    func users(_ kind: ResourceKind, _ id: String) -> Int {
        nodes.count { node in
            let isIn = kind == .placementGroup ? node.request.placementGroup == id : node.request.securityGroup == id
            let lingering = kind == .securityGroup ? lingeringSeconds : 0
            let isGone = node.terminatedFrom.map { now >= $0 + endingSeconds + lingering } ?? false
            return isIn && !isGone
        }
    }

    /// Moves the clock; what was to happen meanwhile happens.
    package mutating func advance(seconds: Double) {
        now += seconds
        let due = late.filter { $0.at <= now }
        late.removeAll { $0.at <= now }
        for launch in due { _ = try? self.launch(launch.request) }
    }

    /// How the next call of an operation goes wrong, if it does; the script moves on.
    mutating func fault(_ operation: String) -> FakeFault.Effect? {
        calls[operation, default: 0] += 1
        for index in faults.indices where faults[index].operation == operation && faults[index].times > 0 {
            if faults[index].skipped > 0 {
                faults[index].skipped -= 1
            } else {
                faults[index].times -= 1
                return faults[index].effect
            }
        }
        return nil
    }
}

extension FakeState.Node {
    var resource: Resource { Resource(kind: .instance, id: instance.id, tags: instance.tags) }
}
