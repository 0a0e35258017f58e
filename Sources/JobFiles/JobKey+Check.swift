// A section of a file held against the declaration of its keys. Every fault is reported; the walk goes on after each.

extension CheckedSection {
    /// Checks a section.
    ///
    /// - Parameter folder: the job file's folder, which paths in the file are relative to.
    init(
        _ node: ConfigurationNode, keys: [JobKey], path: [String] = [], folder: String, report: inout JobReport
    ) {
        self.init(path: path, location: node.location)
        var entries: [ConfigurationNode.Entry] = []
        if case .section(let given) = node.content { entries = given }

        let names = keys.map(\.name)
        // A key that stands there misspelt is not missing as well, nor does its default apply.
        var misspelt: Set<String> = []
        for entry in entries where !names.contains(entry.key) {
            let near = nearest(to: entry.key, in: names)
            if let near { misspelt.insert(near) }
            report.add(
                entry.location, fullName(entry.key),
                expected: near.map { "a known key, perhaps '\($0)'" } ?? "a known key (\(names.orList))",
                found: ConfigurationNode.quote(entry.key))
        }
        for key in keys {
            if let entry = entries.first(where: { $0.key == key.name }) {
                var value = entry.value
                // A value that is left empty is reported at its key.
                if case .nothing = value.content { value.location = entry.location }
                let checked = CheckedSection.check(
                    value, key.type, path: path + [key.name], folder: folder, report: &report)
                if let checked { values[key.name] = Checked(value: checked, location: value.location) }
                continue
            }
            if misspelt.contains(key.name) { continue }
            switch key.presence {
            case .required:
                report.add(location, fullName(key.name), expected: key.type.expectation, found: "no such key")
            case .optional:
                break
            case .defaults(let value):
                values[key.name] = Checked(value: value, location: location, isDefault: true)
            }
        }
    }

    /// The value of a node as the type asks; nil after a fault.
    private static func check(
        _ node: ConfigurationNode, _ type: JobValueType, path: [String], folder: String, report: inout JobReport
    ) -> JobValue? {
        let name = path.joined(separator: ".")
        switch (type, node.content) {
        case (.section(let keys), .section):
            return .section(CheckedSection(node, keys: keys, path: path, folder: folder, report: &report))
        case (.either(let types), .section):
            for case .section(let keys) in types {
                return .section(CheckedSection(node, keys: keys, path: path, folder: folder, report: &report))
            }
        case (.list(let item, let counts), .list(let nodes)) where counts.contains(nodes.count):
            let checked = nodes.enumerated().map { place, node -> Checked? in
                // sources[0].position
                let path = path.dropLast() + ["\(path.last ?? "")[\(place)]"]
                return check(node, item, path: Array(path), folder: folder, report: &report)
                    .map { Checked(value: $0, location: node.location) }
            }
            let sound = checked.compactMap { $0 }
            return sound.count == checked.count ? .list(sound) : nil
        case (.either(let types), .list):
            if let value = plainValue(node, type) { return value }
            for case .list(let item, let counts) in types {
                return check(node, .list(item, counts), path: path, folder: folder, report: &report)
            }
        case (.either(let types), .scalar(let text, _)):
            if let value = plainValue(node, type) { return value }
            // What looks like a file is reported as one.
            for case .input(let requirement) in types
            where requirement.endings.contains(where: { text.lowercased().hasSuffix($0) }) {
                return check(node, .input(requirement), path: path, folder: folder, report: &report)
            }
        case (.input(let requirement), .scalar(let text, _)):
            return InputArray.check(text, requirement, key: name, node.location, folder: folder, report: &report)
                .map(JobValue.input)
        case (.outputFolder, .scalar(let text, _)):
            guard let obstacle = outputObstacle(text) else { return .text(text) }
            report.add(node.location, name, expected: type.expectation, found: obstacle)
            return nil
        default:
            if let value = plainValue(node, type) { return value }
            // Of a list of the right length the item that is wrong says more than the length.
            if case .numbers(let count, let range) = type, case .list(let items) = node.content, items.count == count,
                let wrong = items.first(where: { number($0, range) == nil })
            {
                report.add(node.location, name, expected: type.expectation, found: "a list with \(wrong.found)")
                return nil
            }
        }
        report.add(node.location, name, expected: type.expectation, found: node.found)
        return nil
    }

    /// The value of a type that needs neither the file system nor further keys; nil where the node is not of the type.
    private static func plainValue(_ node: ConfigurationNode, _ type: JobValueType) -> JobValue? {
        switch (type, node.content) {
        case (.boolean, .scalar(let text, isQuoted: false)):
            return text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
        case (.integer(let range), .scalar(let text, isQuoted: false)):
            guard let value = Int(text), range.contains(value) else { return nil }
            return .integer(value)
        case (.number(let range), .scalar(let text, isQuoted: false)):
            return decimal(text, range).map(JobValue.number)
        case (.numbers(let count, let range), .list(let items)):
            let numbers = items.compactMap { number($0, range) }
            return items.count == count && numbers.count == count ? .numbers(numbers) : nil
        case (.name, .scalar(let text, _)):
            return isFileName(text) ? .text(text) : nil
        case (.choice(let words), .scalar(let text, _)):
            return words.contains(text) ? .text(text) : nil
        case (.grid, .scalar(let text, _)):
            return JobGrid(text) == nil ? nil : .text(text)
        case (.fileName(let endings), .scalar(let text, _)):
            return isFileName(text) && endings.contains(where: { text.hasSuffix($0) && text != $0 }) ? .text(text) : nil
        case (.either(let types), _):
            for type in types {
                if let value = plainValue(node, type) { return value }
            }
            return nil
        default:
            return nil
        }
    }

    /// The number that a node is; nil where it is none in the range.
    private static func number(_ node: ConfigurationNode, _ range: JobValueType.NumberRange) -> Double? {
        if case .scalar(let text, isQuoted: false) = node.content { decimal(text, range) } else { nil }
    }

    /// A decimal number in the range; hexadecimal, infinite and not-a-number are none.
    private static func decimal(_ text: String, _ range: JobValueType.NumberRange) -> Double? {
        guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let value = Double(text) else {
            return nil
        }
        return range.contains(value) ? value : nil
    }

    private static func isFileName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200 && text != "." && text != ".."
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "/" }
    }
}
