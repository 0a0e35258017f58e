// Arrays of an HDF5 file, from and to each rank's box in memory.
//
// An array is contiguous in the file, in C order and little endian; each rank moves its own box in rounds of bounded size
// (`BoxChunks`), and a rank with fewer chunks than others, or none, joins with an empty selection.

internal import CHDF5
public import Failures
package import MessagePassing

extension HDF5File {
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
}

extension BinaryFloatingPoint {
    /// HDF5's name of the type: Float's or Double's.
    fileprivate static var inMemory: hid_t {
        MemoryLayout<Self>.size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE
    }
}
