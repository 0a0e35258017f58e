import Failures
private import Foundation
internal import CShim

// Why the operating system refuses, in its own words. MPI-IO says little more than "I/O error", so the plain calls are
// asked: before a file is opened, and again after a write has failed.

/// Why this process cannot read the file at `path`; nil when it can.
func refusal(reading path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return systemReason() }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return systemReason(EISDIR)
    default: return "not a regular file"
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return systemReason() }
    close(descriptor)
    return nil
}

/// Creates the partial file beside the target, empty; or says why it cannot be.
func refusal(replacing path: String, by partial: String) -> String? {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return systemReason(EISDIR) }
    let descriptor = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return systemReason() }
    close(descriptor)
    return nil
}

/// Brings the partial file of `end` bytes and its new name to the disk; or says why not.
///
/// MPI-IO can lose a short write in silence (Open MPI's does): then the file's end is missing.
func refusal(renaming partial: String, of end: Int, to path: String) -> String? {
    var status = stat()
    guard stat(partial, &status) == 0 else { return systemReason() }
    let size = Int(status.st_size)
    if size < end {
        return refusal(writing: end - size, at: size, to: partial) ?? "only \(size) of \(end) bytes arrived"
    }
    if let reason = refusal(synchronizing: partial, O_RDONLY) { return reason }
    guard rename(partial, path) == 0 else { return systemReason() }
    return refusal(synchronizing: URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
}

private func refusal(synchronizing name: String, _ flags: Int32) -> String? {
    let descriptor = open(name, flags | O_CLOEXEC)
    guard descriptor >= 0 else { return systemReason() }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder, and say so with EINVAL.
    return fsync(descriptor) == 0 || errno == EINVAL ? nil : systemReason()
}

/// Sets room aside on the disk for the file's first `end` bytes, so that a full disk shows before anything is written;
/// nil also where the file system has no such service.
func refusal(reserving end: Int, in path: String) -> String? {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return systemReason() }
    defer { close(descriptor) }
    let code = tessera_reserve(descriptor, Int64(end))
    return code == ENOSPC || code == EDQUOT || code == EFBIG ? systemReason(code) : nil
}

/// Why `count` bytes do not go into the file at `offset`; nil when the operating system finds nothing wrong.
func refusal(writing count: Int, at offset: Int, to path: String) -> String? {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return systemReason() }
    defer { close(descriptor) }
    var system = statvfs()
    if fstatvfs(descriptor, &system) == 0, Int(system.f_bavail) * Int(system.f_frsize) < max(count, 1) {
        return systemReason(ENOSPC)
    }
    var zero: UInt8 = 0
    return pwrite(descriptor, &zero, 1, off_t(max(0, offset + count - 1))) == 1 ? nil : systemReason()
}

/// "no space left on device"
private func systemReason(_ code: Int32 = errno) -> String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
}

extension SharedFile {
    /// The error of a write on this rank: the operating system's reason, or MPI's where it has none.
    borrowing func writeFailure(_ code: Int32, at offset: Int, count: Int) -> TesseraError {
        let reason = refusal(writing: count, at: offset, to: actualPath)
        return .file(path: path, reason: reason ?? (code == MPI_SUCCESS ? "short write" : mpiText(code)))
    }
}
