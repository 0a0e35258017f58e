// The JSON Schema of job files, for editors: made from the same declaration of keys that the validation walks.
//
// Source: JSON Schema draft 2020-12. What it cannot say (files, shapes, stability, memory) is checked on loading alone.

/// The shape of all job files.
public enum JobSchema {
    /// The schema as text, pretty-printed; the same on every call.
    public static func jsonSchema() -> String {
        let kinds = jobKinds.map { $0.kind }
        let choices = jobKinds.map { kind -> JSONValue in
            .object([
                (
                    "if",
                    .object([
                        ("properties", .object([("kind", .object([("const", .string(kind.kind))]))])),
                        ("required", .array([.string("kind")])),
                    ])
                ),
                ("then", .object([("$ref", .string("#/$defs/\(kind.kind)"))])),
            ])
        }
        let definitions = jobKinds.map { kind -> (String, JSONValue) in
            var members: [(String, JSONValue)] = [
                ("title", .string(kind.kind)), ("description", .string(kind.summary)),
            ]
            members += section(kind.allKeys)
            return (kind.kind, .object(members))
        }
        let schema = JSONValue.object([
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("Tessera job file")),
            ("description", .string("A job for `tessera run`.")),
            ("type", .string("object")),
            ("required", .array([.string("kind")])),
            ("properties", .object([("kind", .object([("enum", .array(kinds.map(JSONValue.string)))]))])),
            ("allOf", .array(choices)),
            ("$defs", .object(definitions)),
        ])
        return schema.prettyPrinted() + "\n"
    }

    private static func section(_ keys: [JobKey]) -> [(String, JSONValue)] {
        let properties = keys.map { key -> (String, JSONValue) in
            var members = [("description", JSONValue.string(key.summary))] + type(key.type)
            if case .defaults(let value) = key.presence, let json = json(value) { members.append(("default", json)) }
            return (key.name, .object(members))
        }
        let required = keys.compactMap { key -> JSONValue? in
            if case .required = key.presence { .string(key.name) } else { nil }
        }
        var members: [(String, JSONValue)] = [("type", .string("object")), ("properties", .object(properties))]
        if !required.isEmpty { members.append(("required", .array(required))) }
        members.append(("additionalProperties", .boolean(false)))
        return members
    }

    private static func type(_ type: JobValueType) -> [(String, JSONValue)] {
        func text(pattern: String) -> [(String, JSONValue)] {
            [("type", .string("string")), ("pattern", .string(pattern))]
        }
        func file(_ endings: [String]) -> String {
            "\\.(\(endings.map { String($0.dropFirst()) }.joined(separator: "|")))$"
        }
        switch type {
        case .boolean: return [("type", .string("boolean"))]
        case .integer(let range):
            var members: [(String, JSONValue)] = [("type", .string("integer"))]
            members.append(("minimum", .integer(range.lowerBound)))
            if range.upperBound != .max { members.append(("maximum", .integer(range.upperBound))) }
            return members
        case .number(let range): return number(range)
        case .numbers(let count, let range):
            return [
                ("type", .string("array")), ("items", .object(number(range))), ("minItems", .integer(count)),
                ("maxItems", .integer(count)),
            ]
        case .name: return text(pattern: "^[^/]+$")
        case .outputFolder: return [("type", .string("string")), ("minLength", .integer(1))]
        case .choice(let words): return [("enum", .array(words.map(JSONValue.string)))]
        case .grid: return text(pattern: "^[1-9][0-9]*x[1-9][0-9]*$")
        case .fileName(let endings): return text(pattern: "^[^/]+" + file(endings))
        case .input(let requirement): return text(pattern: file(requirement.endings))
        case .section(let keys): return section(keys)
        case .list(let item, let counts):
            var members: [(String, JSONValue)] = [
                ("type", .string("array")), ("items", .object(JobSchema.type(item))),
                ("minItems", .integer(counts.lowerBound)),
            ]
            if counts.upperBound != .max { members.append(("maxItems", .integer(counts.upperBound))) }
            return members
        case .either(let types): return [("anyOf", .array(types.map { .object(JobSchema.type($0)) }))]
        }
    }

    private static func number(_ range: JobValueType.NumberRange) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [("type", .string("number"))]
        if let minimum = range.minimum {
            members.append((range.isMinimumExcluded ? "exclusiveMinimum" : "minimum", .number(minimum)))
        }
        return members
    }

    private static func json(_ value: JobValue) -> JSONValue? {
        switch value {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .numbers(let values): .array(values.map(JSONValue.number))
        case .text(let value): .string(value)
        case .input, .section, .list: nil
        }
    }
}
