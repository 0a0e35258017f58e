public import Failures
internal import CShim

/// A file that all ranks of a communicator read or write together (MPI-IO).
///
/// Every operation is collective and ends with the ranks' agreement: an error is thrown on **all** ranks with the same
/// `TesseraError.file` and the operating system's reason, and the file is then closed.
///
/// A file is written beside its target, as `.NAME.PID.part`, and takes the target's place in ``commit()`` at once, or
/// never: after ``discard()``, after an error, or where the value is dropped, the target is as it was.
/// ```swift
/// try SharedFile.replacing("x.bin", on: world) { (file) throws(TesseraError) in
///     try file.write(part.span, at: 8 * offset)
/// }
/// ```
public struct SharedFile: ~Copyable {
    /// The path as the caller gave it.
    public let path: String
    let communicator: Communicator
    /// Where writes go; nil in a file opened for reading.
    private let partial: PartialFile?
    /// MPI's file; nil once closed.
    private(set) var handle: OpaquePointer?
    /// One past the furthest byte that any rank has written.
    var writtenEnd = 0

    /// Opens a file for reading. Collective.
    public init(reading path: String, on communicator: Communicator) throws(TesseraError) {
        try communicator.agree("SharedFile", on: path.utf8.map(Int.init)) { () throws(TesseraError) in
            if let reason = refusal(reading: path) { throw .file(path: path, reason: reason) }
        }
        let file = try Self.open(path, showing: path, MPI_MODE_RDONLY, on: communicator)
        self.init(path, file, nil, communicator)
    }

    /// Begins to write a file that will take the place of whatever is at `path`. Collective.
    public init(replacing path: String, on communicator: Communicator) throws(TesseraError) {
        let partial = try PartialFile(replacing: path, on: communicator)
        let file: OpaquePointer?
        do throws(TesseraError) {
            file = try Self.open(partial.path, showing: path, MPI_MODE_RDWR, on: communicator)
        } catch {
            partial.remove()
            throw error
        }
        self.init(path, file, partial, communicator)
    }

    private init(_ path: String, _ handle: OpaquePointer?, _ partial: PartialFile?, _ communicator: Communicator) {
        self.path = path
        self.handle = handle
        self.partial = partial
        self.communicator = communicator
    }

    private static func open(
        _ path: String, showing shown: String, _ mode: Int32, on communicator: Communicator
    ) throws(TesseraError) -> OpaquePointer? {
        let group = try communicator.handle(for: "MPI_File_open")
        var handle: OpaquePointer? = nil
        let code = MPI_File_open(group, path, Int32(mode), MPI_INFO_NULL, &handle)
        try communicator.agree("SharedFile") { () throws(TesseraError) in
            if code != MPI_SUCCESS { throw .file(path: shown, reason: mpiText(code)) }
        }
        return handle
    }

    /// The file's length in bytes. Local.
    public var size: Int {
        get throws(TesseraError) {
            var size: MPI_Offset = 0
            try check(MPI_File_get_size(try openHandle(), &size), "MPI_File_get_size")
            return Int(size)
        }
    }

    /// MPI's file, or the error of a closed one.
    func openHandle() throws(TesseraError) -> OpaquePointer {
        guard let handle else { throw .file(path: path, reason: "the file is closed") }
        return handle
    }

    /// Where the operating system finds the file.
    var actualPath: String { partial?.path ?? path }
    var isWritable: Bool { partial != nil }

    // MARK: The end

    /// Closes a file opened for reading; gives up one being written. Collective.
    public consuming func close() throws(TesseraError) {
        _ = try openHandle()
        shut()
    }

    /// Gives up a file being written: the target stays as it was. Collective.
    public consuming func discard() throws(TesseraError) { try close() }

    /// Puts what was written in the target's place: data to the disk, rename, folder to the disk. Collective.
    public consuming func commit() throws(TesseraError) {
        let file = try openHandle()
        guard let partial else {
            throw .argument(routine: "commit", name: "file", expected: "a file being written", found: "one being read")
        }
        let end = writtenEnd
        let synced = MPI_File_sync(file)
        let closed = MPI_File_close(&handle)
        handle = nil
        do throws(TesseraError) {
            try communicator.agree("commit") { () throws(TesseraError) in
                let code = synced == MPI_SUCCESS ? closed : synced
                if code != MPI_SUCCESS { throw writeFailure(code, at: end, count: 0) }
            }
        } catch {
            partial.remove()
            throw error
        }
        try partial.commit(end: end)
    }

    /// Closes without committing; every rank is here. A partial file goes.
    mutating func shut() {
        MPI_File_close(&handle)
        handle = nil
        partial?.remove()
    }

    deinit {
        // Closing is collective, so a dropped file stays open in MPI until the end; its partial file goes at once.
        if handle != nil { partial?.remove() }
    }
}

extension SharedFile {
    /// Opens a file for reading, calls `body`, closes the file. Collective; what `body` throws, it throws on all ranks.
    public static func reading<R: ~Copyable>(
        _ path: String, on communicator: Communicator, _ body: (inout SharedFile) throws(TesseraError) -> R
    ) throws(TesseraError) -> R {
        var file = try SharedFile(reading: path, on: communicator)
        let result: R
        do throws(TesseraError) {
            result = try body(&file)
        } catch {
            if file.handle != nil { file.shut() }
            throw error
        }
        try file.close()
        return result
    }

    /// Replaces the file at `path` by what `body` writes, or leaves it as it was where `body` throws. Collective; what
    /// `body` throws, it throws on all ranks.
    public static func replacing(
        _ path: String, on communicator: Communicator, _ body: (inout SharedFile) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        var file = try SharedFile(replacing: path, on: communicator)
        do throws(TesseraError) {
            try body(&file)
        } catch {
            if file.handle != nil { file.shut() }
            throw error
        }
        try file.commit()
    }
}
