internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `shallow-water`: lets long waves run and writes snapshots of the surface; here by the linear equations.
func runShallowWater(
    _ spec: ShallowWaterSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary
) throws {
    let maps = try ShallowWaterMaps(spec)
    guard spec.equations == .linear else {
        return try runNonlinearShallowWater(spec, maps, run, triad, &summary)
    }
    var water = try Simulation(
        ShallowWater(
            step: spec.schedule.step, spacing: spec.cells, gravity: spec.gravity, coriolis: spec.coriolis),
        extents: spec.extents, boundary: spec.axes(walls: .dirichlet(0)),
        boundaries: [.surface: spec.axes(walls: .neumann)], timeStep: spec.schedule.step, on: run.world)
    func begin(_ water: inout Simulation<ShallowWater>) {
        water.fill(.surface) { maps.surface($0[0], $0[1]) }
        water.fill(.eastDepth) { maps.face($0[0], $0[1], axis: 1) }
        water.fill(.southDepth) { maps.face($0[0], $0[1], axis: 0) }
        for field in [ShallowWaterField.east, .south] { water.fill(field) { _ in 0 } }
    }
    Trace.span("maps") { begin(&water) }
    let words = try spec.inWords(
        maps: [.surface, .eastDepth, .southDepth].map { (field) throws(TesseraError) in try water.checksum(field) })
    let store = try run.checkpoints(spec.checkpoint, of: words)

    // The water is at rest, so that the surface stays in the first step: E = g Σ η² / 2.
    let before = (
        mass: try water.sum(.surface), energy: spec.gravity / 2 * (try water.sumOfSquares(.surface)),
        highest: try max(abs(water.maximum(.surface)), abs(water.minimum(.surface)))
    )
    let recorder = try FieldRecorder(
        spec.recording,
        of: [
            NamedField(ShallowWaterField.surface, "surface", unit: "m"), NamedField(.east, "east", unit: "m/s"),
            NamedField(.south, "south", unit: "m/s"),
        ],
        GridPlacement(spacing: spec.cells, lengthUnit: "m", timeUnit: "s"), on: run, spec.schedule)
    let done = try run.step(
        &water, spec.schedule, writing: .surface, recording: recorder, checkpoint: spec.checkpoint, to: store,
        begin: begin)

    summary.add(water, spec.schedule, stableStep: spec.stableStep, unit: "s", ranks: run.world.size)
    summary.add("fastest", "fastest wave", .quantity(spec.fastest, "m/s"))
    summary.add("highest", "highest surface", .quantity(try water.maximum(.surface), "m"))
    summary.add("lowest", "lowest surface", .quantity(try water.minimum(.surface), "m"))
    let change = try water.sum(.surface) - before.mass
    let scale = max(before.highest * Double(done.cells), .leastNormalMagnitude)
    summary.add("mass_change", "relative change of mass", .quantity(change / scale, ""))
    summary.add("mass_conserved", "mass conserved to rounding", .flag(abs(change) <= 1e-12 * scale))
    let drift = before.energy > 0 ? try water.energyBeforeStep(spec.gravity) / before.energy - 1 : 0
    summary.add("energy_drift", "relative change of energy", .quantity(drift, ""))
    if spec.coriolis == 0 {
        summary.add("energy_conserved", "energy conserved to rounding", .flag(abs(drift) <= 1e-11))
    }
    summary.add(rateOf: done, water, triad: triad)
    try recorder.finish(&summary)
    try run.onRoot { () throws(TesseraError) in
        if spec.pictures { try spec.draw(maps, run) }
    }
    try run.finish(store, at: .step, &summary)
}

extension Simulation where S == ShallowWater {
    /// E before the last step, in units of the water's density times a cell: (g Σ η η⁺ + Σ H u² + Σ H v²) / 2, η⁺ being the
    /// surface now.
    func energyBeforeStep(_ gravity: Double) throws(TesseraError) -> Double {
        let potential = gravity * (try dot(.surface, ago: 1, .surface))
        let east = try dot(.east, ago: 1, .east, ago: 1, weight: .eastDepth)
        let south = try dot(.south, ago: 1, .south, ago: 1, weight: .southDepth)
        return (potential + east + south) / 2
    }
}

extension ShallowWaterSpec {
    /// The boundaries along each axis as the engine takes them.
    fileprivate func axes(walls: Boundary) -> [Boundary] { edges.map { $0 == .periodic ? .periodic : walls } }

    /// The depth, and the surface at a third and two thirds of the run and at its end; land is grey, where nothing has
    /// flooded it.
    func draw(_ maps: ShallowWaterMaps, _ run: JobRun) throws(TesseraError) {
        let (rows, columns) = (extents[0], extents[1])
        let factor = BoxAverage.factor(rows: rows, columns: columns, largest: 600)
        let (height, width) = ((rows + factor - 1) / factor, (columns + factor - 1) / factor)
        let depths = (0..<height * width).map { place in
            let (i, j) = (place / width * factor + factor / 2, place % width * factor + factor / 2)
            let (row, column) = (min(i, rows - 1), min(j, columns - 1))
            let depth = equations == .linear ? maps.depth(row, column) : maps.water(row, column)
            return depth > 0 ? depth : .nan
        }
        func masked(_ raster: Raster) throws(TesseraError) -> Raster {
            let values = zip(raster.values, depths).map { surface, depth in
                depth.isNaN && (equations == .linear || surface == 0) ? Double.nan : surface
            }
            return try Raster(rows: height, columns: width, values: values)
        }
        var panels = [
            Panel("Depth", quantity: "depth (m)", raster: try Raster(rows: height, columns: width, values: depths))
        ]
        for snapshot in schedule.pictured {
            let minutes = Double(schedule.stepOfSnapshot(snapshot)) * schedule.step / 60
            panels.append(
                .difference(
                    "After \(String(format: "%.3g", minutes)) minutes", quantity: "surface (m)",
                    raster: try masked(Raster(snapshot: run.path(snapshotName(snapshot)), cut: nil))))
        }
        let rotation = coriolis == 0 ? "" : ", f = \(coriolis) 1/s"
        let figure = Panels(
            panels,
            caption:
                "\(equations == .linear ? "Long waves, up to" : "Shallow water, waves at first up to") "
                + "\(String(format: "%.3g", fastest)) m/s\(rotation); "
                + "\(schedule.steps) steps of \(String(format: "%.3g", schedule.step)) s")
        try figure.picture().write(toPNG: run.path("surface.png"))
    }

    /// The problem, for the fingerprint of its checkpoints: all that its bits depend on.
    func inWords(maps: [String]) -> String {
        let kind = equations == .linear ? "shallow-water" : "shallow-water, \(equations.rawValue)"
        return "\(kind), \(extents[0]) x \(extents[1]) cells of \(cells[0]) x \(cells[1]) m, "
            + "\(edges.map(\.rawValue).joined(separator: " and ")), gravity \(gravity), coriolis \(coriolis), "
            + "\(schedule.steps) steps of \(schedule.step) s, \(schedule.snapshots) snapshots, "
            + "maps \(maps.joined(separator: ", "))"
    }
}
