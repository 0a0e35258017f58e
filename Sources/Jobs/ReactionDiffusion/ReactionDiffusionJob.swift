internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `reaction-diffusion`: lets a pattern grow and writes snapshots of v.
func runReactionDiffusion(
    _ spec: ReactionDiffusionSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary
) throws {
    let edge: Boundary = spec.boundary == .periodic ? .periodic : .neumann
    var reaction = try Simulation(
        GrayScott(
            step: spec.schedule.step, feed: spec.feed, kill: spec.kill, diffusionU: spec.diffusionU,
            diffusionV: spec.diffusionV),
        extents: spec.extents, boundary: spec.extents.map { _ in edge }, timeStep: spec.schedule.step, on: run.world)
    let seeds = PatternSeeds(spec)
    func begin(_ reaction: inout Simulation<GrayScott>) {
        reaction.fill(.u) { seeds.values($0).u }
        reaction.fill(.v) { seeds.values($0).v }
    }
    Trace.span("seeds") { begin(&reaction) }
    let store = try run.checkpoints(spec.checkpoint, of: spec.inWords)
    let recorder = try FieldRecorder(
        spec.recording, of: [NamedField(GrayScottJobField.v, "v"), NamedField(.u, "u")],
        GridPlacement(spacing: spec.extents.map { _ in 1 }), on: run, spec.schedule)
    let done = try run.step(
        &reaction, spec.schedule, writing: .v, recording: recorder, checkpoint: spec.checkpoint, to: store, begin: begin
    )

    summary.add(
        reaction, spec.schedule, stableStep: spec.stableStep, unit: "units of time", ranks: run.world.size)
    summary.add("pattern", "pattern", .text(spec.pattern.rawValue))
    summary.add("feed", "feed", .quantity(spec.feed, ""))
    summary.add("kill", "kill", .quantity(spec.kill, ""))
    let cells = Double(done.cells)
    summary.add("v_minimum", "least v", .quantity(try reaction.minimum(.v), ""))
    summary.add("v_maximum", "greatest v", .quantity(try reaction.maximum(.v), ""))
    summary.add("v_mean", "mean v", .quantity(try reaction.sum(.v) / cells, ""))
    summary.add("u_mean", "mean u", .quantity(try reaction.sum(.u) / cells, ""))
    let change = try reaction.maximumChange(.v)
    summary.add(
        "v_change", "change of v in the last step", .quantity((change ?? 0) / spec.schedule.step, "a unit of time"))
    summary.add(rateOf: done, reaction, triad: triad)
    try recorder.finish(&summary)
    try run.onRoot { () throws(TesseraError) in
        if spec.pictures { try spec.draw(run) }
    }
    try run.finish(store, at: .step, &summary)
}

extension ReactionDiffusionSpec {
    /// v while the pattern grows and at the end; of a grid in space, the plane in its middle.
    fileprivate func draw(_ run: JobRun) throws(TesseraError) {
        let cut = extents.count == 3 ? (axis: 0, index: extents[0] / 2) : nil
        var panels: [Panel] = []
        for snapshot in schedule.pictured {
            let time = Double(schedule.stepOfSnapshot(snapshot)) * schedule.step
            panels.append(
                Panel(
                    "After \(String(format: "%.0f", time))", quantity: "v",
                    raster: try Raster(snapshot: run.path(snapshotName(snapshot)), cut: cut), extent: .shared("v")))
        }
        let figure = Panels(
            panels,
            caption: "Gray and Scott's reaction: F = \(feed), k = \(kill), Du = \(diffusionU), Dv = \(diffusionV)")
        try figure.picture().write(toPNG: run.path("pattern.png"))
    }

    /// The problem, for the fingerprint of its checkpoints: all that its bits depend on.
    fileprivate var inWords: String {
        "reaction-diffusion, \(extents.map(String.init).joined(separator: " x ")) cells, \(boundary.rawValue), "
            + "feed \(feed), kill \(kill), diffusion \(diffusionU) and \(diffusionV), \(seeds) seeds of \(seedSize) "
            + "from \(seed), \(schedule.steps) steps of \(schedule.step), \(schedule.snapshots) snapshots"
    }
}
