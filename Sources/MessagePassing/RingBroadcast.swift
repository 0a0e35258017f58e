// Broadcasts that travel while the ranks compute: a root's buffer goes from rank to rank along a ring.
//
//     root -> root + 1                                          the next root: it never forwards
//     root -> root + 2 -> root + 3 -> ... -> root + p - 1       every other rank forwards once
//
// HPL's "increasing ring, modified" (Petitet, Whaley, Dongarra and Cleary, HPL 2.3). The rank behind the root is the next
// to be root in a factorization, and has better things to do than forward. On each rank n s bytes, as any broadcast.

internal import CShim
package import Failures

/// Messages under way, each from a root of its own. Driven by ``advance()``, which every rank calls now and then, and
/// ended by ``wait()``.
///
/// The caller keeps the buffers alive and untouched until then. All ranks of the communicator begin the same messages in
/// the same order.
package struct RingBroadcast: ~Copyable {
    private let communicator: Communicator
    private var messages: [Message] = []
    /// Messages begun so far. A rank may send a message of its own before it forwards an earlier one: their tags tell them
    /// apart.
    private var begun: Int32 = 0

    package init(on communicator: Communicator) { self.communicator = communicator }

    /// Begins to send the root's `bytes` bytes at `buffer` to the same place of every rank.
    package mutating func begin(
        _ buffer: UnsafeMutableRawPointer, bytes: Int, from root: Int
    ) throws(TesseraError) {
        _ = communicator.root(root, "RingBroadcast")
        let size = communicator.size
        let distance = (communicator.rank - root + size) % size
        communicator.traffic.count(.broadcast, bytes: bytes)
        var message = Message(buffer: buffer, bytes: bytes, tag: begun % 32768)
        begun += 1
        if distance == 0 {
            for step in 1...2 where step < size { try message.send(to: (root + step) % size, on: communicator) }
        } else {
            try message.receive(from: distance <= 2 ? root : (root + distance - 1) % size, on: communicator)
            if distance >= 2, distance + 1 < size { message.successor = (root + distance + 1) % size }
        }
        messages.append(message)
    }

    /// Forwards what has come, and drives MPI's progress.
    package mutating func advance() throws(TesseraError) {
        for i in messages.indices { try messages[i].advance(on: communicator) }
    }

    /// Returns when all messages are here and the buffers may change again.
    package mutating func wait() throws(TesseraError) {
        guard !messages.isEmpty else { return }
        let start = MPI_Wtime()
        for i in messages.indices { try messages[i].arrive(on: communicator) }
        for i in messages.indices { try messages[i].leave() }
        let end = MPI_Wtime()
        let bytes = messages.reduce(0) { $0 + $1.bytes }
        messages.removeAll(keepingCapacity: true)
        communicator.traffic.count(.broadcast, calls: 0, bytes: 0, seconds: end - start)
        Trace.record(.broadcast, bytes: bytes, from: start, to: end)
    }

    deinit {
        if !messages.isEmpty { endJob("a RingBroadcast was dropped in flight: wait for it") }
    }
}

/// One message on its way through this rank.
private struct Message {
    let buffer: UnsafeMutableRawPointer
    let bytes: Int
    let tag: Int32
    /// The rank to forward to once the message is here.
    var successor: Int?
    private var incoming: OpaquePointer? = MPI_REQUEST_NULL
    private var outgoing: [OpaquePointer?] = []

    init(buffer: UnsafeMutableRawPointer, bytes: Int, tag: Int32) {
        (self.buffer, self.bytes, self.tag) = (buffer, bytes, tag)
    }

    mutating func receive(from rank: Int, on communicator: Communicator) throws(TesseraError) {
        let group = try communicator.handle(for: "MPI_Irecv")
        incoming = try request("MPI_Irecv") { (count, type, request) in
            MPI_Irecv(buffer, count, type, Int32(rank), tag, group, &request)
        }
    }

    mutating func send(to rank: Int, on communicator: Communicator) throws(TesseraError) {
        let group = try communicator.handle(for: "MPI_Isend")
        outgoing.append(
            try request("MPI_Isend") { (count, type, request) in
                MPI_Isend(buffer, count, type, Int32(rank), tag, group, &request)
            })
    }

    mutating func advance(on communicator: Communicator) throws(TesseraError) {
        var flag: Int32 = 1
        if incoming != MPI_REQUEST_NULL { try test(&incoming, &flag) }
        if flag != 0 { try forward(on: communicator) }
        for i in outgoing.indices where outgoing[i] != MPI_REQUEST_NULL { try test(&outgoing[i], &flag) }
    }

    /// Waits until the message is here, and forwards it.
    mutating func arrive(on communicator: Communicator) throws(TesseraError) {
        try check(MPI_Wait(&incoming, MPI_STATUS_IGNORE), "MPI_Wait of RingBroadcast")
        try forward(on: communicator)
    }

    /// Waits until the buffer may change.
    mutating func leave() throws(TesseraError) {
        for i in outgoing.indices { try check(MPI_Wait(&outgoing[i], MPI_STATUS_IGNORE), "MPI_Wait of RingBroadcast") }
    }

    /// Sends a message that has come on to the next rank, once.
    private mutating func forward(on communicator: Communicator) throws(TesseraError) {
        guard let next = successor else { return }
        successor = nil
        try send(to: next, on: communicator)
    }

    /// The request that `begin` starts for the message's count and datatype.
    private func request(
        _ routine: String, _ begin: (Int32, OpaquePointer, inout OpaquePointer?) -> Int32
    ) throws(TesseraError) -> OpaquePointer? {
        var request: OpaquePointer? = nil
        try LargeCount.with(bytes, UInt8.datatype) { (count, type) throws(TesseraError) in
            try check(begin(count, type, &request), "\(routine) of RingBroadcast")
        }
        return request
    }
}

private func test(_ request: inout OpaquePointer?, _ flag: inout Int32) throws(TesseraError) {
    try check(MPI_Test(&request, &flag, MPI_STATUS_IGNORE), "MPI_Test of RingBroadcast")
}
