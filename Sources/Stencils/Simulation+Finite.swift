// NaN and infinity, found with step and cell. Asked for once: one pass over the current level of the written fields says that
// all is well, and only where it is not another one finds the first cell. Asked for every so many steps: inside the tiles
// (FiniteWatch).

public import Failures
import MessagePassing

extension Simulation {
    /// Throws where a value of a written field is NaN or infinite: `TesseraError.notFinite` on all ranks, which names the
    /// field, the first such cell in C order, the step, and the last step after which all was seen to be finite.
    /// Collective.
    public func requireFinite() throws(TesseraError) {
        let written = writtenFields
        let isSound = written.allSatisfy { field in
            (0..<localRows()).allSatisfy { areFinite(UnsafePointer(pointer(field, ago: 0, row: $0)), count: columns) }
        }
        guard try communicator.agreedMaximum(isSound ? 0 : 1) > 0 else { return }
        for field in written {
            guard let cell = try firstNonFinite(field) else { continue }
            throw notFinite(field, cell, step: step)
        }
    }

    private func notFinite(_ field: S.Field, _ cell: GridIndex, step: Int) -> TesseraError {
        let before = finiteStep.map { " (all was finite after step \($0))" } ?? ""
        return .notFinite(routine: "Simulation", name: "\(field) in cell \(cell) after step \(step)\(before)")
    }

    private var writtenFields: [S.Field] { S.Field.allCases.filter { footprint.written.contains($0.rawValue) } }

    /// What looks at the steps that ``checkFinite(every:)`` has asked for; nil where it has not.
    func finiteWatch() -> FiniteWatch<S.Scalar>? {
        finiteInterval.map { FiniteWatch(writtenFields.map(\.rawValue), every: $0, partition, storage.layout) }
    }

    /// Throws what a tile has found. Collective.
    mutating func heed(_ watch: FiniteWatch<S.Scalar>) throws(TesseraError) {
        if let find = try watch.find(on: communicator) {
            finiteStep = find.stepBefore ?? finiteStep
            throw notFinite(S.Field(rawValue: find.field)!, find.cell, step: find.step)
        }
        finiteStep = watch.steps.last ?? finiteStep
    }

    /// From now on every run looks for NaN and infinity after each step whose number is a multiple of `steps`, and ends as
    /// ``requireFinite()`` does, with the first such step at which there are any; nil ends that. Collective.
    ///
    /// Values are looked at inside the tiles, just after they are computed. Tiles are not cut for it: a run ends after the
    /// tile that the step is in, so that ``step`` may be past the one that the error names. Runs look anyway before they
    /// save a checkpoint, at each stop test, and on the slices that they show.
    ///
    /// - Throws: `TesseraError.argument` on all ranks for steps below 1.
    public mutating func checkFinite(every steps: Int?) throws(TesseraError) {
        try communicator.agree("Simulation.checkFinite", on: [steps ?? 0, steps == nil ? 0 : 1]) {
            () throws(TesseraError) in
            guard steps ?? 1 >= 1 else {
                throw .argument(
                    routine: "Simulation.checkFinite", name: "every", expected: "1 or more", found: "\(steps ?? 0)")
            }
        }
        finiteInterval = steps
    }
}
