// Kind `wave`: sound in a plane or in space, d²u/dt² = c² Δu + sources, by the leapfrog of second order in time and central
// differences of order 2, 4 or 8 in space.
//
// Stable where (c dt / h)² κ <= 4 (von Neumann), -κ / h² being the operator's symbol at the shortest wave of the grid, in
// which neighbours have opposite signs along every axis.

import CostModels

/// Sends waves from point sources through a medium and records them at receivers.
public struct WaveSpec: JobSpec {
    /// One point source; its values times a delta at its place are added to d²u/dt².
    public struct Source: Hashable, Sendable {
        /// Metres from the first point of the grid along each axis.
        public let position: [Double]
        public let wavelet: Wavelet
    }

    public enum Wavelet: Hashable, Sendable {
        /// amplitude (1 - 2 a²) exp(-a²) with a = π frequency (t - delay): hertz and seconds.
        case ricker(frequency: Double, delay: Double, amplitude: Double)
        /// Samples that many seconds apart, the first at time 0, straight lines between them, 0 beyond the last.
        case samples(InputArray, interval: Double, amplitude: Double)
    }

    /// Metres a second.
    public enum Velocity: Hashable, Sendable {
        case constant(Double)
        /// From the top downwards.
        case layers([Layer])
        /// One for each point of the grid.
        case file(InputArray)
    }

    public struct Layer: Hashable, Sendable {
        /// Metres below the first point along the first axis.
        public let top: Double
        public let velocity: Double
    }

    /// Points along each axis, the first of which is depth.
    public let extents: [Int]
    /// Metres between neighbours along every axis.
    public let spacing: Double
    public let velocity: Velocity
    /// The order of the differences in space.
    public let order: Int
    public let boundary: WaveBoundary
    public let sources: [Source]
    /// Metres from the first point of the grid along each axis.
    public let receivers: [[Double]]
    /// In seconds.
    public let schedule: TimeSchedule
    public let pictures: Bool
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?
    /// nil where nothing is recorded while the job steps.
    public let recording: RecordingOptions?

    /// The least and the greatest velocity, in metres a second.
    public var velocities: ClosedRange<Double> {
        switch velocity {
        case .constant(let value): value...value
        case .layers(let layers):
            layers.reduce(layers[0].velocity...layers[0].velocity) {
                min($0.lowerBound, $1.velocity)...max($0.upperBound, $1.velocity)
            }
        case .file(let file): file.range ?? 0...0
        }
    }

    /// The largest stable step, in seconds.
    public var stableStep: Double {
        Self.stableStep(order, axes: extents.count, spacing: spacing, fastest: velocities.upperBound)
    }

    private static func stableStep(_ order: Int, axes: Int, spacing: Double, fastest: Double) -> Double {
        // -h² times the symbol along one axis at the shortest wave: w0 + 2 Σ (-1)^m w_m, all terms of one sign.
        let symbols = [2: 4.0, 4: 16.0 / 3, 8: 205.0 / 72 + 2 * (8.0 / 5 + 1.0 / 5 + 8.0 / 315 + 1.0 / 560)]
        return 2 * spacing / (fastest * (Double(axes) * (symbols[order] ?? 4)).squareRoot())
    }

    static let kind = "wave"
    static let summary = "acoustic waves from point sources in a medium of any velocity, recorded by receivers."
    static let inputKeys = ["velocity"]
    static let memoryKey = "extents"
    /// What `auto` takes of the largest stable step.
    private static let automatic = 0.9

    private static let position = JobValueType.list(.number(.any), 2...3)
    private static let wavelet = [
        JobKey("frequency", .number(.positive), .optional, "The frequency of a Ricker wavelet's peak, in hertz."),
        JobKey(
            "delay", .number(.any), .optional,
            "The time of a Ricker wavelet's peak, in seconds; 1.5 / frequency where left out."),
        JobKey(
            "samples", .input(.series), .optional,
            "Instead of a Ricker wavelet: a .npy file of values, the first at time 0; 0 beyond the last."),
        JobKey("interval", .number(.positive), .optional, "Seconds from one of the samples to the next."),
        JobKey("amplitude", .number(.any), .defaults(.number(1)), "What the wavelet is multiplied by."),
    ]

    static let keys =
        [
            .extents(
                2...3, .optional,
                "Points along each axis, depth first; those of the velocity where this is a file."),
            JobKey("spacing", .number(.positive), .required, "Metres between neighbouring points along every axis."),
            JobKey(
                "velocity",
                .either([
                    .number(.positive), .input(.grid),
                    .section([
                        JobKey(
                            "layers", .list(.list(.number(.nonNegative), 2...2), 1...10_000), .required,
                            "Pairs of the depth where a layer begins, in metres, and its velocity; the first begins at 0."
                        )
                    ]),
                ]), .required,
                "Metres a second: one number, layers, or a .npy file with a value for each point of the grid."),
            JobKey(
                "order", .integer(2...8), .defaults(.integer(4)), "The order of the differences in space: 2, 4 or 8."),
            WaveBoundary.key, WaveBoundary.spongeKey,
            JobKey(
                "sources",
                .list(
                    .section([
                        JobKey(
                            "position", position, .required,
                            "Metres from the first point of the grid along each axis, depth first."),
                        JobKey(
                            "wavelet", .section(wavelet), .required,
                            "What the source sends: a Ricker wavelet by its frequency, or samples."),
                    ]), 1...100_000), .required,
                "Point sources; what they send is added to the second derivative of the pressure in time."),
            JobKey(
                "receivers",
                .either([
                    .list(position, 1...1_000_000),
                    .section([
                        JobKey("from", position, .required, "The position of the first receiver of a line."),
                        JobKey("to", position, .required, "The position of the last one."),
                        JobKey("count", .integer(1...1_000_000), .required, "Receivers on the line, evenly spaced."),
                    ]),
                ]), .required,
                "Where the pressure is read in every step: a list of positions, or a line from one to another."),
        ] + TimeStepping.keys(unit: "seconds", automatic: "0.9 of the largest stable step") + [
            .pictures, .steppingCheckpoint, .recording(fields: ["pressure"], axes: 3, colours: .diverging),
        ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        let order = section.ifSound(integer: "order")
        if let order, ![2, 4, 8].contains(order) {
            report.add(section.location("order"), "order", expected: "2, 4 or 8", found: "\(order)")
        }
        checkVelocity(section, &report)
        for source in section.ifSound(list: "sources") ?? [] { checkWavelet(source.section, &report) }
        if let recording = section.ifSound(section: "recording"), recording.ifSound(integer: "frames") != nil,
            !recording.isGiven("range", report)
        {
            report.add(
                recording.location("frames"), recording.fullName("range"),
                expected: "the pressures that the colours of frames span, as it is zero in the first", found: "none")
        }
        guard let extents = checkedExtents(section, &report) else { return }
        WaveBoundary.checkRelations(section, extents, &report)
        guard let spacing = section.ifSound(number: "spacing") else { return }
        checkPositions(section, extents, spacing, &report)
        guard let velocity = velocity(section), let order, [2, 4, 8].contains(order) else { return }
        let fastest = velocity.range.upperBound
        guard fastest > 0 else { return }
        let stable = stableStep(order, axes: extents.count, spacing: spacing, fastest: fastest)
        TimeStepping.check(
            section, stable: stable, automatic: automatic * stable, unit: "seconds", extents: extents, &report)
    }

    init(_ section: CheckedSection) {
        velocity = Self.velocity(section)!.value
        extents = Self.extents(section)!
        spacing = section.number("spacing")
        order = section.integer("order")
        boundary = WaveBoundary(section, axes: extents.count)
        sources = section.ifSound(list: "sources")!.map { item in
            let source = item.section!
            return Source(
                position: source.ifSound(numberList: "position")!, wavelet: Self.wavelet(source.section("wavelet")))
        }
        receivers = Self.receivers(section)!.map(\.position)
        let stable = Self.stableStep(
            order, axes: extents.count, spacing: spacing, fastest: Self.velocity(section)!.range.upperBound)
        schedule = TimeSchedule(section, automatic: Self.automatic * stable)
        pictures = section.boolean("pictures")
        checkpoint = section.checkpoint
        recording = section.recording(axes: extents.count)
    }

    func writes(_ name: String) -> Bool { name.hasPrefix("snapshot-") || name == "shot.npy" }

    func memory(ranks: Int) -> Int {
        MemoryModel.wave(
            cells: extents.saturatedProduct,
            readings: [receivers.count, 1 << extents.count, schedule.steps].saturatedProduct, ranks: ranks)
    }
}
