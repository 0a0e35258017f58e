// What kinds that step explicitly through time have in common: a duration cut into equal steps no longer than the largest
// stable one, and snapshots evenly spaced among them.

/// The keys of explicit time steps, and the checks between them.
enum TimeStepping {
    /// More than any run does.
    private static let mostSteps = 1e12

    /// - Parameters:
    ///   - unit: of the times, as words: "seconds".
    ///   - automatic: what `auto` takes, as words.
    static func keys(unit: String, automatic: String) -> [JobKey] {
        [
            JobKey("duration", .number(.positive), .required, "Time to simulate, in \(unit)."),
            JobKey(
                "step", .either([.choice(["auto"]), .number(.positive)]), .defaults(.text("auto")),
                "The time of one step, in \(unit); auto takes \(automatic)."),
            JobKey(
                "snapshots", .integer(1...1_000_000), .defaults(.integer(1)),
                "Fields to write, evenly spaced in time, the last at the end."),
        ]
    }

    /// The steps of a duration, none longer than `longest`.
    static func steps(duration: Double, longest: Double) -> Double {
        // A quotient that rounding has put just above a whole number is that number.
        max(1, (duration / longest * (1 - 0x1p-40)).rounded(.up))
    }

    /// Refuses a step beyond the stable one, more steps than can be counted, and more snapshots than steps.
    ///
    /// - Parameters:
    ///   - stable: the largest stable step.
    ///   - automatic: the step that `auto` takes.
    ///   - extents: those of the grid, where it may lie in space.
    static func check(
        _ section: CheckedSection, stable: Double, automatic: Double, unit: String, extents: [Int],
        _ report: inout JobReport
    ) {
        let given = section.ifSound(number: "step")
        // A step that was typed with all the digits of the limit is the limit.
        if let given, given > stable * (1 + 0x1p-40) {
            report.add(
                section.location("step"), "step", expected: "at most \(stable) \(unit), the largest stable step",
                found: given.short)
        }
        guard let duration = section.ifSound(number: "duration") else { return }
        let steps = steps(duration: duration, longest: given ?? automatic)
        guard steps <= mostSteps else {
            report.add(
                section.location("duration"), "duration", expected: "at most \(mostSteps.short) steps",
                found: steps.short)
            return
        }
        section.checkRecording(steps: steps, extents: extents, &report)
        if let snapshots = section.ifSound(integer: "snapshots"), Double(snapshots) > steps {
            report.add(
                section.location("snapshots"), "snapshots",
                expected: "at most one for each of the \(steps.short) steps",
                found: "\(snapshots)\(section.remark("snapshots"))")
        }
    }
}

/// Equal time steps, and the snapshots among them.
public struct TimeSchedule: Hashable, Sendable {
    /// Steps of the whole run.
    public let steps: Int
    /// The time of one step: the duration in equal parts.
    public let step: Double
    /// Fields to write, evenly spaced in time, the last at the end.
    public let snapshots: Int

    /// - Parameter automatic: the step that `auto` takes.
    init(_ section: CheckedSection, automatic: Double) {
        let duration = section.number("duration")
        steps = Int(TimeStepping.steps(duration: duration, longest: section.ifSound(number: "step") ?? automatic))
        step = duration / Double(steps)
        snapshots = section.integer("snapshots")
    }

    /// The step after which a snapshot, counted from 1, is written.
    public func stepOfSnapshot(_ snapshot: Int) -> Int {
        Int((Double(steps) * Double(snapshot) / Double(snapshots)).rounded())
    }
}

extension JobKey {
    /// The cells along each axis of a grid that no file gives.
    static func extents(_ axes: ClosedRange<Int>, _ presence: Presence, _ summary: String) -> JobKey {
        JobKey("extents", .list(.integer(1...Int(Int32.max)), axes), presence, summary)
    }
}

extension [Int] {
    /// The product; `Int.max` where 64 bits do not hold it.
    var saturatedProduct: Int {
        reduce(1) { product, factor in
            let (value, overflow) = product.multipliedReportingOverflow(by: factor)
            return overflow ? .max : value
        }
    }

    /// "344 x 403"
    var shapeText: String { map(String.init).joined(separator: " x ") }
}
