package import Failures
internal import CShim

/// MPI-3 counts are 32-bit. A message of more elements travels as one element of a datatype that spans them all:
/// `q` blocks of `limit` elements and a remainder.
package enum LargeCount {
    /// The most elements that go into one MPI count. Tests lower it to reach the large path with small arrays.
    nonisolated(unsafe) package static var limit = Int(Int32.max)

    /// Calls `body` with a count and a datatype that MPI can take for `count` elements of `datatype`.
    package static func with<R>(
        _ count: Int, _ datatype: Datatype, _ body: (Int32, OpaquePointer) throws(TesseraError) -> R
    ) throws(TesseraError) -> R {
        if count <= limit { return try body(Int32(count), datatype.handle) }
        var large: OpaquePointer? = try spanning(count, datatype)
        // MPI frees the type only after the operations that use it have completed.
        defer { MPI_Type_free(&large) }
        return try body(1, large!)
    }

    /// Calls `body` for consecutive pieces of at most `limit` elements: reductions need elements that MPI knows.
    package static func pieces(
        _ count: Int, _ body: (_ offset: Int, _ count: Int32) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        var offset = 0
        repeat {
            let piece = min(limit, count - offset)
            try body(offset, Int32(piece))
            offset += piece
        } while offset < count
    }

    private static func spanning(_ count: Int, _ datatype: Datatype) throws(TesseraError) -> OpaquePointer {
        let (blocks, remainder) = count.quotientAndRemainder(dividingBy: limit)
        var block: OpaquePointer? = nil
        var body: OpaquePointer? = nil
        var tail: OpaquePointer? = nil
        var whole: OpaquePointer? = nil
        try check(MPI_Type_contiguous(Int32(limit), datatype.handle, &block), "MPI_Type_contiguous")
        try check(MPI_Type_contiguous(Int32(blocks), block, &body), "MPI_Type_contiguous")
        try check(MPI_Type_contiguous(Int32(remainder), datatype.handle, &tail), "MPI_Type_contiguous")
        let lengths: [Int32] = [1, 1]
        let displacements: [MPI_Aint] = [0, blocks * limit * datatype.size]
        try check(MPI_Type_create_struct(2, lengths, displacements, [body, tail], &whole), "MPI_Type_create_struct")
        try check(MPI_Type_commit(&whole), "MPI_Type_commit")
        MPI_Type_free(&block)
        MPI_Type_free(&body)
        MPI_Type_free(&tail)
        return whole!
    }
}
