internal import Foundation
internal import JobFiles
internal import Tessera

/// What a heat job says at its end, however it stepped: the masses, and the maps before and after.
struct HeatReport {
    private let spec: HeatSpec
    private let shape: [Int]
    private var before: (picture: [Double]?, mass: Double) = (nil, 0)
    private var after: (picture: [Double]?, mass: Double) = (nil, 0)
    /// What the largest value of the start would add up to: the mass itself may be zero.
    private var scale = 1.0

    init(_ spec: HeatSpec, shape: [Int]) {
        self.spec = spec
        self.shape = shape
    }

    mutating func begin(picture: [Double]?, mass: Double, largest: Double) {
        before = (picture, mass)
        scale = max(largest * Double(spec.rows) * Double(spec.columns), .leastNormalMagnitude)
    }

    mutating func end(picture: [Double]?, mass: Double) { after = (picture, mass) }

    /// - Parameter tolerance: the relative change of the mass that counts as rounding.
    func addFacts(to summary: inout JobSummary, idleRanks: Int, tolerance: Double = 1e-12) {
        summary.add("cells", "cells", .text("\(spec.rows) x \(spec.columns)"))
        if idleRanks > 0 { summary.add("idle_ranks", "ranks without cells", .integer(idleRanks)) }
        summary.add("steps", "steps", .integer(spec.steps))
        summary.add("step_years", "step", .quantity(spec.step, "years"))
        summary.add("stable_step_years", "largest stable step", .quantity(spec.stableStep, "years"))
        summary.add("duration_years", "duration", .quantity(spec.duration, "years"))
        summary.add("snapshots", "snapshots", .integer(spec.snapshots))
        let change = after.mass - before.mass
        summary.add("mass_change", "relative change of mass", .quantity(change / scale, ""))
        if spec.boundary.conservesMass {
            summary.add("mass_conserved", "mass conserved to rounding", .flag(abs(change) <= tolerance * scale))
        }
    }

    /// The maps before and after, and their difference, where there are pictures.
    func draw(to path: String) throws(TesseraError) {
        guard let first = before.picture, let second = after.picture else { return }
        try drawMaps(
            ("Before", first), ("After", second), difference: ("Difference", "after - before (m)"), shape: shape,
            spacing: (spec.rowSpacing, spec.columnSpacing),
            caption: "\(grouped(spec.duration)) years of soil creep at \(spec.diffusivity) m²/yr", to: path)
    }
}

extension HeatSpec {
    /// The step after which a snapshot is written: evenly spaced in time; the last stands at the end of the duration.
    func stepOfSnapshot(_ snapshot: Int) -> Int {
        Int((Double(steps) * Double(snapshot) / Double(snapshots)).rounded())
    }
}

/// The name of a snapshot's file, counted from 1.
func snapshotName(_ snapshot: Int) -> String { "snapshot-\(String(format: "%04d", snapshot)).npy" }

/// 12000 as "12,000".
private func grouped(_ number: Double) -> String {
    let digits = Array(String(format: "%.0f", number))
    return String(
        digits.enumerated().flatMap { place, digit in
            place > 0 && (digits.count - place).isMultiple(of: 3) && digits[place - 1] != "-" ? [",", digit] : [digit]
        })
}
