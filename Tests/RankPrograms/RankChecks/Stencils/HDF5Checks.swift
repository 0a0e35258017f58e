// HDF5 files, written by any number of ranks and read back in other boxes.

import DistributedArrays
import Failures
import Foundation
import MessagePassing
import Stencils

/// The rank's part of an array cut along its first axis, evenly but for `shift`.
private func share(_ shape: [Int], _ rank: Int, of ranks: Int) -> (origin: [Int], extents: [Int]) {
    let cut = (0...ranks).map { shape[0] * $0 / ranks }
    let rest = Array(shape.dropFirst())
    return ([cut[rank]] + rest.map { _ in 0 }, [cut[rank + 1] - cut[rank]] + rest)
}

/// An array, read as a whole by each of `world`'s ranks on its own, and by all together in slabs.
private func whole<T: BinaryFloatingPoint & MessageElement>(
    _ path: String, _ name: String, as: T.Type, _ world: Communicator
) throws -> [T] {
    let alone = try Communicator.ofSelf()
    var file = try HDF5File(reading: path, on: alone)
    let shape = try file.shape(of: name)
    var values = [T](repeating: 0, count: shape.reduce(1, *))
    var span = values.mutableSpan
    try file.read(name, into: &span, box: shape.map { _ in 0 }, extents: shape)
    try file.close()
    try alone.close()

    var together = try HDF5File(reading: path, on: world)
    let (origin, extents) = share(shape, world.rank, of: world.size)
    var slab = [T](repeating: 0, count: extents.reduce(1, *))
    var part = slab.mutableSpan
    try together.read(name, into: &part, box: origin, extents: extents)
    try together.close()
    let first = origin[0] * shape.dropFirst().reduce(1, *)
    expectEqual(slab, Array(values[first..<first + slab.count]), "slab of \(name)")
    return values
}

private func reason(_ text: String) -> (TesseraError) -> Bool {
    { error in
        if case .file(_, let found) = error { found.contains(text) && !found.contains("\n") } else { false }
    }
}

let hdf5Checks: [RankCheck] = [
    RankCheck("HDF5: two fields of several steps, on every shape of grid") { world in
        try withFolder(world) { folder in
            let path = folder + "/wave.h5"
            for extents in [[23], [13, 18], [9, 7, 11], [1, 2]] {
                // A file that is there is replaced.
                var wave = try Simulation(
                    Wave(r: 0.1), extents: extents, boundary: extents.map { _ in .neumann }, timeStep: 0.5, on: world)
                wave.fill(.height) { index in startValue(0, 0, (0..<index.axes).map { index[$0] }) }
                wave.fill(.speed) { index in startValue(1, 0, (0..<index.axes).map { index[$0] }) }
                let geometry = GridPlacement(
                    spacing: extents.indices.map { 2.5 + Double($0) }, origin: extents.map { _ in -1 }, lengthUnit: "m",
                    timeUnit: "s")
                var heights: [[Double]?] = []
                try HDF5File.replacing(path, on: world) { (file) throws(TesseraError) in
                    for _ in 0..<3 {
                        try wave.write(
                            [NamedField(.height, "height", unit: "m"), NamedField(.speed, "wave-speed")], geometry,
                            to: &file)
                        heights.append(try wave.gathered(.height))
                        try wave.advance(steps: 2)
                    }
                }
                let speed = try wave.gathered(.speed)
                for (index, height) in heights.enumerated() {
                    let group = "step-000000000\(2 * index)"
                    let (first, second) = (
                        try whole(path, group + "/height", as: Double.self, world),
                        try whole(path, group + "/wave-speed", as: Double.self, world)
                    )
                    if world.rank == 0 {
                        expectEqual(first, height)
                        expectEqual(second, speed)
                    }
                    var file = try HDF5File(reading: path, on: world)
                    expectEqual(try file.shape(of: group + "/height"), extents)
                    expectEqual(try file.attribute("step", of: group), .integer(2 * index))
                    expectEqual(try file.attribute("time", of: group), .number(Double(index)))
                    expectEqual(try file.attribute("spacing", of: group), .numbers(geometry.spacing))
                    expectEqual(try file.attribute("origin", of: group), .numbers(geometry.origin))
                    expectEqual(try file.attribute("time unit", of: group), .text("s"))
                    expectEqual(try file.attribute("fields", of: group), .texts(["height", "wave-speed"]))
                    expectEqual(try file.attribute("unit", of: group + "/height"), .text("m"))
                    expectEqual(try file.attribute("unit", of: group + "/wave-speed"), .text(""))
                    try file.close()
                }
                var again = try Simulation(
                    Wave(r: 0.1), extents: extents, boundary: extents.map { _ in .neumann }, on: world)
                var file = try HDF5File(reading: path, on: world)
                try again.read(.height, from: &file, "step-0000000002/height")
                try file.close()
                expectEqual(try again.gathered(.height), heights[1])
                if world.rank == 0 {
                    expectEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["wave.h5"])
                }
                try world.barrier()
            }
        }
    },
    RankCheck("HDF5: single precision, the same bytes on every number of ranks, many rounds") { world in
        let limit = FieldFile.limit
        FieldFile.limit = 256
        defer { FieldFile.limit = limit }
        try withFolder(world) { folder in
            func write(_ path: String, on communicator: Communicator) throws -> [Float]? {
                var heat = try Simulation(
                    HeatSingle(r: 0.2), extents: [17, 29], boundary: [.periodic, .neumann], on: communicator)
                heat.fill { startValue(0, 0, [$0[0], $0[1]]) }
                try heat.advance(steps: 3)
                try HDF5File.replacing(path, on: communicator) { (file) throws(TesseraError) in
                    try heat.write([NamedField(.u, "u")], GridPlacement(spacing: [1, 1]), to: &file)
                }
                return try heat.gathered(.u)
            }
            let alone = try Communicator.ofSelf()
            let values = try write(folder + "/together.h5", on: world)
            _ = try write(folder + "/alone-\(world.rank).h5", on: alone)
            try alone.close()
            let found = try whole(folder + "/together.h5", "step-0000000003/u", as: Float.self, world)
            if world.rank == 0 { expectEqual(found, values) }
            // Converted on the way.
            let wide = try whole(folder + "/together.h5", "step-0000000003/u", as: Double.self, world)
            expectEqual(wide, found.map { Double($0) })
            let own = try whole(folder + "/alone-\(world.rank).h5", "step-0000000003/u", as: Float.self, .ofSelf())
            expectEqual(own, found)
            func bytes(_ name: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).h5"))
            }
            try expect(bytes("together") == bytes("alone-\(world.rank)"), "bytes")

            // Two fields and many steps: groups whose tables grow.
            func writeMany(_ name: String, on communicator: Communicator) throws {
                var wave = try Simulation(
                    Wave(r: 0.1), extents: [5, 4, 6], boundary: [.neumann, .periodic, .neumann], on: communicator)
                wave.fill(.height) { startValue(0, 0, [$0[0], $0[1], $0[2]]) }
                try HDF5File.replacing("\(folder)/\(name).h5", on: communicator) { (file) throws(TesseraError) in
                    for _ in 0..<40 {
                        try wave.write(
                            [NamedField(.height, "height", unit: "m"), NamedField(.speed, "speed")],
                            GridPlacement(spacing: [1, 2, 3], timeUnit: "s"), to: &file)
                        try wave.advance(steps: 1)
                    }
                }
            }
            let one = try Communicator.ofSelf()
            try writeMany("together", on: world)
            try writeMany("alone-\(world.rank)", on: one)
            try one.close()
            try expect(bytes("together") == bytes("alone-\(world.rank)"), "bytes of many steps")
        }
    },
    RankCheck("HDF5: what is refused is refused on all ranks, and the old file stays") { world in
        try withFolder(world) { folder in
            let path = folder + "/old.h5"
            let (origin, extents) = share([12, 4], world.rank, of: world.size)
            let values = [Double](repeating: Double(world.rank), count: extents.reduce(1, *))
            try HDF5File.replacing(path, on: world) { (file) throws(TesseraError) in
                try file.write(values.span, box: origin, extents: extents, of: [12, 4], as: "a/b")
            }
            expectThrows(matches: reason("no such file or directory")) {
                try HDF5File(replacing: folder + "/none/x.h5", on: world).discard()
            }
            expectThrows(matches: reason("is a directory")) { try HDF5File(replacing: folder, on: world).discard() }
            expectThrows(matches: reason("no such file or directory")) {
                try HDF5File(reading: folder + "/none.h5", on: world).close()
            }
            let plain = folder + "/plain.h5"
            if world.rank == 0 { try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: plain)) }
            try world.barrier()
            expectThrows(matches: reason("H5Fopen: ")) { try HDF5File(reading: plain, on: world).close() }

            func refuses(
                _ matches: (TesseraError) -> Bool, line: Int = #line,
                _ body: (inout HDF5File) throws(TesseraError) -> Void
            ) {
                expectThrows(line: line, matches: matches) { try HDF5File.replacing(path, on: world, body) }
            }
            func isArgument(_ name: String) -> (TesseraError) -> Bool {
                { if case .argument(_, name, _, _) = $0 { true } else { false } }
            }
            // One rank too few, an array twice, an attribute of nothing, a buffer of another size on the last rank.
            refuses(isArgument("extents")) { (file) throws(TesseraError) in
                try file.write(values.span, box: origin, extents: extents, of: [13, 4], as: "c")
            }
            refuses(isArgument("box")) { (file) throws(TesseraError) in
                try file.write(values.span, box: [origin[0] + 1, 0], extents: extents, of: [12, 4], as: "c")
            }
            refuses(reason("array c: H5Dcreate2: ")) { (file) throws(TesseraError) in
                for _ in 0..<2 { try file.write(values.span, box: origin, extents: extents, of: [12, 4], as: "c") }
            }
            refuses(reason("attribute unit of nothing: H5Acreate_by_name: ")) { (file) throws(TesseraError) in
                try file.set("unit", .text("m"), of: "nothing")
            }
            refuses(isArgument("buffer")) { (file) throws(TesseraError) in
                let wrong = world.rank == world.size - 1 ? values + [1] : values
                try file.write(wrong.span, box: origin, extents: extents, of: [12, 4], as: "c")
            }
            if world.size > 1 {
                refuses({ if case .disagreement = $0 { true } else { false } }) { (file) throws(TesseraError) in
                    try file.write(values.span, box: origin, extents: extents, of: [12, 4], as: "\(world.rank)")
                }
            }
            // Before there is a file, and when it is to hold an array.
            for limit in [1 << 14, 1 << 16] {
                withFileSizeLimit(limit) {
                    refuses(reason("file too large")) { (file) throws(TesseraError) in
                        let rows = share([1200, 4], world.rank, of: world.size)
                        let many = [Double](repeating: 1, count: rows.extents.reduce(1, *))
                        try file.write(many.span, box: rows.origin, extents: rows.extents, of: [1200, 4], as: "c")
                    }
                }
            }
            var file = try HDF5File(reading: path, on: world)
            expectThrows(matches: reason("array a/c: H5Dopen2: ")) { _ = try file.shape(of: "a/c") }
            expectThrows(matches: reason("the file is closed")) { _ = try file.shape(of: "a/b") }
            let kept = try whole(path, "a/b", as: Double.self, world)
            expectEqual(kept.count, 48)
            expectEqual(kept.last, Double(world.size - 1))
            if world.rank == 0 {
                expectEqual(
                    try FileManager.default.contentsOfDirectory(atPath: folder).sorted(), ["old.h5", "plain.h5"])
            }
        }
    },
    RankCheck("HDF5: a full disk") { world in
        try withFolder(world) { folder in
            for disk in SmallDisk.allCases {
                try withSmallDisk(folder, world, disk) {
                    func write(_ count: Int, then body: () throws(TesseraError) -> Void) throws(TesseraError) {
                        try HDF5File.replacing(folder + "/full.h5", on: world) { (file) throws(TesseraError) in
                            let rows = share([count], world.rank, of: world.size)
                            let values = [Double](repeating: 1, count: rows.extents[0])
                            try file.write(values.span, box: rows.origin, extents: rows.extents, of: [count], as: "c")
                            try body()
                        }
                    }
                    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
                    expectThrows(matches: reason("no space left on device")) { try write(50_000) {} }
                    try world.barrier()
                    if world.rank == 0 { expectEqual(try names(), []) }
                    try world.barrier()
                    // A disk that fills up behind the checks has room for the last bytes.
                    try write(100) { () throws(TesseraError) in
                        if world.rank == 0 { fill(folder + "/other") }
                        try world.barrier()
                    }
                    expectEqual(
                        try whole(folder + "/full.h5", "c", as: Double.self, world), .init(repeating: 1, count: 100))
                    expectThrows(matches: reason("no space left on device")) { try write(100) {} }
                    try world.barrier()
                    if world.rank == 0 { expectEqual(try names().sorted(), ["full.h5", "other"]) }
                    try world.barrier()
                }
            }
        }
    },
]

/// Writes a file until nothing more goes into it.
private func fill(_ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o666)
    for size in [1 << 12, 1] {
        while write(descriptor, [UInt8](repeating: 1, count: size), size) > 0 {}
    }
    close(descriptor)
}
