// What is to go wrong in the fake cloud: which call, from which time on and how often, and how.

/// A fault of the fake cloud.
package struct FakeFault: Hashable, Codable, Sendable {
    package enum Effect: Hashable, Codable, Sendable {
        /// The call is refused and has no effect.
        case refused(error: CloudError)
        /// The call has its effect, and its answer gets lost.
        case replyLost
        /// The call has no effect now; the caller hears nothing; so many seconds later it has, as where a client outlives its
        /// launcher. For launches.
        case late(seconds: Double)
        /// SIGKILL to the calling process, before or after the effect.
        case killedBefore
        case killedAfter
    }

    /// The operation: `ec2 run-instances`.
    package var operation: String
    /// Calls of that operation that go well first.
    package var skipped = 0
    /// Calls that go wrong then.
    package var times = 1
    package var effect: Effect

    package init(_ operation: String, skipping skipped: Int = 0, times: Int = 1, _ effect: Effect) {
        self.operation = operation
        self.skipped = skipped
        self.times = times
        self.effect = effect
    }
}

/// Nodes that a part of the fake cloud has at most; a part is all that its names, where given, fit.
package struct FakeCapacity: Hashable, Codable, Sendable {
    package var zone: String?
    package var type: String?
    package var market: Market?
    package var nodes: Int

    package init(zone: String? = nil, type: String? = nil, market: Market? = nil, nodes: Int) {
        self.zone = zone
        self.type = type
        self.market = market
        self.nodes = nodes
    }

    func covers(_ zone: String, _ type: String, _ market: Market) -> Bool {
        (self.zone ?? zone, self.type ?? type, self.market ?? market) == (zone, type, market)
    }
}
