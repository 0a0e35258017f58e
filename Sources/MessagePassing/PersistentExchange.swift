package import Failures
internal import CShim

/// Messages between fixed partners over fixed memory, prepared once and started many times (`MPI_Send_init`,
/// `MPI_Startall`, `MPI_Waitall`). Starting and finishing allocate nothing.
///
/// The memory belongs to the caller: it must outlive the exchange, must not move, and between ``start()`` and
/// ``finish()`` must not be touched where a receive lands, nor changed where a send reads. ``ExchangePlan`` has the
/// same over buffers of its own, with these rules checked by the compiler.
package struct PersistentExchange: ~Copyable {
    /// One message: `count` elements of `datatype` at `memory`, to or from `rank`.
    package struct Message {
        package let memory: UnsafeMutableRawPointer?
        package let count: Int
        package let datatype: Datatype
        package let rank: Int
        package let tag: Int

        package init(
            _ memory: UnsafeMutableRawPointer?, _ count: Int, _ datatype: Datatype, rank: Int, tag: Int = 0
        ) {
            self.memory = memory
            self.count = count
            self.datatype = datatype
            self.rank = rank
            self.tag = tag
        }

        var bytes: Int { count * datatype.size }
    }

    private let communicator: Communicator
    private var requests: [OpaquePointer?]
    private var statuses: [MPI_Status]
    private let sends: (calls: Int, bytes: Int)
    private let receives: (calls: Int, bytes: Int)
    private var startTime = 0.0
    /// Whether the messages are on their way.
    package private(set) var isStarted = false

    /// Prepares the messages; none is sent yet. Local: the partners' plans meet when they are started. Derived
    /// datatypes may be freed afterwards.
    package init(on communicator: Communicator, sends: [Message], receives: [Message]) throws(TesseraError) {
        self.communicator = communicator
        self.sends = (sends.count, sends.reduce(0) { $0 + $1.bytes })
        self.receives = (receives.count, receives.reduce(0) { $0 + $1.bytes })
        requests = []
        statuses = Array(repeating: MPI_Status(), count: sends.count + receives.count)
        let group = try communicator.handle(for: "MPI_Send_init")
        var prepared = [OpaquePointer?]()
        do throws(TesseraError) {
            // Receives first: a message that finds its receive posted needs no copy.
            for message in receives {
                let (rank, tag) = try communicator.partner(message.rank, message.tag, "MPI_Recv_init")
                try LargeCount.with(message.count, message.datatype) { (count, type) throws(TesseraError) in
                    var request: OpaquePointer? = nil
                    try check(
                        MPI_Recv_init(message.memory, count, type, rank, tag, group, &request), "MPI_Recv_init")
                    prepared.append(request)
                }
            }
            for message in sends {
                let (rank, tag) = try communicator.partner(message.rank, message.tag, "MPI_Send_init")
                try LargeCount.with(message.count, message.datatype) { (count, type) throws(TesseraError) in
                    var request: OpaquePointer? = nil
                    try check(
                        MPI_Send_init(message.memory, count, type, rank, tag, group, &request), "MPI_Send_init")
                    prepared.append(request)
                }
            }
        } catch {
            for i in prepared.indices { MPI_Request_free(&prepared[i]) }
            throw error
        }
        requests = prepared
    }

    /// Sets all messages off. Starting twice without a ``finish()`` between is an error.
    package mutating func start() throws(TesseraError) {
        _ = try communicator.handle(for: "MPI_Startall")
        guard !isStarted else {
            throw .communication(
                MPIError(routine: "MPI_Startall", code: Int32(MPI_ERR_REQUEST), message: "the exchange is under way"))
        }
        startTime = MPI_Wtime()
        if !requests.isEmpty {
            try check(MPI_Startall(Int32(requests.count), &requests), "MPI_Startall")
        }
        isStarted = true
        let traffic = communicator.traffic
        let seconds = MPI_Wtime() - startTime
        if sends.calls > 0 { traffic.count(.send, calls: sends.calls, bytes: sends.bytes, seconds: seconds) }
        if receives.calls > 0 { traffic.count(.receive, calls: receives.calls, bytes: receives.bytes) }
    }

    /// Whether all messages have arrived; true when none is under way. Also drives MPI's progress.
    package mutating func isComplete() throws(TesseraError) -> Bool {
        guard isStarted, !requests.isEmpty else { return true }
        var flag: Int32 = 0
        try outcome(MPI_Testall(Int32(requests.count), &requests, &flag, &statuses), "MPI_Testall")
        return flag != 0
    }

    /// Returns when all messages have arrived and the memory is the caller's again.
    package mutating func finish() throws(TesseraError) {
        guard isStarted else {
            throw .communication(
                MPIError(routine: "MPI_Waitall", code: Int32(MPI_ERR_REQUEST), message: "the exchange was not started"))
        }
        isStarted = false
        guard !requests.isEmpty else { return }
        let start = MPI_Wtime()
        let code = MPI_Waitall(Int32(requests.count), &requests, &statuses)
        let end = MPI_Wtime()
        communicator.traffic.count(receives.calls > 0 ? .receive : .send, calls: 0, bytes: 0, seconds: end - start)
        Trace.record(.send, bytes: sends.bytes, from: startTime, to: end)
        try outcome(code, "MPI_Waitall")
    }

    /// Gives the requests back to MPI. Local.
    package consuming func close() throws(TesseraError) { try release() }

    mutating func release() throws(TesseraError) {
        guard !isStarted else { endJob("an exchange was closed in flight: finish it") }
        _ = try communicator.handle(for: "MPI_Request_free")
        for i in requests.indices { try check(MPI_Request_free(&requests[i]), "MPI_Request_free") }
        requests = []
    }

    /// Several requests report one code; the failure itself stands in the statuses.
    private func outcome(_ code: Int32, _ routine: String) throws(TesseraError) {
        guard code == MPI_ERR_IN_STATUS else { return try check(code, routine) }
        for status in statuses where status.MPI_ERROR != MPI_ERR_PENDING { try check(status.MPI_ERROR, routine) }
        try check(code, routine)
    }

    deinit {
        if isStarted { endJob("an exchange was dropped in flight: finish it") }
        guard MPIEnvironment.phase == .running else { return }
        for request in requests {
            var request = request
            MPI_Request_free(&request)
        }
    }
}
