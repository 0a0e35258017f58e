// Where long computations save themselves. The computation decides what its state is; here is how it becomes durable:
//
//     folder/generation-000007/factors.npy      data, in global order: any rank count, grid and block size can read it
//                              manifest.json    written last: what it is, its small state, bytes and checksums
//
// Each file is written beside its place, forced to the disk and renamed; a generation counts from the moment at which its
// manifest is there. Older ones are removed after that, so that at every moment the newest finished generation is whole.

public import Failures
public import MessagePassing

/// A folder in which a long computation saves itself, so that it can be resumed after a crash or a signal: on any number
/// of ranks, on any grid, with any block size.
///
/// ```swift
/// let store = try CheckpointStore("results/checkpoint", fingerprint: "survey 7, n = 60000", every: 600)
/// let factor = try LU(consuming: a, checkpoint: store)        // saves itself every ten minutes, and on a signal
/// ```
/// and in the next run
/// ```swift
/// let factor = try LU<Double>(resuming: store, on: grid)
/// ```
/// All ranks make the store with the same arguments and must see the same folder. Beside the `keep` generations there is
/// room needed for one more: an old one goes when the new one is safe on the disk.
///
/// A generation that is damaged or was not finished is passed over, with a line in ``refused``, and the one before it is
/// used. A folder that holds the checkpoint of another job, by its fingerprint, is an error for writing and reading alike.
public final class CheckpointStore {
    /// Where the generations are.
    public let folder: String
    /// What is computed, in words: the problem and its size, but nothing of ranks, grid and blocks.
    public let fingerprint: String
    /// Seconds from the end of one checkpoint to the beginning of the next; infinity for signals alone.
    public let interval: Double
    /// Finished generations that stay.
    public let keep: Int

    /// One checkpoint that was written.
    public struct Receipt: Hashable, Sendable {
        /// The number of its generation.
        public let generation: Int
        /// How far the computation had come: for a factorization, columns that were done.
        public let step: Int
        /// Bytes on the disk.
        public let bytes: Int
        /// How long it took.
        public let seconds: Double
    }

    /// The checkpoints written so far.
    public internal(set) var written: [Receipt] = []
    /// Why generations were passed over, a line each.
    public internal(set) var refused: [String] = []
    /// Where the computation was taken up again, as in ``Receipt/step``; nil where it began anew.
    public internal(set) var resumedStep: Int?
    /// What the newest generation is known to hold: it was written or taken up by this run.
    package internal(set) var held: Contents?

    /// The computation that a generation holds, and how far that has come.
    package struct Contents: Hashable, Sendable {
        package let kind: String
        package let step: Int

        package init(kind: String, step: Int) {
            self.kind = kind
            self.step = step
        }
    }

    /// When the next checkpoint is due, in `MPIEnvironment.seconds`.
    private var dueTime = Double.infinity

    /// A store. Local: nothing is read or written yet.
    ///
    /// - Parameters:
    ///   - folder: where the generations are to be; made with the first of them.
    ///   - fingerprint: what is computed.
    ///   - interval: seconds between checkpoints, 0 or more. Infinity, the default: on signals alone.
    ///   - keep: finished generations that stay, 1 or more.
    /// - Throws: `TesseraError.argument`.
    public init(
        _ folder: String, fingerprint: String, every interval: Double = .infinity, keep: Int = 2
    ) throws(TesseraError) {
        guard interval >= 0 else {
            throw .argument(routine: "CheckpointStore", name: "every", expected: "0 s or more", found: "\(interval)")
        }
        guard keep >= 1 else {
            throw .argument(routine: "CheckpointStore", name: "keep", expected: "1 or more", found: "\(keep)")
        }
        self.folder = folder
        self.fingerprint = fingerprint
        self.interval = interval
        self.keep = keep
    }

    /// Removes all generations, and the folder where nothing else is in it. Collective.
    public func removeAll(on communicator: Communicator) throws(TesseraError) {
        if communicator.rank == 0 { place.removeAll() }
        try communicator.barrier()
    }

    /// What was taken up has turned out to be of no use: the computation begins anew. Local.
    package func beginAnew() { (resumedStep, held) = (nil, nil) }

    var place: CheckpointFolder { CheckpointFolder(path: folder) }

    /// What must be the same on all ranks.
    var words: [Int] { (folder + "\0" + fingerprint).utf8.map(Int.init) + [keep] }

    // MARK: The clock

    /// From now on the time to the next checkpoint runs. Local.
    package func startClock() { dueTime = MPIEnvironment.seconds + interval }

    /// As ``startClock()``, unless the time runs already: for a computation of several calls. Local.
    package func startClockOnce() { if dueTime == .infinity { startClock() } }

    /// Whether a checkpoint is due, by this rank's clock.
    package var isDue: Bool { MPIEnvironment.seconds >= dueTime }
}
