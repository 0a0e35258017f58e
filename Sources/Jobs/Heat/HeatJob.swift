internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `heat`: diffuses a map over a span of time and writes snapshots. With a checkpoint it begins where that was saved;
/// snapshots of earlier steps are there already.
func runHeat(_ spec: HeatSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary) throws {
    guard spec.method == .explicit else { return try runImplicitHeat(spec, run, &summary) }
    let (shape, field) = try NpyFile.read(spec.field.path)
    let refinement = Refinement(field, rows: shape[0], columns: shape[1], factor: spec.refine)
    let (dy, dx) = (spec.rowSpacing / Double(spec.refine), spec.columnSpacing / Double(spec.refine))
    let stencil = HeatStencil(
        ry: spec.diffusivity * spec.step / (dy * dy), rx: spec.diffusivity * spec.step / (dx * dx))
    var heat = try Simulation(
        stencil, extents: [spec.rows, spec.columns], boundary: spec.boundary.axes, timeStep: spec.step, on: run.world)
    let store = try run.checkpoints(spec.checkpoint, of: spec.inWords(field))
    Trace.span("refine") { heat.fill { refinement.value($0[0], $0[1]) } }

    let snapshots = spec.snapshotNumbers
    let recorder = try spec.recorder(on: run)
    try recorder.record(heat)

    var report = HeatReport(spec, shape: shape)
    report.begin(
        picture: spec.pictures ? try heat.coarsened(by: spec.refine, on: run.world) : nil, mass: try heat.sum(.u),
        largest: try max(abs(heat.maximum(.u)), abs(heat.minimum(.u))))
    var meter = ProgressMeter(
        run.options.progress, total: spec.steps, unit: "steps",
        workPerUnit: Double(spec.rows) * Double(spec.columns) / 1e9, workUnit: "Gpt", isReporting: run.isRoot)
    var (seconds, firstStep) = (0.0, 0)
    try run.saving(to: store, at: .step) { () throws(TesseraError) in
        if let store {
            let isResumed = try heat.resume(from: store)
            if !isResumed { heat.fill { refinement.value($0[0], $0[1]) } }
        }
        firstStep = heat.step
        for goal in recorder.goals where goal >= heat.step {
            seconds += try heat.advance(
                steps: goal - heat.step, checkpoints: store, every: spec.checkpoint?.steps,
                afterTile: { meter.update(done: $0) }
            ).seconds
            try Trace.span("write") { () throws(TesseraError) in
                if let snapshot = snapshots[goal] { try heat.write(.u, to: run.path(snapshotName(snapshot))) }
                try recorder.record(heat)
            }
        }
    }
    meter.finish()
    report.end(
        picture: spec.pictures ? try heat.coarsened(by: spec.refine, on: run.world) : nil, mass: try heat.sum(.u))

    report.addFacts(to: &summary, idleRanks: run.world.size - heat.workingRanks)
    let points = Double(spec.rows) * Double(spec.columns) * Double(spec.steps - firstStep)
    let bytes = 24.0
    let slowest = try run.world.allReduce(seconds, .maximum)
    summary.add("gpoints_per_second", "rate", .quantity(points / slowest / 1e9, "Gpt/s"))
    summary.add("tile", "tile, steps x width", .text(heat.tile?.description ?? "several"))
    summary.add("share_of_triad", "of triad bandwidth", .quantity(100 * points * bytes / slowest / triad, "%"))
    try recorder.finish(&summary)
    try run.onRoot { () throws(TesseraError) in try report.draw(to: run.path("hillslope.png")) }
    try run.finish(store, at: .step, &summary)
}

extension HeatBoundary {
    /// The boundaries along rows and columns as the engine takes them.
    var axes: [Boundary] {
        func axis(_ lower: Side, _ upper: Side) -> Boundary {
            lower == .periodic ? .periodic : .sides(lower.rule, upper.rule)
        }
        return [axis(north, south), axis(west, east)]
    }

    /// Whether nothing crosses the edges but into the opposite one.
    var conservesMass: Bool {
        [north, south, west, east].allSatisfy { if case .fixed = $0 { false } else { true } }
    }
}

extension HeatBoundary.Side {
    var rule: BoundarySide {
        if case .fixed(let value) = self { .dirichlet(value) } else { .neumann }
    }
}

extension Simulation where S == HeatStencil {
    /// The means over squares of `factor` x `factor` cells, in C order on rank 0, nil elsewhere: for pictures. Collective.
    func coarsened(by factor: Int, on world: Communicator) throws(TesseraError) -> [Double]? {
        var means = SquareMeans(extents: extents, factor: factor)
        forEachRow(of: .u) { first, row in means.add(first, row) }
        return try means.reduced(on: world)
    }
}
