public import Failures
internal import CShim

/// A message or collective in flight. It borrows its buffers: while a receive is under way the compiler rejects any use
/// of the buffer, while a send is under way any change of it. It must be waited for, once.
/// ```swift
/// var span = incoming.mutableSpan
/// let request = try world.receiveLater(into: &span, from: 0)
/// span[0] = 1              // error: overlapping accesses to 'span'
/// incoming.append(2)       // error: overlapping accesses to 'incoming'
/// try request.wait()
/// try request.wait()       // error: 'request' consumed more than once
/// ```
/// A request dropped in flight ends the job with its name: MPI still holds the buffer, and freeing or waiting in
/// `deinit` could corrupt memory or hang.
public struct Request: ~Copyable, ~Escapable {
    /// MPI's requests, those that are done set to `MPI_REQUEST_NULL`.
    private var handles: [OpaquePointer?]
    private let call: Call

    /// What is under way, for messages and counters.
    struct Call {
        let routine: StaticString
        let communicator: Communicator
        let operation: Traffic.Operation
        let bytes: Int
        let start = MPI_Wtime()

        init(_ routine: StaticString, _ communicator: Communicator, _ operation: Traffic.Operation, bytes: Int) {
            self.routine = routine
            self.communicator = communicator
            self.operation = operation
            self.bytes = bytes
        }
    }

    /// The caller ties the request to its buffers.
    @_lifetime(immortal)
    init(_ handles: [OpaquePointer?], _ call: Call) {
        self.handles = handles
        self.call = call
    }

    /// Returns when the message has been sent or received, and gives the buffers back.
    public consuming func wait() throws(TesseraError) {
        let call = call
        let start = MPI_Wtime()
        var outcome = Int32(MPI_SUCCESS)
        // All are waited for, even past a failure: MPI must have let go of every buffer.
        for i in handles.indices {
            let code = MPI_Wait(&handles[i], MPI_STATUS_IGNORE)
            if outcome == MPI_SUCCESS { outcome = code }
        }
        handles = []
        let end = MPI_Wtime()
        call.communicator.traffic.count(call.operation, calls: 0, bytes: 0, seconds: end - start)
        Trace.record(call.operation, bytes: call.bytes, from: call.start, to: end)
        try check(outcome, "MPI_Wait of \(call.routine)")
    }

    /// Whether the message has been sent or received. Also drives MPI's progress.
    public mutating func isComplete() throws(TesseraError) -> Bool {
        var isComplete = true
        for i in handles.indices where handles[i] != MPI_REQUEST_NULL {
            var flag: Int32 = 0
            try check(MPI_Test(&handles[i], &flag, MPI_STATUS_IGNORE), "MPI_Test of \(call.routine)")
            if flag == 0 { isComplete = false }
        }
        return isComplete
    }

    /// One request for both, to be waited for together: `try first.joined(with: second).wait()`.
    @_lifetime(copy self, copy other)
    public consuming func joined(with other: consuming Request) -> Request {
        let all = handles + other.handles
        handles = []
        other.handles = []
        let both = Request(all, call)
        return _overrideLifetime(_overrideLifetime(both, copying: self), copying: other)
    }

    deinit {
        for handle in handles where handle != MPI_REQUEST_NULL {
            endJob("a request of \(call.routine) was dropped in flight: wait for it")
        }
    }
}
