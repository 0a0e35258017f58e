public import Failures
internal import CShim

// Messages that travel while the ranks compute. See Request for what the compiler watches over.

extension Communicator {
    /// Begins to send the buffer, which cannot change until the request has been waited for.
    @_lifetime(copy buffer)
    public func sendLater<T: MessageElement>(
        _ buffer: Span<T>, to rank: Int, tag: Int = 0
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Isend")
        let (rank, tag) = try partner(rank, tag, "MPI_Isend")
        let bytes = buffer.count * T.datatype.size
        let call = Request.Call("MPI_Isend", self, .send, bytes: bytes)
        var request: OpaquePointer? = nil
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Isend(memory.baseAddress, count, type, rank, tag, group, &request), "MPI_Isend")
            }
        }
        traffic.count(.send, bytes: bytes)
        return _overrideLifetime(Request([request], call), copying: buffer)
    }

    /// Begins to receive into the buffer, which cannot be touched until the request has been waited for.
    ///
    /// Counted as a receive of the whole buffer: how long the message is shows only when it has come.
    @_lifetime(&buffer)
    public func receiveLater<T: MessageElement>(
        into buffer: inout MutableSpan<T>, from rank: Int, tag: Int = 0
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Irecv")
        let (rank, tag) = try partner(rank, tag, "MPI_Irecv", orAny: true)
        let bytes = buffer.count * T.datatype.size
        let call = Request.Call("MPI_Irecv", self, .receive, bytes: bytes)
        var request: OpaquePointer? = nil
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Irecv(memory.baseAddress, count, type, rank, tag, group, &request), "MPI_Irecv")
            }
        }
        traffic.count(.receive, bytes: bytes)
        return _overrideLifetime(Request([request], call), mutating: &buffer)
    }
}
