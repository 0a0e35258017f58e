// Fields from and to .npy files: every rank reads and writes its own box with MPI-IO. The bytes of a file do not depend on
// the number of ranks.

internal import DistributedArrays
public import Failures

extension Simulation {
    /// Writes the current level of a field as a `.npy` file in C order; an existing file is replaced as a whole or not at
    /// all.
    ///
    /// - Throws: `TesseraError.file` on all ranks.
    public func write(_ field: S.Field, to path: String) throws(TesseraError) {
        try FieldFile.write(
            from: UnsafePointer(storage.origin(field.rawValue, ago: 0)), strides: strides,
            box: localRanges.map(\.lowerBound), extents: localRanges.map(\.count), of: extents, to: path,
            on: communicator)
    }

    /// Sets the current level of a field from a `.npy` file of the grid's shape: any real or integer element type, either
    /// byte order, C or Fortran order.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the file is not such a file.
    public mutating func read(_ field: S.Field, from path: String) throws(TesseraError) {
        let file = try FieldFile(path, on: communicator)
        guard file.shape == extents else {
            throw .file(path: path, reason: "has shape \(file.shape), the grid has \(extents)")
        }
        try file.read(
            into: storage.origin(field.rawValue, ago: 0), strides: strides, box: localRanges.map(\.lowerBound),
            extents: localRanges.map(\.count))
        valuesWereSet = true
    }

    /// Scalars between neighbours along each axis.
    var strides: [Int] { [storage.layout.planeStride, storage.layout.rowStride, 1].suffix(extents.count) }
}

extension Simulation where S.Field == SingleField {
    /// Writes the field as a `.npy` file.
    public func write(to path: String) throws(TesseraError) { try write(.u, to: path) }

    /// Sets the field from a `.npy` file of the grid's shape.
    public mutating func read(from path: String) throws(TesseraError) { try read(.u, from: path) }
}
