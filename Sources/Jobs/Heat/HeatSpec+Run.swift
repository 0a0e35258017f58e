internal import JobFiles
internal import Tessera

// What explicit and implicit steps of a heat job have in common.
extension HeatSpec {
    /// The problem, for the fingerprint of its checkpoints: all that its bits depend on.
    func inWords(_ field: [Double]) -> String {
        "heat, \(rows) x \(columns) cells of \(rowSpacing / Double(refine)) x \(columnSpacing / Double(refine)) m, "
            + "diffusivity \(diffusivity), \(steps) steps of \(step) years, \(snapshots) snapshots, "
            + "checksum \(ElementHash.of(field))" + (method == .explicit ? "" : ", \(method.rawValue)")
    }

    /// The snapshots, counted from 1, by the steps after which they are written; there are as many steps at least.
    var snapshotNumbers: [Int: Int] {
        Dictionary(uniqueKeysWithValues: (1...snapshots).map { (stepOfSnapshot($0), $0) })
    }

    /// Makes the recorder of the job. Collective.
    func recorder(on run: JobRun) throws(TesseraError) -> FieldRecorder<SingleField> {
        try FieldRecorder(
            recording, of: [NamedField(SingleField.u, "elevation", unit: "m")],
            GridPlacement(
                spacing: [rowSpacing / Double(refine), columnSpacing / Double(refine)], lengthUnit: "m",
                timeUnit: "years"), on: run, steps: steps, snapshots: Array(snapshotNumbers.keys))
    }
}
