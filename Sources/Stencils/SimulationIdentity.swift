// What makes two simulations one computation, whatever ranks, shapes, tiles and threads they run on: in words, for
// checkpoints.
//
// The update is known by its formula and its constants (UpdateFormula). Boundary values that are functions cannot be
// compared; what they give at some ghosts and times stands for them, times that the run has passed and ghosts that it has
// filled. Of a source counts what it has given so far.

import DistributedArrays
import Failures

/// What a checkpoint must have in common with the simulation that takes it up.
struct SimulationIdentity {
    /// Name and words of each part, in the order in which they are compared.
    let parts: [(name: String, text: String)]

    /// - Parameter step: the steps that are done in the checkpoint.
    init<S>(_ simulation: borrowing Simulation<S>, at step: Int) {
        let names = S.Field.allCases.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }
        let footprint = simulation.footprint
        let extents = canonicalExtents(simulation.extents)
        let axes = 3 - simulation.extents.count..<3
        let times = Set([0, step / 2, Swift.max(0, step - 1)]).sorted().map { Double($0) * simulation.timeStep }
        let boundaries = zip(names, simulation.plan.boundaries).map { name, boundaries in
            let words = axes.map { axis in
                boundaries[axis].text(BoundaryProbe(axis: axis, extents: extents, axes: axes.count, times: times))
            }
            return "\(name): " + words.joined(separator: ", ")
        }
        let levels = zip(names, names.indices).map { "\($0) \(simulation.savedLevels($1))" }
        let formula = UpdateFormula(of: simulation.stencil, axes: axes.count)
        parts = [
            ("extents", simulation.extents.map(String.init).joined(separator: "x")),
            ("fields", names.joined(separator: ", ")),
            ("levels", levels.joined(separator: ", ")),
            ("boundaries", boundaries.joined(separator: "; ")),
            ("footprint", footprint.text),
            ("update", "a formula of checksum \(formula.checksum.hexadecimal)"),
            ("constants of the update", formula.constantsText),
            ("time step", "\(simulation.timeStep)"),
            ("sources", simulation.points.text(before: step)),
            ("receivers", simulation.points.receiversText),
        ]
    }

    /// As the state of a checkpoint.
    var state: [String: [Int]] {
        Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.text.utf8.map(Int.init)) })
    }

    /// Refuses the checkpoint of another simulation.
    func require(_ manifest: CheckpointManifest, scalar: String, in folder: String) throws(TesseraError) {
        func refuse(_ name: String, _ expected: String, _ found: String) -> TesseraError {
            .argument(
                routine: "Simulation", name: name, expected: expected,
                found: "\(found) in the checkpoint of another simulation in \(folder)")
        }
        if manifest.scalar != scalar { throw refuse("scalar type", scalar, manifest.scalar) }
        for (name, text) in parts {
            let words = manifest.state[name] ?? Array("nothing".utf8.map(Int.init))
            let found = String(decoding: words.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            if found != text { throw refuse(name, text, found) }
        }
    }
}

extension SimulationPoints {
    /// How many receivers, and the checksum of their fields, cells and weights.
    fileprivate var receiversText: String {
        guard !receivers.isEmpty else { return "none" }
        var hash = ElementHash()
        let words = receivers.flatMap { receiver in
            receiver.cells.flatMap { cell, weight in
                [receiver.field, cell.x, cell.y, cell.z].map { UInt64(bitPattern: Int64($0)) } + [weight.bitPattern]
            } + [.max]
        }
        words.withUnsafeBufferPointer { words in
            if let first = words.baseAddress { hash.add(first, words.count, at: 0) }
        }
        return "\(receivers.count), checksum \(hash.sum.hexadecimal)"
    }
}

extension Footprint {
    /// How many values are read and which fields written, and the checksum of the taps.
    fileprivate var text: String {
        let sorted = taps.map { [$0.field, $0.ago, $0.offset.x, $0.offset.y, $0.offset.z] }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let checksum = checksumOf(sorted.flatMap { $0 }.map { UInt64(bitPattern: Int64($0)) })
        return "\(taps.count) values read, fields \(written.sorted()) written, checksum \(checksum.hexadecimal)"
    }
}

/// Where and when a boundary value that is a function is asked for.
private struct BoundaryProbe {
    let axis: Int
    let extents: SIMD3<Int>
    let axes: Int
    let times: [Double]

    /// Ghosts of the first layer beyond one end: across the others' cells at both ends and between.
    func ghosts(isLower: Bool) -> [GridIndex] {
        var places = [SIMD3<Int>.zero]
        for other in 0..<3 {
            let choices =
                other == axis
                ? [isLower ? -1 : extents[axis]]
                : Set([0, extents[other] / 3, extents[other] - 1]).sorted()
            places = places.flatMap { place in
                choices.map { choice in
                    var next = place
                    next[other] = choice
                    return next
                }
            }
        }
        return places.map { GridIndex(canonical: $0, axes: axes) }
    }

    /// The checksum of what a function gives.
    func checksum(isLower: Bool, _ value: (GridIndex, Double) -> [Double]) -> String {
        let values = ghosts(isLower: isLower).flatMap { ghost in times.flatMap { value(ghost, $0) } }
        return checksumOf(values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }).hexadecimal
    }
}

extension Boundary {
    fileprivate func text(_ probe: BoundaryProbe) -> String {
        switch self {
        case .periodic: "periodic"
        case .sides(let lower, let upper):
            "\(lower.text(probe, isLower: true)) to \(upper.text(probe, isLower: false))"
        }
    }
}

extension BoundarySide {
    fileprivate func text(_ probe: BoundaryProbe, isLower: Bool) -> String {
        switch rule {
        case .constant(let value): "constant \(value)"
        case .function(let value):
            "function of checksum \(probe.checksum(isLower: isLower) { [value($0, $1)] })"
        case .mirror(let sign, let slope): "mirror \(sign) \(slope)"
        case .robin(let value, let slope, let sum): "robin \(value) \(slope) \(sum)"
        case .custom(let value):
            "custom of checksum "
                + probe.checksum(isLower: isLower) { ghost, time in [0, 0.5, -1].map { value(ghost, time, $0) } }
        }
    }
}

extension SimulationPoints {
    /// Where the sources are, and the checksum of what they have given before a step.
    fileprivate func text(before step: Int) -> String {
        guard !sources.isEmpty else { return "none" }
        var words: [UInt64] = []
        func add(_ number: Int) { words.append(UInt64(bitPattern: Int64(number))) }
        for (source, series) in zip(sources, series) {
            add(source.field)
            add(source.cells.count)
            for (cell, weight) in source.cells {
                cell.array.forEach(add)
                words.append(weight.bitPattern)
            }
            // Beyond the end of a series all is 0.
            let given = Array(series.prefix(step))
            let last = given.lastIndex { $0 != 0 } ?? -1
            add(last + 1)
            words += given.prefix(last + 1).map(\.bitPattern)
        }
        return "\(sources.count) of checksum \(checksumOf(words).hexadecimal)"
    }
}
