// The figure of a wave: the medium, the pressure in the middle of the run, and the shot record, time downwards.

internal import Foundation
internal import JobFiles
internal import Tessera

struct WavePicture {
    private let spec: WaveSpec
    private let records: [[Double]]

    init(_ spec: WaveSpec, records: [[Double]]) {
        self.spec = spec
        self.records = records
    }

    /// Draws the figure.
    ///
    /// - Parameters:
    ///   - speed: the velocity in the plane that is shown.
    ///   - cut: of three axes, which one the plane stands across, and at which index.
    func draw(speed: Raster, cut: (axis: Int, index: Int)?, _ run: JobRun) throws(TesseraError) {
        let snapshot = (spec.schedule.snapshots + 1) / 2
        let time = Double(spec.schedule.stepOfSnapshot(snapshot)) * spec.schedule.step
        let pressure = try Raster(snapshot: run.path(snapshotName(snapshot)), cut: cut)
        let end = String(format: "%.3g", Double(spec.schedule.steps) * spec.schedule.step)
        let panels = Panels(
            [
                Panel("Medium", quantity: "velocity (m/s)", raster: speed),
                Panel(
                    "Pressure after \(String(format: "%.3g", time)) s", quantity: "pressure", raster: pressure,
                    extent: Self.clipped(pressure), colours: .diverging),
                Panel(
                    "Shot record, 0 to \(end) s downwards", quantity: "pressure at the receivers", raster: try shot,
                    extent: Self.clipped(try shot), colours: .diverging),
            ],
            caption:
                "\(spec.sources.count == 1 ? "One source" : "\(spec.sources.count) sources"), "
                + "\(spec.receivers.count) receivers, order \(spec.order), "
                + "\(spec.schedule.steps) steps of \(String(format: "%.3g", 1000 * spec.schedule.step)) ms")
        try panels.picture().write(toPNG: run.path("wave.png"))
    }

    /// Reflections are far weaker than the wave that comes straight from the source: colours end where one value in thirty
    /// lies beyond.
    private static func clipped(_ raster: Raster) -> Panel.Extent {
        let bound = raster.magnitude(notExceededBy: 0.97)
        guard bound > .leastNormalMagnitude, bound.isFinite else { return .symmetric }
        return .fixed(-Ticks.roundedUp(bound)...Ticks.roundedUp(bound))
    }

    /// The record with the receivers side by side and time downwards, about as high as wide.
    private var shot: Raster {
        get throws(TesseraError) {
            let (steps, receivers) = (records[0].count, records.count)
            let (rows, columns) = (min(steps, 480), max(receivers, min(480, 16 * receivers)))
            func place(_ pixel: Int, _ pixels: Int, _ count: Int) -> Int { pixel * count / pixels }
            let values = (0..<rows).flatMap { row in
                (0..<columns).map { records[place($0, columns, receivers)][place(row, rows, steps)] }
            }
            return try Raster(rows: rows, columns: columns, values: values)
        }
    }
}
