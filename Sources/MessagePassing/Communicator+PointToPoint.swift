public import Failures
internal import CShim

/// Where a message came from and what it held.
public struct MessageStatus: Hashable, Sendable {
    public let source: Int
    public let tag: Int
    /// Elements received.
    public let count: Int
}

extension Communicator {
    /// Any sender will do; for `receive`.
    public static var anySource: Int { Int(MPI_ANY_SOURCE) }
    /// Any tag will do; for `receive`.
    public static var anyTag: Int { Int(MPI_ANY_TAG) }

    /// Sends the buffer to `rank`; returns when the buffer may be changed again.
    public func send<T: MessageElement>(
        _ buffer: Span<T>, to rank: Int, tag: Int = 0
    ) throws(TesseraError) {
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try send(memory.baseAddress, memory.count, T.datatype, to: rank, tag: tag)
        }
    }

    /// Receives into the buffer, which must be at least as long as the message.
    ///
    /// - Throws: `TesseraError.communication` when the message is longer than the buffer. (Open MPI cuts a rank's
    ///   message to itself without an error.)
    @discardableResult
    public func receive<T: MessageElement>(
        into buffer: inout MutableSpan<T>, from rank: Int, tag: Int = 0
    ) throws(TesseraError) -> MessageStatus {
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try receive(memory.baseAddress, memory.count, T.datatype, from: rank, tag: tag)
        }
    }

    /// Sends one buffer and receives another at the same time, without danger of deadlock.
    @discardableResult
    public func sendReceive<T: MessageElement>(
        _ outgoing: Span<T>, to destination: Int, into incoming: inout MutableSpan<T>, from source: Int, tag: Int = 0
    ) throws(TesseraError) -> MessageStatus {
        try outgoing.withUnsafeBufferPointer { (out) throws(TesseraError) in
            try incoming.withUnsafeMutableBufferPointer { (into) throws(TesseraError) in
                try sendReceive(
                    out.baseAddress, out.count, to: destination, into: into.baseAddress, into.count, from: source,
                    T.datatype, tag: tag)
            }
        }
    }

    // MARK: Checks

    /// A partner and a tag as MPI takes them. MPI gives some numbers out of range a meaning of their own
    /// (`MPI_PROC_NULL` is -2), and a clamped tag would meet another one.
    func partner(
        _ rank: Int, _ tag: Int, _ routine: String, orAny: Bool = false
    ) throws(TesseraError) -> (rank: Int32, tag: Int32) {
        guard (0..<size).contains(rank) || orAny && rank == Self.anySource else {
            throw refused(routine, MPI_ERR_RANK, "rank \(rank) is not one of 0 ..< \(size)")
        }
        guard (0...Int(Int32.max)).contains(tag) || orAny && tag == Self.anyTag else {
            throw refused(routine, MPI_ERR_TAG, "tag \(tag) is not one of 0 ... \(Int32.max)")
        }
        return (Int32(rank), Int32(tag))
    }

    private func refused(_ routine: String, _ code: Int32, _ reason: String) -> TesseraError {
        .communication(MPIError(routine: routine, code: code, message: reason))
    }

    // MARK: Pointers, for the numeric modules

    package func send(
        _ buffer: UnsafeRawPointer?, _ count: Int, _ datatype: Datatype, to rank: Int, tag: Int = 0
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Send")
        let (rank, tag) = try partner(rank, tag, "MPI_Send")
        try counting(.send, bytes: count * datatype.size) { () throws(TesseraError) in
            try LargeCount.with(count, datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Send(buffer, count, type, rank, tag, handle), "MPI_Send")
            }
        }
    }

    @discardableResult
    package func receive(
        _ buffer: UnsafeMutableRawPointer?, _ count: Int, _ datatype: Datatype, from rank: Int, tag: Int = 0
    ) throws(TesseraError) -> MessageStatus {
        let handle = try handle(for: "MPI_Recv")
        let (rank, tag) = try partner(rank, tag, "MPI_Recv", orAny: true)
        var status = MPI_Status()
        let start = MPI_Wtime()
        try LargeCount.with(count, datatype) { (count, type) throws(TesseraError) in
            try check(
                MPI_Recv(buffer, count, type, rank, tag, handle, &status), "MPI_Recv")
        }
        let message = try MessageStatus(status, datatype)
        let end = MPI_Wtime()
        traffic.count(.receive, bytes: message.count * datatype.size, seconds: end - start)
        Trace.record(.receive, bytes: message.count * datatype.size, from: start, to: end)
        return message
    }

    @discardableResult
    package func sendReceive(
        _ outgoing: UnsafeRawPointer?, _ sendCount: Int, to destination: Int,
        into incoming: UnsafeMutableRawPointer?, _ receiveCount: Int, from source: Int,
        _ datatype: Datatype, tag: Int = 0
    ) throws(TesseraError) -> MessageStatus {
        let handle = try handle(for: "MPI_Sendrecv")
        let (destination, tag) = try partner(destination, tag, "MPI_Sendrecv")
        let source = try partner(source, Int(tag), "MPI_Sendrecv", orAny: true).rank
        var status = MPI_Status()
        let start = MPI_Wtime()
        try LargeCount.with(sendCount, datatype) { (sendCount, sendType) throws(TesseraError) in
            try LargeCount.with(receiveCount, datatype) { (receiveCount, receiveType) throws(TesseraError) in
                try check(
                    MPI_Sendrecv(
                        outgoing, sendCount, sendType, destination, tag, incoming,
                        receiveCount, receiveType, source, tag, handle, &status),
                    "MPI_Sendrecv")
            }
        }
        let message = try MessageStatus(status, datatype)
        let end = MPI_Wtime()
        traffic.count(.send, bytes: sendCount * datatype.size, seconds: end - start)
        traffic.count(.receive, bytes: message.count * datatype.size)
        Trace.record(.send, bytes: sendCount * datatype.size, from: start, to: end)
        return message
    }
}

extension MessageStatus {
    init(_ status: MPI_Status, _ datatype: Datatype) throws(TesseraError) {
        var status = status
        var elements: MPI_Count = 0
        // Bytes count right for large messages too, where one element of the wire type spans the buffer.
        try check(MPI_Get_elements_x(&status, MPI_BYTE, &elements), "MPI_Get_elements_x")
        source = Int(status.MPI_SOURCE)
        tag = Int(status.MPI_TAG)
        count = Int(elements) / max(1, datatype.size)
    }
}
