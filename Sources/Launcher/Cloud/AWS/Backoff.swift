// Waiting between calls that were one too many: exponential, with full jitter.
//
// Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015: a wait drawn evenly from nothing to the whole of the
// doubled interval spreads callers best.

internal import Foundation

/// How long to wait before the call is made again, and how often.
package struct Backoff: Sendable {
    /// Seconds: the interval behind the first failure, and the longest one.
    package let first: Double
    package let longest: Double
    /// Calls altogether.
    package let attempts: Int
    private let random: @Sendable () -> Double
    private let sleep: @Sendable (Double) async -> Void

    /// - Parameters:
    ///   - random: even in 0 ..< 1.
    ///   - sleep: returns after so many seconds.
    package init(
        first: Double = 1, longest: Double = 20, attempts: Int = 8,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        sleep: @escaping @Sendable (Double) async -> Void = { try? await Task.sleep(for: .seconds($0)) }
    ) {
        self.first = first
        self.longest = longest
        self.attempts = attempts
        self.random = random
        self.sleep = sleep
    }

    /// Waits after so many failures, of which the last was the first one at 1.
    func wait(after failures: Int) async {
        await sleep(random() * min(longest, first * pow(2, Double(failures - 1))))
    }

    /// Calls until the answer is another than `cause`, at most ``attempts`` times.
    func whileFailing<Answer>(
        by cause: CloudError.Cause, attempts limit: Int? = nil,
        _ call: () async throws(CloudError) -> Answer
    ) async throws(CloudError) -> Answer {
        var failures = 0
        while true {
            do throws(CloudError) {
                return try await call()
            } catch {
                failures += 1
                guard error.cause == cause, failures < limit ?? attempts, !Task.isCancelled else { throw error }
                await wait(after: failures)
            }
        }
    }
}
