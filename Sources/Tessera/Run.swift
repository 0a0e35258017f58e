internal import CShim
public import Failures
private import Foundation
internal import LinearAlgebra
public import MessagePassing

/// Starts MPI and the math library, runs `body` with the communicator of all ranks, and ends MPI again. Works under
/// `mpirun` with any number of ranks and without it as one process.
///
/// Before `body` runs, the number of BLAS threads is set to this rank's share of its node's cores (unless
/// OPENBLAS_NUM_THREADS or OMP_NUM_THREADS says otherwise), and rank 0 warns when OpenBLAS has mistaken the processor. A
/// file larger than the user may write is an error of its routine instead of a signal (SIGXFSZ) that kills the process.
///
/// An error that `body` does not catch never hangs the job: when all ranks end, whether by success or by an error, the
/// lowest failing rank prints its error and the process exits with ``exitStatus(of:)``; when some ranks are still busy a
/// second after one has failed, that one prints its error and aborts the job.
///
/// - Throws: `TesseraError.communication` when MPI cannot start, or has been started here before.
public func run(_ body: (Communicator) throws -> Void) throws(TesseraError) {
    tessera_return_freed_memory()
    signal(SIGXFSZ, SIG_IGN)
    let world = try MPIEnvironment.start()
    let farewell = world.collectively("Tessera.run") { () throws(TesseraError) in
        try prepareThreads(on: world)
        return try world.duplicate()
    }
    if world.rank == 0, let fault = CoreType.fault {
        standardError("tessera: warning: \(fault)\n")
    }
    do {
        try body(world)
        let failing = try farewell.rendezvous(vote: Int.max, patience: .infinity)
        if failing != Int.max {
            // A rank has failed and says so itself.
            try MPIEnvironment.finish()
            exit(1)
        }
    } catch {
        end(because: error, rank: world.rank, farewell)
    }
    try MPIEnvironment.finish()
}

/// The status with which a process ends over an uncaught error: 128 + the signal for `TesseraError.interrupted`,
/// 1 for everything else.
public func exitStatus(of error: any Error) -> Int32 {
    if let failure = error as? any ProgramFailure { return failure.exitStatus }
    if case .interrupted(let signal)? = error as? TesseraError { return 128 + signal }
    return 1
}

/// An error that decides itself how the program ends over it.
package protocol ProgramFailure: Error {
    var exitStatus: Int32 { get }
    /// What is printed, as it is: lines without the last one's end.
    var report: String { get }
}

/// What one rank prints for all that fail. A signal is no rank's fault: all have agreed to stop.
private func report(_ error: any Error, rank: Int) -> String {
    if let failure = error as? any ProgramFailure { return failure.report + "\n" }
    if case .interrupted? = error as? TesseraError { return "tessera: \(error)\n" }
    return "tessera: rank \(rank): \(error)\n"
}

private func end(because error: any Error, rank: Int, _ farewell: Communicator) -> Never {
    let status = exitStatus(of: error)
    let before = SignalWatch.pending
    // Ranks wait a little longer the higher they are, so that one of several failing ranks speaks for all.
    let patience = 1 + 0.05 * Double(min(rank, 100))
    let first = (try? farewell.rendezvous(vote: rank, patience: patience)) ?? nil
    if let first {
        if rank == first { standardError(report(error, rank: rank)) }
        try? MPIEnvironment.finish()
        exit(status)
    }
    farewell.abort(status: status, saying: report(error, rank: rank), before)
}

package func standardError(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
}
