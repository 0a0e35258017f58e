// How AWS's JSON is written, and the shapes that many calls share.

package import Foundation

extension JSONEncoder {
    /// Names begin with a large letter there: `instanceType` is `InstanceType`.
    package static var aws: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .custom { AWSKey($0.last!.stringValue.withInitial { $0.uppercased() }) }
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension JSONDecoder {
    /// The inverse: `VCpuInfo` is `vCpuInfo`.
    static var aws: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { AWSKey($0.last!.stringValue.withInitial { $0.lowercased() }) }
        return decoder
    }
}

private struct AWSKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ stringValue: String) { self.stringValue = stringValue }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension String {
    fileprivate func withInitial(_ change: (Substring) -> String) -> String { change(prefix(1)) + dropFirst() }
}

/// A request without parameters.
struct NoInput: Encodable {}

/// What to list, by a property's values.
struct AWSFilter: Encodable {
    let name: String
    let values: [String]

    /// What bears Tessera's tag, of one run or of all.
    static func run(_ run: String?) -> AWSFilter {
        run.map { AWSFilter(name: "tag:\(Tags.runKey)", values: [$0]) }
            ?? AWSFilter(name: "tag-key", values: [Tags.runKey])
    }
}

/// A request that lists by filters alone.
struct FilteredInput: Encodable {
    let filters: [AWSFilter]
}

struct AWSTag: Codable, Hashable {
    let key: String
    let value: String
}

/// Tags for what a call creates.
struct AWSTagSpecification: Encodable {
    let resourceType: String
    let tags: [AWSTag]

    init(_ resourceType: String, _ tags: Tags) {
        self.resourceType = resourceType
        self.tags = tags.sorted { $0.key < $1.key }.map { AWSTag(key: $0.key, value: $0.value) }
    }
}

extension Tags {
    init(_ list: [AWSTag]?) {
        self.init((list ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// Seconds since 1970 of `2026-11-27T14:46:21.000Z` or `2026-11-27T14:46:21+00:00`: versions 1 and 2 of the client differ.
func secondsSince1970(_ text: String) -> Double? {
    for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
        if let date = try? Date(text, strategy: style) { return date.timeIntervalSince1970 }
    }
    return nil
}
