// What a job does, before it is known how fast: operations, bytes and messages of the busiest rank or node, from its file.
//
// The counts are those of CostModels; what depends on the data (exchanges, iterations) is taken at its expected value.

internal import CostModels
package import JobFiles

/// The work of a job on a layout of ranks.
package struct JobWork: Hashable, Codable, Sendable {
    /// What the speed is made of: achieved shares of the machine's rates are kept by it.
    package enum Routine: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
        /// Level-3 BLAS: LU, Cholesky, products.
        case dense
        /// Explicit steps of a stencil, several at once in cache.
        case sweep
        /// Iterative solvers on a grid: every application goes through memory.
        case solver
    }

    package let routine: Routine
    /// Operations of dense routines over all ranks; those of single precision count half, complex ones four times.
    package var denseFlops = 0.0
    /// The same on one rank, which others wait for: panels that no update hides.
    package var panelFlops = 0.0
    /// Matrix elements that are generated or evaluated, over all ranks, in calls of a mathematical function each.
    package var evaluations = 0.0
    /// Cells times steps, or times applications of an operator.
    package var points = 0.0
    /// Bytes that cross the memory bus for all points in plain sweeps.
    package var sweepBytes = 0.0
    /// Steps that tiles do for each passage through memory.
    package var reuse = 1.0
    /// Operations for all points.
    package var sweepFlops = 0.0
    /// The work of the busiest rank over that of the mean one; 1 or more.
    package var imbalance = 1.0
    /// Bytes that the busiest node takes in from others.
    package var networkBytes = 0.0
    /// Bytes that all ranks together hand to messages.
    package var messageBytes = 0.0
    /// Messages one after another.
    package var hops = RankLayout.Hops()
    /// Bytes of inputs and results, through one node's disk.
    package var fileBytes = 0.0
    /// Bytes over all ranks.
    package var memory: Int

    /// The work of a job.
    ///
    /// - Returns: nil where the job cannot have that number of ranks, or needs more memory than any cluster has.
    package init?(_ job: JobFile, on layout: RankLayout) {
        let memory = job.memory(ranks: layout.ranks)
        // What follows counts in whole numbers: beyond this they would not hold the squares of the sizes.
        guard memory < 1 << 50, layout.ranks >= 1, layout.ranks < 1 << 20 else { return nil }
        var work =
            switch job.job {
            case .linpack(let spec): JobWork(linpack: spec, on: layout)
            case .solve(let spec): JobWork(solve: spec, on: layout)
            case .multiply(let spec): JobWork(multiply: spec, on: layout)
            case .gaussianProcess(let spec): JobWork(gaussianProcess: spec, on: layout)
            case .heat(let spec): JobWork(heat: spec, on: layout)
            case .wave(let spec): JobWork(wave: spec, on: layout)
            case .reactionDiffusion(let spec): JobWork(reactionDiffusion: spec, on: layout)
            case .shallowWater(let spec): JobWork(shallowWater: spec, on: layout)
            case .poisson(let spec): JobWork(poisson: spec, on: layout)
            }
        work?.memory = memory
        guard let work else { return nil }
        self = work
    }

    init(_ routine: Routine) {
        self.routine = routine
        memory = 0
    }
}
