// The declarative description of a job's keys, from which the validation and the JSON Schema both come.

/// One key of a section of a job file.
struct JobKey: Sendable {
    enum Presence: Sendable {
        case required
        /// Left out, it has no value.
        case optional
        case defaults(JobValue)
    }

    let name: String
    let type: JobValueType
    let presence: Presence
    /// One sentence on what the key means, with its unit.
    let summary: String

    init(_ name: String, _ type: JobValueType, _ presence: Presence, _ summary: String) {
        self.name = name
        self.type = type
        self.presence = presence
        self.summary = summary
    }
}

/// What the value of a key may be.
indirect enum JobValueType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case number(NumberRange)
    /// A list of so many numbers.
    case numbers(Int, NumberRange)
    /// A word that can name files.
    case name
    /// A folder that exists and can be written, or can be made.
    case outputFolder
    case choice([String])
    /// A process grid, `2x3`.
    case grid
    /// The name of a file in the output folder.
    case fileName(endings: [String])
    /// An array file that exists and meets the requirement.
    case input(InputArray.Requirement)
    case section([JobKey])
    /// A list of so many values of one type.
    case list(JobValueType, ClosedRange<Int>)
    /// Any of several types; at most one of them a section, one a list and one a file.
    case either([JobValueType])

    /// The numbers that a value may take; never infinite.
    struct NumberRange: Sendable {
        var minimum: Double?
        var isMinimumExcluded = false

        static let positive = NumberRange(minimum: 0, isMinimumExcluded: true)
        static let nonNegative = NumberRange(minimum: 0)
        static let any = NumberRange()

        func contains(_ value: Double) -> Bool {
            guard value.isFinite else { return false }
            guard let minimum else { return true }
            return isMinimumExcluded ? value > minimum : value >= minimum
        }

        var words: String {
            guard let minimum else { return "" }
            return isMinimumExcluded ? " above \(minimum.short)" : " of at least \(minimum.short)"
        }
    }

    /// What a fault says was expected.
    var expectation: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range) where range.upperBound == .max: "an integer of at least \(range.lowerBound)"
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number\(range.words)"
        case .numbers(let count, let range): "\(count) numbers\(range.words) in brackets"
        case .name: "a name without slashes"
        case .outputFolder: "a folder that can be written"
        case .choice(let words): words.orList
        case .grid: "a process grid such as 2x3"
        case .fileName(let endings): "a file name ending in \(endings.orList)"
        case .input(let requirement): "the path of \(requirement.words)"
        case .section(let keys): "a section with \(keys.map(\.name).orList)"
        case .list(let item, let counts): "a list of \(JobValueType.words(counts)), each \(item.expectation)"
        case .either(let types):
            types.flatMap { type -> [String] in
                if case .choice(let words) = type { words } else { [type.expectation] }
            }.orList
        }
    }
}

extension JobValueType {
    private static func words(_ counts: ClosedRange<Int>) -> String {
        let (least, most) = (counts.lowerBound, counts.upperBound)
        if most == least { return "\(least)" }
        if most == .max { return "\(least) or more" }
        return most == least + 1 ? "\(least) or \(most)" : "\(least) to \(most)"
    }
}

/// A value that has been checked.
enum JobValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case numbers([Double])
    case text(String)
    case input(InputArray)
    case section(CheckedSection)
    case list([CheckedSection.Checked])
}

extension Double {
    /// As people write it: 3 rather than 3.0.
    var short: String { Int(exactly: self).map(String.init) ?? description }
}

extension [String] {
    /// "a, b or c"
    var orList: String {
        guard let last, count > 1 else { return first ?? "" }
        return "\(dropLast().joined(separator: ", ")) or \(last)"
    }
}
