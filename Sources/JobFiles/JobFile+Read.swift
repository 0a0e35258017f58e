// The text of a job file to the tree that is checked: read, parsed, overridden; and the kind of job that it asks for.

import Foundation

extension JobFile {
    /// Larger than any job; a data file that is given by mistake is not read into memory.
    private static let mostBytes = 1 << 20

    /// The file's top section with the overrides applied; nil after a fault that leaves nothing to check.
    static func readRoot(
        _ path: String, _ overrides: [String], _ output: String?, _ report: inout JobReport
    ) -> ConfigurationNode? {
        guard let text = readText(path, &report) else { return nil }
        var root = ConfigurationNode(yaml: text, report: &report)
        guard report.faults.isEmpty else { return nil }
        if case .nothing? = root?.content { root = nil }
        guard var root else {
            report.add(.line(1), "", expected: "a job, beginning with the key 'kind'", found: "an empty file")
            return nil
        }
        guard case .section = root.content else {
            report.add(root.location, "", expected: "a job, beginning with the key 'kind'", found: root.found)
            return nil
        }
        // What a job lacks is reported at its first line, after which comments may come.
        root.location = .line(1)
        for override in overrides { root.apply(override: override, report: &report) }
        if let output, case .section(var entries) = root.content {
            let location = JobLocation.option("--output")
            let value = ConfigurationNode(content: .scalar(output, isQuoted: true), location: location)
            entries.removeAll { $0.key == "output" }
            entries.append(.init(key: "output", location: location, value: value))
            root.content = .section(entries)
        }
        return root
    }

    private static func readText(_ path: String, _ report: inout JobReport) -> String? {
        func refuse(_ found: String) -> String? {
            report.add(.file, "", expected: "a job file", found: found)
            return nil
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return refuse("no such file")
        }
        if isFolder.boolValue { return refuse("a folder") }
        guard let handle = FileHandle(forReadingAtPath: path) else { return refuse("a file that cannot be read") }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: mostBytes + 1) ?? Data() else {
            return refuse("a file that cannot be read")
        }
        guard data.count <= mostBytes else { return refuse("a file of more than 1 MiB") }
        guard let text = String(data: data, encoding: .utf8), !text.utf8.contains(0) else {
            return refuse("a file that is not text")
        }
        return text
    }

    /// The kind of job; nil after a fault.
    static func kind(of root: ConfigurationNode, _ report: inout JobReport) -> (any JobSpec.Type)? {
        guard case .section(let entries) = root.content else { return nil }
        let known = jobKinds.map { $0.kind }
        guard let entry = entries.first(where: { $0.key == "kind" }) else {
            report.add(root.location, "kind", expected: known.orList, found: "no such key")
            return nil
        }
        if case .scalar(let text, _) = entry.value.content, let kind = jobKinds.first(where: { $0.kind == text }) {
            return kind
        }
        var expected = known.orList
        if case .scalar(let text, _) = entry.value.content, let near = nearest(to: text, in: known) {
            expected += ", perhaps '\(near)'"
        }
        var location = entry.value.location
        if case .nothing = entry.value.content { location = entry.location }
        report.add(location, "kind", expected: expected, found: entry.value.found)
        return nil
    }
}
