// Arrays and attributes in HDF5 files, by all ranks together: the one file that calls HDF5.
//
// Every call that touches a file is collective, its outcome agreed upon. An array is contiguous in the file, in C order and
// little endian; each rank moves its own box in rounds of bounded size (`BoxChunks`), a rank with fewer chunks than
// others, or none, joins with an empty selection. Source: HDF5 Reference Manual 1.10, "Parallel HDF5".

internal import CHDF5
public import Failures
public import MessagePassing

/// What is said of a group or an array of an HDF5 file.
public enum HDF5Attribute: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    case numbers([Double])
    case text(String)
    case texts([String])
}

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
    private let partial: PartialFile?
    /// HDF5's identifier of the file; nil once closed.
    private var handle: Int64?
    /// One past the furthest byte of the arrays.
    private var end = 0
    /// What arrays' headers, links and attributes may take so far, at most.
    private var metadata = Self.firstMetadata
    private static let firstMetadata = 1 << 15
    /// Bytes for which the disk has room.
    private var reserved = 0
    /// Whether no write of them can fail for want of room.
    private var isSetAside = true

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
    private mutating func shut() {
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
    private mutating func makeRoom(_ more: Int, end: Int = 0) throws(TesseraError) {
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

    // MARK: Arrays

    /// Makes an array and fills it from the boxes of all ranks. Collective.
    ///
    /// - Parameters:
    ///   - name: the array's, after those of the groups around it, which are made where they are missing.
    ///   - base: the box's first element.
    ///   - strides: elements between neighbours along each axis in memory.
    package mutating func write<T: BinaryFloatingPoint & MessageElement>(
        _ name: String, from base: UnsafePointer<T>?, strides: [Int], box origin: [Int], extents: [Int],
        of shape: [Int]
    ) throws(TesseraError) {
        let file = try open()
        let partial = partial
        try agreeOrShut(shape + name.utf8.map(Int.init)) { (path) throws(TesseraError) in
            if partial == nil { throw .file(path: path, reason: "the file was opened for reading") }
            try requireBox(origin, extents, strides, of: shape, routine: "HDF5File.write")
        }
        do throws(TesseraError) {
            try communicator.agreeOnCover("HDF5File.write", by: extents, of: shape)
        } catch {
            shut()
            throw error
        }
        let size = MemoryLayout<T>.size
        try makeRoom(2048 + 2 * name.utf8.count, end: end + shape.reduce(size, *))
        let space = simpleSpace(shape)
        let links = local("H5Pcreate") { H5Pcreate(H5P_LINK_CREATE) }
        let creation = local("H5Pcreate") { H5Pcreate(H5P_DATASET_CREATE) }
        H5Pset_create_intermediate_group(links, 1)
        // The whole array's bytes are set aside now and written once.
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY)
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER)
        // No time of day in the file.
        H5Pset_obj_track_times(creation, false)
        let array = H5Dcreate2(
            file, name, size == 4 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE, space, links, creation, H5P_DEFAULT)
        // The next call forgets why this one failed.
        let failure = array < 0 ? Self.reason() : nil
        H5Pclose(links)
        H5Pclose(creation)
        H5Sclose(space)
        try agreeOrShut { (path) throws(TesseraError) in
            if let failure { throw .file(path: path, reason: "array \(name): \(failure)") }
        }
        let offset = H5Dget_offset(array)
        if offset != HADDR_UNDEF { end = max(end, Int(offset) + shape.reduce(size, *)) }
        try transfer(array, origin, extents, strides, of: shape, as: T.self) { chunk, values, memory, selection, rule in
            if let base, let target = values.baseAddress {
                chunk.forEachRow { place, offset, count, stride in
                    for k in 0..<count { target[place &+ k] = base[offset &+ k &* stride] }
                }
            }
            return H5Dwrite(array, T.inMemory, memory, selection, rule, values.baseAddress)
        }
        try closeArray(array)
    }

    /// Reads this rank's box of an array into memory; boxes may overlap. Collective.
    package mutating func read<T: BinaryFloatingPoint & MessageElement>(
        _ name: String, into base: UnsafeMutablePointer<T>?, strides: [Int], box origin: [Int], extents: [Int]
    ) throws(TesseraError) {
        let shape = try shape(of: name)
        try agreeOrShut { (_) throws(TesseraError) in
            try requireBox(origin, extents, strides, of: shape, routine: "HDF5File.read")
        }
        let array = try openArray(name)
        try transfer(array, origin, extents, strides, of: shape, as: T.self) { chunk, values, memory, selection, rule in
            let code = H5Dread(array, T.inMemory, memory, selection, rule, values.baseAddress)
            if code >= 0, let base, let source = values.baseAddress {
                chunk.forEachRow { place, offset, count, stride in
                    for k in 0..<count { base[offset &+ k &* stride] = source[place &+ k] }
                }
            }
            return code
        }
        try closeArray(array)
    }

    /// The extents of an array's axes. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where there is no array of real numbers of this name.
    public mutating func shape(of name: String) throws(TesseraError) -> [Int] {
        let array = try openArray(name)
        let space = H5Dget_space(array)
        let extents = Self.extents(of: space)
        H5Sclose(space)
        try closeArray(array)
        try agreeOrShut { (path) throws(TesseraError) in
            if extents == nil { throw .file(path: path, reason: "array \(name): has no extents") }
        }
        return extents!
    }

    /// Moves the boxes of all ranks in rounds of one chunk a rank.
    private mutating func transfer<T: BinaryFloatingPoint & MessageElement>(
        _ array: Int64, _ origin: [Int], _ extents: [Int], _ strides: [Int], of shape: [Int], as: T.Type,
        _ move: (
            _ chunk: BoxChunk, _ values: UnsafeMutableBufferPointer<T>, _ memory: Int64, _ selection: Int64,
            _ rule: Int64
        ) -> herr_t
    ) throws(TesseraError) {
        let start = MPIEnvironment.seconds
        let size = MemoryLayout<T>.size
        let chunks = BoxChunks(origin, extents, strides, of: shape, isReversed: false, elementSize: size)
        let rounds = try communicator.agreedMaximum(chunks.count)
        let rule = local("H5Pcreate") { H5Pcreate(H5P_DATASET_XFER) }
        // A rank whose disk is full leaves the others waiting in a collective write of Open MPI (4.1); alone, it returns.
        let mode = isSetAside ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT
        _ = local("H5Pset_dxpl_mpio") { hid_t(H5Pset_dxpl_mpio(rule, mode)) }
        defer { H5Pclose(rule) }
        for index in 0..<rounds {
            let chunk = chunks[index]
            let values = UnsafeMutableBufferPointer<T>.allocate(capacity: max(1, chunk.volume))
            defer { values.deallocate() }
            let selection = local("H5Dget_space") { H5Dget_space(array) }
            let memory = simpleSpace([max(1, chunk.volume)])
            if chunk.volume == 0 {
                H5Sselect_none(selection)
                H5Sselect_none(memory)
            } else if !shape.isEmpty {
                _ = local("H5Sselect_hyperslab") {
                    hid_t(
                        H5Sselect_hyperslab(
                            selection, H5S_SELECT_SET, chunk.origin.map(hsize_t.init), nil,
                            chunk.extents.map(hsize_t.init), nil))
                }
            }
            let failure = move(chunk, values, memory, selection, rule) < 0 ? Self.reason() : nil
            H5Sclose(memory)
            H5Sclose(selection)
            let (partial, end) = (partial, end)
            try agreeOrShut { (path) throws(TesseraError) in
                guard let failure else { return }
                let bytes = chunk.volume * size
                throw .file(
                    path: path, reason: partial?.reason(againstWriting: bytes, at: end - bytes) ?? failure)
            }
        }
        communicator.traffic.count(
            .file, bytes: extents.reduce(size, *), seconds: MPIEnvironment.seconds - start)
    }

    private mutating func openArray(_ name: String) throws(TesseraError) -> Int64 {
        let file = try open()
        let array = H5Dopen2(file, name, H5P_DEFAULT)
        let isReal: Bool
        if array >= 0 {
            let type = H5Dget_type(array)
            isReal = [H5T_FLOAT, H5T_INTEGER].contains(H5Tget_class(type))
            H5Tclose(type)
        } else {
            isReal = false
        }
        try agreeOrShut { (path) throws(TesseraError) in
            if array < 0 { throw .file(path: path, reason: "array \(name): \(Self.reason())") }
            if !isReal { throw .file(path: path, reason: "array \(name): expected real numbers, found another type") }
        }
        return array
    }

    private mutating func closeArray(_ array: Int64) throws(TesseraError) {
        let code = H5Dclose(array)
        try agreeOrShut { (path) throws(TesseraError) in
            if code < 0 { throw .file(path: path, reason: Self.reason()) }
        }
    }

    // MARK: Attributes

    /// Makes an attribute of a group or an array. Collective.
    ///
    /// - Parameters:
    ///   - name: the attribute's.
    ///   - value: the same on all ranks.
    ///   - object: a group or an array of the file; `/` for the file as a whole.
    /// - Throws: `TesseraError.file` on all ranks where there is no such object, or it has such an attribute already.
    public mutating func set(_ name: String, _ value: HDF5Attribute, of object: String) throws(TesseraError) {
        let file = try open()
        try agreeOrShut("\(object) \(name) \(value)".utf8.map(Int.init)) { (_) throws(TesseraError) in }
        let (stored, space, bytes): (Int64, Int64, [UInt8]) =
            switch value {
            case .integer(let number):
                (H5T_STD_I64LE, H5Screate(H5S_SCALAR), littleEndian([UInt64(bitPattern: Int64(number))]))
            case .number(let number): (H5T_IEEE_F64LE, H5Screate(H5S_SCALAR), littleEndian([number.bitPattern]))
            case .numbers(let numbers):
                (H5T_IEEE_F64LE, simpleSpace([numbers.count]), littleEndian(numbers.map(\.bitPattern)))
            case .text(let text): (fixedText([text]), H5Screate(H5S_SCALAR), padded([text]))
            case .texts(let texts): (fixedText(texts), simpleSpace([texts.count]), padded(texts))
            }
        try makeRoom(1024 + 2 * (name.utf8.count + bytes.count))
        let attribute = H5Acreate_by_name(
            file, object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)
        let code = attribute < 0 ? -1 : H5Awrite(attribute, stored, bytes)
        let reason = code < 0 ? Self.reason() : ""
        if attribute >= 0 { H5Aclose(attribute) }
        H5Sclose(space)
        if H5Tget_class(stored) == H5T_STRING { H5Tclose(stored) }
        try agreeOrShut { (path) throws(TesseraError) in
            if code < 0 { throw .file(path: path, reason: "attribute \(name) of \(object): \(reason)") }
        }
    }

    /// An attribute of a group or an array; integers and numbers as 64 bits. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where there is none, or it is of another type than those of
    ///   ``HDF5Attribute``.
    public mutating func attribute(_ name: String, of object: String) throws(TesseraError) -> HDF5Attribute {
        let attribute = H5Aopen_by_name(try open(), object, name, H5P_DEFAULT, H5P_DEFAULT)
        let value = attribute < 0 ? nil : Self.value(of: attribute)
        let reason = attribute < 0 ? Self.reason() : "another type than numbers and texts"
        if attribute >= 0 { H5Aclose(attribute) }
        try agreeOrShut { (path) throws(TesseraError) in
            if value == nil { throw .file(path: path, reason: "attribute \(name) of \(object): \(reason)") }
        }
        return value!
    }

    private static func value(of attribute: Int64) -> HDF5Attribute? {
        let (space, type) = (H5Aget_space(attribute), H5Aget_type(attribute))
        defer {
            H5Sclose(space)
            H5Tclose(type)
        }
        guard let extents = extents(of: space) else { return nil }
        let (count, isScalar) = (extents.reduce(1, *), extents.isEmpty)
        switch H5Tget_class(type) {
        case H5T_INTEGER where isScalar:
            var number: Int64 = 0
            return H5Aread(attribute, H5T_NATIVE_INT64, &number) >= 0 ? .integer(Int(number)) : nil
        case H5T_FLOAT, H5T_INTEGER:
            var numbers = [Double](repeating: 0, count: count)
            guard H5Aread(attribute, H5T_NATIVE_DOUBLE, &numbers) >= 0 else { return nil }
            return isScalar ? .number(numbers[0]) : .numbers(numbers)
        case H5T_STRING where H5Tis_variable_str(type) == 0:
            let length = H5Tget_size(type)
            var bytes = [UInt8](repeating: 0, count: count * length)
            guard H5Aread(attribute, type, &bytes) >= 0 else { return nil }
            let texts = (0..<count).map {
                String(decoding: bytes[$0 * length..<($0 + 1) * length].prefix { $0 != 0 }, as: UTF8.self)
            }
            return isScalar ? .text(texts[0]) : .texts(texts)
        default: return nil
        }
    }

    // MARK: HDF5's identifiers and words

    private borrowing func open() throws(TesseraError) -> Int64 {
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

    private borrowing func local(_ routine: StaticString, _ call: () -> hid_t) -> hid_t {
        Self.local(routine, on: communicator, call)
    }

    /// A call that needs memory and nothing else: a failure is this rank's alone, and ends the job.
    private static func local(_ routine: StaticString, on communicator: Communicator, _ call: () -> hid_t) -> hid_t {
        communicator.collectively(routine) { () throws(TesseraError) in
            let identifier = call()
            if identifier < 0 { throw .file(path: "\(routine)", reason: reason()) }
            return identifier
        }
    }

    private borrowing func simpleSpace(_ extents: [Int]) -> hid_t {
        local("H5Screate_simple") {
            extents.isEmpty
                ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(extents.count), extents.map(hsize_t.init), nil)
        }
    }

    /// The extents of a data space; none of a scalar's.
    private static func extents(of space: Int64) -> [Int]? {
        let rank = H5Sget_simple_extent_ndims(space)
        guard rank >= 0 else { return nil }
        var extents = [hsize_t](repeating: 0, count: max(1, Int(rank)))
        guard rank == 0 || H5Sget_simple_extent_dims(space, &extents, nil) >= 0 else { return nil }
        return extents.prefix(Int(rank)).map { Int(clamping: $0) }
    }

    /// HDF5's words for its last failure: the innermost entry of its error stack, behind the function that was called.
    private static func reason() -> String {
        var entries: [String] = []
        withUnsafeMutablePointer(to: &entries) { entries in
            _ = H5Ewalk2(
                H5E_DEFAULT, H5E_WALK_DOWNWARD,
                { _, entry, memory in
                    let entries = memory!.assumingMemoryBound(to: [String].self)
                    if let entry = entry?.pointee, let name = entry.func_name, let words = entry.desc {
                        entries.pointee.append("\(String(cString: entries.pointee.isEmpty ? name : words))")
                        if entries.pointee.count == 1 { entries.pointee.append(String(cString: words)) }
                    }
                    return 0
                }, entries)
        }
        guard let routine = entries.first, let words = entries.last else { return "HDF5 gives no reason" }
        return "\(routine): \(words)".split(whereSeparator: \.isNewline).joined(separator: ", ")
    }
}

extension BinaryFloatingPoint {
    /// HDF5's name of the type: Float's or Double's.
    fileprivate static var inMemory: hid_t {
        MemoryLayout<Self>.size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE
    }
}

private func littleEndian(_ words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
}

/// Bytes of the longest text; at least one, as no type is empty.
private func longest(_ texts: [String]) -> Int { texts.reduce(1) { max($0, $1.utf8.count) } }

/// The type of texts of one length, filled up with zeros.
private func fixedText(_ texts: [String]) -> hid_t {
    let type = H5Tcopy(H5T_C_S1)
    H5Tset_size(type, longest(texts))
    H5Tset_strpad(type, H5T_STR_NULLPAD)
    H5Tset_cset(type, H5T_CSET_UTF8)
    return type
}

private func padded(_ texts: [String]) -> [UInt8] {
    let length = longest(texts)
    return texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: length - $0.utf8.count) }
}
