public import Failures
internal import CShim

/// MPI's life in this process: started once, finished once.
///
/// MPI runs at `MPI_THREAD_FUNNELED`: only the thread that started it may communicate.
public enum MPIEnvironment {
    package enum Phase { case idle, running, finished }
    nonisolated(unsafe) package private(set) static var phase = Phase.idle
    /// Whether this process called `MPI_Init` through ``start()``; an embedding program may have done it before.
    nonisolated(unsafe) private static var ownsMPI = false
    /// Ranks that share this node's memory.
    nonisolated(unsafe) package private(set) static var ranksOnNode = 1
    /// Communicators not yet closed, in the order in which all ranks made them.
    nonisolated(unsafe) private static var open: [Communicator] = []

    /// Starts MPI, or joins the MPI that the embedding program has started, and returns the world. Collective.
    ///
    /// - Throws: `TesseraError.communication` when MPI was started or finished through here before, or cannot
    /// start.
    public static func start() throws(TesseraError) -> Communicator {
        guard phase == .idle else {
            throw .communication(
                MPIError(routine: "MPI_Init", code: 0, message: "MPI can be started once in a process"))
        }
        var initialized: Int32 = 0
        try check(MPI_Initialized(&initialized), "MPI_Initialized")
        if initialized == 0 {
            var provided: Int32 = 0
            try check(MPI_Init_thread(nil, nil, Int32(MPI_THREAD_FUNNELED), &provided), "MPI_Init_thread")
            ownsMPI = true
        }
        phase = .running
        try check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler")
        try check(MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler")
        let world = try Communicator(adopting: MPI_COMM_WORLD)
        let node = try world.splitByNode()
        ranksOnNode = node.size
        try node.close()
        return world
    }

    /// Closes every communicator still open and ends MPI (unless the embedding program started it). Collective.
    ///
    /// - Throws: `TesseraError.communication` when MPI does not run.
    public static func finish() throws(TesseraError) {
        guard phase == .running else {
            let reason = phase == .idle ? "MPI was never started" : "MPI has been finished already"
            throw .communication(MPIError(routine: "MPI_Finalize", code: 0, message: reason))
        }
        for communicator in open.reversed() { try communicator.close() }
        phase = .finished
        if ownsMPI { try check(MPI_Finalize(), "MPI_Finalize") }
    }

    /// Seconds since some moment in the past.
    public static var seconds: Double { MPI_Wtime() }

    /// MPI's library and version, in one line.
    public static var libraryVersion: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { text in
            var length: Int32 = 0
            guard MPI_Get_library_version(text.baseAddress!, &length) == MPI_SUCCESS else { return "unknown" }
            return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    static func register(_ communicator: Communicator) { open.append(communicator) }
    static func unregister(_ communicator: Communicator) { open.removeAll { $0 === communicator } }
}

/// Throws what MPI says of a return code that is not success.
@inline(__always)
package func check(_ code: Int32, _ routine: @autoclosure () -> String) throws(TesseraError) {
    if code != MPI_SUCCESS { throw mpiFailure(code, routine()) }
}

private func mpiFailure(_ code: Int32, _ routine: String) -> TesseraError {
    .communication(MPIError(routine: routine, code: code, message: mpiText(code)))
}

/// What MPI says of a return code.
func mpiText(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_ERROR_STRING)) { text in
        var length: Int32 = 0
        guard MPI_Error_string(code, text.baseAddress!, &length) == MPI_SUCCESS else { return "unknown error" }
        return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
