internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `wave`: sends waves through a medium and writes what receivers read, and snapshots of the pressure.
func runWave(_ spec: WaveSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary) throws {
    switch spec.order {
    case 2: try runWave(AcousticWave<2>(spec), spec, run, triad, &summary)
    case 4: try runWave(AcousticWave<4>(spec), spec, run, triad, &summary)
    default: try runWave(AcousticWave<8>(spec), spec, run, triad, &summary)
    }
}

private func runWave<let order: Int>(
    _ stencil: AcousticWave<order>, _ spec: WaveSpec, _ run: JobRun, _ triad: Double, _ summary: inout JobSummary
) throws {
    let (steps, dt, h) = (spec.schedule.steps, spec.schedule.step, spec.spacing)
    var wave = try Simulation(
        stencil, extents: spec.extents, boundary: spec.boundary.axes, boundaries: [.velocity: spec.velocityAxes],
        timeStep: dt, on: run.world)
    func cells(_ position: [Double]) -> [Double] {
        // Rounding must not put a point at the end of an axis beyond it.
        zip(position, spec.extents).map { min($0 / h, Double($1 - 1)) }
    }
    // A delta at a point is 1 / h for each axis in the cells around it.
    let density = dt * dt / pow(h, Double(spec.extents.count))
    var problem: [Double] = []
    for source in spec.sources {
        let series = try source.wavelet.values(steps: steps, step: dt).map { density * $0 }
        try wave.addSource(.pressure, at: cells(source.position), series: series)
        problem += source.position + series
    }
    for position in spec.receivers {
        _ = try wave.addReceiver(.pressure, at: cells(position))
        problem += position
    }
    try Trace.span("velocity") { () throws(TesseraError) in try wave.fill(spec) }
    let words = try spec.inWords(velocity: wave.checksum(.velocity), points: ElementHash.of(problem))
    let store = try run.checkpoints(spec.checkpoint, of: words)

    let recorder = try FieldRecorder(
        spec.recording, of: [NamedField(WaveJobField.pressure, "pressure")],
        GridPlacement(spacing: spec.extents.map { _ in h }, lengthUnit: "m", timeUnit: "s"), on: run, spec.schedule)
    let done = try run.step(
        &wave, spec.schedule, writing: .pressure, recording: recorder, checkpoint: spec.checkpoint, to: store,
        begin: { (wave) throws(TesseraError) in try wave.fill(spec) })
    let records = try wave.records()

    summary.add(wave, spec.schedule, stableStep: spec.stableStep, unit: "s", ranks: run.world.size)
    summary.add("order", "order in space", .integer(spec.order))
    let speeds = spec.velocities
    summary.add("slowest", "slowest wave", .quantity(speeds.lowerBound, "m/s"))
    summary.add("fastest", "fastest wave", .quantity(speeds.upperBound, "m/s"))
    if let frequency = spec.highestFrequency {
        summary.add(
            "points_per_wavelength", "points in the shortest wave at the peak",
            .quantity(speeds.lowerBound / (frequency * h), ""))
    }
    summary.add("sources", "sources", .integer(spec.sources.count))
    summary.add("receivers", "receivers", .integer(spec.receivers.count))
    let largest = records.lazy.flatMap { $0 }.map(\.magnitude).max() ?? 0
    summary.add("largest_reading", "largest reading", .quantity(largest, ""))
    summary.add(rateOf: done, wave, triad: triad)
    try recorder.finish(&summary)

    let cut = spec.extents.count == 3 ? (axis: 1, index: Int((spec.sources[0].position[1] / h).rounded())) : nil
    let slice: GridSlice = cut.map { [.all, .at($0.index), .all] } ?? [.all, .all]
    let speed = spec.pictures ? try wave.sampled(.velocity, slice) : nil
    try run.onRoot { () throws(TesseraError) in
        // A row for each receiver, a column for each step: the reading n after step n + 1.
        try NpyFile.write(
            records.flatMap { $0 }, shape: [records.count, steps], to: run.path("shot.npy"))
        guard let speed else { return }
        try WavePicture(spec, records: records).draw(
            speed: Raster(rows: speed.extents[0], columns: speed.extents[1], values: speed.values), cut: cut, run)
    }
    try run.finish(store, at: .step, &summary)
}

extension AcousticWave {
    /// The stencil of a job; where sides absorb, σ = 3 c / (2 w h) ln(1000) (d / w)² in layers w cells wide lets a
    /// thousandth of the amplitude of the fastest wave come back.
    init(_ spec: WaveSpec) {
        let courant = spec.schedule.step / spec.spacing
        let layers = spec.boundary.sides.map { (lower: $0.lower == .absorbing, upper: $0.upper == .absorbing) }
        let strength = 1.5 * log(1000.0) * spec.velocities.upperBound * courant / Double(spec.boundary.sponge)
        self.init(
            courant: courant,
            sponge: spec.boundary.isAbsorbing
                ? Sponge(
                    extents: spec.extents, width: spec.boundary.sponge, strength: strength, sides: layers) : nil)
    }
}

extension Simulation {
    /// Sets the velocity.
    fileprivate mutating func fill<let order: Int>(_ spec: WaveSpec) throws(TesseraError)
    where S == AcousticWave<order> {
        switch spec.velocity {
        case .constant(let speed): fill(.velocity) { _ in speed }
        case .file(let file): try read(.velocity, from: file.path)
        case .layers(let layers):
            let speeds = (0..<spec.extents[0]).map { row in
                layers.last { $0.top <= Double(row) * spec.spacing }?.velocity ?? layers[0].velocity
            }
            fill(.velocity) { speeds[$0[0]] }
        }
    }
}

extension WaveBoundary {
    /// The boundaries of the pressure along each axis as the engine takes them.
    fileprivate var axes: [Boundary] { sides.map { .sides($0.lower.rule, $0.upper.rule) } }
}

extension WaveBoundary.Side {
    fileprivate var rule: BoundarySide { self == .rigid ? .reflecting(sign: 1) : .reflecting(sign: -1) }
}

extension WaveSpec {
    /// The velocity is read at the point alone.
    fileprivate var velocityAxes: [Boundary] { extents.map { _ in .neumann } }

    /// The highest peak of the Ricker wavelets; nil where there is none.
    var highestFrequency: Double? {
        sources.compactMap { if case .ricker(let frequency, _, _) = $0.wavelet { frequency } else { nil } }.max()
    }

    /// The problem, for the fingerprint of its checkpoints: all that its bits depend on.
    fileprivate func inWords(velocity: String, points: String) -> String {
        let sides = boundary.sides.map { "\($0.lower.rawValue) to \($0.upper.rawValue)" }.joined(separator: ", ")
        return
            "wave, \(extents.map(String.init).joined(separator: " x ")) points \(spacing) m apart, order \(order), "
            + "\(sides), sponge \(boundary.sponge), \(schedule.steps) steps of \(schedule.step) s, "
            + "\(schedule.snapshots) snapshots, velocity \(velocity), \(sources.count) sources and "
            + "\(receivers.count) receivers \(points)"
    }
}
