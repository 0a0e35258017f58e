// A file that is replaced as a whole or not at all: written beside its place under another name, forced to the disk,
// then renamed. A reader sees the old file or the new one, and a failure leaves the old one and nothing else.

public import Failures
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file under construction; `commit()` puts it in its place, anything else removes it.
public struct AtomicFile: ~Copyable {
    public let path: String
    private let partialPath: String
    private var descriptor: CInt

    /// Begins to write `path`. Nothing is visible under that name before ``commit()``.
    ///
    /// - Throws: `TesseraError.file` when the folder does not exist or cannot be written, or the path is a folder.
    public init(_ path: String) throws(TesseraError) {
        // A folder would be found out by the rename alone, after the work.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw .file(path: path, reason: "cannot be replaced: Is a directory")
        }
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let partialPath =
            "\(path[..<slash]).\(path[slash...]).\(getpid()).\(serial.add(1, ordering: .relaxed).newValue)"
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .file(path: path, reason: systemReason("cannot be written")) }
        self.path = path
        self.partialPath = partialPath
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(partialPath)
        }
    }

    /// Appends bytes.
    ///
    /// - Throws: `TesseraError.file` with the system's reason: a full disk, a quota.
    public mutating func write(_ bytes: RawSpan) throws(TesseraError) {
        var done = 0
        while done < bytes.byteCount {
            let written = bytes.withUnsafeBytes { raw in
                systemWrite(descriptor, raw.baseAddress! + done, raw.count - done)
            }
            if written >= 0 {
                done += written
            } else if errno != EINTR {
                throw .file(path: path, reason: systemReason("cannot be written"))
            }
        }
    }

    /// Appends bytes.
    public mutating func write(_ bytes: [UInt8]) throws(TesseraError) {
        try write(bytes.span.bytes)
    }

    /// Forces the bytes to the disk and puts the file in its place.
    public consuming func commit() throws(TesseraError) {
        guard fsync(descriptor) == 0 else { throw .file(path: path, reason: systemReason("cannot be written")) }
        guard rename(partialPath, path) == 0 else {
            throw .file(path: path, reason: systemReason("cannot be replaced"))
        }
        close(descriptor)
        descriptor = -1
    }
}

/// Tells apart the files that one process has under construction.
private let serial = Atomic<Int>(0)

/// The system's `write`, which the method of that name hides.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
