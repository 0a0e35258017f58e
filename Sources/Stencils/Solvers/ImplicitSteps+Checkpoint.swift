// Implicit steps saved between two of them, and taken up again on any number of ranks: the field in global order, a .npy
// file with a checksum (CheckpointStore), and the number of steps. A step follows from the field alone, so that the steps
// that come have the bits of a run that was not interrupted.

public import DistributedArrays
public import Failures
import MessagePassing

extension ImplicitSteps {
    /// Writes a checkpoint: the field and the number of steps. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.notFinite` where a cell is NaN or infinite: what can no longer be used does not
    ///   displace what can; `TesseraError.argument` where the store holds the checkpoint of other steps;
    ///   `TesseraError.file` for that of another job, and where the files cannot be written: the checkpoints before stay.
    public func save(in store: CheckpointStore) throws(TesseraError) {
        try requireOwn(store)
        let view = field.view
        if let cell = try view.firstNonFinite() {
            throw .notFinite(routine: "ImplicitSteps", name: "cell \(cell) after step \(step)")
        }
        try store.write(
            kind: checkpointKind, scalar: "\(Scalar.self)", step: step, state: identity(at: step).state,
            on: system.communicator
        ) { (files) throws(TesseraError) in
            try files.add(
                UnsafePointer(view.origin), strides: view.strides, box: view.boxOrigin, extents: view.boxExtents,
                of: field.extents, as: "field-0", on: system.communicator)
        }
    }

    /// Takes up the newest checkpoint that is whole: the field and the number of steps. Collective.
    ///
    /// The number of ranks may be another than that of the run that saved it: the steps that follow have the bits of a run
    /// that nothing interrupted, where they are solved by the same method to the same tolerance. The grid, the type, the
    /// update with its parameters, the boundaries, the scheme and the time step must be the same: a checkpoint of other
    /// steps is refused with the first thing that differs. Boundary values that are functions are compared at some ghosts
    /// and times alone: what else they depend on belongs into the store's fingerprint.
    /// ```swift
    /// if try !heat.resume(from: store) { heat.field.fill { ... } }
    /// try heat.advance(steps: 100 - heat.step, checkpoints: store)
    /// ```
    /// - Returns: false where there is nothing whole to take up. The field is then to be set: it is zero where a damaged
    ///   checkpoint has been read. `CheckpointStore.refused` says what was passed over.
    /// - Throws, on all ranks: `TesseraError.argument` for the checkpoint of other steps, `TesseraError.file` for that of
    ///   another job.
    @discardableResult
    public func resume(from store: CheckpointStore) throws(TesseraError) -> Bool {
        try requireOwn(store)
        let view = field.view
        var hasRead = false
        let found = try store.restore(kind: checkpointKind, scalar: "\(Scalar.self)", on: system.communicator) {
            (generation) throws(TesseraError) -> Int in
            let step = generation.manifest.step
            try generation.require(step >= 0, "0 steps or more, found \(step)")
            hasRead = true
            try generation.read(
                "field-0", into: view.origin, strides: view.strides, box: view.boxOrigin, extents: view.boxExtents,
                of: field.extents, on: system.communicator)
            return step
        }
        guard hasRead else { return false }
        if found == nil { view.clear() }
        step = found ?? 0
        return found != nil
    }

    /// Refuses a store that belongs to another job or to other steps, unless this run has used it already.
    func requireOwn(_ store: CheckpointStore) throws(TesseraError) {
        let communicator = system.communicator
        guard store.held == nil else { return }
        for manifest in try store.soundManifests(on: communicator) where manifest.kind == checkpointKind {
            let identity = identity(at: Swift.max(0, manifest.step))
            try communicator.agree("ImplicitSteps") { () throws(TesseraError) in
                try identity.require(manifest, scalar: "\(Scalar.self)", in: store.folder)
            }
        }
    }

    private func identity(at step: Int) -> SimulationIdentity {
        let extents = field.extents
        let times = Set([0, step / 2, step]).sorted().map { Double($0) * timeStep }
        return SimulationIdentity(
            "ImplicitSteps",
            [
                ("extents", extents.map(String.init).joined(separator: "x")),
                ("scheme", scheme.rawValue), ("time step", "\(timeStep)"),
                ("boundaries", boundaryText(boundary, extents: extents, times: times)),
                ("footprint", system.footprint.text),
            ] + update.formula(extents.count).parts)
    }

    private var checkpointKind: String { "ImplicitSteps" }
}
