// A stencil on a grid: the fields of one rank's box, their boundaries, and the time that has passed.
//
// Memory: a field keeps its current level, the older levels that the update reads, and the one being written; the next
// level replaces the oldest where that is read at the point alone (two buffers for a leapfrog).

package import CostModels
public import Failures
public import MessagePassing

/// A stencil that steps through time on a grid shared by the ranks of a communicator.
///
/// Values have the same bits after the same steps on every number of ranks. All calls are collective unless they say
/// otherwise.
public struct Simulation<S: MultiFieldStencil>: ~Copyable {
    public let stencil: S
    /// What the stencil reads, writes and computes at a point.
    public let footprint: Footprint
    public let extents: [Int]
    /// Ranks along each axis; ranks from their product on hold no cells.
    public let shape: [Int]
    /// Steps done.
    public internal(set) var step = 0
    /// The time that one step takes.
    public let timeStep: Double
    public let communicator: Communicator

    let partition: GridPartition
    var storage: FieldStorage<S.Scalar>
    let plan: SimulationPlan
    let exchanges: TileExchanges<S.Scalar>
    let fills: LevelFills<S.Scalar>
    let tuning: TileTuning
    let points = SimulationPoints<S.Scalar>()
    @usableFromInline var valuesWereSet = true
    var observers: [Observer<S>] = []
    /// Steps between looks for NaN, where they were asked for.
    var finiteInterval: Int?
    /// The last step after which all values were seen to be finite.
    var finiteStep: Int?

    /// Makes a simulation whose fields are zero.
    ///
    /// - Parameters:
    ///   - stencil: the update.
    ///   - communicator: the ranks that share the grid.
    ///   - extents: the cells along each axis, one to three; the last axis is contiguous in memory.
    ///   - boundary: what lies beyond the ends of each axis.
    ///   - boundaries: the same for fields that differ.
    ///   - shape: ranks along each axis, of all ranks; by default the shape that keeps the most ranks at work and, of
    ///     these, sends the fewest words. A box is at least as wide as the halo along each axis that is split: where too
    ///     many ranks share a small grid, the last ones hold no cells.
    ///   - timeStep: the time of one step, for ``Cell/time`` and Dirichlet functions.
    ///   - tiling: how many steps are done at once.
    /// - Throws, on all ranks: `TesseraError.argument` where an argument does not fit;
    ///   `TesseraError.memory` where a node cannot give its ranks' fields.
    public init(
        _ stencil: S, extents: [Int], boundary: [Boundary], boundaries: [S.Field: [Boundary]] = [:],
        shape: [Int]? = nil, timeStep: Double = 1, tiling: Tiling = .automatic, on communicator: Communicator
    ) throws(TesseraError) {
        let plan = try SimulationPlan(
            stencil, extents: extents, boundary: boundary, boundaries: boundaries, shape: shape, tiling: tiling,
            on: communicator)
        let exchanges = try TileExchanges<S.Scalar>(plan, on: communicator)
        let block = plan.halos.axes.block
        let tuning = TileTuning(
            tiling, most: plan.halos.mostSteps, axes: extents.count,
            cells: (plan.partition.extents[block] - 1) / plan.partition.shape[block] + 1, threads: SweepThreads.count)
        // Small grids have tried everything before a file is read.
        if extents.reduce(1, *) >= 1 << 22 {
            let (footprint, ranks) = (plan.footprint, plan.partition.shape.array)
            let name = TileMemory.name(
                footprint, of: S.Scalar.self, extents: extents, shape: ranks, threads: SweepThreads.count)
            try tuning.remember(as: name, on: communicator)
        }
        self.stencil = stencil
        self.extents = extents
        self.timeStep = timeStep
        self.communicator = communicator
        self.plan = plan
        self.tuning = tuning
        self.exchanges = exchanges
        fills = plan.levelFills(of: S.Scalar.self)
        footprint = plan.footprint
        self.shape = plan.partition.shape.array.suffix(extents.count)
        partition = plan.partition
        storage = FieldStorage(
            layout: plan.layout, levels: (0..<plan.footprint.fields).map { plan.footprint.levels(of: $0) },
            written: plan.footprint.written, steps: plan.halos.mostSteps, zero: 0)
    }

    /// The time of the current level.
    public var time: Double { Double(step) * timeStep }

    /// Ranks that hold cells: the first ones of the communicator.
    public var workingRanks: Int { shape.reduce(1, *) }

    /// The global indices of this rank's cells, a range an axis; empty ones where it holds none.
    public var localRanges: [Range<Int>] {
        (3 - extents.count..<3).map { partition.start[$0]..<(partition.start[$0] + partition.count[$0]) }
    }

    /// Bytes that this rank's fields take, ghosts and padding included.
    public var bytesOfFields: Int {
        storage.layout.size * storage.levels.reduce(0, +) * MemoryLayout<S.Scalar>.stride
    }

    /// How tiles are shaped, those of the last run where its intervals allow less than the best ones; nil while several
    /// shapes are being tried.
    public var tile: TileShape? { tuning.choice }

    /// The most steps that a tile can have.
    package var mostSteps: Int { plan.halos.mostSteps }

    /// Bytes that cross the memory bus for one point in a plain sweep.
    public var bytesPerPoint: Int { footprint.scalarsPerPoint * MemoryLayout<S.Scalar>.stride }

    /// The words and messages of the exchange of the current level before a tile of so many steps, as the model gives them.
    package func exchangeModel(steps: Int = 1) -> HaloExchangeModel {
        HaloExchangeModel(
            extents: partition.extents.array, shape: partition.shape.array, periodic: partition.periodic,
            fields: plan.beforeTile(steps: steps, ago: 0).map(\.halo))
    }
}
