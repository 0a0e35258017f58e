// A job file as a tree whose every value knows where it stands. Only this file knows Yams.

import Foundation
import Yams

/// A value of a job file before anything is known of its meaning.
struct ConfigurationNode {
    struct Entry {
        let key: String
        /// Where the key stands.
        let location: JobLocation
        var value: ConfigurationNode
    }

    enum Content {
        /// No value: an empty place, `~` or `null`.
        case nothing
        case scalar(String, isQuoted: Bool)
        case list([ConfigurationNode])
        case section([Entry])
    }

    var content: Content
    var location: JobLocation

    /// How a fault describes it: `'abc'`, "a list of 3", "a section".
    var found: String {
        switch content {
        case .nothing: "nothing"
        case .scalar(let text, let isQuoted): "\(ConfigurationNode.quote(text))\(isQuoted ? " in quotes" : "")"
        case .list(let items): "a list of \(items.count)"
        case .section: "a section"
        }
    }

    /// Text of the user as one short printable line.
    static func quote(_ text: String) -> String {
        let printable = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return "'\(printable.count > 60 ? "\(printable.prefix(57))..." : printable)'"
    }
}

extension ConfigurationNode {
    /// Parses YAML; a fault of syntax is reported at its line.
    ///
    /// - Parameter option: the command line's option that the text comes from; nil for a file, which gives lines.
    /// - Returns: nil where the text has a fault or holds nothing.
    init?(yaml: String, option: String? = nil, report: inout JobReport, key: String = "") {
        func location(_ mark: Mark?) -> JobLocation {
            if let option { return .option(option) }
            return mark.map { .line(max(1, $0.line)) } ?? .file
        }
        do {
            guard let node = try compose(yaml: yaml) else { return nil }
            var values = 0
            guard let tree = ConfigurationNode(node, location, &values) else {
                report.add(
                    location(node.mark), key, expected: "at most \(ConfigurationNode.mostValues) values",
                    found: "more, as aliases repeat them")
                return nil
            }
            self = tree
        } catch let error as YamlError {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                let (expected, found) = ConfigurationNode.words(problem)
                if ConfigurationNode.line(mark.line, of: yaml).contains("\t") {
                    report.add(
                        location(mark), key, expected: "valid YAML, indented by spaces", found: "a tab (\(found))")
                } else {
                    report.add(location(mark), key, expected: expected, found: found)
                }
            case .duplicatedKeysInMapping(let duplicates, let context):
                for duplicate in duplicates {
                    report.add(location(context.mark), duplicate, expected: "each key once", found: "it again below")
                }
            case .reader(let problem, let offset, _, _):
                let before = yaml.prefix(max(0, offset ?? 0))
                let line = 1 + before.count { $0.isNewline }
                report.add(
                    option.map(JobLocation.option) ?? .line(line), key, expected: "a text file", found: problem)
            default:
                report.add(location(nil), key, expected: "valid YAML", found: "\(error)".quotedLine)
            }
            return nil
        } catch {
            report.add(location(nil), key, expected: "valid YAML", found: "\(error)".quotedLine)
            return nil
        }
    }

    /// More than any job has; a few lines of aliases to aliases stand for billions.
    private static let mostValues = 100_000

    /// nil where the tree grows beyond ``mostValues``.
    private init?(_ node: Node, _ location: (Mark?) -> JobLocation, _ values: inout Int) {
        values += 1
        guard values <= ConfigurationNode.mostValues else { return nil }
        self.location = location(node.mark)
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain && scalar.style != .any
            let isNothing = !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            content = isNothing ? .nothing : .scalar(scalar.string, isQuoted: isQuoted)
        case .sequence(let items):
            var list: [ConfigurationNode] = []
            for item in items {
                guard let value = ConfigurationNode(item, location, &values) else { return nil }
                list.append(value)
            }
            content = .list(list)
        case .mapping(let pairs):
            var entries: [Entry] = []
            for (key, value) in pairs {
                guard let value = ConfigurationNode(value, location, &values) else { return nil }
                entries.append(
                    Entry(
                        key: key.scalar?.string ?? "(a key that is not a word)", location: location(key.mark),
                        value: value))
            }
            content = .section(entries)
        case .alias:
            // The composer replaces aliases by what they stand for.
            content = .nothing
        }
    }

    /// The parser's complaint as what was expected and what was found.
    private static func words(_ problem: String) -> (expected: String, found: String) {
        let missing = "did not find expected "
        if problem.hasPrefix(missing) { return ("valid YAML: \(problem.dropFirst(missing.count))", "other text") }
        for prefix in ["but found ", "found "] where problem.hasPrefix(prefix) {
            return ("valid YAML", String(problem.dropFirst(prefix.count)))
        }
        return ("valid YAML", problem)
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(number - 1).first ?? ""
    }
}

extension String {
    /// The text as one short printable line in quotes.
    fileprivate var quotedLine: String { ConfigurationNode.quote(self) }
}
