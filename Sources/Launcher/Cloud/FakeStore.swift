// Where the fake cloud lies: in memory, or in a file that is replaced as a whole under a lock, so that several launchers share
// it and none takes it along when it dies.

package import Failures
internal import ArrayFormats
internal import Foundation
internal import Synchronization

/// The fake cloud's memory.
package final class FakeStore: Sendable {
    private let path: String?
    private let memory: Mutex<FakeState>

    /// In memory.
    package init(_ state: FakeState = FakeState()) {
        path = nil
        memory = Mutex(state)
    }

    /// In a file, which is made where there is none.
    ///
    /// - Throws: `TesseraError.file`.
    package init(path: String, _ state: FakeState = FakeState()) throws(TesseraError) {
        self.path = path
        memory = Mutex(state)
        if access(path, F_OK) != 0 { try FakeStore.write(state, path) }
        _ = try FakeStore.read(path)
    }

    /// Changes the state, alone; what `body` throws is thrown when the state is safe.
    package func change<R: Sendable>(_ body: (inout FakeState) throws(CloudError) -> R) throws(CloudError) -> R {
        guard let path else {
            return try memory.withLock { state throws(CloudError) in try body(&state) }
        }
        return try memory.withLock { _ throws(CloudError) in
            do {
                let lock = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
                    throw TesseraError.file(path: "\(path).lock", reason: systemReason("cannot be locked"))
                }
                defer { close(lock) }
                var state = try FakeStore.read(path)
                let result = Result { () throws(CloudError) in try body(&state) }
                try FakeStore.write(state, path)
                return try result.get()
            } catch let error as CloudError {
                throw error
            } catch {
                throw CloudError(.client, operation: "fake", message: "\(error)")
            }
        }
    }

    private static func read(_ path: String) throws(TesseraError) -> FakeState {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .file(path: path, reason: systemReason("cannot be read"))
        }
        do { return try JSONDecoder().decode(FakeState.self, from: bytes) } catch {
            throw .file(path: path, reason: "expected the state of a fake cloud, found another text")
        }
    }

    private static func write(_ state: FakeState, _ path: String) throws(TesseraError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(state) else {
            throw .file(path: path, reason: "expected finite numbers in the state, found others")
        }
        var file = try AtomicFile(path)
        try file.write(Array(bytes))
        try file.commit()
    }
}
