// Fields from and to .npy files: every rank reads and writes its own box with MPI-IO. The bytes of a file do not depend on
// the number of ranks.

import ArrayFormats
public import Failures
import MessagePassing

extension Simulation {
    /// Writes the current level of a field as a `.npy` file in C order; an existing file is replaced as a whole or not at
    /// all.
    ///
    /// - Throws: ``TesseraError/file(path:reason:)`` on all ranks.
    public func write(_ field: S.Field, to path: String) throws(TesseraError) {
        let own = localValues(field, ago: 0)
        let ranges = localRanges
        let shape = extents
        let isRoot = communicator.rank == 0
        let header = NpyHeader(
            elementType: MemoryLayout<S.Scalar>.size == 4 ? .float32 : .float64, shape: shape,
            isLittleEndian: 1.littleEndian == 1)
        try SharedFile.replacing(path, on: communicator) { (file) throws(TesseraError) in
            let head = isRoot ? header.rendered() : []
            try file.write(head.span, at: 0)
            try file.write(
                own.span, box: ranges.map(\.lowerBound), extents: ranges.map(\.count), of: shape, at: header.dataOffset)
        }
    }

    /// Sets the current level of a field from a `.npy` file of the grid's shape: any real or integer element type, either
    /// byte order, C or Fortran order.
    ///
    /// - Throws: ``TesseraError/file(path:reason:)`` on all ranks where the file is not such a file.
    public mutating func read(_ field: S.Field, from path: String) throws(TesseraError) {
        let shape = extents
        let parsed = Result<NpyHeader, TesseraError> { () throws(TesseraError) in
            let header = try NpyHeader.read(from: path)
            try header.requireReal(path: path)
            guard header.shape == shape else {
                throw .file(path: path, reason: "has shape \(header.shape), the grid has \(shape)")
            }
            return header
        }
        try communicator.agree("Simulation.read", on: [(try? parsed.get())?.dataOffset ?? 0]) {
            () throws(TesseraError) in _ = try parsed.get()
        }
        let header = try parsed.get()

        // The file as an array of bytes: one more axis, as long as an element.
        let ranges = header.isFortranOrder ? localRanges.reversed() : localRanges
        let size = header.elementType.byteSize
        let count = ranges.reduce(1) { $0 * $1.count }
        var bytes = [UInt8](repeating: 0, count: count * size)
        try SharedFile.reading(path, on: communicator) { (file) throws(TesseraError) in
            var span = bytes.mutableSpan
            try file.read(
                into: &span, box: ranges.map(\.lowerBound) + [0], extents: ranges.map(\.count) + [size],
                of: (header.isFortranOrder ? shape.reversed() : shape) + [size], at: header.dataOffset)
        }
        let values: [S.Scalar] = try decoded(bytes, header, path: path)
        // The first cell of each row in `values`, and the distance of two of its cells.
        let (planes, rows) = (partition.count.x, partition.count.y)
        for row in 0..<localRows() {
            let cells = pointer(field, ago: 0, row: row)
            let (plane, line) = row.quotientAndRemainder(dividingBy: rows)
            let start = header.isFortranOrder ? plane + line * planes : row * columns
            let step = header.isFortranOrder ? planes * rows : 1
            for column in 0..<columns { cells[column] = values[start + column * step] }
        }
        valuesWereSet = true
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func decoded<Scalar: StencilScalar>(
    _ bytes: [UInt8], _ header: NpyHeader, path: String
) throws(TesseraError) -> [Scalar] {
    var values = [Scalar](repeating: 0, count: bytes.count / header.elementType.byteSize)
    try values.withUnsafeMutableBufferPointer { (values) throws(TesseraError) in
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(TesseraError) in
            try header.decode(bytes, into: values, path: path)
        }
    }
    return values
}

extension Simulation where S.Field == SingleField {
    /// Writes the field as a `.npy` file.
    public func write(to path: String) throws(TesseraError) { try write(.u, to: path) }

    /// Sets the field from a `.npy` file of the grid's shape.
    public mutating func read(from path: String) throws(TesseraError) { try read(.u, from: path) }
}
