// HDF5 files that all ranks write or read together: how they are opened, given room, and put in place or given up.
//
// Every call that touches a file is collective, its outcome agreed upon. Source: HDF5 Reference Manual 1.10, "Parallel
// HDF5". HDF5 is called in this file, in those that extend it, and nowhere else.

internal import CHDF5
public import Failures
public import MessagePassing

/// An HDF5 file of real arrays in groups, with attributes, that all ranks of a communicator write or read together.
///
/// A file is written beside its target, as `.NAME.PID.part`, and takes the target's place in ``commit()`` at once, or
/// never: after ``discard()``, after an error, or where the program is killed, the target is as it was.
/// ```swift
/// try HDF5File.replacing("run.h5", on: world) { (file) throws(TesseraError) in
///     try file.write(cells.span, box: origin, extents: extents, of: [500, 300], as: "step-000010/height")
///     try file.set("time", .number(0.5), of: "step-000010")
/// }
/// ```
/// Every call is collective; an error is thrown on all ranks, and the file is then closed.
public struct HDF5File: ~Copyable {
    /// The path as the caller gave it.
    public let path: String
    let communicator: Communicator
    /// Where writes go; nil in a file opened for reading.
    let partial: PartialFile?
    /// HDF5's identifier of the file; nil once closed.
    private var handle: Int64?
    /// One past the furthest byte of the arrays.
    var end = 0
    /// What arrays' headers, links and attributes may take so far, at most.
    private var metadata = Self.firstMetadata
    private static let firstMetadata = 1 << 15
    /// Bytes for which the disk has room.
    private var reserved = 0
    /// Whether no write of them can fail for want of room.
    var isSetAside = true

    // MARK: Opening and closing

    /// Opens a file for reading. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where it cannot be read, or is no HDF5 file.
    public init(reading path: String, on communicator: Communicator) throws(TesseraError) {
        // MPI-IO and HDF5 say little about a file that is not there.
        try SharedFile(reading: path, on: communicator).close()
        handle = try Self.open(path, showing: path, isNew: false, on: communicator)
        self.path = path
        self.communicator = communicator
        partial = nil
    }

    /// Begins to write a file that will take the place of whatever is at `path`. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the folder cannot be written.
    public init(replacing path: String, on communicator: Communicator) throws(TesseraError) {
        let partial = try PartialFile(replacing: path, on: communicator)
        let handle: Int64
        do throws(TesseraError) {
            _ = try partial.reserve(Self.firstMetadata, zeroing: Self.firstMetadata)
            handle = try Self.open(partial.path, showing: path, isNew: true, on: communicator)
        } catch {
            partial.remove()
            throw error
        }
        // The room went when HDF5 emptied the file.
        do throws(TesseraError) {
            isSetAside = try partial.reserve(Self.firstMetadata, zeroing: Self.firstMetadata)
        } catch {
            Self.giveUp(handle, partial)
            throw error
        }
        self.handle = handle
        self.path = path
        self.communicator = communicator
        self.partial = partial
        reserved = Self.firstMetadata
    }

    private static func open(
        _ actual: String, showing path: String, isNew: Bool, on communicator: Communicator
    ) throws(TesseraError) -> Int64 {
        let group = try communicator.handle(for: "H5Fopen")
        // HDF5 closes itself in MPI_Finalize: at the exit of a job that failed it would wait for ranks that are gone.
        H5dont_atexit()
        H5Eset_auto2(H5E_DEFAULT, nil, nil)
        let access = local("H5Pcreate", on: communicator) { H5Pcreate(H5P_FILE_ACCESS) }
        defer { H5Pclose(access) }
        _ = local("H5Pset_fapl_mpio", on: communicator) { hid_t(H5Pset_fapl_mpio(access, group, MPI_INFO_NULL)) }
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)
        H5Pset_all_coll_metadata_ops(access, true)
        // Together they would fill the gaps between pieces of metadata with what is in memory.
        H5Pset_coll_metadata_write(access, false)
        let file =
            isNew
            ? H5Fcreate(actual, H5F_ACC_TRUNC, H5P_DEFAULT, access) : H5Fopen(actual, H5F_ACC_RDONLY, access)
        let failure = file < 0 ? reason() : nil
        let isSomewhere = try communicator.agreedMaximum(file < 0 ? 0 : 1) > 0
        do throws(TesseraError) {
            try communicator.agree("HDF5File") { () throws(TesseraError) in
                if let failure { throw .file(path: path, reason: failure) }
            }
        } catch {
            // Closing is collective: the ranks that have the file cannot do it without those that have not.
            if isSomewhere { communicator.collectively("HDF5File") { () throws(TesseraError) in throw error } }
            throw error
        }
        return file
    }

    /// Closes a file opened for reading; gives up one being written. Collective.
    public consuming func close() throws(TesseraError) {
        _ = try open()
        shut()
    }

    /// Gives up a file being written: the target stays as it was. Collective.
    public consuming func discard() throws(TesseraError) { try close() }

    /// Puts what was written in the target's place: data to the disk, rename, folder to the disk. Collective.
    public consuming func commit() throws(TesseraError) {
        let file = try open()
        guard let partial else {
            shut()
            throw .argument(routine: "commit", name: "file", expected: "a file being written", found: "one being read")
        }
        let end = end
        // After a flush there is nothing left that could fail as it closes.
        let failure = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? Self.reason() : nil
        try agreeOrShut { (path) throws(TesseraError) in
            if let failure {
                throw .file(path: path, reason: partial.reason(againstWriting: 0, at: end) ?? failure)
            }
        }
        handle = nil
        let code = H5Fclose(file)
        do throws(TesseraError) {
            let path = path
            try communicator.agree("commit") { () throws(TesseraError) in
                if code < 0 { throw .file(path: path, reason: Self.reason()) }
            }
        } catch {
            partial.remove()
            throw error
        }
        try partial.commit(end: end)
    }

    /// Replaces the file at `path` by what `body` writes, or leaves it as it was where `body` throws. Collective; what
    /// `body` throws, it throws on all ranks.
    public static func replacing(
        _ path: String, on communicator: Communicator, _ body: (inout HDF5File) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        var file = try HDF5File(replacing: path, on: communicator)
        do throws(TesseraError) {
            try body(&file)
        } catch {
            file.shut()
            throw error
        }
        try file.commit()
    }

    /// Closes without committing; every rank is here. A partial file goes.
    mutating func shut() {
        if let handle { Self.giveUp(handle, partial) }
        handle = nil
    }

    /// HDF5 keeps the identifier of a file that it cannot close, and follows it into freed memory when MPI ends (1.10.8).
    /// So nothing may stand in the way of the little that it writes.
    private static func giveUp(_ handle: Int64, _ partial: PartialFile?) {
        partial?.empty()
        H5Fclose(handle)
        partial?.remove()
    }

    /// Reserves room for more metadata and for arrays up to `end`, before HDF5 counts on it: a rank that cannot write
    /// metadata leaves the others waiting. Collective.
    mutating func makeRoom(_ more: Int, end: Int = 0) throws(TesseraError) {
        guard let partial else { return }
        metadata += more
        let needed = max(self.end, end) + metadata
        guard needed > reserved else { return }
        do throws(TesseraError) {
            isSetAside = try partial.reserve(needed, zeroing: metadata)
        } catch {
            shut()
            throw error
        }
        reserved = needed
    }

    deinit {
        // Closing is collective, so a dropped file stays open until MPI ends; its partial file goes at once.
        if handle != nil { partial?.remove() }
    }

    borrowing func open() throws(TesseraError) -> Int64 {
        guard let handle else { throw .file(path: path, reason: "the file is closed") }
        return handle
    }

    /// Agrees on an outcome; where it is bad, closes the file on all ranks before the error is thrown.
    package mutating func agreeOrShut(
        _ arguments: [Int] = [], _ outcome: (String) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        let path = path
        do throws(TesseraError) {
            try communicator.agree("HDF5File", on: arguments) { () throws(TesseraError) in try outcome(path) }
        } catch {
            shut()
            throw error
        }
    }
}
