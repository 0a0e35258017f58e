// Jobs that save their factorization or their fields: where, and what is said of it.
//
// A job whose output folder holds a checkpoint of its own resumes from it; when it has come to its end, the checkpoints
// go. The fingerprint says what is computed and in which type, and nothing of ranks, grid and blocks.

internal import JobFiles
internal import Tessera

/// What the steps of a computation are called that saves itself.
enum CheckpointUnit: String {
    case column
    case step
}

extension JobRun {
    /// The checkpoints of a job that asks for them.
    ///
    /// - Parameter problem: what is computed.
    func checkpoints(_ options: CheckpointOptions?, of problem: String) throws(TesseraError) -> CheckpointStore? {
        guard let options else { return nil }
        return try CheckpointStore(
            path(options.folder), fingerprint: problem, every: 60 * options.minutes, keep: options.keep)
    }

    /// Runs the part of a job that resumes from a checkpoint and writes others; rank 0 says on standard error what has
    /// come of it where the run stops. Collective.
    func saving<Result: ~Copyable>(
        to store: CheckpointStore?, at unit: CheckpointUnit = .column, _ body: () throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result {
        do throws(TesseraError) {
            let result = try body()
            tell(store)
            return result
        } catch {
            tell(store)
            if case .interrupted = error, let held = store?.held, let store, isRoot {
                standardError(
                    "tessera: saved at \(unit.rawValue) \(held.step) in \(store.folder): run the job again to resume\n")
            }
            throw error
        }
    }

    private func tell(_ store: CheckpointStore?) {
        guard let store, isRoot else { return }
        for reason in store.refused { standardError("tessera: checkpoint passed over: \(reason)\n") }
    }

    /// Ends a job that has come to its end: what was saved, for the summary; the checkpoints go unless the job has failed.
    /// Collective.
    func finish(
        _ store: CheckpointStore?, at unit: CheckpointUnit = .column, _ summary: inout JobSummary
    ) throws(TesseraError) {
        guard let store else { return }
        summary.add(store, unit.rawValue)
        if summary.failure == nil { try store.removeAll(on: world) }
    }
}

extension JobSummary {
    /// Where a run was resumed, and each checkpoint that it wrote.
    fileprivate mutating func add(_ store: CheckpointStore, _ unit: String) {
        if let step = store.resumedStep { add("resumed_at_\(unit)", "resumed at \(unit)", .integer(step)) }
        guard !store.written.isEmpty else { return }
        let written = store.written.map { receipt in
            var entry = JobSummary()
            entry.add(unit, unit, .integer(receipt.step))
            entry.add("bytes", "", .bytes(receipt.bytes))
            entry.add("seconds", "", .quantity(receipt.seconds, "s"))
            return entry
        }
        add("checkpoints", "checkpoints", .list(written))
    }
}
