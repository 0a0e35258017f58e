// HDF5's identifiers of what lives in memory alone, and its words for a failure.

internal import CHDF5
internal import Failures
internal import MessagePassing

extension HDF5File {
    borrowing func local(_ routine: StaticString, _ call: () -> hid_t) -> hid_t {
        Self.local(routine, on: communicator, call)
    }

    /// A call that needs memory and nothing else: a failure is this rank's alone, and ends the job.
    static func local(_ routine: StaticString, on communicator: Communicator, _ call: () -> hid_t) -> hid_t {
        communicator.collectively(routine) { () throws(TesseraError) in
            let identifier = call()
            if identifier < 0 { throw .file(path: "\(routine)", reason: reason()) }
            return identifier
        }
    }

    borrowing func simpleSpace(_ extents: [Int]) -> hid_t {
        local("H5Screate_simple") {
            extents.isEmpty
                ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(extents.count), extents.map(hsize_t.init), nil)
        }
    }

    /// The extents of a data space; none of a scalar's.
    static func extents(of space: Int64) -> [Int]? {
        let rank = H5Sget_simple_extent_ndims(space)
        guard rank >= 0 else { return nil }
        var extents = [hsize_t](repeating: 0, count: max(1, Int(rank)))
        guard rank == 0 || H5Sget_simple_extent_dims(space, &extents, nil) >= 0 else { return nil }
        return extents.prefix(Int(rank)).map { Int(clamping: $0) }
    }

    /// HDF5's words for its last failure: the innermost entry of its error stack, behind the function that was called.
    static func reason() -> String {
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
