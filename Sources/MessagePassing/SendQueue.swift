// Messages that are sent while the sender computes, from memory that stays as it is until they have left.

internal import CShim
package import Failures

/// Sends under way on one communicator, begun one by one and waited for together.
///
/// The caller keeps the buffers alive and untouched until ``wait()``. Messages to one rank arrive in the order in which
/// they were begun.
package struct SendQueue: ~Copyable {
    private let communicator: Communicator
    private var requests: [OpaquePointer?] = []

    package init(on communicator: Communicator) { self.communicator = communicator }

    /// Begins to send the buffer; `Communicator.receive` meets it.
    package mutating func begin(
        _ buffer: UnsafeRawPointer, _ count: Int, _ datatype: Datatype, to rank: Int
    ) throws(TesseraError) {
        let handle = try communicator.handle(for: "MPI_Isend")
        let (rank, tag) = try communicator.partner(rank, 0, "MPI_Isend")
        var request: OpaquePointer? = nil
        try LargeCount.with(count, datatype) { (count, type) throws(TesseraError) in
            try check(MPI_Isend(buffer, count, type, rank, tag, handle, &request), "MPI_Isend of SendQueue")
        }
        requests.append(request)
        communicator.traffic.count(.send, bytes: count * datatype.size)
    }

    /// Returns when all buffers may change again.
    package mutating func wait() throws(TesseraError) {
        let start = MPI_Wtime()
        for i in requests.indices {
            try check(MPI_Wait(&requests[i], MPI_STATUS_IGNORE), "MPI_Wait of SendQueue")
        }
        requests.removeAll(keepingCapacity: true)
        communicator.traffic.count(.send, calls: 0, bytes: 0, seconds: MPI_Wtime() - start)
    }

    deinit {
        if !requests.isEmpty { endJob("a SendQueue was dropped in flight: wait for it") }
    }
}
