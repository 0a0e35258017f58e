public import Failures
internal import CShim
private import Foundation

extension Communicator {
    /// Agrees, at a collective routine's entry, that the call is a good one. Collective.
    ///
    /// Every rank runs its local checks. If one of them throws, **all** ranks throw the error of the lowest such rank;
    /// if all pass but `arguments` differ between ranks, all throw `TesseraError.disagreement`.
    /// Costs one reduction of 24 bytes.
    ///
    /// - Parameters:
    ///   - routine: the routine's name, for messages; it is part of what must agree, so that two ranks that call
    ///     different routines find out here instead of hanging.
    ///   - arguments: what must be equal on all ranks.
    ///   - check: the local checks.
    package func agree(
        _ routine: StaticString, on arguments: [Int] = [], check localCheck: () throws(TesseraError) -> Void = {}
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Allreduce")
        var failure: TesseraError?
        do throws(TesseraError) { try localCheck() } catch { failure = error }

        // What the check does, which may be the writing of a file, is no time in messages.
        let start = MPI_Wtime()
        // min over ranks of (failing rank, hash, ~hash): the hashes agree iff min(hash) == ~min(~hash).
        let hash = fingerprint("\(routine)", arguments)
        var votes = [failure == nil ? Int64.max : Int64(rank), hash, ~hash]
        try MessagePassing.check(
            MPI_Allreduce(MPI_IN_PLACE, &votes, 3, MPI_INT64_T, MPI_MIN, handle), "MPI_Allreduce")
        traffic.count(.agreement, bytes: 24, seconds: MPI_Wtime() - start)

        if votes[0] != Int64.max { throw try shared(failure, from: Int(votes[0])) }
        if votes[1] != ~votes[2] {
            throw try differing("\(routine)", arguments)
        }
    }

    /// The largest of one number of each rank. Counted as agreement, not as traffic. Collective.
    package func agreedMaximum(_ value: Int) throws(TesseraError) -> Int { try agreedMaxima([value])[0] }

    /// The largest over the ranks of each of these numbers. Counted as agreement, not as traffic. Collective.
    package func agreedMaxima(_ values: [Int]) throws(TesseraError) -> [Int] {
        let handle = try handle(for: "MPI_Allreduce")
        let start = MPI_Wtime()
        var values = values
        try MessagePassing.check(
            MPI_Allreduce(MPI_IN_PLACE, &values, Int32(values.count), MPI_INT64_T, MPI_MAX, handle), "MPI_Allreduce")
        traffic.count(.agreement, bytes: 8 * values.count, seconds: MPI_Wtime() - start)
        return values
    }

    /// Runs the body of a collective routine past its entry checks: an error thrown here is this rank's alone, the
    /// others will wait for it in their next collective, so it ends the job with one line instead of unwinding.
    @inlinable
    package func collectively<R: ~Copyable>(
        _ routine: StaticString, _ body: () throws(TesseraError) -> R
    ) -> R {
        do throws(TesseraError) {
            return try body()
        } catch {
            abort(because: error, in: routine)
        }
    }

    /// ``collectively(_:_:)`` for a long routine that asks between its steps whether to stop, and may write a checkpoint
    /// there: ``stopIfAsked()`` and shared files throw on all ranks alike, and their errors may unwind.
    @inlinable
    package func collectivelyUnlessStopped<R: ~Copyable>(
        _ routine: StaticString, _ body: () throws(TesseraError) -> R
    ) throws(TesseraError) -> R {
        do throws(TesseraError) {
            return try body()
        } catch {
            switch error {
            case .interrupted, .file: throw error
            default: abort(because: error, in: routine)
            }
        }
    }

    /// Meets the other ranks at the end of a run: the minimum of all ranks' votes, or nil when not all of them have
    /// come within `patience` seconds. After nil the communicator is of no more use.
    package func rendezvous(vote: Int, patience: Double) throws(TesseraError) -> Int? {
        let handle = try handle(for: "MPI_Iallreduce")
        var request: OpaquePointer? = nil
        // MPI writes here after this call may have given up: the memory is never freed.
        let votes = UnsafeMutablePointer<Int64>.allocate(capacity: 2)
        votes[0] = Int64(vote)
        try MessagePassing.check(
            MPI_Iallreduce(votes, votes + 1, 1, MPI_INT64_T, MPI_MIN, handle, &request), "MPI_Iallreduce")
        let deadline = MPI_Wtime() + patience
        var done: Int32 = 0
        while true {
            try MessagePassing.check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test")
            if done != 0 { return Int(votes[1]) }
            if MPI_Wtime() > deadline { return nil }
            usleep(500)
        }
    }

    /// The error of `source`, on every rank.
    private func shared(_ own: TesseraError?, from source: Int) throws(TesseraError) -> TesseraError {
        var text = [UInt8]()
        if rank == source, let own { text = (try? [UInt8](JSONEncoder().encode(own))) ?? [] }
        let length = try broadcast(text.count, from: source)
        if rank != source { text = [UInt8](repeating: 0, count: length) }
        var span = text.mutableSpan
        try broadcast(&span, from: source)
        if let own, rank == source { return own }
        return (try? JSONDecoder().decode(TesseraError.self, from: Data(text)))
            ?? .disagreement(routine: "agree", detail: "rank \(source) failed")
    }

    /// Which arguments differ, and how: rank 0's against those of the first rank that has others.
    private func differing(_ routine: String, _ arguments: [Int]) throws(TesseraError) -> TesseraError {
        let words = routine.utf8.reduce(into: [routine.utf8.count]) { $0.append(Int($1)) } + arguments
        let all = try allGatherVarying(words)
        guard let other = all.firstIndex(where: { $0 != all[0] }) else {
            return .disagreement(routine: routine, detail: "unknown")
        }
        func text(_ words: [Int]) -> String {
            let length = words[0]
            let name = String(decoding: words[1...length].map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            return "\(name)\(Array(words[(length + 1)...]))"
        }
        return .disagreement(routine: routine, detail: "rank 0 \(text(all[0])), rank \(other) \(text(all[other]))")
    }
}

/// FNV-1a over the routine's name and its arguments: the same on every rank, unlike `Hasher`.
private func fingerprint(_ routine: String, _ arguments: [Int]) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 29
    }
    for byte in routine.utf8 { mix(UInt64(byte)) }
    for argument in arguments { mix(UInt64(bitPattern: Int64(argument))) }
    return Int64(bitPattern: hash)
}
