// What is wrong with a job file: each fault is one line that names its place, its key, what was expected and what was
// found; a file's faults are reported together.

/// Where a value of a job comes from.
public enum JobLocation: Hashable, Sendable {
    /// The file as a whole.
    case file
    /// A line of the file, counted from 1.
    case line(Int)
    /// An option of the command line, such as `--set kernel.type`.
    case option(String)
}

/// One fault of a job file.
public struct JobFault: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    public let location: JobLocation
    /// The key and the sections around it, joined by dots; empty where the fault is the file's.
    public let key: String
    public let expected: String
    public let found: String

    /// `jobs/a.yaml:7: kernel.length-scale: expected a number above 0, found '-3'`
    public var description: String {
        let place =
            switch location {
            case .file: file
            case .line(let line): "\(file):\(line)"
            case .option(let option): option
            }
        // The name of an option ends with its key: `--set samples`, `--output`.
        var saysKey = key.isEmpty
        if case .option(let option) = location, option.hasSuffix(key) { saysKey = true }
        let named = saysKey ? place : "\(place): \(key)"
        return "\(named): expected \(expected), found \(found)"
    }
}

/// All faults of one job file, in the order of its lines.
public struct JobFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public let faults: [JobFault]

    /// One line for each fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Gathers the faults of one file.
struct JobReport {
    let file: String
    private(set) var faults: [JobFault] = []

    init(file: String) { self.file = file }

    mutating func add(_ location: JobLocation, _ key: String, expected: String, found: String) {
        let fault = JobFault(file: file, location: location, key: key, expected: expected, found: found)
        if !faults.contains(fault) { faults.append(fault) }
    }

    /// Nothing when there are no faults; they are thrown together otherwise.
    func finish() throws(JobFileError) {
        if faults.isEmpty { return }
        func order(_ location: JobLocation) -> Int {
            switch location {
            case .file: 0
            case .line(let line): line
            case .option: .max
            }
        }
        // Stable: faults of one line stay in the order in which they were found.
        let sorted = faults.enumerated().sorted {
            (order($0.element.location), $0.offset) < (order($1.element.location), $1.offset)
        }
        throw JobFileError(faults: sorted.map(\.element))
    }
}
