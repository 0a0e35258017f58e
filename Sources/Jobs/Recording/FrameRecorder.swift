// Frames of one field: means over blocks of cells, taken on the ranks, in colours that span one range from the first frame
// to the last.

internal import Foundation
internal import JobFiles
internal import Tessera

/// Draws a field, or a plane of one, after so many steps evenly spaced in time.
struct FrameRecorder<Field: FieldName> {
    /// The step of each frame, in order: the first is the start, the last the end.
    let steps: [Int]
    private let options: RecordingOptions
    private let field: NamedField<Field>
    private let timeUnit: String
    /// What the colours span; set by the first frame on rank 0.
    private let range: Shared

    /// Held by all copies: a frame does not change the recorder.
    private final class Shared {
        var value: ClosedRange<Double>?
        init(_ value: ClosedRange<Double>?) { self.value = value }
    }

    /// - Parameter steps: of the whole run, at least one for each frame behind the first.
    init(_ options: RecordingOptions, count: Int, of field: NamedField<Field>, timeUnit: String, steps: Int) {
        self.options = options
        self.field = field
        self.timeUnit = timeUnit
        self.steps = (0..<count).map { Int((Double(steps) * Double($0) / Double(count - 1)).rounded()) }
        range = Shared(options.range)
    }

    private var animation: String { "\(field.name)-animation.png" }

    private func path(_ index: Int) -> String { "frames/frame-\(String(format: "%04d", index + 1)).png" }

    /// Draws the frame that is due after the simulation's step, if one is. Collective.
    func record<S: SteppedFields & ~Copyable>(
        _ simulation: borrowing S, on run: JobRun
    ) throws(TesseraError) where S.Field == Field {
        guard let index = steps.firstIndex(of: simulation.step) else { return }
        let sample = try simulation.averaged(field.field, slice(of: simulation.extents), on: 0)
        let end = Double(steps[steps.count - 1]) * simulation.timeStep
        try run.onRoot { () throws(TesseraError) in
            guard let sample else { return }
            let raster = try Raster(
                rows: sample.extents[0], columns: sample.extents[1], values: sample.values.map { Double($0) })
            if range.value == nil { range.value = raster.range ?? 0...0 }
            let title = title(step: sample.step, time: sample.time, of: end)
            // The last title with the widest digits: no other is wider.
            let widest = String(
                self.title(step: steps[steps.count - 1], time: end, of: end).map { $0.isNumber ? "8" : $0 })
            let picture = figure(title, raster).picture()
            let canvas = figure(widest, raster).layout
            var frame = Picture(width: max(canvas.width, picture.width), height: canvas.height)
            frame.draw(picture, x: (frame.width - picture.width) / 2, y: 0)
            try frame.write(toPNG: run.path(path(index)))
        }
    }

    /// Makes the animation. Collective.
    func finish(on run: JobRun, _ summary: inout JobSummary) throws(TesseraError) {
        summary.add("frames", "frames", .integer(steps.count))
        guard options.animation else { return }
        try run.onRoot { () throws(TesseraError) in
            try AnimatedPNG.write(
                frames: steps.indices.map { run.path(path($0)) }, rate: framesPerSecond, to: run.path(animation))
        }
        summary.add("animation", "animation", .text(animation))
    }

    /// Blocks so large that at most `width` of them stand along the longer side of the plane.
    private func slice(of extents: [Int]) -> GridSlice {
        let fixed = options.plane?.axis
        let sides = extents.indices.filter { $0 != fixed }.map { extents[$0] }
        let side = BoxAverage.factor(rows: sides[0], columns: sides[1], largest: options.width)
        return GridSlice(
            extents.indices.map { axis -> GridSlice.Axis in
                axis == fixed ? .at(options.plane?.index ?? extents[axis] / 2) : .every(side)
            })
    }

    private func figure(_ title: String, _ raster: Raster) -> Panels {
        let colours: ColourMap =
            switch options.colours {
            case .sequential: .sequential
            case .diverging: .diverging
            case .terrain: .terrain
            }
        let quantity = field.unit.isEmpty ? field.name : "\(field.name) (\(field.unit))"
        return Panels(
            [
                Panel(
                    title, quantity: quantity, raster: raster.enlarged(toAtMost: options.width),
                    extent: .fixed(range.value ?? 0...0), colours: colours)
            ], largestSide: options.width)
    }

    /// "step 120, 35,503 years": all with as many decimals as four digits of the last time need.
    private func title(step: Int, time: Double, of end: Double) -> String {
        let unit = timeUnit.isEmpty ? "" : " \(timeUnit)"
        guard end >= 1e-3, end < 1e9 else { return "step \(step), \(String(format: "%.3e", time))\(unit)" }
        let decimals = max(0, 3 - Int(log10(end).rounded(.down)))
        return "step \(step), \(String(format: "%.\(decimals)f", time))\(unit)"
    }
}

private let framesPerSecond: UInt16 = 10

extension Raster {
    /// Each cell as often along both sides as fits into `largest`: small grids are seen as squares.
    func enlarged(toAtMost largest: Int) -> Raster {
        let factor = largest / max(rows, columns)
        guard factor > 1 else { return self }
        var values: [Double] = []
        values.reserveCapacity(rows * columns * factor * factor)
        for row in 0..<rows * factor {
            for column in 0..<columns * factor { values.append(self[row / factor, column / factor]) }
        }
        return Raster(unchecked: rows * factor, columns * factor, values)
    }
}
