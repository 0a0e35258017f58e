internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `shallow-water` by the nonlinear equations. How fast waves run is known when they do: their speeds are found while
/// each step is swept, and a step that they would cross too far ends the job.
func runNonlinearShallowWater(
    _ spec: ShallowWaterSpec, _ maps: ShallowWaterMaps, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary
) throws {
    let (step, dry) = (spec.schedule.step, 1e-6 * spec.greatestDepth)
    let stencil = NonlinearShallowWater(
        step: step, spacing: spec.cells, gravity: spec.gravity, dry: dry,
        turn: (cos(spec.coriolis * step), sin(spec.coriolis * step)))
    func axes(_ signs: [Double]) -> [Boundary] {
        zip(spec.edges, signs).map { $0 == .periodic ? .periodic : .reflecting(sign: $1) }
    }
    var water = try Simulation(
        stencil, extents: spec.extents, boundary: axes([1, 1]),
        boundaries: [.east: axes([1, -1]), .south: axes([-1, 1])], timeStep: step, on: run.world)
    func begin(_ water: inout Simulation<NonlinearShallowWater>) {
        water.fill(.bed) { -maps.depth($0[0], $0[1]) }
        water.fill(.depth) { maps.water($0[0], $0[1]) }
        for field in [NonlinearShallowWaterField.east, .south] { water.fill(field) { _ in 0 } }
        water.fill(.surface) { cell in
            let (water, depth) = (maps.water(cell[0], cell[1]), maps.depth(cell[0], cell[1]))
            return water > dry ? water - depth : min(-depth, 0)
        }
    }
    Trace.span("maps") { begin(&water) }
    let words = try spec.inWords(
        maps: [.depth, .bed].map { (field) throws(TesseraError) in try water.checksum(field) })
    let store = try run.checkpoints(spec.checkpoint, of: words)

    let energy = StepReduction<NonlinearShallowWater>.sum(WaterEnergy(gravity: spec.gravity, dry: dry))
    let speeds = [NonlinearShallowWaterField.east, .south].map {
        StepReduction<NonlinearShallowWater>.maximum(WaterSpeed($0, gravity: spec.gravity, dry: dry))
    }
    let before = (mass: try water.sum(.depth), energy: try water.measured([energy])[0])
    guard before.mass > 0 else {
        throw TesseraError.argument(
            routine: "shallow-water", name: "initial", expected: "water in a cell at least", found: "none")
    }
    let courant = CourantNumber(step: step, spacing: spec.cells)
    let recorder = try FieldRecorder(
        spec.recording,
        of: [
            NamedField(NonlinearShallowWaterField.surface, "surface", unit: "m"),
            NamedField(.east, "east", unit: "m²/s"), NamedField(.south, "south", unit: "m²/s"),
            NamedField(.depth, "depth", unit: "m"),
        ],
        GridPlacement(spacing: spec.cells, lengthUnit: "m", timeUnit: "s"), on: run, spec.schedule)
    let done = try run.step(
        &water, spec.schedule, writing: .surface, recording: recorder, checkpoint: spec.checkpoint, to: store,
        watching: StepWatch(reductions: speeds, see: { (numbers) throws(TesseraError) in try courant.see(numbers) }),
        begin: begin)

    summary.add(water, spec.schedule, stableStep: spec.stableStep, unit: "s", ranks: run.world.size)
    summary.add("equations", "equations", .text(spec.equations.rawValue))
    summary.add("fastest", "fastest wave at first", .quantity(spec.fastest, "m/s"))
    summary.add("courant_number", "largest Courant number", .quantity(courant.largest, ""))
    summary.add("highest", "highest surface", .quantity(try water.maximum(.surface), "m"))
    summary.add("lowest", "lowest surface", .quantity(try water.minimum(.surface), "m"))
    summary.add("deepest", "deepest water", .quantity(try water.maximum(.depth), "m"))
    summary.add("depths_positive", "no depth below zero", .flag(try water.minimum(.depth) >= 0))
    let change = try water.sum(.depth) / before.mass - 1
    summary.add("mass_change", "relative change of mass", .quantity(change, ""))
    summary.add("mass_conserved", "mass conserved to rounding", .flag(abs(change) <= 1e-12))
    let after = try water.measured([energy])[0]
    summary.add(
        "energy_change", "relative change of energy", .quantity(before.energy > 0 ? after / before.energy - 1 : 0, ""))
    summary.add("energy_not_grown", "energy not grown", .flag(after <= before.energy * (1 + 1e-12)))
    summary.add(rateOf: done, water, triad: triad)
    try recorder.finish(&summary)
    try run.onRoot { () throws(TesseraError) in
        if spec.pictures { try spec.draw(maps, run) }
    }
    try run.finish(store, at: .step, &summary)
}

/// dt (a/dx + b/dy), a and b being the speeds of the fastest waves after each step: at most 1, or water may be taken from
/// where there is none.
private final class CourantNumber {
    private let step: Double
    private let spacing: [Double]
    private(set) var largest = 0.0

    init(step: Double, spacing: [Double]) { (self.step, self.spacing) = (step, spacing) }

    /// The speeds along columns and along rows after some steps, the same on all ranks.
    func see(_ numbers: [StepNumbers]) throws(TesseraError) {
        for found in numbers {
            let number = step * (found.values[0] / spacing[1] + found.values[1] / spacing[0])
            // NaN is no number below 1.
            guard number <= 1 else {
                throw .argument(
                    routine: "shallow-water", name: "step",
                    expected: "a Courant number of at most 1 in every step: a shorter step",
                    found: "\(String(format: "%.4g", number)) after step \(found.step), with steps of \(step) s")
            }
            largest = max(largest, number)
        }
    }
}
