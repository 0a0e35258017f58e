package import Failures
internal import CShim

/// MPI-3 counts are 32-bit. A message of more elements travels as one element of a datatype that spans them all
/// (see ``strided(_:_:_:_:elementStride:)``).
package enum LargeCount {
    /// The most elements that go into one MPI count. Tests lower it to reach the large path with small arrays; at least
    /// 2.
    nonisolated(unsafe) package static var limit = Int(Int32.max)

    /// Calls `body` with a count and a datatype that MPI can take for `count` elements of `datatype`.
    package static func with<R>(
        _ count: Int, _ datatype: Datatype, _ body: (Int32, OpaquePointer) throws(TesseraError) -> R
    ) throws(TesseraError) -> R {
        if count <= limit { return try body(Int32(count), datatype.handle) }
        var large: OpaquePointer? = try strided(count, 1, datatype.size, datatype.handle, elementStride: 0)
        // MPI frees the type only after the operations that use it have completed.
        defer { MPI_Type_free(&large) }
        try check(MPI_Type_commit(&large), "MPI_Type_commit")
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
}
