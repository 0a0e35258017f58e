import ComplexModule
import DistributedArrays
import Failures
import MessagePassing

/// This rank's slab of an array, cut along one axis; some ranks may get none.
private func slab(_ shape: [Int], axis: Int, _ world: Communicator) -> (origin: [Int], extents: [Int]) {
    var origin = shape.map { _ in 0 }
    var extents = shape
    if shape.isEmpty { return (origin, extents) }
    origin[axis] = shape[axis] * world.rank / world.size
    extents[axis] = shape[axis] * (world.rank + 1) / world.size - origin[axis]
    return (origin, extents)
}

/// The places in C order of a box's elements.
private func places(_ origin: [Int], _ extents: [Int], of shape: [Int]) -> [Int] {
    var places = [0]
    for axis in shape.indices {
        places = places.flatMap { place in (0..<extents[axis]).map { place * shape[axis] + origin[axis] + $0 } }
    }
    return places
}

let fieldFileChecks: [RankCheck] = [
    RankCheck("boxes of npy arrays of any rank, type and order") { world in
        try withFolder(world) { folder in
            let path = folder + "/field.npy"
            let variants = [
                NpyVariant(), NpyVariant(type: "f4", isLittleEndian: false, isFortranOrder: true, version: 2),
                NpyVariant(type: "i2", isFortranOrder: true), NpyVariant(type: "b1", version: 3),
            ]
            for shape in [[], [0], [1], [13], [4, 0], [6, 5], [3, 4, 7], [2, 3, 2, 5]] {
                for variant in variants {
                    try put(variant.file(shape), path, world)
                    let file = try FieldFile(path, on: world)
                    expectEqual(file.shape, shape)
                    for axis in 0..<max(1, shape.count) {
                        let (origin, extents) = slab(shape, axis: axis, world)
                        let expected = places(origin, extents, of: shape).map { variant.value($0).real }
                        try withRoundLimits {
                            var doubles = [Double](repeating: -1, count: expected.count)
                            var span = doubles.mutableSpan
                            try file.read(into: &span, box: origin, extents: extents)
                            expectEqual(doubles, expected, "\(shape) \(variant)")
                            var floats = [Float](repeating: -1, count: expected.count)
                            var other = floats.mutableSpan
                            try file.read(into: &other, box: origin, extents: extents)
                            expectEqual(floats, expected.map { Float($0) }, "\(shape) \(variant)")
                        }
                    }
                }
            }
        }
    },
    RankCheck("fields written in boxes: the same bytes however they are cut") { world in
        try withFolder(world) { folder in
            let path = folder + "/field.npy"
            for shape in [[0], [1], [13], [4, 0], [6, 5], [3, 4, 7]] {
                for axis in shape.indices {
                    let (origin, extents) = slab(shape, axis: axis, world)
                    let mine = places(origin, extents, of: shape)
                    try withRoundLimits {
                        let doubles = mine.map { Double($0) / 3 }
                        try FieldFile.write(
                            doubles.span, box: origin, extents: extents, of: shape, to: path, on: world)
                        let found = try contents(path, as: UInt8.self)
                        let expected = (0..<shape.reduce(1, *)).flatMap { place in
                            withUnsafeBytes(of: Double(place) / 3) { Array($0) }
                        }
                        expectEqual(Array(found.dropFirst(128)), expected, "\(shape)")
                        let heading = String(decoding: found.prefix(128), as: UTF8.self)
                        expect(heading.contains("'descr': '<f8', 'fortran_order': False"), heading)
                        try world.barrier()
                        let floats = mine.map { Float($0) / 3 }
                        try FieldFile.write(floats.span, box: origin, extents: extents, of: shape, to: path, on: world)
                        var back = [Float](repeating: -1, count: floats.count)
                        var span = back.mutableSpan
                        try FieldFile(path, on: world).read(into: &span, box: origin, extents: extents)
                        expectEqual(back, floats)
                    }
                }
            }
            expectEqual(try names(in: folder, world), ["field.npy"])
        }
    },
    RankCheck("fields with ghosts around them in memory") { world in
        try withFolder(world) { folder in
            let path = folder + "/field.npy"
            let shape = [5, 6, 4]
            for isFortranOrder in [false, true] {
                let variant = NpyVariant(isFortranOrder: isFortranOrder)
                try put(variant.file(shape), path, world)
                let (origin, extents) = slab(shape, axis: 0, world)
                // One ghost on each side of each axis, two more after each row.
                let strides = [(extents[1] + 2) * (extents[2] + 4), extents[2] + 4, 1]
                let first = strides[0] + strides[1] + 1
                let size = (extents[0] + 2) * strides[0]
                try withRoundLimits {
                    var memory = [Double](repeating: -7, count: size)
                    try memory.withUnsafeMutableBufferPointer {
                        try FieldFile(path, on: world).read(
                            into: $0.baseAddress! + first, strides: strides, box: origin, extents: extents)
                    }
                    var expected = [Double](repeating: -7, count: size)
                    for (k, place) in places([0, 0, 0], extents, of: extents).enumerated() {
                        let (i, rest) = place.quotientAndRemainder(dividingBy: extents[1] * extents[2])
                        let target = first + i * strides[0] + rest / extents[2] * strides[1] + rest % extents[2]
                        expected[target] = variant.value(places(origin, extents, of: shape)[k]).real
                    }
                    expectEqual(memory, expected)
                    let copy = folder + "/copy.npy"
                    try memory.withUnsafeBufferPointer {
                        try FieldFile.write(
                            from: $0.baseAddress! + first, strides: strides, box: origin, extents: extents, of: shape,
                            to: copy, on: world)
                    }
                    expectEqual(
                        Array(try contents(copy, as: UInt8.self).dropFirst(128)),
                        Array(NpyVariant().file(shape).dropFirst(128)))
                    try world.barrier()
                }
            }
        }
    },
    RankCheck("fields that cannot be read or written") { world in
        try withFolder(world) { folder in
            let path = folder + "/field.npy"
            let good = NpyVariant().file([4, 4])
            for (bytes, reason) in [
                (Array(good.dropLast(3)), "promises 128 bytes"), (Array(good.prefix(40)), "truncated"),
                (NpyVariant(type: "c16").file([2]), "expected real elements"),
                (Array("garbage".utf8), "does not begin"),
            ] {
                try put(bytes, path, world)
                try expectSameError(path, reason, on: world) { _ = try FieldFile(path, on: world) }
            }
            try expectSameError("No such file", on: world) { _ = try FieldFile(folder + "/none.npy", on: world) }
            try put(good, path, world)
            let file = try FieldFile(path, on: world)
            var values = [Double](repeating: 0, count: 16)
            try expectSameError("FieldFile.read", "a box in an array of shape [4, 4]", on: world) {
                var span = values.mutableSpan
                try file.read(into: &span, box: [world.rank == 0 ? 1 : 0, 0], extents: [4, 4])
            }
            try expectSameError("FieldFile.read", "box", on: world) {
                var span = values.mutableSpan
                try file.read(into: &span, box: [0], extents: [16])
            }
            try expectSameError("FieldFile.read", "buffer", "16 elements", on: world) {
                var span = values.mutableSpan
                try file.read(into: &span, box: [0, 0], extents: [4, 3])
            }
            try put(Array(good.dropLast()), path, world)
            try expectSameError(path, "promises 128 bytes", on: world) {
                var span = values.mutableSpan
                try file.read(into: &span, box: [0, 0], extents: [4, 4])
            }
            try put(good, path, world)
            let before = try contents(path, as: UInt8.self)
            try expectSameError("FieldFile.write", "boxes of 17 elements together", on: world) {
                let mine = Array(values.prefix(world.rank == 0 ? 16 : 0))
                try FieldFile.write(mine.span, box: [0], extents: [mine.count], of: [17], to: path, on: world)
            }
            try expectSameError(folder + "/none/x.npy", "no such file", on: world) {
                let (origin, extents) = slab([16], axis: 0, world)
                let mine = Array(values.prefix(extents[0]))
                try FieldFile.write(
                    mine.span, box: origin, extents: extents, of: [16], to: folder + "/none/x.npy", on: world)
            }
            expectEqual(try contents(path, as: UInt8.self), before)
            expectEqual(try names(in: folder, world), ["field.npy"])
        }
    },
]
