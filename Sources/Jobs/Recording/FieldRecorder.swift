// What a job of a stencil records while it steps, beside its own results: fields as HDF5 with an XDMF file for ParaView,
// frames, and at the end an animation.
//
// Every step has an HDF5 file of its own and every frame its PNG, each put in place as a whole, and the XDMF file lists the
// steps that are there: a run that is killed leaves all of them but the one it was writing, and one that resumes goes on
// behind them.

internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Records fields that step through time, after the steps at which that is due.
///
/// ```swift
/// let recorder = try FieldRecorder(spec.recording, of: [NamedField(.u, "height", unit: "m")], geometry, on: run,
///     steps: spec.steps, snapshots: snapshotSteps)
/// try recorder.record(simulation)                 // the start, before a checkpoint is read: it sets the colours' range
/// for goal in recorder.goals where goal >= simulation.step {
///     try simulation.advance(steps: goal - simulation.step)
///     try recorder.record(simulation)
/// }
/// try recorder.finish(&summary)
/// ```
/// Without options it does nothing, and its goals are the snapshots.
struct FieldRecorder<Field: FieldName> {
    private let options: RecordingOptions?
    private let fields: [NamedField<Field>]
    private let geometry: GridPlacement
    private let run: JobRun
    /// Steps after which the fields are written, the start among them, in order.
    private let fieldSteps: [Int]
    private let frames: FrameRecorder<Field>?

    /// The steps behind the start after which a snapshot, a frame or a file is due, in order and each once.
    let goals: [Int]

    /// Makes the folders. Collective.
    ///
    /// - Parameters:
    ///   - options: nil for a job that records nothing.
    ///   - fields: all that are written, under the names that the kind's keys have.
    ///   - geometry: where the cells lie.
    ///   - steps: of the whole run, resumed ones included.
    ///   - snapshots: the steps after which the job writes its fields.
    init(
        _ options: RecordingOptions?, of fields: [NamedField<Field>], _ geometry: GridPlacement, on run: JobRun,
        steps: Int, snapshots: [Int]
    ) throws(TesseraError) {
        self.options = options
        self.fields = fields
        self.geometry = geometry
        self.run = run
        let fieldSteps = options?.hdf5 == true ? Set([0] + snapshots).sorted() : []
        self.fieldSteps = fieldSteps
        let frames = options.flatMap { options in
            options.frames.map { count in
                FrameRecorder(
                    options, count: count, of: fields.first(where: { $0.name == options.field }) ?? fields[0],
                    timeUnit: geometry.timeUnit, steps: steps)
            }
        }
        self.frames = frames
        goals = Set(snapshots + fieldSteps + (frames?.steps ?? [])).filter { $0 > 0 }.sorted()
        try run.makeFolder("fields", isNeeded: !fieldSteps.isEmpty)
        try run.makeFolder("frames", isNeeded: frames != nil)
    }

    /// Records what is due after the simulation's step. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.file` where a file cannot be written.
    func record<S: SteppedFields & ~Copyable>(
        _ simulation: borrowing S
    ) throws(TesseraError) where S.Field == Field {
        let step = simulation.step
        if fieldSteps.contains(step) {
            let name = S.groupName(ofStep: step)
            var file = try HDF5File(replacing: run.path("fields/\(name).h5"), on: run.world)
            try simulation.write(fields, geometry, to: &file)
            try file.commit()
            try list(simulation)
        }
        try frames?.record(simulation, on: run)
    }

    /// Ends the recording of a run that has come to its end: the animation, and what the summary says. Collective.
    func finish(_ summary: inout JobSummary) throws(TesseraError) {
        if !fieldSteps.isEmpty { summary.add("hdf5_steps", "steps for ParaView", .integer(fieldSteps.count)) }
        try frames?.finish(on: run, &summary)
    }

    /// Writes the XDMF file of the steps whose files are there, up to the current one.
    private func list<S: SteppedFields & ~Copyable>(_ simulation: borrowing S) throws(TesseraError) {
        guard simulation.extents.count > 1 else { return }
        let (extents, step, timeStep) = (simulation.extents, simulation.step, simulation.timeStep)
        try run.onRoot { () throws(TesseraError) in
            var series = try XDMFSeries(
                extents: extents, spacing: geometry.spacing, origin: geometry.origin, fields: fields.map(\.name),
                elementSize: MemoryLayout<S.Scalar>.size)
            for earlier in fieldSteps where earlier <= step {
                let name = S.groupName(ofStep: earlier)
                let file = "fields/\(name).h5"
                guard FileManager.default.fileExists(atPath: run.path(file)) else { continue }
                series.steps.append(.init(time: Double(earlier) * timeStep, file: file, group: name))
            }
            try series.write(to: run.path("fields.xmf"))
        }
    }
}

extension JobRun {
    /// Makes a folder in the output folder. Collective.
    func makeFolder(_ name: String, isNeeded: Bool) throws(TesseraError) {
        guard isNeeded else { return }
        let path = path(name)
        try onRoot { () throws(TesseraError) in
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw .file(path: path, reason: "cannot be made")
            }
        }
    }
}
