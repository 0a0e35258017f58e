// A broadcast that travels while the ranks compute: the root's buffer goes from rank to rank along a ring.
//
//     root -> root + 1                                          the next root: it never forwards
//     root -> root + 2 -> root + 3 -> ... -> root + p - 1       every other rank forwards once
//
// HPL's "increasing ring, modified" (Petitet, Whaley, Dongarra and Cleary, HPL 2.3). The rank behind the root is the next
// to be root in a factorization, and has better things to do than forward. On each rank n s bytes, as any broadcast.

internal import CShim
package import Failures

/// A broadcast in flight. Driven by ``advance()``, which every rank calls now and then, and ended by ``wait()``.
///
/// The caller keeps the buffer alive and untouched until then. Broadcasts of one communicator are begun in the same order
/// on all its ranks.
package struct RingBroadcast: ~Copyable {
    private let communicator: Communicator
    private let buffer: UnsafeMutableRawPointer
    private let bytes: Int
    /// The rank to forward to, where there is one.
    private let successor: Int?
    private var receive: OpaquePointer?
    private var sends: [OpaquePointer?] = []
    private var isInFlight = true

    /// Begins to send the root's `bytes` bytes at `buffer` to the same place of every rank.
    package init(
        _ buffer: UnsafeMutableRawPointer, bytes: Int, from root: Int, on communicator: Communicator
    ) throws(TesseraError) {
        let size = communicator.size
        let distance = (communicator.rank - root + size) % size
        self.communicator = communicator
        self.buffer = buffer
        self.bytes = bytes
        successor = distance >= 2 && distance + 1 < size ? (root + distance + 1) % size : nil
        receive = nil
        _ = try communicator.root(root, "RingBroadcast")
        communicator.traffic.count(.broadcast, bytes: size > 1 ? bytes : 0)
        if distance == 0 {
            for step in 1...2 where step < size { try send(to: (root + step) % size) }
        } else {
            let source = distance <= 2 ? root : (root + distance - 1) % size
            let group = try communicator.handle(for: "MPI_Irecv")
            receive = try withCount { (count, type, request) in
                MPI_Irecv(buffer, count, type, Int32(source), 0, group, &request)
            }
        }
    }

    /// Whether the message has come here and gone on. Drives MPI's progress.
    @discardableResult
    package mutating func advance() throws(TesseraError) -> Bool {
        var flag: Int32 = 1
        if receive != nil, receive != MPI_REQUEST_NULL {
            try check(MPI_Test(&receive, &flag, MPI_STATUS_IGNORE), "MPI_Test of RingBroadcast")
            guard flag != 0 else { return false }
            if let successor { try send(to: successor) }
        }
        var isComplete = true
        for i in sends.indices where sends[i] != MPI_REQUEST_NULL {
            try check(MPI_Test(&sends[i], &flag, MPI_STATUS_IGNORE), "MPI_Test of RingBroadcast")
            if flag == 0 { isComplete = false }
        }
        return isComplete
    }

    /// Returns when the message is here and the buffer may change again.
    package consuming func wait() throws(TesseraError) {
        let start = MPI_Wtime()
        if receive != nil, receive != MPI_REQUEST_NULL {
            try check(MPI_Wait(&receive, MPI_STATUS_IGNORE), "MPI_Wait of RingBroadcast")
            if let successor { try send(to: successor) }
        }
        for i in sends.indices { try check(MPI_Wait(&sends[i], MPI_STATUS_IGNORE), "MPI_Wait of RingBroadcast") }
        isInFlight = false
        let end = MPI_Wtime()
        communicator.traffic.count(.broadcast, calls: 0, bytes: 0, seconds: end - start)
        Trace.record(.broadcast, bytes: bytes, from: start, to: end)
    }

    private mutating func send(to rank: Int) throws(TesseraError) {
        let group = try communicator.handle(for: "MPI_Isend")
        let buffer = buffer
        sends.append(
            try withCount { (count, type, request) in
                MPI_Isend(buffer, count, type, Int32(rank), 0, group, &request)
            })
    }

    /// The request that `begin` starts for the message's count and datatype.
    private func withCount(
        _ begin: (Int32, OpaquePointer, inout OpaquePointer?) -> Int32
    ) throws(TesseraError) -> OpaquePointer? {
        var request: OpaquePointer? = nil
        try LargeCount.with(bytes, UInt8.datatype) { (count, type) throws(TesseraError) in
            try check(begin(count, type, &request), "RingBroadcast")
        }
        return request
    }

    deinit {
        if isInFlight { endJob("a RingBroadcast was dropped in flight: wait for it") }
    }
}
