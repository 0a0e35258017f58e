// Arrays of an HDF5 file from and to contiguous buffers.

public import Failures
public import MessagePassing

extension HDF5File {
    /// Makes an array and fills it from the boxes of all ranks, which must fill it without overlap: Float and Double are
    /// kept as they are. Collective.
    ///
    /// - Parameters:
    ///   - buffer: this rank's box in C order.
    ///   - origin: where the box begins.
    ///   - extents: the box's, along each axis; with a zero where this rank has no elements.
    ///   - shape: the array's extents, the same on all ranks.
    ///   - name: the array's, after those of the groups around it, which are made where they are missing: `a/b/name`.
    /// - Throws: `TesseraError.argument` on all ranks for a box outside the array, a buffer of another size, or boxes that
    ///   together have more or fewer elements than the array; `TesseraError.file` with the system's or HDF5's reason.
    public mutating func write<T: BinaryFloatingPoint & MessageElement>(
        _ buffer: Span<T>, box origin: [Int], extents: [Int], of shape: [Int], as name: String
    ) throws(TesseraError) {
        let count = buffer.count
        try agreeOrShut { (_) throws(TesseraError) in
            try requireCount(count, extents, routine: "HDF5File.write")
        }
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try write(
                name, from: memory.baseAddress, strides: contiguousStrides(extents), box: origin, extents: extents,
                of: shape)
        }
    }

    /// Fills the buffer with this rank's box of an array, in C order, converted from the file's type; boxes may overlap.
    /// Collective.
    ///
    /// - Parameters:
    ///   - name: the array's, after those of the groups around it.
    ///   - buffer: as many elements as the box has.
    ///   - origin: where the box begins.
    ///   - extents: the box's, along each axis.
    /// - Throws: `TesseraError.argument` on all ranks for a box outside the array or a buffer of another size;
    ///   `TesseraError.file` with HDF5's reason.
    public mutating func read<T: BinaryFloatingPoint & MessageElement>(
        _ name: String, into buffer: inout MutableSpan<T>, box origin: [Int], extents: [Int]
    ) throws(TesseraError) {
        let count = buffer.count
        try agreeOrShut { (_) throws(TesseraError) in
            try requireCount(count, extents, routine: "HDF5File.read")
        }
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try read(
                name, into: memory.baseAddress, strides: contiguousStrides(extents), box: origin, extents: extents)
        }
    }
}
