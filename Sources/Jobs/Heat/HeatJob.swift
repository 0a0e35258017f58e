internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `heat`: diffuses a map over a span of time and writes snapshots. With a checkpoint it begins where that was saved;
/// snapshots of earlier steps are there already.
func runHeat(_ spec: HeatSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary) throws {
    let (shape, field) = try NpyFile.read(spec.field.path)
    let refinement = Refinement(field, rows: shape[0], columns: shape[1], factor: spec.refine)
    let (dy, dx) = (spec.rowSpacing / Double(spec.refine), spec.columnSpacing / Double(spec.refine))
    let stencil = HeatStencil(
        ry: spec.diffusivity * spec.step / (dy * dy), rx: spec.diffusivity * spec.step / (dx * dx))
    var heat = try Simulation(
        stencil, extents: [spec.rows, spec.columns], boundary: spec.boundary.axes, timeStep: spec.step, on: run.world)
    let store = try run.checkpoints(spec.checkpoint, of: spec.inWords(field))
    Trace.span("refine") { heat.fill { refinement.value($0[0], $0[1]) } }

    let before = spec.pictures ? try heat.coarsened(by: spec.refine, on: run.world) : nil
    let massBefore = try heat.sum(.u)
    // Measured against what the largest value would add up to: the mass itself may be zero.
    let largest = try max(abs(heat.maximum(.u)), abs(heat.minimum(.u)))
    let mass = max(largest * Double(spec.rows) * Double(spec.columns), .leastNormalMagnitude)
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
        for snapshot in 1...spec.snapshots {
            // Evenly spaced in time; the last stands at the end of the duration.
            let goal = Int((Double(spec.steps) * Double(snapshot) / Double(spec.snapshots)).rounded())
            if goal < heat.step { continue }
            seconds += try heat.advance(
                steps: goal - heat.step, checkpoints: store, every: spec.checkpoint?.steps,
                afterTile: { meter.update(done: $0) }
            ).seconds
            let name = "snapshot-\(String(format: "%04d", snapshot)).npy"
            try Trace.span("write") { () throws(TesseraError) in try heat.write(.u, to: run.path(name)) }
        }
    }
    meter.finish()
    let massAfter = try heat.sum(.u)
    let after = spec.pictures ? try heat.coarsened(by: spec.refine, on: run.world) : nil

    let points = Double(spec.rows) * Double(spec.columns) * Double(spec.steps - firstStep)
    let bytes = 24.0
    summary.add("cells", "cells", .text("\(spec.rows) x \(spec.columns)"))
    let idle = run.world.size - heat.workingRanks
    if idle > 0 { summary.add("idle_ranks", "ranks without cells", .integer(idle)) }
    summary.add("steps", "steps", .integer(spec.steps))
    summary.add("step_years", "step", .quantity(spec.step, "years"))
    summary.add("stable_step_years", "largest stable step", .quantity(spec.stableStep, "years"))
    summary.add("duration_years", "duration", .quantity(spec.duration, "years"))
    summary.add("snapshots", "snapshots", .integer(spec.snapshots))
    summary.add("mass_change", "relative change of mass", .quantity((massAfter - massBefore) / mass, ""))
    if spec.boundary.conservesMass {
        let isConserved = abs(massAfter - massBefore) <= 1e-12 * mass
        summary.add("mass_conserved", "mass conserved to rounding", .flag(isConserved))
    }
    let slowest = try run.world.allReduce(seconds, .maximum)
    summary.add("gpoints_per_second", "rate", .quantity(points / slowest / 1e9, "Gpt/s"))
    summary.add("share_of_triad", "of triad bandwidth", .quantity(100 * points * bytes / slowest / triad, "%"))

    try run.onRoot { () throws(TesseraError) in
        guard let before, let after else { return }
        try drawMaps(
            ("Before", before), ("After", after), difference: ("Difference", "after - before (m)"), shape: shape,
            spacing: (spec.rowSpacing, spec.columnSpacing),
            caption: "\(grouped(spec.duration)) years of soil creep at \(spec.diffusivity) m²/yr",
            to: run.path("hillslope.png"))
    }
    try run.finish(store, at: .step, &summary)
}

extension HeatSpec {
    /// The problem, for the fingerprint of its checkpoints: all that its bits depend on.
    fileprivate func inWords(_ field: [Double]) -> String {
        var hash = ElementHash()
        field.map(\.bitPattern).withUnsafeBufferPointer { words in
            if let first = words.baseAddress { hash.add(first, words.count, at: 0) }
        }
        return
            "heat, \(rows) x \(columns) cells of \(rowSpacing / Double(refine)) x \(columnSpacing / Double(refine)) m, "
            + "diffusivity \(diffusivity), \(steps) steps of \(step) years, \(snapshots) snapshots, "
            + "checksum \(hash.sum.hexadecimal)"
    }
}

/// 12000 as "12,000".
private func grouped(_ number: Double) -> String {
    let digits = Array(String(format: "%.0f", number))
    return String(
        digits.enumerated().flatMap { place, digit in
            place > 0 && (digits.count - place).isMultiple(of: 3) && digits[place - 1] != "-" ? [",", digit] : [digit]
        })
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
        let columns = extents[1] / factor
        var sums = [Double](repeating: 0, count: extents[0] / factor * columns)
        forEachRow(of: .u) { first, row in
            let start = first[0] / factor * columns
            for k in row.indices { sums[start + (first[1] + k) / factor] += row[k] }
        }
        var span = sums.mutableSpan
        try world.reduce(&span, .sum, to: 0)
        return world.rank == 0 ? sums.map { $0 / Double(factor * factor) } : nil
    }
}
