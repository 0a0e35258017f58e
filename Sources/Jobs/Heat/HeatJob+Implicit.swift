internal import ArrayFormats
internal import JobFiles
internal import Tessera

/// Kind `heat` by implicit steps: each solves a linear system. With a checkpoint it begins where that was saved.
func runImplicitHeat(_ spec: HeatSpec, _ run: JobRun, _ summary: inout JobSummary) throws {
    let (shape, values) = try NpyFile.read(spec.field.path)
    let refinement = Refinement(values, rows: shape[0], columns: shape[1], factor: spec.refine)
    let spacing = [spec.rowSpacing / Double(spec.refine), spec.columnSpacing / Double(spec.refine)]
    let heat = try ImplicitSteps(
        Helmholtz<Double>(spacing: spacing, coefficient: spec.diffusivity),
        spec.method == .backwardEuler ? .backwardEuler : .crankNicolson, timeStep: spec.step,
        extents: [spec.rows, spec.columns], boundary: spec.boundary.axes, on: run.world)
    let store = try run.checkpoints(spec.checkpoint, of: spec.inWords(values))
    func begin() { heat.field.fill { refinement.value($0[0], $0[1]) } }
    Trace.span("refine") { begin() }
    let snapshots = spec.snapshotNumbers
    let recorder = try spec.recorder(on: run)
    try recorder.record(heat)

    var report = HeatReport(spec, shape: shape)
    report.begin(
        picture: spec.pictures ? try heat.field.coarsened(by: spec.refine) : nil, mass: try heat.field.sum(),
        largest: try run.world.allReduce(values.map(abs).max() ?? 0, .maximum))
    // Few stable steps in one make a system that the diagonal preconditions well.
    let solver = SolverMethod.conjugateGradients(spec.step < 10 * spec.stableStep ? .jacobi : .multigrid)
    var meter = ProgressMeter(
        run.options.progress, total: spec.steps, unit: "steps",
        workPerUnit: Double(spec.rows) * Double(spec.columns) / 1e9, workUnit: "Gpt", isReporting: run.isRoot)
    var (iterations, applications, firstStep) = (0, 0, 0)
    let start = ContinuousClock.now
    var failure: SolverResult?
    try run.saving(to: store, at: .step) { () throws(TesseraError) in
        if let store {
            let isResumed = try heat.resume(from: store)
            if !isResumed { begin() }
        }
        firstStep = heat.step
        for goal in recorder.goals where goal >= heat.step {
            let done = try heat.advance(
                steps: goal - heat.step, by: solver, tolerance: stepTolerance, checkpoints: store,
                every: spec.checkpoint?.steps, afterStep: { meter.update(done: $0) })
            iterations += done.iterations
            applications += done.applications
            failure = done.failure
            if failure != nil { break }
            try Trace.span("write") { () throws(TesseraError) in
                if let snapshot = snapshots[goal] { try heat.field.write(to: run.path(snapshotName(snapshot))) }
                try recorder.record(heat)
            }
        }
    }
    meter.finish()
    let elapsed = (ContinuousClock.now - start).components
    report.end(
        picture: spec.pictures ? try heat.field.coarsened(by: spec.refine) : nil, mass: try heat.field.sum())

    let steps = Double(max(1, spec.steps))
    report.addFacts(
        to: &summary, idleRanks: run.world.size - heat.system.workingRanks, tolerance: 10 * stepTolerance * steps)
    summary.add("method", "method", .text(spec.method.rawValue))
    summary.add("iterations", "iterations of the steps of this run", .integer(iterations))
    summary.add("applications", "applications of the operator in this run", .integer(applications))
    let seconds = try run.world.allReduce(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18, .maximum)
    let points = Double(spec.rows) * Double(spec.columns)
    summary.add(
        "gpoints_per_second", "rate of steps",
        .quantity(points * Double(heat.step - firstStep) / seconds / 1e9, "Gpt/s"))
    if let failure {
        summary.failure = .argument(
            routine: "heat", name: "method", expected: "steps whose systems are solved",
            found: "\(failure.outcome.words) in step \(heat.step + 1) after \(failure.iterations) iterations")
    } else {
        try recorder.finish(&summary)
    }
    try run.onRoot { () throws(TesseraError) in try report.draw(to: run.path("hillslope.png")) }
    try run.finish(store, at: .step, &summary)
}

/// The relative residual at which a step counts as solved.
private let stepTolerance = 1e-11
