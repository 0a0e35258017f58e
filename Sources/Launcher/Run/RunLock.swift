// One launcher a run: flock(2), which the kernel lets go of when its process dies, however it dies.

package import Failures
internal import Foundation

/// The right to change a run, held as long as the value lives.
package struct RunLock: ~Copyable {
    private let descriptor: CInt

    /// - Throws: `TesseraError.argument` where another launcher has it, with its process; `TesseraError.file`.
    package init(_ folder: RunFolder) throws(TesseraError) {
        let descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: folder.lock, reason: systemReason("cannot be opened")) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = String(decoding: FileManager.default.contents(atPath: folder.lock) ?? Data(), as: UTF8.self)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw .file(path: folder.lock, reason: "cannot be locked: \(String(cString: strerror(reason)))")
            }
            throw .argument(
                routine: "run", name: "\(folder.run)", expected: "no other launcher at work on it",
                found: "process \(holder.filter(\.isNumber))")
        }
        // For the words of the one that comes second; the lock itself does not depend on them.
        let name = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, name, name.count, 0) }
        self.descriptor = descriptor
    }

    deinit {
        // Closing is not enough while a child that this process is just starting has the descriptor, too.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
