internal import CShim

/// What one rank has sent through a communicator: calls, payload bytes and seconds for each kind of operation.
///
/// The payload of a call is what the caller hands to it on this rank, however MPI moves it. Cost models count the same
/// way, so that a test can compare a routine's measured words with its formula. With `n` elements of `s` bytes on `p`
/// ranks:
///
/// | operation | bytes counted on each rank |
/// |---|---|
/// | send | `n s` of the message, derived datatypes without their gaps; a persistent one at each start |
/// | receive | `n s` of the message that came; of a non-blocking or persistent receive, of its buffer |
/// | sendReceive | a send and a receive |
/// | broadcast, reduce, allReduce, scan | `n s` of the buffer, on the root and elsewhere |
/// | gather, allGather | `n s` of the part that this rank gives, the root's own too |
/// | scatter | `n s` of the part that this rank gets, the root's own too |
/// | allToAll | `n s` of all parts that this rank gives, the one for itself too |
/// | barrier | 0 |
/// | agreement | 8 bytes a number |
/// | window | `n s` of what is read from another rank's memory |
/// | file | the bytes that this rank reads or writes |
///
/// One call is one call of the Swift function, even where counts past 2^31 - 1 make it several in MPI. Seconds are
/// those spent inside calls, waiting for other ranks included; of a non-blocking operation those of the wait, of
/// `sendReceive` all under send. A call that throws is not counted.
public final class Traffic {
    /// The kinds of operation that are told apart.
    public enum Operation: Int, CaseIterable, Sendable {
        case send, receive, broadcast, reduce, allReduce, gather, allGather, scatter, allToAll, scan, barrier
        /// Entry checks (see `Communicator.agree`), and the lengths that ranks tell each other before a
        /// varying gather, scatter or exchange. Not part of any cost model.
        case agreement
        /// Elements read from another rank's shared-memory window.
        case window
        case file
    }

    /// One operation's count.
    public struct Tally: Hashable, Sendable {
        /// Calls made.
        public var calls = 0
        /// Payload, in bytes.
        public var bytes = 0
        /// Seconds spent inside the calls, waiting included.
        public var seconds = 0.0

        public static func + (a: Tally, b: Tally) -> Tally {
            Tally(calls: a.calls + b.calls, bytes: a.bytes + b.bytes, seconds: a.seconds + b.seconds)
        }
    }

    private var tallies = [Tally](repeating: Tally(), count: Operation.allCases.count)

    /// The count over all communicators of this process since the start.
    nonisolated(unsafe) public static let total = Traffic()

    public subscript(operation: Operation) -> Tally { tallies[operation.rawValue] }

    /// Everything but agreements, barriers and files: what the cost models predict.
    public var modelled: Tally {
        Operation.allCases.reduce(Tally()) { sum, operation in
            switch operation {
            case .agreement, .barrier, .file: sum
            default: sum + self[operation]
            }
        }
    }

    /// Seconds in messages of any kind, files left out.
    public var communicationSeconds: Double {
        Operation.allCases.reduce(0) { $0 + ($1 == .file ? 0 : self[$1].seconds) }
    }

    /// Forgets everything counted so far.
    public func reset() { tallies = [Tally](repeating: Tally(), count: Operation.allCases.count) }

    package func count(_ operation: Operation, calls: Int = 1, bytes: Int, seconds: Double = 0) {
        tallies[operation.rawValue].calls += calls
        tallies[operation.rawValue].bytes += bytes
        tallies[operation.rawValue].seconds += seconds
        if self !== Traffic.total { Traffic.total.count(operation, calls: calls, bytes: bytes, seconds: seconds) }
    }
}
