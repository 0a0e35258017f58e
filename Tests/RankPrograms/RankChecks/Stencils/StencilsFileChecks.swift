// Fields in .npy files, written and read by any number of ranks.

import ArrayFormats
import Failures
import Foundation
import MessagePassing
import Stencils

let stencilsFileChecks: [RankCheck] = [
    RankCheck("a file holds the field, whatever wrote it, and is read back") { world in
        let path = try sharedPath(world)
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        for extents in [[23], [13, 18], [9, 7, 11]] {
            let boundary = extents.map { _ in Boundary.periodic }
            var first = try Simulation(WideHeat(r: 0.1, order: 2), extents: extents, boundary: boundary, on: world) {
                index in startValue(0, 0, (0..<index.axes).map { index[$0] })
            }
            try first.advance(steps: 2)
            try first.write(to: path)
            let whole = try first.gathered(.u)
            if world.rank == 0 {
                let (shape, values) = try NpyFile.read(path)
                expectEqual(shape, extents)
                expectEqual(values, whole)
            }
            var second = try Simulation(WideHeat(r: 0.1, order: 2), extents: extents, boundary: boundary, on: world)
            try second.read(from: path)
            expectEqual(try second.gathered(.u), whole)
            // Restarted and uninterrupted runs stay the same.
            try first.advance(steps: 2)
            try second.advance(steps: 2)
            expectEqual(try second.gathered(.u), try first.gathered(.u))
        }
    },
    RankCheck("Fortran order, big endian, integers and single precision") { world in
        let path = try sharedPath(world)
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        let extents = [8, 5, 7]
        let count = extents.reduce(1, *)
        let expected: [Float] = (0..<count).map { Float($0 - 100) }
        for isFortran in [false, true] {
            if world.rank == 0 {
                let header = NpyHeader(
                    elementType: .int16, shape: extents, isFortranOrder: isFortran, isLittleEndian: false)
                var data = Data(header.rendered())
                for position in 0..<count {
                    // Where the file's next element lies in C order.
                    let (i, rest) = (position % 8, position / 8)
                    let place = isFortran ? (i * 5 + rest % 5) * 7 + rest / 5 : position
                    let value = Int16(place - 100)
                    data.append(contentsOf: [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)])
                }
                try data.write(to: URL(fileURLWithPath: path))
            }
            try world.barrier()
            var field = try Simulation(
                SingleSum(), extents: extents, boundary: [.neumann, .neumann, .neumann], on: world)
            try field.read(from: path)
            expectEqual(try field.gathered(.u), world.rank == 0 ? expected : nil)
            try field.write(to: path)
            if world.rank == 0 { expectEqual(try NpyHeader.read(from: path).elementType, .float32) }
        }
    },
    RankCheck("files that do not fit are refused on all ranks") { world in
        let path = try sharedPath(world)
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        var heat = try Simulation(Heat(r: 0.1), extents: [12, 10], boundary: [.neumann, .neumann], on: world) { _ in 3 }
        func refuses(_ reason: String, line: Int = #line) {
            expectThrows(
                reason, line: line,
                matches: { if case .file(path, let text) = $0 { text.contains(reason) } else { false } }
            ) { try heat.read(from: path) }
        }
        expectThrows { try heat.read(from: path) }
        if world.rank == 0 { try NpyFile.write([Double](repeating: 0, count: 120), shape: [10, 12], to: path) }
        try world.barrier()
        refuses("shape [10, 12]")
        try world.barrier()
        if world.rank == 0 {
            try NpyFile.write([Double](repeating: 0, count: 120), shape: [12, 10], to: path)
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            try data.dropLast(8).write(to: URL(fileURLWithPath: path))
        }
        try world.barrier()
        refuses("960")
        expectEqual(try heat.sum(.u), 360)
        expectThrows { try heat.write(to: path + ".no/such/folder") }
    },
]

/// Passes a field of Float through.
private struct SingleSum: Stencil {
    typealias Scalar = Float
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u[0, 0, 0] }
}

/// One path for all ranks of this run.
private func sharedPath(_ world: Communicator) throws -> String {
    let process = try world.broadcast(Int(ProcessInfo.processInfo.processIdentifier), from: 0)
    return FileManager.default.temporaryDirectory.appendingPathComponent("tessera-field-\(process).npy").path
}
