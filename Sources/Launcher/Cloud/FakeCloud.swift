// A cloud for tests and rehearsals, with the traps of the real one: groups in use, lists that lag, tokens, capacity, faults by
// script. Its time is its own: waiting for it takes none.

internal import Foundation

/// The fake cloud.
package struct FakeCloud: Sendable {
    package let region: String
    private let store: FakeStore
    private let mortality: FakeMortality

    package init(_ store: FakeStore, region: String = "fake-1", mortality: FakeMortality = FakeMortality()) {
        self.store = store
        self.region = region
        self.mortality = mortality
    }

    /// Its state, for a script or a look, without a call.
    @discardableResult
    package func script<R: Sendable>(_ body: (inout FakeState) throws(CloudError) -> R) throws(CloudError) -> R {
        try store.change(body)
    }

    package var clock: FakeClock { FakeClock(store: store) }

    /// A call: the moment before it, what the script has for it, its effect, and the moment after.
    func call<R: Sendable>(
        _ operation: String, late launch: LaunchRequest? = nil, _ body: (inout FakeState) throws(CloudError) -> R
    ) throws(CloudError) -> R {
        try beAlive()
        var effect: FakeFault.Effect?
        let result = Result { () throws(CloudError) in
            try store.change { state throws(CloudError) in
                state.advance(seconds: state.secondsPerCall)
                effect = state.fault(operation)
                switch effect {
                case .refused(let error): throw error
                case .killedBefore: throw lost(operation)
                case .late(let seconds):
                    if let launch { state.late.append(.init(at: state.now + seconds, request: launch)) }
                    throw lost(operation)
                default: return try body(&state)
                }
            }
        }
        switch effect {
        case .killedBefore, .killedAfter: kill(getpid(), SIGKILL)
        case .replyLost: throw lost(operation)
        default: break
        }
        try beAlive()
        return try result.get()
    }

    private func beAlive() throws(CloudError) {
        guard mortality.survives() else {
            throw CloudError(.client, operation: "fake", message: "the launcher is dead")
        }
    }

    private func lost(_ operation: String) -> CloudError {
        CloudError(.unknownOutcome, operation: operation, message: "no answer came")
    }
}

/// The fake cloud's clock: it moves by its calls and by waiting.
package struct FakeClock: LaunchClock {
    fileprivate let store: FakeStore

    package var now: Double { (try? store.change { $0.now }) ?? 0 }
    package var uptime: Double { now }
    package func sleep(_ seconds: Double) async { try? store.change { $0.advance(seconds: seconds) } }
}
