// Which tile is fastest here: tried on the first tiles of a run, one candidate after the other. All of them give the same
// bits, so that nothing is lost but the time by which a slow one is slower.
//
// Where stop tests, checkpoints or callbacks end tiles before their time, tiles of that many steps and fewer are tried instead,
// and what is found is kept apart: it says nothing of tiles that nothing cuts.

import Failures
import MessagePassing

/// Steps of a tile, and the width of its blocks: rows (in three dimensions) or cells of a row.
public struct TileShape: Hashable, Sendable, CustomStringConvertible {
    public let steps: Int
    public let width: Int

    public var description: String { "\(steps)x\(width)" }
}

/// The tiles of one simulation: those of runs that nothing cuts short, and those of runs in which something is due so often
/// that a tile must be shorter.
final class TileTuning {
    /// The most steps of a tile.
    private let most: Int
    private let axes: Int
    private let cells: Int
    private let threads: Int
    private let isAutomatic: Bool
    /// The trials by the most steps that a run leaves to its tiles.
    private var trials: [Int: TileTrial]
    /// The one of this run.
    private var current: TileTrial
    /// What tiles are remembered under from one process to the next; nil where they are not.
    private var name: String?

    /// - Parameters:
    ///   - most: the most steps of a tile.
    ///   - cells: the most cells of a rank's box along the block axis.
    ///   - threads: of this rank.
    init(_ tiling: Tiling, most: Int, axes: Int, cells: Int, threads: Int) {
        let whole =
            switch tiling {
            case .off: TileTrial(of: [TileShape(steps: 1, width: max(1, cells / threads))])
            case .fixed(_, let width): TileTrial(of: [TileShape(steps: most, width: width)])
            case .automatic: TileTrial(most: most, axes: axes, cells: cells, threads: threads)
            }
        (self.most, self.axes, self.cells, self.threads) = (most, axes, cells, threads)
        isAutomatic = tiling == .automatic
        current = whole
        trials = [most: whole]
    }

    /// From now on takes what earlier processes have found, and remembers what this one finds. Collective.
    func remember(as name: String, on communicator: Communicator) throws(TesseraError) {
        self.name = name
        try current.recall(name, most: most, on: communicator)
    }

    /// Chooses the trial for a run: something is due after every multiple of each of the intervals. Collective.
    ///
    /// A short run of a simulation that has found its tile cuts that: it would not see the end of a trial.
    func begin(steps: Int, intervals: [Int], on communicator: Communicator) throws(TesseraError) {
        guard isAutomatic, steps > 0 else { return }
        let whole = trials[most]!
        let between = intervals.min() ?? .max
        let room = min(most, between, whole.choice == nil ? steps : .max)
        if let trial = trials[room] {
            current = trial
            return
        }
        let trial = TileTrial(most: room, axes: axes, cells: cells, threads: threads)
        trials[room] = trial
        current = trial
        if let name { try trial.recall("\(name), \(room) steps at most", most: room, on: communicator) }
    }

    /// The steps of the tiles that are tried, the deepest first, where `most` are possible.
    static func depths(most: Int) -> [Int] {
        var depths: [Int] = []
        for steps in [most, most / 2, most / 4] where steps > 1 && !depths.contains(steps) { depths.append(steps) }
        return depths + [1]
    }

    /// The widths of their blocks, beside a thread's share of the box.
    static func widths(axes: Int) -> [Int] { axes == 3 ? [16, 32, 64] : [1024, 2048, 4096] }

    /// What all further tiles of such a run have.
    var choice: TileShape? { current.choice }

    /// The next tile: the same on all ranks, which have as many candidates in the same depths, but for the width.
    var next: TileShape { current.next }

    /// Takes note of a tile's time; collective until the choice is made.
    func record(_ taken: Double, steps: Int, on communicator: Communicator) throws(TesseraError) {
        try current.record(taken, steps: steps, on: communicator)
    }
}

/// Some tiles, in the order that they are tried in: each of them for a while, and the fastest three once more, since whatever
/// else the machine does at that moment is measured, too.
private final class TileTrial {
    /// A candidate is tried for so long, or so many tiles, whichever is less: the first tile of a kind pays for its messages'
    /// set-up, and one that takes a fraction of a millisecond is as long as the system lets it be.
    private static let leastSeconds = 0.005
    private static let mostTiles = 16

    private let candidates: [TileShape]
    /// Seconds a step, the least mean of a try so far, the same on all ranks.
    private var seconds: [Double]
    /// The candidates that this round still has to try; the first of them is being tried.
    private var waiting: [Int]
    /// The time of each of its tiles so far, on the slowest rank.
    private var tiles: [Double] = []
    private var isWarm = false
    private var isLastRound = false
    private(set) var choice: TileShape?
    /// Where the choice is remembered, and under what name; nil where it is not.
    private var memory: (file: TileMemory, name: String)?

    init(of candidates: [TileShape]) {
        self.candidates = candidates
        seconds = candidates.map { _ in .infinity }
        waiting = Array(candidates.indices)
        if candidates.count == 1 { choice = candidates[0] }
    }

    /// Tiles of at most so many steps.
    convenience init(most: Int, axes: Int, cells: Int, threads: Int) {
        let share = max(1, cells / threads)
        let widths = TileTuning.widths(axes: axes).filter { $0 < cells } + [share]
        // The likeliest first: deep tiles in blocks that a second-level cache holds.
        self.init(
            of: TileTuning.depths(most: most).flatMap { steps in
                (steps > 1 ? widths : [share]).map { TileShape(steps: steps, width: $0) }
            })
    }

    /// Takes what an earlier process has found, and remembers what this one finds. Collective.
    func recall(_ name: String, most: Int, on communicator: Communicator) throws(TesseraError) {
        guard choice == nil else { return }
        var found = TileShape(steps: 0, width: 0)
        if communicator.rank == 0, let file = TileMemory() {
            memory = (file, name)
            found = file.recall(name) ?? found
        }
        let steps = try communicator.allReduce(found.steps, .sum)
        let width = try communicator.allReduce(found.width, .sum)
        if (1...most).contains(steps) { choice = TileShape(steps: steps, width: width) }
    }

    var next: TileShape { choice ?? candidates[waiting[0]] }

    /// Takes note of a tile's time; collective until the choice is made. A tile cut short says nothing, and the first one pays
    /// for memory that nobody has touched.
    func record(_ taken: Double, steps: Int, on communicator: Communicator) throws(TesseraError) {
        guard choice == nil, steps == next.steps else { return }
        guard isWarm else { return isWarm = true }
        tiles.append(try communicator.allReduce(taken, .maximum))
        guard tiles.reduce(0, +) >= Self.leastSeconds || tiles.count == Self.mostTiles else { return }
        let counted = tiles.count > 1 ? tiles.dropFirst() : tiles[...]
        let tried = waiting.removeFirst()
        seconds[tried] = min(seconds[tried], counted.reduce(0, +) / Double(counted.count * steps))
        tiles = []
        guard waiting.isEmpty else { return }
        let fastest = seconds.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }
        if !isLastRound {
            isLastRound = true
            waiting = Array(fastest.prefix(3))
            return
        }
        // The one sweep, which stands last, where no tile is clearly faster: a few per cent may be the clock's.
        let isClear = seconds[fastest[0]] < 0.97 * seconds.last!
        choice = isClear ? candidates[fastest[0]] : candidates.last
        if communicator.rank == 0, let memory, let choice { memory.file.remember(memory.name, choice) }
    }
}
