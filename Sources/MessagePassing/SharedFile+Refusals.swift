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

/// What a disk has for the first bytes of a file.
enum DiskRoom {
    /// They can be written, whatever else is.
    case setAside
    /// There is room now; the file system sets none aside.
    case free
    case refused(String)
}

/// Sets room aside on the disk for the file's first `end` bytes, so that a full disk shows before anything is written.
///
/// - Parameter tail: bytes before `end` that become zeros, where the file has none yet and no room can be set aside for
///   them otherwise.
func room(for end: Int, in path: String, zeroing tail: Int = 0) -> DiskRoom {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return .refused(systemReason()) }
    defer { close(descriptor) }
    let code = tessera_reserve(descriptor, Int64(end))
    if code == 0 { return .setAside }
    if code == ENOSPC || code == EDQUOT || code == EFBIG { return .refused(systemReason(code)) }
    var (status, system) = (stat(), statvfs())
    guard fstat(descriptor, &status) == 0 else { return .refused(systemReason()) }
    if fstatvfs(descriptor, &system) == 0, system.f_blocks > 0 {
        let (missing, free) = (end - 512 * Int(status.st_blocks), Int(system.f_bavail) * Int(system.f_frsize))
        if missing > free { return .refused(systemReason(ENOSPC)) }
    }
    let start = max(Int(status.st_size), end - tail)
    guard tail > 0, start < end else { return .free }
    let zeros = [UInt8](repeating: 0, count: end - start)
    guard pwrite(descriptor, zeros, zeros.count, off_t(start)) == zeros.count, fsync(descriptor) == 0 else {
        return .refused(systemReason())
    }
    return .free
}

/// Why this process may not have a file of `end` bytes, whatever the disk holds: the limit of the user's shell.
func refusal(limiting end: Int) -> String? {
    var limit = rlimit()
    #if os(Linux)
        let code = getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
        let code = getrlimit(RLIMIT_FSIZE, &limit)
    #endif
    return code == 0 && limit.rlim_cur < rlim_t(end) ? systemReason(EFBIG) : nil
}

/// Gives the room of a partial file back; what refuses, refuses again when the file is removed.
func empty(_ path: String) {
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    if descriptor >= 0 { close(descriptor) }
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
