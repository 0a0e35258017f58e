internal import ArrayFormats
internal import Foundation
package import JobFiles
package import Tessera

/// What the command line says about a run besides the job file.
package struct RunOptions: Sendable {
    package var progress: ProgressStyle
    /// One JSON object instead of the text summary on standard output.
    package var json: Bool
    /// Where the timeline goes; nil for none.
    package var trace: String?
    /// Predicts the run; nil for no prediction in the summary.
    package var foresight: Foresight?

    package init(
        progress: ProgressStyle = .auto, json: Bool = false, trace: String? = nil, foresight: Foresight? = nil
    ) {
        self.progress = progress
        self.json = json
        self.trace = trace
        self.foresight = foresight
    }
}

/// What every kind of job works with.
struct JobRun {
    let world: Communicator
    /// The output folder; it exists.
    let folder: String
    let options: RunOptions

    var isRoot: Bool { world.rank == 0 }

    /// The path of a result.
    func path(_ name: String) -> String { folder + "/" + name }

    /// Does something on rank 0, where small results are; an error there is thrown on all ranks. Collective.
    func onRoot(_ body: () throws(TesseraError) -> Void) throws(TesseraError) {
        try world.agree("write") { () throws(TesseraError) in
            if isRoot { try body() }
        }
    }

    /// Throws `TesseraError.interrupted` on all ranks when one of them has been asked to stop. Collective.
    func stopIfAsked() throws(TesseraError) {
        try world.stopIfAsked()
    }

    /// The grid that a job asks for, or one as square as the rank count allows. Collective.
    func grid(_ wish: JobGrid?) throws(TesseraError) -> ProcessGrid {
        if let wish { return try ProcessGrid(world, rows: wish.rows, columns: wish.columns) }
        return try ProcessGrid(world)
    }
}

/// Runs a checked job on all ranks of a communicator, writes its results and its summary, and prints the summary on
/// rank 0. Collective.
///
/// - Throws: ``TesseraError``, on all ranks with the same value where the failure is the job's.
package func run(_ job: JobFile, options: RunOptions, on world: Communicator) throws {
    do throws(TesseraError) {
        try world.agree("output folder") { () throws(TesseraError) in
            guard world.rank == 0 else { return }
            do {
                try FileManager.default.createDirectory(atPath: job.outputFolder, withIntermediateDirectories: true)
            } catch {
                throw .file(path: job.outputFolder, reason: "cannot be made")
            }
        }
    } catch {
        guard case .file(let path, let reason) = error else { throw error }
        throw Refusal(["output: expected a folder that can be written, found '\(path)': \(reason)"])
    }
    let run = JobRun(world: world, folder: job.outputFolder, options: options)
    do throws(TesseraError) {
        try run.onRoot { () throws(TesseraError) in
            // A path that cannot be written is found out now, not after the work.
            if let trace = options.trace { _ = try AtomicFile(trace) }
        }
    } catch {
        guard case .file(let path, let reason) = error else { throw error }
        throw Refusal(["--trace: expected a file that can be written, found '\(path)': \(reason)"])
    }
    if options.trace != nil {
        try world.barrier()
        Trace.begin()
    }
    let isStencil =
        switch job.job {
        case .heat, .poisson, .wave, .reactionDiffusion, .shallowWater: true
        default: false
        }
    let rate = isStencil ? try MachineRates.triadRate(3, world) : try MachineRates.gemmRate(1000, 3, world)
    let expectation =
        run.isRoot
        ? options.foresight?.expect(
            MachineRate(
                value: rate, isTriad: isStencil, ranks: world.size,
                nodes: (world.size + MPIEnvironment.ranksOnNode - 1) / MPIEnvironment.ranksOnNode)) : nil
    try world.barrier()
    Traffic.total.reset()
    let start = MPIEnvironment.seconds

    var summary = JobSummary()
    summary.add("job", "job", .text(job.name))
    summary.add("kind", "kind", .text(job.kind))
    summary.add("ranks", "ranks", .integer(world.size))
    summary.add("threads", "threads a rank", .integer(OpenBLAS.threads))
    switch job.job {
    case .gaussianProcess(let spec): try runGaussianProcess(spec, run, rate, &summary)
    case .heat(let spec): try runHeat(spec, run, rate, &summary)
    case .poisson(let spec): try runPoisson(spec, run, rate, &summary)
    case .wave(let spec): try runWave(spec, run, rate, &summary)
    case .reactionDiffusion(let spec): try runReactionDiffusion(spec, run, rate, &summary)
    case .shallowWater(let spec): try runShallowWater(spec, run, rate, &summary)
    case .solve(let spec): try runSolve(spec, run, rate, &summary)
    case .multiply(let spec): try runMultiply(spec, run, rate, &summary)
    case .linpack(let spec): try runLinpack(spec, run, rate, &summary)
    }

    // Ranks that are done wait here for the others. Both are read before the reductions, which belong to neither.
    try world.barrier()
    let (elapsed, inMessages) = (MPIEnvironment.seconds - start, Traffic.total.communicationSeconds)
    let seconds = try world.allReduce(elapsed, .maximum)
    let communicating = try world.allReduce(inMessages, .sum) / Double(world.size)
    summary.add("seconds", "time", .quantity(seconds, "s"))
    if let expectation { summary.add("predicted_seconds", "predicted", .quantity(expectation.seconds, "s")) }
    summary.add("communication_share", "communicating", .quantity(100 * communicating / seconds, "%"))
    summary.add("results", "results", .text(job.outputFolder))
    summary.add("peak_memory_bytes", "peak memory", .bytes(try world.allReduce(peakMemory, .sum)))
    try run.onRoot { () throws(TesseraError) in
        try summary.write(to: run.path("summary.json"))
    }
    if run.isRoot { print(options.json ? summary.json : summary.text) }
    if let trace = options.trace { try TraceFile.write(to: trace, on: world) }
    if summary.failure == nil { expectation?.compare(summary) }
    if let failure = summary.failure { throw failure }
}
