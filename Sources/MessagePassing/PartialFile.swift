// A file under construction beside its target: what `SharedFile` does around MPI-IO, for libraries that open files
// themselves.

package import Failures
private import Foundation

/// A file written as `.NAME.PID.part` beside its target, whose place it takes as a whole or not at all.
package struct PartialFile {
    /// The path as the caller gave it.
    package let target: String
    /// Where the file is written.
    package let path: String
    private let communicator: Communicator

    /// Makes the file, empty. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks with the operating system's reason.
    package init(replacing target: String, on communicator: Communicator) throws(TesseraError) {
        let process = try communicator.agreedMaximum(communicator.rank == 0 ? Int(getpid()) : 0)
        let place = URL(fileURLWithPath: target)
        let path = place.deletingLastPathComponent().appendingPathComponent(
            ".\(place.lastPathComponent).\(process).part"
        ).path
        try communicator.agree("SharedFile", on: target.utf8.map(Int.init)) { () throws(TesseraError) in
            guard communicator.rank == 0, let reason = refusal(replacing: target, by: path) else { return }
            throw .file(path: target, reason: reason)
        }
        self.target = target
        self.path = path
        self.communicator = communicator
    }

    /// Sets room aside on the disk for the first `end` bytes. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where there is none; the file stays.
    package func reserve(_ end: Int) throws(TesseraError) {
        try communicator.agree("reserve") { () throws(TesseraError) in
            guard communicator.rank == 0, let reason = refusal(reserving: end, in: path) else { return }
            throw .file(path: target, reason: reason)
        }
    }

    /// Puts the file, of `end` bytes at least, in its target's place: data to the disk, rename, folder to the disk. The
    /// file goes where that fails. Collective.
    package func commit(end: Int) throws(TesseraError) {
        do throws(TesseraError) {
            try communicator.agree("commit") { () throws(TesseraError) in
                guard communicator.rank == 0, let reason = refusal(renaming: path, of: end, to: target) else { return }
                throw .file(path: target, reason: reason)
            }
        } catch {
            remove()
            throw error
        }
    }

    /// Gives the file up. Local: rank 0 removes it.
    package func remove() {
        if communicator.rank == 0 { unlink(path) }
    }

    /// Why the operating system does not take `count` bytes at `offset`; nil where it finds nothing wrong. Local.
    package func reason(againstWriting count: Int, at offset: Int) -> String? {
        refusal(writing: count, at: offset, to: path)
    }
}
