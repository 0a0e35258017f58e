public import Failures
internal import CShim

/// A group of ranks that exchange messages apart from every other group.
///
/// A communicator is shared by reference: a process grid and every matrix on it hold the same one. Creating and closing
/// one is collective; `deinit` frees nothing, because ranks let go of references at different times. What is not closed
/// by hand is closed by ``MPIEnvironment/finish()``.
///
/// Only the thread that started MPI may use it.
///
/// **Bad arguments.** `split` and the routines of the modules above agree on their arguments: a bad one is thrown on all
/// ranks. The messages and collectives of MPI itself do not, for that would double their latency. Of these a message
/// throws on the rank that sends or receives it; a collective with an argument that is wrong on this rank (a root that is
/// no rank, values that cannot be cut into one part a rank) ends the job with one line, because the other ranks may wait
/// for it already. Ranks must pass the same root, and lengths that match; MPI does not find out where they do not.
///
/// **Failures of MPI** are thrown as `TesseraError.communication` on the rank that learns of them. Others may wait for that
/// rank: let the error end the program rather than go on.
public final class Communicator {
    /// This process's number in the group, `0 ..< size`.
    public let rank: Int
    /// The number of processes in the group.
    public let size: Int
    /// What this rank has sent through this communicator.
    public let traffic = Traffic()

    private var storage: OpaquePointer?
    private let isPredefined: Bool

    /// Takes over an MPI communicator; predefined ones are never freed.
    package init(adopting handle: OpaquePointer) throws(TesseraError) {
        var rank: Int32 = 0
        var size: Int32 = 0
        try check(MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler")
        try check(MPI_Comm_rank(handle, &rank), "MPI_Comm_rank")
        try check(MPI_Comm_size(handle, &size), "MPI_Comm_size")
        self.rank = Int(rank)
        self.size = Int(size)
        storage = handle
        isPredefined = handle == MPI_COMM_WORLD || handle == MPI_COMM_SELF
        MPIEnvironment.register(self)
    }

    /// The communicator of this process alone.
    public static func ofSelf() throws(TesseraError) -> Communicator {
        guard MPIEnvironment.phase == .running else {
            throw .communication(MPIError(routine: "MPI_COMM_SELF", code: 0, message: "MPI does not run"))
        }
        return try Communicator(adopting: MPI_COMM_SELF)
    }

    /// MPI's handle, or the reason why there is none.
    package func handle(for routine: StaticString) throws(TesseraError) -> OpaquePointer {
        guard let storage else {
            let reason = MPIEnvironment.phase == .finished ? "MPI has been finished" : "the communicator is closed"
            throw .communication(MPIError(routine: "\(routine)", code: 0, message: reason))
        }
        return storage
    }

    /// Ranks of the same color form a group of their own, ordered by `key`, then by rank. Collective.
    ///
    /// - Parameters:
    ///   - color: 0 or more; nil for no group.
    ///   - key: where the caller stands in its group.
    /// - Returns: the caller's group, or nil where `color` is nil.
    /// - Throws: on all ranks `TesseraError.argument` when a rank's color is no number that MPI takes.
    public func split(color: Int?, key: Int = 0) throws(TesseraError) -> Communicator? {
        let parent = try handle(for: "MPI_Comm_split")
        try agree("split") { () throws(TesseraError) in
            if let color, !(0...Int(Int32.max)).contains(color) {
                throw .argument(routine: "split", name: "color", expected: "0 ... \(Int32.max)", found: "\(color)")
            }
        }
        var child: OpaquePointer? = nil
        let number = color.map(Int32.init) ?? MPI_UNDEFINED
        try check(MPI_Comm_split(parent, number, Int32(clamping: key), &child), "MPI_Comm_split")
        guard let child, color != nil, child != MPI_COMM_NULL else { return nil }
        return try Communicator(adopting: child)
    }

    /// The ranks that can share memory with the caller: those of its node. Collective.
    public func splitByNode() throws(TesseraError) -> Communicator {
        let parent = try handle(for: "MPI_Comm_split_type")
        var child: OpaquePointer? = nil
        try check(
            MPI_Comm_split_type(parent, Int32(MPI_COMM_TYPE_SHARED), 0, MPI_INFO_NULL, &child), "MPI_Comm_split_type")
        return try Communicator(adopting: child!)
    }

    /// The same group with a message space of its own. Collective.
    public func duplicate() throws(TesseraError) -> Communicator {
        let parent = try handle(for: "MPI_Comm_dup")
        var child: OpaquePointer? = nil
        try check(MPI_Comm_dup(parent, &child), "MPI_Comm_dup")
        return try Communicator(adopting: child!)
    }

    /// Frees the communicator; every later use throws. Collective. Closing twice is an error.
    public func close() throws(TesseraError) {
        var old: OpaquePointer? = try handle(for: "MPI_Comm_free")
        storage = nil
        MPIEnvironment.unregister(self)
        if !isPredefined { try check(MPI_Comm_free(&old), "MPI_Comm_free") }
    }

    /// Ends every process of the job with this status. Never returns.
    public func abort(status: Int32) -> Never {
        // The whole job, not this group's ranks alone: the others would wait for them.
        if MPIEnvironment.phase == .running { _ = MPI_Abort(MPI_COMM_WORLD, status) }
        tessera_exit_now(status)
    }

    /// Counts and, where tracing is on, records one operation around `body`.
    @inline(__always)
    func counting<R>(
        _ operation: Traffic.Operation, bytes: Int, _ body: () throws(TesseraError) -> R
    ) throws(TesseraError) -> R {
        let start = MPI_Wtime()
        let result = try body()
        let end = MPI_Wtime()
        traffic.count(operation, bytes: bytes, seconds: end - start)
        Trace.record(operation, bytes: bytes, from: start, to: end)
        return result
    }
}

/// Ends the job over a programming error that cannot be thrown: one line, no crash trace.
package func endJob(_ message: String) -> Never {
    tessera_write_error("tessera: \(message)\n")
    if MPIEnvironment.phase == .running { _ = MPI_Abort(MPI_COMM_WORLD, 1) }
    tessera_exit_now(1)
}
