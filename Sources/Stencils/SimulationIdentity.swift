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
    /// What errors name.
    let routine: String
    /// Name and words of each part, in the order in which they are compared.
    let parts: [(name: String, text: String)]

    init(_ routine: String, _ parts: [(name: String, text: String)]) {
        self.routine = routine
        self.parts = parts
    }

    /// - Parameter step: the steps that are done in the checkpoint.
    init<S>(_ simulation: borrowing Simulation<S>, at step: Int) {
        let names = S.Field.allCases.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }
        let axes = simulation.extents.count
        let times = Set([0, step / 2, Swift.max(0, step - 1)]).sorted().map { Double($0) * simulation.timeStep }
        let boundaries = zip(names, simulation.plan.boundaries).map { name, boundaries in
            "\(name): " + boundaryText(boundaries, extents: simulation.extents, times: times)
        }
        let levels = zip(names, names.indices).map { "\($0) \(simulation.savedLevels($1))" }
        self.init(
            "Simulation",
            [
                ("extents", simulation.extents.map(String.init).joined(separator: "x")),
                ("fields", names.joined(separator: ", ")),
                ("levels", levels.joined(separator: ", ")),
                ("boundaries", boundaries.joined(separator: "; ")),
                ("footprint", simulation.footprint.text),
            ] + UpdateFormula(of: simulation.stencil, axes: axes).parts + [
                ("time step", "\(simulation.timeStep)"),
                ("sources", simulation.points.text(before: step)),
                ("receivers", simulation.points.receiversText),
            ])
    }

    /// As the state of a checkpoint.
    var state: [String: [Int]] {
        Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.text.utf8.map(Int.init)) })
    }

    /// Refuses the checkpoint of another simulation.
    func require(_ manifest: CheckpointManifest, scalar: String, in folder: String) throws(TesseraError) {
        func refuse(_ name: String, _ expected: String, _ found: String) -> TesseraError {
            .argument(
                routine: routine, name: name, expected: expected,
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

extension UpdateFormula {
    /// The formula and its constants.
    var parts: [(name: String, text: String)] {
        [
            ("update", "a formula of checksum \(checksum.hexadecimal)"), ("constants of the update", constantsText),
        ]
    }
}

extension Footprint {
    /// How many values are read and which fields written, and the checksum of the taps.
    var text: String {
        let sorted = taps.map { [$0.field, $0.ago, $0.offset.x, $0.offset.y, $0.offset.z] }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let checksum = checksumOf(sorted.flatMap { $0 }.map { UInt64(bitPattern: Int64($0)) })
        return "\(taps.count) values read, fields \(written.sorted()) written, checksum \(checksum.hexadecimal)"
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
