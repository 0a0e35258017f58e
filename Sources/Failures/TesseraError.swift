/// Everything that a routine of Tessera can throw.
///
/// One type for all modules, so that a call tree of any depth rethrows without wrapping. Two families:
///
/// - *agreed* failures are thrown on **all** ranks of a communicator with the same value: bad arguments (checked at a
///   routine's entry), numeric failures, files that cannot be opened;
/// - *local* failures (``communication(_:)``) concern one rank. Inside a routine they end the job before they can
///   unwind past a collective that the other ranks are waiting in.
public enum TesseraError: Error, Hashable, Codable, Sendable {
    /// MPI refused a call.
    case communication(MPIError)
    /// An argument is not what the routine needs.
    case argument(routine: String, name: String, expected: String, found: String)
    /// Ranks called one collective routine with different arguments.
    case disagreement(routine: String, detail: String)
    /// The leading minor of this order (counted from 1) is not positive.
    case notPositiveDefinite(minor: Int)
    /// The pivot at this global index (counted from 0) is exactly zero.
    case singular(pivot: Int)
    /// An operand holds a NaN or an infinity.
    case notFinite(routine: String, name: String)
    /// A LAPACK routine returned an `info` that its arguments cannot explain.
    case lapack(routine: String, info: Int)
    /// A file cannot be read or written, or does not hold what its header says.
    case file(path: String, reason: String)
    /// The work does not fit into memory; both sizes in bytes.
    case memory(purpose: String, needed: Int, available: Int)
    /// The ranks agreed to stop after this signal.
    case interrupted(signal: Int32)
}

/// What MPI says of a call that failed.
public struct MPIError: Error, Hashable, Codable, Sendable {
    /// The routine, as MPI spells it: `MPI_Bcast`.
    public let routine: String
    /// MPI's error code; 0 where the binding itself refused the call.
    public let code: Int32
    /// MPI's own message for the code.
    public let message: String

    public init(routine: String, code: Int32, message: String) {
        self.routine = routine
        self.code = code
        self.message = message
    }
}

extension MPIError: CustomStringConvertible {
    public var description: String { "\(routine): \(message)" }
}

extension TesseraError: CustomStringConvertible {
    /// One line that says what was expected and what was found.
    public var description: String {
        switch self {
        case .communication(let error):
            "\(error)"
        case .argument(let routine, let name, let expected, let found):
            "\(routine): \(name): expected \(expected), found \(found)"
        case .disagreement(let routine, let detail):
            "\(routine): the ranks were called with different arguments: \(detail)"
        case .notPositiveDefinite(let minor):
            "the matrix is not positive definite: its leading minor of order \(minor) is not positive"
        case .singular(let pivot):
            "the matrix is singular: pivot \(pivot) (counted from 0) is exactly zero"
        case .notFinite(let routine, let name):
            "\(routine): \(name): expected finite numbers, found NaN or infinity"
        case .lapack(let routine, let info):
            "\(routine): returned info = \(info)"
        case .file(let path, let reason):
            "\(path): \(reason)"
        case .memory(let purpose, let needed, let available):
            "\(purpose): needs \(gibibytes(needed)) of memory, \(gibibytes(available)) are available"
        case .interrupted(let signal):
            "stopped by signal \(signal)"
        }
    }
}

private func gibibytes(_ bytes: Int) -> String {
    let hundredths = Int((Double(bytes) / 1_073_741_824 * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) GiB"
}
