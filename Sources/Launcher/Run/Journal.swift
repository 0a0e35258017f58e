// A run's write-ahead journal: what is written here is on the disk before the cloud hears of it.

package import Failures
internal import Synchronization

/// The journal of one run, and what it amounts to so far.
package final class Journal: Sendable {
    private let sink: any JournalSink
    private let clock: any LaunchClock
    private let folded: Mutex<RunState>

    /// - Parameter entries: what the journal has already.
    package init(_ sink: any JournalSink, entries: [JournalEntry] = [], clock: any LaunchClock) {
        self.sink = sink
        self.clock = clock
        folded = Mutex(RunState(entries))
    }

    /// Opens the journal in a run's folder, or begins it. The caller holds the run's lock.
    ///
    /// - Throws: `TesseraError.file`.
    package convenience init(in folder: RunFolder, clock: any LaunchClock) throws(TesseraError) {
        let file = try JournalFile(folder.journal)
        self.init(file, entries: try JournalEntry.read(folder.journal), clock: clock)
    }

    package var state: RunState { folded.withLock { $0 } }

    /// Writes one event.
    ///
    /// - Throws: `TesseraError.file`; the journal then is what it was.
    package func record(_ event: JournalEvent) throws(TesseraError) {
        try folded.withLock { state throws(TesseraError) in try write(event, &state) }
    }

    /// Writes an intention, and returns its number.
    func intend(_ action: CloudAction) throws(TesseraError) -> Int {
        try folded.withLock { state throws(TesseraError) in
            let call = state.calls.count
            try write(.intends(call: call, action: action), &state)
            return call
        }
    }

    private func write(_ event: JournalEvent, _ state: inout RunState) throws(TesseraError) {
        let entry = JournalEntry(time: clock.now, event: event)
        try sink.append(try entry.line)
        state.apply(entry)
    }
}
