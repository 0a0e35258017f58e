// A file opened for reading: its size and any stretch of its bytes, with the system's own reason when it fails.

import Failures

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A regular file open for reading; closed when the value ends.
struct InputFile: ~Copyable {
    let path: String
    /// Bytes in the file when it was opened.
    let size: Int
    private let descriptor: CInt

    init(_ path: String) throws(TesseraError) {
        // Opening a pipe would wait for somebody to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(path: path, reason: systemReason("cannot be opened")) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = systemReason("cannot be inspected")
            close(descriptor)
            throw .file(path: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .file(
                path: path,
                reason:
                    "expected a file, found \(status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or a pipe")")
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The bytes from `offset` on, at most `count` of them: fewer only where the file ends.
    func bytes(from offset: Int = 0, count: Int) throws(TesseraError) -> [UInt8] {
        let wanted = max(0, min(count, size - offset))
        var failure: TesseraError?
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let got = pread(descriptor, buffer.baseAddress! + filled, wanted - filled, off_t(offset + filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    failure = .file(path: path, reason: systemReason("cannot be read"))
                    break
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// "cannot be opened: No such file or directory": the text of the calling thread's `errno`.
func systemReason(_ what: String) -> String {
    let code = errno
    return "\(what): \(String(cString: strerror(code)))"
}
