package import Tessera

/// Measures a routine and reports each size as it is done, on every rank. Collective.
///
/// The facts of a report: routine, its extents (and steps), block, grid, ranks, threads a rank, seconds (the best
/// repetition, each as long as its slowest rank), the rate, its share of what all ranks together reach at DGEMM or at the
/// triad, measured in the same run, and the scaled residual of the result: below 16 when it is right.
///
/// - Throws: ``Refusal`` on all ranks where the arguments do not fit the ranks or the memory.
package func bench(
    _ request: BenchRequest, on world: Communicator, report: (JobSummary) -> Void
) throws {
    if let grid = request.grid, grid.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) != world.size {
        let shape = grid.map(String.init).joined(separator: "x")
        throw Refusal(["tessera: --grid: expected a product of \(world.size), the number of ranks, found \(shape)"])
    }
    if case .stencil(_, _, _, _, _, let scaling?) = request.work { try requireMessages(scaling, on: world) }
    do throws(TesseraError) {
        switch request.work {
        case .dense(let shapes, let block, let precision, let pivoting):
            let grid =
                if let shape = request.grid { try ProcessGrid(world, rows: shape[0], columns: shape[1]) } else {
                    try ProcessGrid(world)
                }
            for shape in shapes {
                let longest = request.routine.extents.map { shape[$0] }.max() ?? 1
                let peak = try MachineRates.gemmRate(peakOrder(longest, on: world), 2, world)
                let bench = DenseBench(
                    shape: shape, block: block, precision: precision, pivoting: pivoting,
                    repeats: request.repeats, grid: grid)
                report(try benchDense(request.routine, bench, peak: peak))
            }
            try grid.close()
        case .stencil(let extents, let steps, let element, let tiling, let order, let scaling):
            let bench = StencilBench(
                routine: request.routine, extents: extents, steps: steps, tiling: tiling, order: order,
                shape: request.grid, repeats: request.repeats, triad: try MachineRates.triadRate(3, world), world: world
            )
            switch element {
            case .float: try benchStencil(Float.self, bench, scaling, report: report)
            case .double: try benchStencil(Double.self, bench, scaling, report: report)
            }
        }
    } catch {
        switch error {
        case .argument, .memory: throw Refusal(["tessera: \(error)"])
        default: throw error
        }
    }
}

/// The order at which every rank multiplies matrices of its own to find the peak: 4000, or the longest extent of what is
/// measured if smaller, or what fits a quarter of the free memory. Collective.
private func peakOrder(_ longest: Int, on world: Communicator) throws(TesseraError) -> Int {
    let node = try world.splitByNode()
    let share = Double(SystemMemory.available ?? .max) / 4 / Double(node.size)
    try node.close()
    let fitting = Int((share / (3 * 8)).squareRoot())
    return try world.allReduce(max(1, min(longest, 4000, fitting)), .minimum)
}

/// What every routine's report begins with.
func benchSummary(
    _ routine: BenchRequest.Routine, size: [(key: String, value: JobSummary.Value)], grid: [Int], on world: Communicator
) -> JobSummary {
    var summary = JobSummary()
    summary.add("routine", "routine", .text(routine.rawValue))
    for (key, value) in size { summary.add(key, key, value) }
    summary.add("grid", "grid", .text(grid.map(String.init).joined(separator: "x")))
    summary.add("ranks", "ranks", .integer(world.size))
    summary.add("threads", "threads", .integer(OpenBLAS.threads))
    return summary
}

extension BenchRequest.Pivoting {
    var ofLU: Pivoting {
        switch self {
        case .partial: .partial
        case .tournament: .tournament
        case .threshold: .threshold()
        case .randomButterflies: .randomButterflies()
        }
    }
}

/// Times what all ranks do together.
struct Stopwatch {
    private let world: Communicator
    private let start: Double

    /// Starts when all ranks have come. Collective.
    init(_ world: Communicator) throws(TesseraError) {
        self.world = world
        try world.barrier()
        start = MPIEnvironment.seconds
    }

    /// The seconds that the slowest rank took. Collective.
    func seconds() throws(TesseraError) -> Double {
        try world.allReduce(MPIEnvironment.seconds - start, .maximum)
    }
}
