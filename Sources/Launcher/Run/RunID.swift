// A run's name: when it began, and enough chance that two of one second differ. It stands in tags, in names of groups and
// in paths, so it has no character that any of these would read as more than itself.

package import Failures
internal import Foundation

/// A run's name, such as `20261127-143818-k3x9qd`: the second in UTC, and 30 random bits.
package struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String
    /// Seconds since 1970, from the name.
    package let began: Double

    /// - Parameter now: seconds since 1970.
    package init(now: Double, using generator: inout some RandomNumberGenerator) {
        let second = now.rounded(.down)
        let suffix = String((0..<6).map { _ in RunID.letters.randomElement(using: &generator)! })
        description = "\(RunID.stamp(second))-\(suffix)"
        began = second
    }

    package init(now: Double) {
        var generator = SystemRandomNumberGenerator()
        self.init(now: now, using: &generator)
    }

    /// - Throws: `TesseraError.argument` for anything that ``init(now:)`` would not have made.
    package init(parsing text: String) throws(TesseraError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWellFormed =
            parts.map(\.utf8.count) == [8, 6, 6] && (parts[0] + parts[1]).utf8.allSatisfy { (48...57).contains($0) }
            && parts[2].allSatisfy(RunID.letters.contains)
        guard isWellFormed, let began = RunID.second(date: parts[0], time: parts[1]),
            RunID.stamp(began) == parts[0] + "-" + parts[1]
        else {
            throw .argument(
                routine: "run", name: "name", expected: "one such as 20261127-143818-k3x9qd", found: shown(text))
        }
        description = text
        self.began = began
    }

    package static func < (left: RunID, right: RunID) -> Bool { left.description < right.description }

    /// No 0, 1, l and o: names are read aloud and typed.
    private static let letters = Array("23456789abcdefghijkmnpqrstuvwxyz")

    private static func stamp(_ second: Double) -> String {
        var seconds = time_t(second)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(
            format: "%04d%02d%02d-%02d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
            parts.tm_min, parts.tm_sec)
    }

    private static func second(date: Substring, time: Substring) -> Double? {
        func number(_ text: Substring, _ from: Int, _ count: Int) -> Int32? {
            Int32(text.dropFirst(from).prefix(count))
        }
        var parts = tm()
        guard let year = number(date, 0, 4), let month = number(date, 4, 2), let day = number(date, 6, 2),
            let hour = number(time, 0, 2), let minute = number(time, 2, 2), let second = number(time, 4, 2)
        else { return nil }
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return Double(timegm(&parts))
    }
}

extension RunID: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A user's text on one line, cut where it is long: what an error shows of what it has found.
func shown(_ text: String) -> String {
    if text.isEmpty { return "nothing" }
    let line = String(text.prefix(60)).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : String($0) }
    return "'\(line.joined())\(text.count > 60 ? "..." : "")'"
}
