public import Failures
internal import CShim

// Collectives that go on while the ranks compute. All ranks begin them in the same order; see Request for what the
// compiler watches over.

extension Communicator {
    /// Begins a barrier: the request is complete when every rank has begun it.
    @_lifetime(immortal)
    public func barrierLater() throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Ibarrier")
        let call = Request.Call("MPI_Ibarrier", self, .barrier, bytes: 0)
        var request: OpaquePointer? = nil
        try check(MPI_Ibarrier(group, &request), "MPI_Ibarrier")
        traffic.count(.barrier, bytes: 0)
        return Request([request], call)
    }

    /// Begins a broadcast; the buffer cannot be touched until the request has been waited for.
    @_lifetime(&buffer)
    public func broadcastLater<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, from root: Int
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Ibcast")
        let root = self.root(root, "broadcastLater")
        let bytes = buffer.count * T.datatype.size
        let call = Request.Call("MPI_Ibcast", self, .broadcast, bytes: bytes)
        var request: OpaquePointer? = nil
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Ibcast(memory.baseAddress, count, type, root, group, &request), "MPI_Ibcast")
            }
        }
        traffic.count(.broadcast, bytes: bytes)
        return _overrideLifetime(Request([request], call), mutating: &buffer)
    }

    /// Begins to combine the buffers of all ranks in place; the buffer cannot be touched until the request has been
    /// waited for. For the reductions that MPI knows, not for ``Reduction/custom(_:)``.
    @_lifetime(&buffer)
    public func allReduceLater<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, _ reduction: Reduction<T>
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Iallreduce")
        guard case .predefined(let operation) = reduction.kind else {
            abort(
                because: .argument(
                    routine: "allReduceLater", name: "reduction", expected: "one that MPI knows", found: "a custom one"),
                in: nil)
        }
        let bytes = buffer.count * T.datatype.size
        let call = Request.Call("MPI_Iallreduce", self, .allReduce, bytes: bytes)
        var requests = [OpaquePointer?]()
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.pieces(memory.count) { (offset, piece) throws(TesseraError) in
                var request: OpaquePointer? = nil
                try check(
                    MPI_Iallreduce(
                        MPI_IN_PLACE, memory.baseAddress.map { $0 + offset }, piece, T.datatype.handle, operation,
                        group,
                        &request), "MPI_Iallreduce")
                requests.append(request)
            }
        }
        traffic.count(.allReduce, bytes: bytes)
        return _overrideLifetime(Request(requests, call), mutating: &buffer)
    }

    /// Begins to gather every rank's values, of one number, into every rank's `whole`, in rank order.
    @_lifetime(copy values, &whole)
    public func allGatherLater<T: MessageElement>(
        _ values: Span<T>, into whole: inout MutableSpan<T>
    ) throws(TesseraError) -> Request {
        requireLength(whole.count, values.count * size, "allGatherLater")
        return try exchangeLater(values, &whole, values.count, "MPI_Iallgather", .allGather) {
            (outgoing, incoming, count, type, group, request) in
            MPI_Iallgather(outgoing, count, type, incoming, count, type, group, &request)
        }
    }

    /// Begins to gather every rank's values, of one number, into the root's `whole`, in rank order; elsewhere `whole`
    /// may be empty.
    @_lifetime(copy values, &whole)
    public func gatherLater<T: MessageElement>(
        _ values: Span<T>, into whole: inout MutableSpan<T>, to root: Int
    ) throws(TesseraError) -> Request {
        let isRoot = rank == root
        let root = self.root(root, "gatherLater")
        if isRoot { requireLength(whole.count, values.count * size, "gatherLater") }
        return try exchangeLater(values, &whole, values.count, "MPI_Igather", .gather) {
            (outgoing, incoming, count, type, group, request) in
            MPI_Igather(outgoing, count, type, incoming, count, type, root, group, &request)
        }
    }

    /// Begins to send part r of every rank's values to rank r; the parts, all of one length, arrive in rank order.
    @_lifetime(copy values, &received)
    public func allToAllLater<T: MessageElement>(
        _ values: Span<T>, into received: inout MutableSpan<T>
    ) throws(TesseraError) -> Request {
        requireParts(values.count, "allToAllLater")
        requireLength(received.count, values.count, "allToAllLater")
        return try exchangeLater(values, &received, values.count / size, "MPI_Ialltoall", .allToAll) {
            (outgoing, incoming, count, type, group, request) in
            MPI_Ialltoall(outgoing, count, type, incoming, count, type, group, &request)
        }
    }

    /// Begins one collective that reads `outgoing` and writes `incoming`.
    @_lifetime(copy outgoing, &incoming)
    private func exchangeLater<T: MessageElement>(
        _ outgoing: Span<T>, _ incoming: inout MutableSpan<T>, _ count: Int, _ routine: StaticString,
        _ operation: Traffic.Operation,
        _ begin: (
            UnsafeRawPointer?, UnsafeMutableRawPointer?, Int32, OpaquePointer, OpaquePointer, inout OpaquePointer?
        ) -> Int32
    ) throws(TesseraError) -> Request {
        let group = try handle(for: routine)
        let bytes = outgoing.count * T.datatype.size
        let call = Request.Call(routine, self, operation, bytes: bytes)
        var request: OpaquePointer? = nil
        try outgoing.withUnsafeBufferPointer { (out) throws(TesseraError) in
            try incoming.withUnsafeMutableBufferPointer { (into) throws(TesseraError) in
                try LargeCount.with(count, T.datatype) { (count, type) throws(TesseraError) in
                    try check(begin(out.baseAddress, into.baseAddress, count, type, group, &request), "\(routine)")
                }
            }
        }
        traffic.count(operation, bytes: bytes)
        return _overrideLifetime(_overrideLifetime(Request([request], call), copying: outgoing), mutating: &incoming)
    }
}
