package import Failures
internal import CShim

/// A datatype of the caller's own, put together from simpler ones: which bytes of memory, or of a file, belong to one
/// element. Counts and strides may pass 2^31 - 1. Strides and offsets are bytes and never negative.
///
/// Building and freeing are local. `deinit` frees; MPI keeps what messages in flight still need.
package struct DerivedDatatype: ~Copyable {
    private let handle: OpaquePointer
    /// Bytes of payload.
    package let size: Int
    /// One past the last byte that the type reaches, counted from its origin.
    package let upperBound: Int

    /// Takes over a type and commits it.
    private init(adopting type: OpaquePointer, size: Int, upperBound: Int) throws(TesseraError) {
        var type: OpaquePointer? = type
        let code = MPI_Type_commit(&type)
        handle = type!
        self.size = size
        self.upperBound = size == 0 ? 0 : upperBound
        try check(code, "MPI_Type_commit")
    }

    /// `count` blocks of `length` elements whose starts lie `stride` bytes apart.
    package init(
        blocks count: Int, of length: Int, stride: Int, _ datatype: Datatype
    ) throws(TesseraError) {
        let type = try strided(count, length, stride, datatype.handle, elementStride: datatype.size)
        try self.init(
            adopting: type, size: count * length * datatype.size,
            upperBound: (count - 1) * stride + length * datatype.size)
    }

    /// `count` elements side by side.
    package init(_ count: Int, _ datatype: Datatype) throws(TesseraError) {
        try self.init(blocks: 1, of: count, stride: 0, datatype)
    }

    /// This type `count` times, `stride` bytes apart.
    package borrowing func repeated(_ count: Int, stride: Int) throws(TesseraError) -> DerivedDatatype {
        try DerivedDatatype(
            adopting: strided(count, 1, stride, handle, elementStride: 0), size: count * size,
            upperBound: (count - 1) * stride + upperBound)
    }

    /// This type `offset` bytes further on.
    package borrowing func displaced(by offset: Int) throws(TesseraError) -> DerivedDatatype {
        try DerivedDatatype(
            adopting: structure([(offset, handle)]), size: size, upperBound: offset + upperBound)
    }

    /// This type, and another `offset` bytes after this one's origin.
    package borrowing func joined(
        with other: borrowing DerivedDatatype, at offset: Int
    ) throws(TesseraError) -> DerivedDatatype {
        try DerivedDatatype(
            adopting: structure([(0, handle), (offset, other.handle)]), size: size + other.size,
            upperBound: max(upperBound, other.size == 0 ? 0 : offset + other.upperBound))
    }

    /// Any runs of bytes, in ascending order for a file.
    package init(runs: [(offset: Int, length: Int)]) throws(TesseraError) {
        var lengths = [Int32]()
        var displacements = [MPI_Aint]()
        for run in runs where run.length > 0 {
            var offset = run.offset
            while offset < run.offset + run.length {
                let piece = min(LargeCount.limit, run.offset + run.length - offset)
                lengths.append(Int32(piece))
                displacements.append(offset)
                offset += piece
            }
        }
        var type: OpaquePointer? = nil
        try check(
            MPI_Type_create_hindexed(Int32(lengths.count), lengths, displacements, MPI_BYTE, &type),
            "MPI_Type_create_hindexed")
        try self.init(
            adopting: type!, size: runs.reduce(0) { $0 + $1.length },
            upperBound: runs.reduce(0) { $1.length > 0 ? max($0, $1.offset + $1.length) : $0 })
    }

    /// For messages: hand this over with a count of 1.
    package var datatype: Datatype { Datatype(handle: handle, size: size) }

    deinit {
        guard MPIEnvironment.phase == .running else { return }
        var type: OpaquePointer? = handle
        MPI_Type_free(&type)
    }
}

/// An uncommitted type of `count` blocks of `length` elements, `stride` bytes apart. Counts past the limit are split
/// into whole multiples of it and a remainder.
func strided(
    _ count: Int, _ length: Int, _ stride: Int, _ element: OpaquePointer, elementStride: Int
) throws(TesseraError) -> OpaquePointer {
    let limit = LargeCount.limit
    var type: OpaquePointer? = nil
    if length > limit {
        var block: OpaquePointer? = try strided(length, 1, elementStride, element, elementStride: 0)
        defer { MPI_Type_free(&block) }
        return try strided(count, 1, stride, block!, elementStride: 0)
    }
    if count <= limit {
        try check(
            MPI_Type_create_hvector(Int32(count), Int32(length), stride, element, &type), "MPI_Type_create_hvector")
        return type!
    }
    let (multiples, remainder) = count.quotientAndRemainder(dividingBy: limit)
    var whole: OpaquePointer? = try strided(limit, length, stride, element, elementStride: elementStride)
    defer { MPI_Type_free(&whole) }
    var body: OpaquePointer? = try strided(multiples, 1, limit * stride, whole!, elementStride: 0)
    defer { MPI_Type_free(&body) }
    var tail: OpaquePointer? = try strided(remainder, length, stride, element, elementStride: elementStride)
    defer { MPI_Type_free(&tail) }
    return try structure([(0, body!), (multiples * limit * stride, tail!)])
}

/// An uncommitted type of one element of each part at its offset in bytes.
private func structure(_ parts: [(offset: Int, type: OpaquePointer)]) throws(TesseraError) -> OpaquePointer {
    var type: OpaquePointer? = nil
    let lengths = [Int32](repeating: 1, count: parts.count)
    try check(
        MPI_Type_create_struct(
            Int32(parts.count), lengths, parts.map { MPI_Aint($0.offset) }, parts.map { Optional($0.type) }, &type),
        "MPI_Type_create_struct")
    return type!
}

/// A committed type of `count` elements, `displacement` elements past the origin.
func displaced(_ count: Int, at displacement: Int, _ datatype: Datatype) throws(TesseraError) -> OpaquePointer {
    var elements: OpaquePointer? = try strided(count, 1, datatype.size, datatype.handle, elementStride: 0)
    defer { MPI_Type_free(&elements) }
    var type: OpaquePointer? = try structure([(displacement * datatype.size, elements!)])
    try check(MPI_Type_commit(&type), "MPI_Type_commit")
    return type!
}
