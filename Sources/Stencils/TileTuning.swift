// Which tile is fastest here: tried on the first tiles of a run, one candidate after the other. All of them give the same
// bits, so that nothing is lost but the time by which a slow one is slower.

import Failures
import MessagePassing

/// Steps of a tile, and the width of its blocks: rows (in three dimensions) or cells of a row.
public struct TileShape: Hashable, Sendable, CustomStringConvertible {
    public let steps: Int
    public let width: Int

    public var description: String { "\(steps)x\(width)" }
}

/// The tiles of one simulation, in the order that they are tried in.
final class TileTuning {
    private let candidates: [TileShape]
    /// Seconds a step of the candidates that were tried.
    private var seconds: [Double] = []
    private var isWarm = false
    /// What all further tiles have.
    private(set) var choice: TileShape?
    /// Where the choice is remembered, and under what name; nil where it is not.
    private var memory: (file: TileMemory, name: String)?

    /// - Parameters:
    ///   - most: the most steps of a tile.
    ///   - cells: the most cells of a rank's box along the block axis.
    ///   - threads: of this rank.
    init(_ tiling: Tiling, most: Int, axes: Int, cells: Int, threads: Int) {
        let share = max(1, cells / threads)
        let single = TileShape(steps: 1, width: share)
        switch tiling {
        case .off:
            (candidates, choice) = ([], single)
        case .fixed(_, let width):
            (candidates, choice) = ([], TileShape(steps: most, width: width))
        case .automatic:
            guard most > 1 else {
                (candidates, choice) = ([], single)
                return
            }
            let widths = (axes == 3 ? [16, 32, 64] : [1024, 2048, 4096]).filter { $0 < cells } + [share]
            let depths = [most, most / 2, most / 4].filter { $0 > 1 }
            // The likeliest first: deep tiles in blocks that a second-level cache holds.
            candidates = depths.flatMap { steps in widths.map { TileShape(steps: steps, width: $0) } } + [single]
        }
    }

    /// Takes what an earlier run has found, and remembers what this one finds. Collective.
    func recall(_ name: @autoclosure () -> String, most: Int, on communicator: Communicator) throws(TesseraError) {
        guard choice == nil else { return }
        var found = TileShape(steps: 0, width: 0)
        if communicator.rank == 0, let file = TileMemory() {
            let name = name()
            memory = (file, name)
            found = file.recall(name) ?? found
        }
        let steps = try communicator.allReduce(found.steps, .sum)
        let width = try communicator.allReduce(found.width, .sum)
        if (1...most).contains(steps) { choice = TileShape(steps: steps, width: width) }
    }

    /// The next tile: the same on all ranks, which have as many candidates in the same depths, but for the width.
    var next: TileShape { choice ?? candidates[isWarm ? seconds.count : 0] }

    /// Takes note of a tile's time; collective when the last candidate was tried. A tile cut short says nothing, and the
    /// first one pays for memory that nobody has touched.
    func record(_ taken: Double, steps: Int, on communicator: Communicator) throws(TesseraError) {
        guard choice == nil, steps == next.steps else { return }
        guard isWarm else { return isWarm = true }
        seconds.append(taken / Double(steps))
        guard seconds.count == candidates.count else { return }
        for candidate in seconds.indices {
            seconds[candidate] = try communicator.allReduce(seconds[candidate], .maximum)
        }
        choice = candidates[seconds.indices.min { seconds[$0] < seconds[$1] }!]
        if communicator.rank == 0, let memory, let choice { memory.file.remember(memory.name, choice) }
    }
}
