// How far a long run has come: a bar with rate and remaining time on a terminal, plain lines in a log. Local, no messages.

private import Foundation

/// How a routine shows its progress on standard error.
public enum ProgressStyle: String, CaseIterable, Sendable {
    case none
    /// One line, drawn again in place.
    case bar
    /// A line every few seconds.
    case plain
    /// A bar on a terminal, plain lines elsewhere.
    case auto
}

/// The progress of one run, in units of which `total` are to be done.
public struct ProgressMeter {
    private enum Style { case none, bar, plain }

    private let style: Style
    private let total: Int
    private let unit: String
    private let workPerUnit: Double
    private let workUnit: String
    private let write: (String) -> Void
    private let start: ContinuousClock.Instant
    private var nextReport: ContinuousClock.Instant
    private var done = 0

    /// - Parameters:
    ///   - progress: how it is shown.
    ///   - total: units to do.
    ///   - unit: what is counted, in the plural.
    ///   - workPerUnit: work in one unit, for the rate; 0 shows units a second.
    ///   - workUnit: the name of that work: `Gpt`, `GFLOP`.
    ///   - isReporting: true on the one rank that writes.
    public init(
        _ progress: ProgressStyle, total: Int, unit: String, workPerUnit: Double = 0, workUnit: String = "",
        isReporting: Bool
    ) {
        self.init(
            progress, total: total, unit: unit, workPerUnit: workPerUnit, workUnit: workUnit, isReporting: isReporting,
            isTerminal: isatty(FileHandle.standardError.fileDescriptor) == 1
        ) { FileHandle.standardError.write(Data($0.utf8)) }
    }

    /// A meter whose reports go to `write`, begun at `start`.
    package init(
        _ progress: ProgressStyle, total: Int, unit: String, workPerUnit: Double = 0, workUnit: String = "",
        isReporting: Bool, isTerminal: Bool, start: ContinuousClock.Instant = .now, write: @escaping (String) -> Void
    ) {
        style =
            switch progress {
            case .none: .none
            case .bar: .bar
            case .plain: .plain
            case .auto: isTerminal ? .bar : .plain
            }
        self.total = isReporting ? total : 0
        self.unit = unit
        self.workPerUnit = workPerUnit
        self.workUnit = workUnit
        self.write = write
        self.start = start
        nextReport = start
        nextReport += interval
    }

    private var isSilent: Bool { style == .none || total <= 0 }
    private var interval: Duration { style == .bar ? .milliseconds(100) : .seconds(5) }

    /// Says that `done` units are done; writes when a report is due.
    public mutating func update(done: Int) { update(done: done, at: isSilent ? start : .now) }

    package mutating func update(done: Int, at now: ContinuousClock.Instant) {
        self.done = done
        guard !isSilent, now >= nextReport else { return }
        nextReport = now + interval
        report(at: now)
    }

    /// Writes the last report and ends a bar's line.
    public mutating func finish() {
        if isSilent { return }
        report(at: .now)
        if style == .bar { write("\n") }
    }

    private func report(at now: ContinuousClock.Instant) {
        let text = line(elapsed: seconds(now - start))
        write(style == .bar ? "\r\(text)\u{1b}[K" : "\(text)\n")
    }

    /// The report after `elapsed` seconds.
    package func line(elapsed: Double) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let rate = elapsed > 0 ? Double(done) / elapsed : 0
        let speed =
            workPerUnit > 0
            ? String(format: "%.3f %@/s", rate * workPerUnit, workUnit)
            : String(format: "%.3g %@/s", rate, unit)
        let left = done > 0 && rate > 0 ? clock(Double(max(0, total - done)) / rate) : "--:--"
        let counts = String(format: "%3.0f %%  %d/%d %@", share * 100, done, total, unit)
        let tail = "\(counts)  \(speed)  \(left) left"
        guard style == .bar else { return tail }
        let filled = Int(share * 30)
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: 30 - filled) + "] \(tail)"
    }

    private func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole < 3600
            ? String(format: "%02d:%02d", whole / 60, whole % 60)
            : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
