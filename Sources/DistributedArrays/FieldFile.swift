// An n-dimensional array of real numbers in a .npy file, of which each rank reads or writes its own box. The header is
// read once; each transfer opens the file, moves the boxes in rounds of bounded size (`FieldFile+Transfer.swift`) and
// closes it.

internal import ArrayFormats
public import Failures
public import MessagePassing

/// An n-dimensional array of real numbers in a `.npy` file.
///
/// Boxes are given by origin and extents along the array's axes. Buffers are in C order (last axis contiguous), whatever
/// the file's order; elements are converted from any real, integer or boolean type in either byte order.
/// ```swift
/// let file = try FieldFile("terrain.npy", on: world)                 // file.shape is [500, 300], say
/// try file.read(into: &span, box: [100 * world.rank, 0], extents: [100, 300])
/// try FieldFile.write(span, box: origin, extents: extents, of: [500, 300], to: "result.npy", on: world)
/// ```
public struct FieldFile {
    public let path: String
    /// The extents of the array's axes.
    public let shape: [Int]
    let header: NpyHeader
    let communicator: Communicator

    /// Reads a file's header. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the file cannot be read, its header is wrong, its
    ///   size is not what the header says, or its elements are complex.
    public init(_ path: String, on communicator: Communicator) throws(TesseraError) {
        var found: NpyHeader?
        try communicator.agree("FieldFile", on: path.utf8.map(Int.init)) { () throws(TesseraError) in
            let header = try NpyHeader.read(from: path)
            try header.requireReal(path: path)
            found = header
        }
        let header = found!
        try communicator.agree("FieldFile", on: header.words)
        self.path = path
        self.communicator = communicator
        self.header = header
        shape = header.shape
    }

    /// Fills the buffer with this rank's box; boxes may overlap. Collective.
    ///
    /// - Throws: `TesseraError.argument` on all ranks for a box outside the array or a
    ///   buffer of another size; `TesseraError.file` where the file cannot be read or has changed.
    public func read<T: BinaryFloatingPoint & MessageElement>(
        into buffer: inout MutableSpan<T>, box origin: [Int], extents: [Int]
    ) throws(TesseraError) {
        let count = buffer.count
        try communicator.agree("FieldFile.read") { () throws(TesseraError) in
            try requireCount(count, extents, routine: "FieldFile.read")
        }
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try read(
                into: memory.baseAddress, strides: contiguousStrides(extents), box: origin, extents: extents)
        }
    }

    /// Writes an array as `.npy` (C order, little endian, `<f4` or `<f8`), each rank its box. Collective.
    ///
    /// The boxes must fill the array without overlap; the bytes are then the same however it is cut. An existing file is
    /// replaced atomically or not at all.
    ///
    /// - Throws: `TesseraError.argument` on all ranks for a box outside the array, a
    ///   buffer of another size, or boxes that together have more or fewer elements than the array;
    ///   `TesseraError.file` with the system's reason.
    public static func write<T: BinaryFloatingPoint & MessageElement>(
        _ buffer: Span<T>, box origin: [Int], extents: [Int], of shape: [Int], to path: String,
        on communicator: Communicator
    ) throws(TesseraError) {
        let count = buffer.count
        try communicator.agree("FieldFile.write") { () throws(TesseraError) in
            try requireCount(count, extents, routine: "FieldFile.write")
        }
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try write(
                from: memory.baseAddress, strides: contiguousStrides(extents), box: origin, extents: extents, of: shape,
                to: path, on: communicator)
        }
    }
}

extension NpyHeader {
    /// What must be the same on all ranks, which may see different files under one name.
    var words: [Int] {
        [dataOffset, isLittleEndian ? 1 : 0, isFortranOrder ? 1 : 0] + elementType.rawValue.utf8.map(Int.init) + shape
    }
}

/// The distances between neighbours along each axis of an array in C order.
func contiguousStrides(_ extents: [Int]) -> [Int] {
    var strides = extents
    var stride = 1
    for axis in extents.indices.reversed() {
        strides[axis] = stride
        stride *= extents[axis]
    }
    return strides
}

func requireCount(_ count: Int, _ extents: [Int], routine: String) throws(TesseraError) {
    guard let needed = volume(extents), needed == count else {
        throw .argument(
            routine: routine, name: "buffer", expected: "the elements of a box of extents \(extents)",
            found: "\(count) elements")
    }
}

/// The elements of a box; nil where an extent is negative or `Int` cannot count them.
func volume(_ extents: [Int]) -> Int? {
    if extents.contains(where: { $0 < 0 }) { return nil }
    if extents.contains(0) { return 0 }
    var product = 1
    for extent in extents {
        let (value, overflow) = product.multipliedReportingOverflow(by: extent)
        if overflow { return nil }
        product = value
    }
    return product
}
