// How long the launcher waits for what, and how it asks again.

/// Times in seconds.
package struct Patience: Hashable, Sendable {
    /// From the answer of a launch until all nodes run.
    package var running = 600.0
    /// From the first call of a teardown until nothing is left.
    package var ending = 900.0
    /// After this the cloud lists what it has answered for: a thing that is not listed by then is not there.
    package var settling = 120.0
    /// Between two looks, at first and at most.
    package var firstLook = 1.0
    package var longestLook = 10.0

    package init() {}
}

extension CloudError {
    /// Whether the same call may fare better in a while.
    package var isPassing: Bool {
        switch cause {
        case .throttled, .unknownOutcome, .inUse, .notFound: true
        case .capacity, .quota, .permission, .credentials, .request, .duplicate, .client: false
        }
    }
}

/// Makes a call up to `times` times while it is throttled or nobody knows what came of it, with growing pauses.
func persisting<R: Sendable>(
    _ clock: any LaunchClock, times: Int = 4, _ body: () async throws(CloudError) -> R
) async throws(CloudError) -> R {
    var pause = 1.0
    for _ in 1..<times {
        do { return try await body() } catch  where error.cause == .throttled || error.cause == .unknownOutcome {
            await clock.sleep(pause)
            pause *= 3
        }
    }
    return try await body()
}
