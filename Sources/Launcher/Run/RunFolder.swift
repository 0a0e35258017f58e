// Where a run keeps what it must not forget: $XDG_STATE_HOME/tessera/runs/ID, for the user alone.

package import Failures
internal import Foundation

/// A run's folder.
package struct RunFolder: Hashable, Sendable {
    package let run: RunID
    package let path: String

    /// The path of a file in the folder.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    package var journal: String { path("journal.jsonl") }
    package var lock: String { path("lock") }

    /// The folder of all runs.
    package static func root(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(TesseraError) -> String {
        guard let state = StateFolder.path(environment) else {
            throw .argument(
                routine: "run", name: "HOME", expected: "the path of your home folder, or XDG_STATE_HOME",
                found: shown(environment["HOME"] ?? ""))
        }
        return "\(state)/runs"
    }

    /// Makes the folder of a new run, and sees to it that its name is on the disk.
    ///
    /// - Throws: `TesseraError.file`.
    package static func create(_ run: RunID, in root: String) throws(TesseraError) -> RunFolder {
        var above = ""
        for part in root.split(separator: "/") {
            above += "/\(part)"
            guard mkdir(above, 0o700) == 0 || errno == EEXIST else {
                throw .file(path: above, reason: systemReason("cannot be made"))
            }
        }
        let path = "\(root)/\(run)"
        guard mkdir(path, 0o700) == 0 else { throw .file(path: path, reason: systemReason("cannot be made")) }
        try syncFolder(root)
        return RunFolder(run: run, path: path)
    }

    /// The folder of a run that began earlier.
    ///
    /// - Throws: `TesseraError.file` where there is none, or it is not the user's own.
    package static func open(_ run: RunID, in root: String) throws(TesseraError) -> RunFolder {
        let path = "\(root)/\(run)"
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw .file(path: path, reason: systemReason("expected the folder of run \(run), found none"))
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw .file(
                path: path, reason: "expected a folder that is yours and that you alone may write, found another")
        }
        return RunFolder(run: run, path: path)
    }

    /// The runs that have a folder here, oldest first.
    package static func runs(in root: String) -> [RunID] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.compactMap { try? RunID(parsing: $0) }.sorted()
    }
}

/// Forces a folder's names to the disk.
func syncFolder(_ path: String) throws(TesseraError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, reason: systemReason("cannot be opened")) }
    defer { close(descriptor) }
    // Some file systems have no such thing for folders, and say so.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
        throw .file(path: path, reason: systemReason("cannot be forced to the disk"))
    }
}

func systemReason(_ what: String) -> String { "\(what): \(String(cString: strerror(errno)))" }
