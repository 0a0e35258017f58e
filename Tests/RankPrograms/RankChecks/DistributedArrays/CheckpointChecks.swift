import ComplexModule
import DistributedArrays
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

let checkpointChecks: [RankCheck] = [
    RankCheck("the checksum of a matrix is its own, not the grid's") { world in
        func sums<Scalar: LinearScalar>(_ type: Scalar.Type) throws {
            var first: UInt64?
            try withEveryGrid(world) { grid in
                for block in [1, 4, 50] {
                    var a = try DistributedMatrix<Scalar>.random(rows: 23, columns: 17, seed: 3, block: block, on: grid)
                    let sum = try a.checksum()
                    if let first { expectEqual(sum, first, "\(type) block \(block)") } else { first = sum }
                    // Two elements that change places, and the sign of a zero.
                    let (one, other) = (try a.value(4, 5), try a.value(5, 4))
                    let source = IndexedRandom(seed: 3)
                    a.fill { i, j in (i, j) == (4, 5) ? other : (i, j) == (5, 4) ? one : source.element(i, j) }
                    try expect(try a.checksum() != sum, "\(type): two elements exchanged")
                    a.fill { i, j in (i, j) == (22, 16) ? .zero : source.element(i, j) }
                    let zero = try a.checksum()
                    a.fill { i, j in (i, j) == (22, 16) ? Scalar(real: -0.0) : source.element(i, j) }
                    try expect(try a.checksum() != zero, "\(type): the sign of a zero")
                }
            }
        }
        try sums(Float.self)
        try sums(Double.self)
        try sums(Complex<Float>.self)
        try sums(Complex<Double>.self)
    },
    RankCheck("checkpoints are read on every grid, the newest first, kept so deep") { world in
        try withFolder(world) { folder in
            for keep in [1, 3] {
                let store = try CheckpointStore(folder + "/deep/\(keep)", fingerprint: "test", keep: keep)
                let grid = try ProcessGrid(world)
                for step in 1...5 { try write(step, to: store, on: grid) }
                expectEqual(store.written.map(\.step), [1, 2, 3, 4, 5])
                expectEqual(store.written.map(\.bytes), [Int](repeating: 128 + 23 * 17 * 8, count: 5))
                let expected = (1...5).suffix(keep).map { "generation-00000\($0)" }
                expectEqual(try names(in: store.folder, world), expected)
                try grid.close()
            }
            try withEveryGrid(world) { grid in
                for block in [2, 30] { expectEqual(try read(folder + "/deep/3", block, on: grid).step, 5) }
            }
            // Fewer ranks than have written.
            for count in 1...world.size {
                guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
                let grid = try ProcessGrid(some)
                expectEqual(try read(folder + "/deep/3", 5, on: grid).step, 5)
                try grid.close()
                try some.close()
            }
            try world.barrier()
            let store = try CheckpointStore(folder + "/deep/3", fingerprint: "test")
            if world.rank == 0 { _ = FileManager.default.createFile(atPath: folder + "/deep/3/mine", contents: nil) }
            try world.barrier()
            try store.removeAll(on: world)
            expectEqual(try names(in: folder + "/deep/3", world), ["mine"])
            try CheckpointStore(folder + "/deep/1", fingerprint: "test").removeAll(on: world)
            expectEqual(try names(in: folder + "/deep", world), ["3"])
        }
    },
    RankCheck("fields are read in other boxes than they were written in") { world in
        for shape in [[37], [19, 6], [5, 7, 4]] {
            try withRoundLimits {
                try withFolder(world) { folder in
                    try checkField(Double.self, shape, folder, world)
                    try checkField(Float.self, shape, folder, world)
                }
            }
        }
    },
    RankCheck("damaged checkpoints are passed over with a line each") { world in
        try withFolder(world) { folder in
            for (index, damage) in damages.enumerated() {
                let grid = try ProcessGrid(world)
                let store = try CheckpointStore(folder + "/\(index)", fingerprint: "test", keep: 3)
                for step in 1...2 { try write(step, to: store, on: grid) }
                try damage.apply(to: store.folder + "/generation-000002", world)
                let found = try read(store.folder, 4, on: grid)
                expectEqual(found.step, 1, damage.file)
                expectEqual(found.refused.count, 1, damage.file)
                let line = found.refused.first ?? ""
                expect(
                    line.contains(damage.words) && line.hasPrefix(store.folder + "/generation-000002"),
                    "expected '\(damage.words)' in '\(line)'")
                // The next one is written beside it, and counts.
                try write(3, to: store, on: grid)
                expectEqual(try read(store.folder, 4, on: grid).step, 3)
                // Where no other is left there is nothing to read.
                try remove([1, 3], store.folder, world)
                expectEqual(try read(store.folder, 4, on: grid).step, nil, damage.file)
                try grid.close()
            }
        }
    },
    RankCheck("the checkpoint of another job, and one of another kind") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            try write(1, to: try CheckpointStore(folder, fingerprint: "test"), on: grid)
            let other = try CheckpointStore(folder, fingerprint: "another test")
            try expectSameError(folder, "another job: expected 'another test', found 'test'", on: world) {
                try other.requireOwnFolder(on: world)
            }
            try expectSameError(folder, "another job", on: world) {
                _ = try other.restore(kind: "test", scalar: "Double", on: world) { (_) throws(TesseraError) in 0 }
            }
            let own = try CheckpointStore(folder, fingerprint: "test")
            let none = try own.restore(kind: "LU", scalar: "Double", on: world) { (_) throws(TesseraError) in 0 }
            expect(none == nil && own.refused.first?.contains("expected LU of Double, found test of Double") == true)
            expectEqual(try own.newest(of: [("LU", "Double"), ("test", "Double")], on: world), 1)
            expectEqual(try own.newest(of: [("test", "Float"), ("LU", "Double")], on: world), nil)
            expect(
                own.refused.contains { $0.hasSuffix("expected test of Float or LU of Double, found test of Double") })
            expectEqual(try names(in: folder, world), ["generation-000001"])
            if world.size > 1 {
                let differing = try CheckpointStore(folder, fingerprint: "test \(world.rank)")
                expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                    try differing.requireOwnFolder(on: world)
                }
            }
            for bad in [-1, .nan] { expectThrows { _ = try CheckpointStore(folder, fingerprint: "", every: bad) } }
            expectThrows { _ = try CheckpointStore(folder, fingerprint: "", keep: 0) }
            try grid.close()
        }
    },
    RankCheck("a checkpoint that cannot be written leaves the one before") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let store = try CheckpointStore(folder, fingerprint: "test")
            try write(1, to: store, on: grid)
            try withFileSizeLimit(1000) {
                try expectSameError("generation-000002/a.npy", "file too large", on: world) {
                    try write(2, to: store, on: grid)
                }
            }
            expectEqual(try names(in: folder, world), ["generation-000001"])
            // The data fits, the manifest does not.
            try withFileSizeLimit(5000) {
                try expectSameError("generation-000002/manifest.json", "File too large", on: world) {
                    try write(2, to: store, on: grid, stateCount: 4000)
                }
            }
            expectEqual(try names(in: folder, world), ["generation-000001"])
            expectEqual(try read(folder, 4, on: grid).step, 1)
            if world.rank == 0 { _ = FileManager.default.createFile(atPath: folder + "/file", contents: nil) }
            try world.barrier()
            try expectSameError(folder + "/file/x", "cannot be made", on: world) {
                try write(1, to: try CheckpointStore(folder + "/file/x", fingerprint: "test"), on: grid)
            }
            try grid.close()
        }
        try withFolder(world) { folder in
            try withSmallDisk(folder, world) {
                let grid = try ProcessGrid(world)
                let store = try CheckpointStore(folder + "/full", fingerprint: "test", keep: 1)
                for step in 1...3 { try write(step, to: store, on: grid) }
                let large = try DistributedMatrix<Double>.random(rows: 90, columns: 80, seed: 1, block: 8, on: grid)
                try expectSameError("generation-000004/large.npy", "no space left", on: world) {
                    try store.write(kind: "test", scalar: "Double", step: 4, state: [:], on: world) {
                        (files) throws(TesseraError) in try files.add(large, as: "large")
                    }
                }
                expectEqual(try names(in: store.folder, world), ["generation-000003"])
                expectEqual(try read(store.folder, 4, on: grid).step, 3)
                try grid.close()
            }
        }
    },
]

// MARK: A matrix that depends on the step

private func element(_ step: Int, _ i: Int, _ j: Int) -> Double { Double(step * 1000 + i) + Double(j) / 64 }

private func write(_ step: Int, to store: CheckpointStore, on grid: ProcessGrid, stateCount: Int = 3) throws {
    let a = try DistributedMatrix<Double>(rows: 23, columns: 17, block: 4, on: grid) { element(step, $0, $1) }
    try store.write(
        kind: "test", scalar: "Double", step: step, state: ["numbers": [Int](repeating: -step, count: stateCount)],
        on: grid.communicator
    ) { (files) throws(TesseraError) in try files.add(a, as: "a") }
}

/// Which step is found, once its elements have been looked at, and what was passed over.
private func read(_ folder: String, _ block: Int, on grid: ProcessGrid) throws -> (step: Int?, refused: [String]) {
    let store = try CheckpointStore(folder, fingerprint: "test")
    var step = 0
    let a = try store.restore(kind: "test", scalar: "Double", on: grid.communicator) {
        (saved) throws(TesseraError) -> DistributedMatrix<Double> in
        step = saved.manifest.step
        try saved.require(try saved.state("numbers", count: 3) == [-step, -step, -step], "its own state")
        return try saved.matrix("a", block: block, on: grid)
    }
    guard let a else { return (nil, store.refused) }
    expectElements(a, "step \(step)") { element(step, $0, $1) }
    expectEqual(store.resumedStep, step)
    return (step, store.refused)
}

// MARK: Fields

/// This rank's part of an axis, in whole boxes; the last ranks may have none.
private func part(_ extent: Int, _ world: Communicator) -> Range<Int> {
    let size = (extent + world.size - 1) / world.size
    return min(extent, world.rank * size)..<min(extent, (world.rank + 1) * size)
}

/// Writes a field cut along its first axis, in memory with a gap after every element, and reads it cut along its last one,
/// without gaps; then with a bit of it changed.
private func checkField<T: BinaryFloatingPoint & MessageElement>(
    _: T.Type, _ shape: [Int], _ folder: String, _ world: Communicator
) throws {
    let store = try CheckpointStore(folder, fingerprint: "field")
    /// A box along one axis: origin, extents, strides in memory, and the elements by their places in the field.
    func box(_ axis: Int, gap: Int) -> (origin: [Int], extents: [Int], strides: [Int], places: [Int]) {
        var (origin, extents) = (shape.map { _ in 0 }, shape)
        let own = part(shape[axis], world)
        (origin[axis], extents[axis]) = (own.lowerBound, own.count)
        var strides = [Int](repeating: gap, count: shape.count)
        for k in shape.indices.dropLast().reversed() { strides[k] = strides[k + 1] * extents[k + 1] }
        let places = (0..<extents.reduce(1, *)).map { place in
            var (rest, global, stride) = (place, 0, 1)
            for k in shape.indices.reversed() {
                global += (origin[k] + rest % extents[k]) * stride
                rest /= extents[k]
                stride *= shape[k]
            }
            return global
        }
        return (origin, extents, strides, places)
    }
    let (written, read) = (box(0, gap: 2), box(shape.count - 1, gap: 1))
    let values = written.places.flatMap { [T($0) / 8, T.nan] }
    try store.write(kind: "field", scalar: "\(T.self)", step: 7, state: [:], on: world) {
        (files) throws(TesseraError) in
        try values.withUnsafeBufferPointer { (values) throws(TesseraError) in
            try files.add(
                values.baseAddress, strides: written.strides, box: written.origin, extents: written.extents,
                of: shape, as: "u", on: world)
        }
    }
    func restore() throws -> [T]? {
        try store.restore(kind: "field", scalar: "\(T.self)", on: world) { (saved) throws(TesseraError) -> [T] in
            var found = [T](repeating: 0, count: read.places.count)
            try found.withUnsafeMutableBufferPointer { (found) throws(TesseraError) in
                try saved.read(
                    "u", into: found.baseAddress, strides: read.strides, box: read.origin, extents: read.extents,
                    of: shape, on: world)
            }
            return found
        }
    }
    expectEqual(try restore(), read.places.map { T($0) / 8 }, "\(T.self) \(shape)")
    let damage = Damage(file: "u.npy", words: "", change: flipping(1) { $0.count - 3 })
    let number = store.written[0].generation
    try damage.apply(to: folder + "/generation-00000\(number)", world)
    try expect(restore() == nil && store.refused.contains { $0.contains("damaged") }, "\(T.self) \(shape)")
}

private func remove(_ generations: [Int], _ folder: String, _ world: Communicator) throws {
    try world.barrier()
    if world.rank == 0 {
        for number in generations {
            try FileManager.default.removeItem(atPath: folder + "/generation-00000\(number)")
        }
    }
    try world.barrier()
}

// MARK: Damage

struct Damage {
    let file: String
    /// What the line must say.
    let words: String
    /// nil removes the file.
    let change: @Sendable ([UInt8]) -> [UInt8]?

    /// Rank 0 changes the file.
    func apply(to generation: String, _ world: Communicator) throws {
        try world.barrier()
        if world.rank == 0 {
            let path = "\(generation)/\(file)"
            if let bytes = change(try contents(path, as: UInt8.self)) {
                try Data(bytes).write(to: URL(fileURLWithPath: path))
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        try world.barrier()
    }
}

func flipping(_ bit: UInt8, at place: @escaping @Sendable ([UInt8]) -> Int) -> @Sendable ([UInt8]) -> [UInt8]? {
    { bytes in
        var bytes = bytes
        bytes[place(bytes)] ^= bit
        return bytes
    }
}

private let damages: [Damage] = [
    Damage(file: "a.npy", words: "damaged: expected checksum", change: flipping(1) { $0.count - 8 }),
    Damage(file: "a.npy", words: "damaged: expected checksum", change: flipping(128) { $0.count / 2 }),
    // The byte order in the header.
    Damage(file: "a.npy", words: "damaged: expected checksum", change: flipping(2) { $0.firstIndex(of: 0x3c)! }),
    Damage(file: "a.npy", words: "a.npy", change: flipping(1) { _ in 1 }),
    Damage(file: "a.npy", words: "bytes, found", change: { $0.dropLast() }),
    Damage(file: "a.npy", words: "bytes, found", change: { $0 + [0] }),
    Damage(file: "a.npy", words: "bytes, found 0", change: { _ in [] }),
    Damage(file: "a.npy", words: "no such file", change: { _ in nil }),
    Damage(file: "manifest.json", words: "no manifest", change: { _ in nil }),
    Damage(file: "manifest.json", words: "not a whole manifest", change: { _ in [] }),
    Damage(file: "manifest.json", words: "not a whole manifest", change: { $0.dropLast(9) }),
    Damage(file: "manifest.json", words: "damaged: expected checksum", change: flipping(1) { $0.count - 20 }),
    Damage(file: "manifest.json", words: "damaged: expected checksum", change: flipping(1) { _ in 20 }),
    // A later version of the program, with a sound checksum.
    Damage(file: "manifest.json", words: "expected format 1, found 2") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let start = text.range(of: "\"manifest\":\n")!.upperBound
        let object = text[start...].dropLast(3).replacing("\"format\":1", with: "\"format\":2")
        return Array(("{\"checksum\": \"\(sum(object))\", \"manifest\":\n" + object + "\n}\n").utf8)
    },
    // The manifest of another generation.
    Damage(file: "manifest.json", words: "that of generation 9") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let start = text.range(of: "\"manifest\":\n")!.upperBound
        let object = text[start...].dropLast(3).replacing("\"generation\":2", with: "\"generation\":9")
        return Array(("{\"checksum\": \"\(sum(object))\", \"manifest\":\n" + object + "\n}\n").utf8)
    },
]

/// The checksum of a manifest's text.
private func sum(_ text: some StringProtocol) -> String {
    let bytes = Array(text.utf8)
    var hash = ElementHash()
    bytes.withUnsafeBufferPointer { hash.add($0.baseAddress!, $0.count, at: 0) }
    return hash.sum.hexadecimal
}
