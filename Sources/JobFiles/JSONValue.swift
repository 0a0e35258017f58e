// JSON whose members keep the order in which they were given, so that a text is the same on every call.

/// A JSON value to be printed.
enum JSONValue {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    /// Two spaces a level; what fits on one short line stands on one.
    func prettyPrinted(indent: String = "") -> String {
        let line = compact()
        if line.utf8.count + indent.utf8.count <= 100 { return line }
        let inner = indent + "  "
        switch self {
        case .array(let items):
            let lines = items.map { inner + $0.prettyPrinted(indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        case .object(let members):
            let lines = members.map { "\(inner)\(JSONValue.quote($0.0)): \($0.1.prettyPrinted(indent: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        default:
            return line
        }
    }

    private func compact() -> String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): value.short
        case .string(let text): JSONValue.quote(text)
        case .array(let items): "[\(items.map { $0.compact() }.joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(JSONValue.quote($0.0)): \($0.1.compact())" }.joined(separator: ", "))}"
        }
    }

    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
