import Failures
import Foundation
import MessagePassing

/// Calls `body` with an empty folder of this job, which goes afterwards.
func withFolder(_ world: Communicator, _ body: (String) throws -> Void) throws {
    let job = try world.broadcast(Int(getpid()), from: 0)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-checks-\(job)").path
    if world.rank == 0 {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    try world.barrier()
    defer {
        try? world.barrier()
        if world.rank == 0 { try? FileManager.default.removeItem(atPath: folder) }
    }
    try body(folder)
}

/// The names in a folder, hidden ones too, as every rank sees them once all are here.
func names(in folder: String, _ world: Communicator) throws -> [String] {
    try world.barrier()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    try world.barrier()
    return names
}

func contents<T: BitwiseCopyable>(_ path: String, as type: T.Type) throws -> [T] {
    try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { Array($0.bindMemory(to: T.self)) }
}

/// Runs `body` with the ordinary limits of a transfer and with tiny ones.
private func withTransferLimits(_ body: () throws -> Void) throws {
    let round = SharedFile.roundLimit
    defer { SharedFile.roundLimit = round }
    try withLargeCountLimits {
        for smaller in [round, 48] {
            SharedFile.roundLimit = smaller
            try body()
        }
    }
}

let fileChecks: [RankCheck] = [
    RankCheck("contiguous parts of different lengths") { world in
        try withFolder(world) { folder in
            try withTransferLimits {
                let path = folder + "/parts"
                let length = 5 * world.rank
                let start = (0..<world.rank).reduce(0) { $0 + 5 * $1 }
                let total = (0..<world.size).reduce(0) { $0 + 5 * $1 }
                let own = (start..<start + length).map { Double($0) }
                try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                    try file.write(own.span, at: 16 + 8 * start)
                    // A header, by one rank.
                    let header: [UInt8] = world.rank == 0 ? Array(0..<16) : []
                    try file.write(header.span, at: 0)
                }
                expectEqual(try names(in: folder, world), ["parts"])
                expectEqual(
                    Array(try contents(path, as: UInt8.self).prefix(16)), Array(0..<16))
                var back = [Double](repeating: -1, count: length)
                var header = [UInt8](repeating: 0, count: 16)
                try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                    expectEqual(try file.size, 16 + 8 * total)
                    var span = back.mutableSpan
                    try file.read(into: &span, at: 16 + 8 * start)
                    var same = header.mutableSpan
                    try file.read(into: &same, at: 0)
                }
                expectEqual(back, own)
                expectEqual(header, Array(0..<16))
            }
        }
    },
    RankCheck("boxes of an array in a file") { world in
        try withFolder(world) { folder in
            let shape = [7, 4, 3]
            let path = folder + "/box"
            // Slabs of the first axis, ragged; then columns of the last, with ranks left over.
            for axis in [0, 2] {
                let n = shape[axis]
                let begin = n * world.rank / world.size
                let end = n * (world.rank + 1) / world.size
                var origin = [0, 0, 0]
                var extents = shape
                origin[axis] = begin
                extents[axis] = end - begin
                var own = [Int]()
                for i in 0..<extents[0] {
                    for j in 0..<extents[1] {
                        for k in 0..<extents[2] {
                            own.append(((i + origin[0]) * 4 + j + origin[1]) * 3 + k + origin[2])
                        }
                    }
                }
                try withTransferLimits {
                    try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                        try file.write(own.span, box: origin, extents: extents, of: shape, at: 40)
                    }
                    try world.barrier()
                    expectEqual(Array(try contents(path, as: Int.self).dropFirst(5)), Array(0..<84))
                    var back = [Int](repeating: -1, count: own.count)
                    try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                        var span = back.mutableSpan
                        try file.read(into: &span, box: origin, extents: extents, of: shape, at: 40)
                    }
                    expectEqual(back, own)
                    try world.barrier()
                }
            }
        }
    },
    RankCheck("block-cyclic shares of a matrix in a file") { world in
        try withFolder(world) { folder in
            let path = folder + "/matrix"
            for (m, n, mb, nb) in [(7, 9, 2, 3), (1, 1, 4, 4), (12, 12, 2, 2), (5, 3, 8, 1), (0, 4, 2, 2)] {
                let grid = try CartesianCommunicator.dimensions(of: world.size, axes: 2)
                let (row, column) = (world.rank / grid[1], world.rank % grid[1])
                var own = [Double]()
                for j in 0..<n where j / nb % grid[1] == column {
                    for i in 0..<m where i / mb % grid[0] == row { own.append(Double(i + j * m)) }
                }
                try withTransferLimits {
                    func view() throws(TesseraError) -> DerivedDatatype {
                        try .blockCyclic(
                            m, n, blocks: mb, nb, share: row, column, of: grid[0], grid[1], Double.datatype)
                    }
                    expectEqual(try view().size, own.count * 8)
                    try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                        let view = try view()
                        try file.write(own, view, at: 8)
                    }
                    try world.barrier()
                    expectEqual(
                        Array(try contents(path, as: Double.self).dropFirst()), (0..<m * n).map { Double($0) })
                    var back = [Double](repeating: -1, count: own.count)
                    if m * n > 0 {
                        try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                            let view = try view()
                            try file.read(into: &back, view, at: 8)
                        }
                        expectEqual(back, own)
                    }
                    try world.barrier()
                }
            }
        }
    },
    RankCheck("any runs of a file") { world in
        try withFolder(world) { folder in
            let path = folder + "/runs"
            try withTransferLimits {
                // Byte i belongs to rank i / 3 % size.
                let runs = (0..<4).map { (offset: 3 * (world.rank + $0 * world.size), length: 3) }
                let own = runs.flatMap { run in (run.offset..<run.offset + 3).map { UInt8($0) } }
                try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                    try file.write(own, try DerivedDatatype(runs: runs), at: 0)
                }
                try world.barrier()
                expectEqual(try contents(path, as: UInt8.self), (0..<12 * world.size).map { UInt8($0) })
                try world.barrier()
            }
        }
    },
    RankCheck("a file is replaced at commit and not before") { world in
        try withFolder(world) { folder in
            let path = folder + "/x"
            for version in 1...3 {
                var file = try SharedFile(replacing: path, on: world)
                let values = [version, version]
                try file.write(values.span, at: 16 * world.rank)
                if version == 2 { try file.discard() } else { try file.commit() }
                expectEqual(try names(in: folder, world), ["x"])
                expectEqual(
                    try contents(path, as: Int.self),
                    Array(repeating: version == 2 ? 1 : version, count: 2 * world.size))
                try world.barrier()
            }
            expectThrows {
                try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                    let values = [9]
                    try file.write(values.span, at: 8 * world.rank)
                    throw .singular(pivot: 3)
                }
            }
            expectEqual(try names(in: folder, world), ["x"])
            expectEqual(try contents(path, as: Int.self).first, 3)
        }
    },
]
