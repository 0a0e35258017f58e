// The bytes of a journal: one JSON object a line, on the disk before `append` returns. A launcher that dies within a line
// leaves a torn one at the end: it is dropped, for nothing was done yet that it would have told of.

package import Failures
internal import Foundation

/// Where a journal's lines go.
package protocol JournalSink: Sendable {
    /// Appends one line, which is safe when this returns and not there when it throws.
    func append(_ line: [UInt8]) throws(TesseraError)
}

/// A file of lines, for one process at a time.
package final class JournalFile: JournalSink {
    private let path: String
    private let descriptor: CInt

    /// Opens the file, or makes it, and drops a torn last line.
    ///
    /// - Throws: `TesseraError.file`.
    package init(_ path: String) throws(TesseraError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, reason: systemReason("cannot be opened")) }
        let whole = off_t(try JournalFile.lines(path).byteCount)
        guard ftruncate(descriptor, whole) == 0 else {
            throw .file(path: path, reason: systemReason("cannot be written"))
        }
        try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    deinit { close(descriptor) }

    package func append(_ line: [UInt8]) throws(TesseraError) {
        let before = lseek(descriptor, 0, SEEK_END)
        let bytes = line + [UInt8(ascii: "\n")]
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if written >= 0 {
                done += written
            } else if errno != EINTR {
                break
            }
        }
        guard done == bytes.count, fsync(descriptor) == 0 else {
            let reason = systemReason("cannot be written")
            // A part of a line must not stand before the next one.
            _ = ftruncate(descriptor, before)
            throw .file(path: path, reason: reason)
        }
    }

    /// The whole lines of a file, and how many bytes they take; what follows the last end of a line is left out.
    static func lines(_ path: String) throws(TesseraError) -> (lines: [Data], byteCount: Int) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ([], 0) }
        let whole = bytes[...end]
        return (whole.split(separator: UInt8(ascii: "\n")).map { Data($0) }, whole.count)
    }
}
