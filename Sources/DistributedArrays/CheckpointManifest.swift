// What a generation of a checkpoint says of itself: one JSON object, written last, which carries the checksum of its own
// text. A generation without it does not count.

internal import Failures
private import Foundation

/// The manifest of one generation.
package struct CheckpointManifest: Codable, Hashable, Sendable {
    static let name = "manifest.json"
    /// The version of this format that is written, and the only one that is read.
    static let currentFormat = 1

    /// One file of data.
    struct File: Codable, Hashable, Sendable {
        let name: String
        let shape: [Int]
        let bytes: Int
        /// Of the elements, as sixteen hexadecimal digits.
        let checksum: String

        /// Refuses data that is not what was written.
        func requireChecksum(_ sum: UInt64, path: String) throws(TesseraError) {
            guard sum.hexadecimal == checksum else {
                throw .file(
                    path: path, reason: "it is damaged: expected checksum \(checksum), found \(sum.hexadecimal)")
            }
        }
    }

    let format: Int
    /// The computation: `LU`, `Cholesky`.
    package let kind: String
    /// The type of its numbers.
    package let scalar: String
    /// What job it is part of.
    let fingerprint: String
    package let generation: Int
    /// How far the computation has come, in its own units.
    package let step: Int
    /// Its small state: whole numbers and the bits of others, by name.
    package let state: [String: [Int]]
    var files: [File]

    init(
        kind: String, scalar: String, fingerprint: String, generation: Int, step: Int, state: [String: [Int]]
    ) {
        format = Self.currentFormat
        self.kind = kind
        self.scalar = scalar
        self.fingerprint = fingerprint
        self.generation = generation
        self.step = step
        self.state = state
        files = []
    }

    // The file is {"checksum": "sixteen digits", "manifest":\n THE OBJECT \n}\n, and the checksum is that of the object's
    // text.
    private static let opening = Array("{\"checksum\": \"".utf8)
    private static let middle = Array("\", \"manifest\":\n".utf8)
    private static let closing = Array("\n}\n".utf8)

    /// The text of the file.
    func rendered() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let object = try? encoder.encode(self) else { preconditionFailure("a manifest of plain values") }
        let text = [UInt8](object)
        return Self.opening + Array(ElementHash.of(text).hexadecimal.utf8) + Self.middle + text + Self.closing
    }

    /// Reads the text of a file.
    ///
    /// - Throws: `TesseraError.file` where it is damaged or of another format.
    init(parsing text: [UInt8], path: String) throws(TesseraError) {
        let start = Self.opening.count + 16 + Self.middle.count
        guard text.count > start + Self.closing.count, text.starts(with: Self.opening),
            text[(start - Self.middle.count)...].starts(with: Self.middle), text.suffix(3) == Self.closing[...]
        else { throw .file(path: path, reason: "it is not a whole manifest") }
        let object = Array(text[start..<text.count - Self.closing.count])
        let claimed = String(decoding: text[Self.opening.count..<Self.opening.count + 16], as: UTF8.self)
        let found = ElementHash.of(object).hexadecimal
        guard claimed == found else {
            throw .file(path: path, reason: "it is damaged: expected checksum \(claimed), found \(found)")
        }
        struct Version: Decodable { let format: Int }
        let version = (try? JSONDecoder().decode(Version.self, from: Data(object)))?.format
        guard version == Self.currentFormat else {
            throw .file(
                path: path,
                reason: "expected format \(Self.currentFormat), found \(version.map(String.init) ?? "no number of one")"
            )
        }
        guard let manifest = try? JSONDecoder().decode(CheckpointManifest.self, from: Data(object)) else {
            throw .file(path: path, reason: "it is not the manifest of a checkpoint")
        }
        self = manifest
    }
}
