internal import CShim
package import Failures

/// Agreement on stopping that never makes the ranks wait for each other within a step: each step begins a vote and reads
/// the one begun a step before.
/// ```swift
/// var vote = SignalVote(on: communicator)
/// for step in steps { try vote.stopIfAsked(); advance() }
/// try vote.end()
/// ```
/// A routine that can write a checkpoint asks for more: ``ask(isDue:)`` brings rank 0's clock to all ranks on the same way.
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

    /// What the ranks have agreed to do.
    package enum Verdict: Hashable, Sendable {
        case proceed
        /// A checkpoint is due.
        case checkpoint
        /// A rank has been asked to stop.
        case stop(signal: Int32)
    }

    /// Throws `TesseraError.interrupted` on all ranks when one of them had been asked to stop a step before. Collective.
    package mutating func stopIfAsked() throws(TesseraError) {
        if case .stop(let signal) = try ask(isDue: false) { throw .interrupted(signal: signal) }
    }

    /// What the ranks agreed on a step before, the same on all of them. Collective.
    ///
    /// No vote is under way after an answer other than `.proceed`: the next question begins one.
    ///
    /// - Parameter isDue: whether a checkpoint is due, by this rank's clock.
    package mutating func ask(isDue: Bool) throws(TesseraError) -> Verdict {
        let earlier = verdict(try ended())
        guard earlier == .proceed else { return earlier }
        // The signal's number outweighs the clock.
        let vote = Int64(SignalWatch.answer ?? 0) << 1 | (isDue ? 1 : 0)
        guard communicator.size > 1 else { return verdict(vote) }
        let handle = try communicator.handle(for: "MPI_Iallreduce")
        votes[0] = vote
        try check(MPI_Iallreduce(votes, votes + 1, 1, MPI_INT64_T, MPI_MAX, handle, &request), "MPI_Iallreduce")
        communicator.traffic.count(.agreement, bytes: 8)
        return .proceed
    }

    /// What the ranks agree on now, or did a step before: for the last step, which no question follows. Waits. Collective.
    package mutating func settle(isDue: Bool) throws(TesseraError) -> Verdict {
        let earlier = try ask(isDue: isDue)
        return earlier == .proceed ? verdict(try ended()) : earlier
    }

    private func verdict(_ vote: Int64) -> Verdict {
        vote > 1 ? .stop(signal: Int32(vote >> 1)) : vote == 1 ? .checkpoint : .proceed
    }

    /// Waits for the vote under way. Collective.
    package consuming func end() throws(TesseraError) { _ = try ended() }

    private mutating func ended() throws(TesseraError) -> Int64 {
        guard request != nil, request != MPI_REQUEST_NULL else { return 0 }
        let start = MPI_Wtime()
        try check(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait of SignalVote")
        communicator.traffic.count(.agreement, calls: 0, bytes: 0, seconds: MPI_Wtime() - start)
        return votes[1]
    }

    deinit {
        if request != nil, request != MPI_REQUEST_NULL { endJob("a SignalVote was dropped in flight: end it") }
        votes.deallocate()
    }
}
