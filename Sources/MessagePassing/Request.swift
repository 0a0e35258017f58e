public import Failures
internal import CShim

/// A message in flight. It borrows its buffer: while a receive is under way the compiler rejects any use of the buffer,
/// while a send is under way any change of it. It must be waited for, once.
///
/// A request dropped in flight ends the job with its name: MPI still holds the buffer, and freeing or waiting in `deinit`
/// could corrupt memory or hang.
public struct Request: ~Copyable, ~Escapable {
    private var handle: OpaquePointer?
    private let name: StaticString
    private let communicator: Communicator
    private let operation: Traffic.Operation

    @_lifetime(borrow buffer)
    init<T>(
        sending buffer: borrowing Span<T>, _ name: StaticString, _ communicator: Communicator,
        _ operation: Traffic.Operation, _ handle: OpaquePointer?
    ) {
        self.handle = handle
        self.name = name
        self.communicator = communicator
        self.operation = operation
    }

    @_lifetime(&buffer)
    init<T>(
        receiving buffer: inout MutableSpan<T>, _ name: StaticString, _ communicator: Communicator,
        _ operation: Traffic.Operation, _ handle: OpaquePointer?
    ) {
        self.handle = handle
        self.name = name
        self.communicator = communicator
        self.operation = operation
    }

    /// Returns when the message has been sent or received, and gives the buffer back.
    public consuming func wait() throws(TesseraError) {
        let name = name
        let start = MPI_Wtime()
        var pending = handle
        handle = nil
        let code = MPI_Wait(&pending, MPI_STATUS_IGNORE)
        communicator.traffic.count(operation, calls: 0, bytes: 0, seconds: MPI_Wtime() - start)
        try check(code, "MPI_Wait of \(name)")
    }

    /// Whether the message has been sent or received. Also drives MPI's progress.
    public mutating func isComplete() throws(TesseraError) -> Bool {
        guard handle != nil, handle != MPI_REQUEST_NULL else { return true }
        let name = name
        var flag: Int32 = 0
        var pending = handle
        let code = MPI_Test(&pending, &flag, MPI_STATUS_IGNORE)
        handle = pending
        try check(code, "MPI_Test of \(name)")
        return flag != 0
    }

    deinit {
        if let handle, handle != MPI_REQUEST_NULL {
            endJob("a request of \(name) was dropped in flight: wait for it")
        }
    }
}

extension Communicator {
    /// Begins to send the buffer, which cannot change until the request has been waited for.
    @_lifetime(borrow buffer)
    public func sendLater<T: MessageElement>(
        _ buffer: borrowing Span<T>, to rank: Int, tag: Int = 0
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Isend")
        var request: OpaquePointer? = nil
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(
                    MPI_Isend(
                        memory.baseAddress, count, type, Int32(clamping: rank), Int32(clamping: tag), group, &request),
                    "MPI_Isend")
            }
        }
        traffic.count(.send, bytes: buffer.count * T.datatype.size)
        return Request(sending: buffer, "MPI_Isend", self, .send, request)
    }

    /// Begins to receive into the buffer, which cannot be touched until the request has been waited for.
    @_lifetime(&buffer)
    public func receiveLater<T: MessageElement>(
        into buffer: inout MutableSpan<T>, from rank: Int, tag: Int = 0
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Irecv")
        var request: OpaquePointer? = nil
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(
                    MPI_Irecv(
                        memory.baseAddress, count, type, Int32(clamping: rank), Int32(clamping: tag), group, &request),
                    "MPI_Irecv")
            }
        }
        traffic.count(.receive, bytes: buffer.count * T.datatype.size)
        return Request(receiving: &buffer, "MPI_Irecv", self, .receive, request)
    }

    /// Begins a broadcast; the buffer cannot be touched until the request has been waited for.
    @_lifetime(&buffer)
    public func broadcastLater<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, from root: Int
    ) throws(TesseraError) -> Request {
        let group = try handle(for: "MPI_Ibcast")
        var request: OpaquePointer? = nil
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try LargeCount.with(memory.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(
                    MPI_Ibcast(memory.baseAddress, count, type, Int32(clamping: root), group, &request), "MPI_Ibcast")
            }
        }
        traffic.count(.broadcast, bytes: buffer.count * T.datatype.size)
        return Request(receiving: &buffer, "MPI_Ibcast", self, .broadcast, request)
    }
}
