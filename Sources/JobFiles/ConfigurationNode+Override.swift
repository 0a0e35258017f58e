// `--set kernel.type=exponential`: one value of the tree replaced, or added, before anything is checked.

extension ConfigurationNode {
    /// Applies an override `key.path=value`, its value being YAML: `4000`, `[92.5, 74.5]`, `{fixed: 0}`.
    mutating func apply(override: String, report: inout JobReport) {
        let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !keys.contains("") else {
            report.add(
                .option("--set"), "", expected: "key=value or section.key=value",
                found: ConfigurationNode.quote(override))
            return
        }
        let path = keys.joined(separator: ".")
        let option = "--set \(path)"
        let faultsBefore = report.faults.count
        let value = ConfigurationNode(yaml: String(parts[1]), option: option, report: &report, key: path)
        guard report.faults.count == faultsBefore else { return }
        set(keys[...], to: value ?? ConfigurationNode(content: .nothing, location: .option(option)), option, &report)
    }

    private mutating func set(
        _ keys: ArraySlice<String>, to value: ConfigurationNode, _ option: String, _ report: inout JobReport
    ) {
        guard let key = keys.first else {
            self = value
            return
        }
        var entries: [Entry]
        switch content {
        case .section(let existing): entries = existing
        case .nothing: entries = []
        default:
            report.add(.option(option), "", expected: "a section around '\(key)'", found: found)
            return
        }
        let place = entries.firstIndex { $0.key == key }
        var child = place.map { entries[$0].value } ?? ConfigurationNode(content: .nothing, location: .option(option))
        child.set(keys.dropFirst(), to: value, option, &report)
        // The key's place moves to the command line with its value; a section around it stays where it is.
        let location = keys.count == 1 ? .option(option) : place.map { entries[$0].location } ?? .option(option)
        let entry = Entry(key: key, location: location, value: child)
        if let place { entries[place] = entry } else { entries.append(entry) }
        content = .section(entries)
    }
}
