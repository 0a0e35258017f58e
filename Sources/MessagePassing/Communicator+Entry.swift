public import Failures
internal import CShim
private import Foundation

// What a collective checks before it enters MPI.
//
// A routine of the numeric modules agrees on its arguments, and a bad one is thrown on all ranks (`agree`). A collective
// of MPI itself is too cheap for that: an agreement would double its latency. So it checks on each rank alone, and a rank
// that finds a fault cannot throw: it does not know whether the others have found the same one or wait for it inside MPI.
// It ends the job with one line, as an index out of range ends a program. Faults that all ranks see alike are thrown: a
// closed communicator, or a list of the root's that cannot be cut and whose length the root has told.

extension Communicator {
    /// The root of a collective as MPI takes it. A number that is no rank ends the job.
    func root(_ rank: Int, _ routine: StaticString) -> Int32 {
        require((0..<size).contains(rank), routine, "root", "a rank, 0 ..< \(size)", "\(rank)")
        return Int32(rank)
    }

    /// Ends the job unless the condition holds.
    func require(
        _ condition: Bool, _ routine: StaticString, _ name: String, _ expected: @autoclosure () -> String,
        _ found: @autoclosure () -> String
    ) {
        if condition { return }
        abort(because: .argument(routine: "\(routine)", name: name, expected: expected(), found: found()), in: nil)
    }

    /// Ends the job unless the values can be cut into one part for each rank.
    func requireParts(_ count: Int, _ routine: StaticString) {
        require(count.isMultiple(of: size), routine, "values", "a multiple of \(size)", "\(count)")
    }

    /// Ends the job unless a buffer has the length that the others' make necessary.
    func requireLength(_ found: Int, _ expected: Int, _ routine: StaticString) {
        require(found == expected, routine, "length", "\(expected)", "\(found)")
    }

    /// Ends the job over an error that this rank cannot throw.
    ///
    /// One rank speaks for all that fail alike: a rank waits a little longer the higher it is, and by then the first one
    /// has had all others stopped.
    @usableFromInline
    package func abort(because error: TesseraError, in routine: StaticString?) -> Never {
        let before = SignalWatch.pending
        usleep(50_000 * UInt32(min(rank, 100)))
        abort(status: 1, saying: "tessera: rank \(rank): \(error)\(routine.map { " (inside \($0))" } ?? "")\n", before)
    }

    /// Prints a text and ends every process of the job; prints nothing where another rank has begun to end it.
    ///
    /// - Parameters:
    ///   - status: the exit status.
    ///   - text: lines with their ends.
    ///   - before: the signal that was pending when the failure was found. One that came since is the end of the job.
    package func abort(status: Int32, saying text: String, _ before: Int32?) -> Never {
        if SignalWatch.pending != before { tessera_exit_now(status) }
        FileHandle.standardError.write(Data(text.utf8))
        abort(status: status)
    }
}
