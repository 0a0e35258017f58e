// A simulation saved between two tiles, and taken up again on any number of ranks in any shape: every level that it keeps
// of every field, coefficients too, in global order, each a .npy file with a checksum (CheckpointStore); and what the
// receivers have read.
//
// A level's ghosts are not saved: they follow from the cells and the boundaries, so that the steps that come have the bits
// of a run that was not interrupted. Bytes: those of the levels, once to the disk, and one pass for the checksums.

public import DistributedArrays
public import Failures
import MessagePassing

extension Simulation {
    /// Writes a checkpoint: all levels of all fields, and the number of steps. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.notFinite`, as ``requireFinite()``: what can no longer be used does not
    ///   displace what can; `TesseraError.argument` where the store holds the checkpoint of another simulation;
    ///   `TesseraError.file` for that of another job, and where the files cannot be written: the checkpoints before stay.
    public func save(in store: CheckpointStore) throws(TesseraError) {
        try requireOwn(store)
        try requireFinite()
        let identity = SimulationIdentity(self, at: step)
        let (origin, count, strides) = (localRanges.map(\.lowerBound), localRanges.map(\.count), strides)
        let readings = try readings()
        let shape = [points.receiverCells, points.records.count]
        var state = identity.state
        state["readings"] = shape
        try store.write(
            kind: checkpointKind, scalar: "\(S.Scalar.self)", step: step, state: state, on: communicator
        ) { (files) throws(TesseraError) in
            for (field, ago) in saved {
                try files.add(
                    UnsafePointer(storage.origin(field, ago: ago)), strides: strides, box: origin, extents: count,
                    of: extents, as: name(field, ago), on: communicator)
            }
            guard !readings.isEmpty else { return }
            try readings.withUnsafeBufferPointer { (memory) throws(TesseraError) in
                try files.add(
                    memory.baseAddress, strides: [shape[1], 1], box: [0, 0],
                    extents: communicator.rank == 0 ? shape : [0, 0], of: shape, as: "readings", on: communicator)
            }
        }
    }

    /// Takes up the newest checkpoint that is whole: all levels of all fields, and the number of steps. Collective.
    ///
    /// Ranks, shape and tiles may be others than those of the run that saved it: the steps that follow have the bits of a
    /// run that nothing interrupted. All that they follow from must be the same: the grid, the fields, their type and
    /// boundaries, the update with its parameters, the time step, and the sources and receivers, which are added before this.
    /// A checkpoint of another simulation is refused with the first thing that differs. Boundary values that are functions
    /// are compared at some ghosts and times alone: what else they depend on belongs into the store's fingerprint.
    /// ```swift
    /// if try !heat.resume(from: store) { heat.fill { ... } }
    /// try heat.advance(steps: 10_000 - heat.step, checkpoints: store)
    /// ```
    /// - Returns: false where there is nothing whole to take up. The values are then to be set: all fields are zero where a
    ///   damaged checkpoint has been read. `CheckpointStore.refused` says what was passed over.
    /// - Throws, on all ranks: `TesseraError.argument` for the checkpoint of another simulation, `TesseraError.file` for
    ///   that of another job.
    @discardableResult
    public mutating func resume(from store: CheckpointStore) throws(TesseraError) -> Bool {
        try requireOwn(store)
        let (origin, count, strides) = (localRanges.map(\.lowerBound), localRanges.map(\.count), strides)
        var hasRead = false
        let found = try store.restore(kind: checkpointKind, scalar: "\(S.Scalar.self)", on: communicator) {
            (generation) throws(TesseraError) -> Int in
            let step = generation.manifest.step
            try generation.require(step >= 0, "0 steps or more, found \(step)")
            hasRead = true
            for (field, ago) in saved {
                try generation.read(
                    name(field, ago), into: storage.origin(field, ago: ago), strides: strides, box: origin,
                    extents: count, of: extents, on: communicator)
            }
            if !points.receivers.isEmpty { try takeUpReadings(generation) }
            return step
        }
        guard hasRead else { return false }
        if found == nil {
            points.records = []
            for (field, ago) in saved {
                for row in 0..<localRows() {
                    let place = SIMD3(row / partition.count.y, row % partition.count.y, 0)
                    (storage.origin(field, ago: ago) + storage.layout.offset(place)).update(
                        repeating: 0, count: columns)
                }
            }
        }
        step = found ?? 0
        valuesWereSet = true
        finiteStep = nil
        return found != nil
    }

    /// What the receivers had read, of which each rank reads the whole.
    private func takeUpReadings(_ generation: CheckpointGeneration) throws(TesseraError) {
        let shape = try generation.state("readings", count: 2)
        try generation.require(
            shape[0] == points.receiverCells && shape[1] >= 0, "readings of \(points.receiverCells) cells")
        var readings = [Double](repeating: 0, count: shape[0] * shape[1])
        if !readings.isEmpty {
            let isRoot = communicator.rank == 0
            try readings.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
                // The boxes are the whole array, each element once.
                try generation.read(
                    "readings", into: memory.baseAddress, strides: [shape[1], 1], box: [0, 0],
                    extents: isRoot ? shape : [0, 0], of: shape, on: communicator)
            }
            var span = readings.mutableSpan
            try communicator.broadcast(&span, from: 0)
        }
        takeUp(readings: readings, steps: shape[1])
    }

    /// Saves unless the newest checkpoint holds just this.
    func saveOnce(in store: CheckpointStore) throws(TesseraError) {
        let isHeld = store.held == CheckpointStore.Contents(kind: checkpointKind, step: step)
        if !isHeld || valuesWereSet { try save(in: store) }
    }

    /// Refuses a store that belongs to another job or another simulation, unless this run has used it already.
    func requireOwn(_ store: CheckpointStore) throws(TesseraError) {
        guard store.held == nil else { return }
        for manifest in try store.soundManifests(on: communicator) where manifest.kind == checkpointKind {
            let identity = SimulationIdentity(self, at: Swift.max(0, manifest.step))
            try communicator.agree("Simulation") { () throws(TesseraError) in
                try identity.require(manifest, scalar: "\(S.Scalar.self)", in: store.folder)
            }
        }
    }

    /// The levels of a field that are saved: those that steps read, and the one before the current.
    func savedLevels(_ field: Int) -> Int { Swift.min(storage.levels[field], LaneSlot.levels) }

    private var saved: [(field: Int, ago: Int)] {
        storage.levels.indices.flatMap { field in (0..<savedLevels(field)).map { (field, $0) } }
    }

    /// How a level is called in a checkpoint.
    private func name(_ field: Int, _ ago: Int) -> String { ago == 0 ? "field-\(field)" : "field-\(field)-ago-\(ago)" }

    private var checkpointKind: String { "Simulation" }
}
