internal import Foundation

/// A signal to a launched program, and when it comes.
public struct TimedSignal: Sendable {
    let number: Int32
    /// Looked at again and again until it holds.
    private let hasBegun: @Sendable () -> Bool
    private let delay: Double

    /// - Parameters:
    ///   - delay: seconds from the moment at which `hasBegun` first holds, or from the launch.
    ///   - hasBegun: whether the program has come to where the signal is to find it.
    public init(_ number: Int32, after delay: Double, hasBegun: @escaping @Sendable () -> Bool = { true }) {
        (self.number, self.delay, self.hasBegun) = (number, delay, hasBegun)
    }

    /// Waits for the moment; false where the launch has been given up before it.
    func isDue() async -> Bool {
        do {
            while !hasBegun() { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: .seconds(delay))
            return true
        } catch { return false }
    }
}
