internal import ArrayFormats
internal import Foundation
package import Tessera

/// What a run did, as named facts in order: printed for people, written as JSON for programs.
package struct JobSummary: Sendable {
    package enum Value: Sendable {
        case text(String)
        case integer(Int)
        /// A number and its unit; printed with four digits, written in full.
        case quantity(Double, String)
        case flag(Bool)
        /// Printed in MiB.
        case bytes(Int)
        case list([JobSummary])
    }

    /// One fact: a key for programs, a label for people.
    package struct Fact: Sendable {
        package let key: String
        package let label: String
        package let value: Value

        /// The value for people.
        package var text: String {
            switch value {
            case .text(let text): text
            case .integer(let number): "\(number)"
            case .quantity(let number, let unit):
                unit == "%"
                    ? String(format: "%.1f %%", number)
                    : fourDigits(number) + (unit.isEmpty ? "" : " " + unit)
            case .flag(let holds): holds ? "yes" : "no"
            case .bytes(let count): "\(count >> 20) MiB"
            case .list(let members):
                members.map {
                    $0.facts.map { $0.label.isEmpty ? $0.text : "\($0.label) \($0.text)" }.joined(separator: " ")
                }
                .joined(separator: "; ")
            }
        }
    }

    package private(set) var facts: [Fact] = []
    /// Why the run has failed although it came to its end: thrown when the summary has been written.
    package var failure: TesseraError?

    package init() {}

    package mutating func add(_ key: String, _ label: String, _ value: Value) {
        facts.append(Fact(key: key, label: label, value: value))
    }

    /// The value of a quantity, by key.
    package func quantity(_ key: String) -> Double? {
        for fact in facts where fact.key == key {
            if case .quantity(let number, _) = fact.value { return number }
        }
        return nil
    }

    /// One line a fact, labels aligned.
    package var text: String {
        let width = facts.map(\.label.count).max() ?? 0
        return facts.map { fact in
            "  " + fact.label.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + fact.text
        }.joined(separator: "\n")
    }

    /// One JSON object; numbers that JSON cannot say are null.
    package var json: String {
        let members = facts.map { fact in
            let value =
                switch fact.value {
                case .text(let text): quoted(text)
                case .integer(let number): "\(number)"
                case .quantity(let number, _): number.isFinite ? "\(number)" : "null"
                case .flag(let holds): "\(holds)"
                case .bytes(let count): "\(count)"
                case .list(let members): "[" + members.map(\.json).joined(separator: ", ") + "]"
                }
            return "\(quoted(fact.key)): \(value)"
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    /// Writes the JSON object to a file, atomically.
    package func write(to path: String) throws(TesseraError) {
        var file = try AtomicFile(path)
        try file.write(Array((json + "\n").utf8))
        try file.commit()
    }
}

private func fourDigits(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e6 { return String(format: "%.0f", number) }
    return String(format: "%.4g", number)
}

private func quoted(_ text: String) -> String {
    let data = (try? JSONEncoder().encode(text)) ?? Data()
    return String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\\/", with: "/")
}
