public import Foundation

/// A folder of its own for one test, removed with the value.
public final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")

    public init() { try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    public var path: String { url.path }

    /// The path of a file in the folder.
    public func path(_ name: String) -> String { url.appending(path: name).path }

    public func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    public func write(_ name: String, _ data: Data) throws { try data.write(to: url.appending(path: name)) }
}

/// Calls `body` with a folder of its own, removed afterwards.
public func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = TemporaryFolder()
    try withExtendedLifetime(folder) { try body(folder.path) }
}

/// The path of the repository's file `name`.
public func repositoryFile(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: name).path
}
