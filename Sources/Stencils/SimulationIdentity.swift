// What makes two simulations one computation, whatever ranks, shapes, tiles and threads they run on: in words, for
// checkpoints. The values of the stencil's own parameters are not seen; they belong into the store's fingerprint.

import DistributedArrays
import Failures

/// What a checkpoint must have in common with the simulation that takes it up.
struct SimulationIdentity {
    /// Name and words of each part, in the order in which they are compared.
    let parts: [(name: String, text: String)]

    init<S>(_ simulation: borrowing Simulation<S>) {
        let names = S.Field.allCases.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }
        let footprint = simulation.footprint
        let axes = 3 - simulation.extents.count..<3
        let boundaries = zip(names, simulation.plan.boundaries).map { name, boundaries in
            "\(name): " + boundaries[axes].map(\.text).joined(separator: ", ")
        }
        let levels = zip(names, names.indices).map { "\($0) \(simulation.savedLevels($1))" }
        parts = [
            ("extents", simulation.extents.map(String.init).joined(separator: "x")),
            ("fields", names.joined(separator: ", ")),
            ("levels", levels.joined(separator: ", ")),
            ("boundaries", boundaries.joined(separator: "; ")),
            ("footprint", footprint.text),
            ("time step", "\(simulation.timeStep)"),
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
            let words = manifest.state[name] ?? Array("none".utf8).map(Int.init)
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
        var hash = ElementHash()
        let words = sorted.flatMap { $0 }.map { UInt64(bitPattern: Int64($0)) }
        words.withUnsafeBufferPointer { words in
            if let first = words.baseAddress { hash.add(first, words.count, at: 0) }
        }
        return "\(taps.count) values read, fields \(written.sorted()) written, checksum \(hash.sum.hexadecimal)"
    }
}

extension Boundary {
    fileprivate var text: String {
        switch self {
        case .periodic: "periodic"
        case .sides(let lower, let upper): "\(lower.text) to \(upper.text)"
        }
    }
}

extension BoundarySide {
    fileprivate var text: String {
        switch rule {
        case .constant(let value): "constant \(value)"
        case .function: "function"
        case .mirror(let sign, let slope): "mirror \(sign) \(slope)"
        case .robin(let value, let slope, let sum): "robin \(value) \(slope) \(sum)"
        case .custom: "custom"
        }
    }
}
