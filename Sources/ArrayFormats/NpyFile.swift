// Whole .npy files in one process: small inputs, pictures, tests. Large ones are read by the ranks, each its own part.

public import Failures

/// Small `.npy` files, read and written whole.
public enum NpyFile {
    /// Reads a file of real elements.
    ///
    /// - Returns: the shape, and the elements in C order (last axis contiguous) whatever the file's order.
    /// - Throws: `TesseraError.file` where the file cannot be read, is not what its header says, or holds complex
    ///   elements.
    public static func read(_ path: String) throws(TesseraError) -> (shape: [Int], values: [Double]) {
        let file = try InputFile(path)
        let header = try NpyHeader.read(file)
        try header.requireReal(path: path)
        let bytes = try file.bytes(from: header.dataOffset, count: header.byteCount)
        // The file may have shrunk since its size was looked at.
        try header.checkSize(header.dataOffset + bytes.count, path: path)
        let values = [Double](unsafeUninitializedCapacity: header.count) { buffer, filled in
            bytes.withUnsafeBytes { raw in
                header.decodeScalars(raw, into: UnsafeMutableBufferPointer(rebasing: buffer[..<header.count]))
            }
            filled = header.count
        }
        return (header.shape, header.isFortranOrder ? cOrder(values, shape: header.shape) : values)
    }

    /// Writes an array of doubles in C order; an existing file is replaced atomically or not at all.
    ///
    /// - Throws: `TesseraError.argument` where the shape does not hold as many elements as given, `TesseraError.file`
    ///   with the system's reason where the file cannot be written.
    public static func write(_ values: [Double], shape: [Int], to path: String) throws(TesseraError) {
        let bytes = NpyHeader.byteCount(of: shape, .float64)
        guard let bytes, bytes == values.count * 8 else {
            throw .argument(
                routine: "NpyFile.write", name: "values", expected: "as many elements as the shape \(shape) holds",
                found: "\(values.count)")
        }
        let header = NpyHeader(elementType: .float64, shape: shape, isLittleEndian: hostIsLittleEndian)
        var file = try AtomicFile(path)
        try file.write(header.rendered())
        try file.write(values.span.bytes)
        try file.commit()
    }

    /// Some elements of a file, in its own order.
    ///
    /// - Parameters:
    ///   - places: which, counted from the first.
    ///   - header: the header of the file.
    ///   - path: the file.
    /// - Throws: `TesseraError.file` where the file cannot be read, ends before them, or holds complex elements.
    package static func elements(
        _ places: Range<Int>, header: NpyHeader, of path: String
    ) throws(TesseraError) -> [Double] {
        try header.requireReal(path: path)
        let size = header.elementType.byteSize
        let bytes = try InputFile(path).bytes(
            from: header.dataOffset + places.lowerBound * size, count: places.count * size)
        guard bytes.count == places.count * size else {
            throw .file(path: path, reason: "the file ends before its data")
        }
        return [Double](unsafeUninitializedCapacity: places.count) { buffer, filled in
            bytes.withUnsafeBytes { raw in
                header.decodeScalars(raw, into: UnsafeMutableBufferPointer(rebasing: buffer[..<places.count]))
            }
            filled = places.count
        }
    }

    /// Elements stored with the first axis contiguous, put in the order in which the last one is.
    private static func cOrder(_ values: [Double], shape: [Int]) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(values.count)
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        for _ in values.indices {
            result.append(values[source])
            // Count the index up like an odometer, the last axis fastest, and keep its place in the source.
            for axis in shape.indices.reversed() {
                index[axis] += 1
                source += strides[axis]
                if index[axis] < shape[axis] { break }
                source -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
        return result
    }
}
