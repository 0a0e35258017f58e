internal import CShim
package import Failures

/// Agreement on stopping that never makes the ranks wait for each other within a step: each step begins a vote and reads
/// the one begun a step before.
/// ```swift
/// var vote = SignalVote(on: communicator)
/// for step in steps { try vote.stopIfAsked(); advance() }
/// try vote.end()
/// ```
package struct SignalVote: ~Copyable {
    private let communicator: Communicator
    /// This rank's vote and the largest of all: MPI writes here while a vote is under way.
    private let votes: UnsafeMutablePointer<Int64>
    private var request: OpaquePointer?

    package init(on communicator: Communicator) {
        self.communicator = communicator
        votes = .allocate(capacity: 2)
        votes.initialize(repeating: 0, count: 2)
        request = nil
    }

    /// Throws `TesseraError.interrupted` on all ranks when one of them had been asked to stop a step before. Collective.
    package mutating func stopIfAsked() throws(TesseraError) {
        let signal = try ended()
        if signal != 0 { throw .interrupted(signal: signal) }
        guard communicator.size > 1 else {
            votes[1] = Int64(SignalWatch.pending ?? 0)
            if votes[1] != 0 { throw .interrupted(signal: Int32(votes[1])) }
            return
        }
        let handle = try communicator.handle(for: "MPI_Iallreduce")
        votes[0] = Int64(SignalWatch.pending ?? 0)
        try check(MPI_Iallreduce(votes, votes + 1, 1, MPI_INT64_T, MPI_MAX, handle, &request), "MPI_Iallreduce")
        communicator.traffic.count(.agreement, bytes: 8)
    }

    /// Waits for the vote under way. Collective.
    package consuming func end() throws(TesseraError) { _ = try ended() }

    private mutating func ended() throws(TesseraError) -> Int32 {
        guard request != nil, request != MPI_REQUEST_NULL else { return 0 }
        let start = MPI_Wtime()
        try check(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait of SignalVote")
        communicator.traffic.count(.agreement, calls: 0, bytes: 0, seconds: MPI_Wtime() - start)
        return Int32(votes[1])
    }

    deinit {
        if request != nil, request != MPI_REQUEST_NULL { endJob("a SignalVote was dropped in flight: end it") }
        votes.deallocate()
    }
}
