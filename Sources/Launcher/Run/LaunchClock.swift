// Time as the launcher asks for it, so that tests need not wait.

internal import Foundation

/// Two clocks and a way to wait.
package protocol LaunchClock: Sendable {
    /// Seconds since 1970, as the machine's calendar has them: for records. It may jump.
    var now: Double { get }
    /// Seconds that never jump, from any beginning: for deadlines.
    var uptime: Double { get }
    /// Returns after so many seconds, sooner where the task is cancelled.
    func sleep(_ seconds: Double) async
}

/// This machine's.
package struct SystemClock: LaunchClock {
    package init() {}

    package var now: Double { Date().timeIntervalSince1970 }

    package var uptime: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    package func sleep(_ seconds: Double) async { try? await Task.sleep(for: .seconds(seconds)) }
}
