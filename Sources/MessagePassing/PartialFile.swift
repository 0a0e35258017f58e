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
    /// - Parameter tail: bytes before `end` for which there must be room even where the file system sets none aside: they
    ///   become zeros, but for those that the file has.
    /// - Returns: whether there is room for all of them, whatever else is written to the disk.
    /// - Throws: `TesseraError.file` on all ranks where there is none, or a rank may not have so large a file; the file
    ///   stays.
    package func reserve(_ end: Int, zeroing tail: Int) throws(TesseraError) -> Bool {
        var isSetAside = true
        try communicator.agree("reserve") { () throws(TesseraError) in
            // Room does not count towards the limit of a process, bytes do.
            if let reason = refusal(limiting: end) { throw .file(path: target, reason: reason) }
            guard communicator.rank == 0 else { return }
            switch room(for: end, in: path, zeroing: tail) {
            case .setAside: break
            case .free: isSetAside = false
            case .refused(let reason): throw .file(path: target, reason: reason)
            }
        }
        return try communicator.agreedMaximum(isSetAside ? 0 : 1) == 0
    }

    /// Gives the room back that the file takes, before a library closes what will be removed: on a full disk it could not
    /// write its last bytes. Collective.
    package func empty() {
        if communicator.rank == 0 { MessagePassing.empty(path) }
        try? communicator.barrier()
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
