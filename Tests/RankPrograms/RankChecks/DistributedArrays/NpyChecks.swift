import ComplexModule
import DistributedArrays
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

let npyChecks: [RankCheck] = [
    RankCheck("npy files of every type, byte order, storage order and version") { world in
        try withFolder(world) { folder in
            let path = folder + "/a.npy"
            let grid = try ProcessGrid(world)
            var version: UInt8 = 0
            for type in NpyVariant.types {
                for isLittleEndian in [true, false] {
                    for isFortranOrder in [true, false] {
                        version = version % 3 + 1
                        let variant = NpyVariant(
                            type: type, isLittleEndian: isLittleEndian, isFortranOrder: isFortranOrder,
                            version: version)
                        try put(variant.file([5, 7]), path, world)
                        if variant.isComplex || !isLittleEndian {
                            let a = try DistributedMatrix<Complex<Double>>(contentsOf: path, block: 2, on: grid)
                            expectElements(a, "\(variant)") { variant.value(7 * $0 + $1) }
                        }
                        if variant.isComplex {
                            try expectSameError("expected real elements", path, on: world) {
                                _ = try DistributedMatrix<Double>(contentsOf: path, on: grid)
                            }
                            let c = try DistributedMatrix<Complex<Float>>(contentsOf: path, block: 3, on: grid)
                            expectElements(c, "\(variant)") {
                                let value = variant.value(7 * $0 + $1)
                                return Complex(Float(value.real), Float(value.imaginary))
                            }
                        } else if isFortranOrder {
                            let d = try DistributedMatrix<Double>(contentsOf: path, block: 1, on: grid)
                            expectElements(d, "\(variant)") { variant.value(7 * $0 + $1).real }
                        } else {
                            let f = try DistributedMatrix<Float>(contentsOf: path, block: 64, on: grid)
                            expectElements(f, "\(variant)") { Float(variant.value(7 * $0 + $1).real) }
                        }
                    }
                }
            }
            try grid.close()
        }
    },
    RankCheck("npy files of every shape on every grid, whole and in parts, in few rounds and in many") { world in
        try withFolder(world) { folder in
            let path = folder + "/a.npy"
            for shape in [[0, 0], [0, 3], [4, 0], [1, 1], [1, 9], [9, 1], [11], [0], [7, 5], [3, 40]] {
                for isFortranOrder in [true, false] {
                    let variant = NpyVariant(type: "i2", isLittleEndian: false, isFortranOrder: isFortranOrder)
                    try put(variant.file(shape), path, world)
                    let (m, n) = (shape[0], shape.count == 2 ? shape[1] : 1)
                    try withEveryGrid(world) { grid in
                        try withRoundLimits(shape == [7, 5] || grid.rows == 1 && m * n <= 35) {
                            let file = try MatrixFile(path, on: grid)
                            expectEqual(file.rows, m)
                            expectEqual(file.columns, n)
                            expect(!file.isComplex)
                            let a: DistributedMatrix<Double> = try file.read(block: 2)
                            expectEqual(a.rows, m)
                            expectEqual(a.columns, n)
                            expectElements(a, "\(shape)") { variant.value(n * $0 + $1).real }
                            let (rows, columns) = (m / 3..<m, n / 4..<n - n / 4)
                            let part: DistributedMatrix<Float> = try file.read(rows: rows, columns: columns, block: 3)
                            expectElements(part, "\(shape)") {
                                Float(variant.value(n * ($0 + m / 3) + $1 + n / 4).real)
                            }
                        }
                    }
                }
            }
        }
    },
    RankCheck("a file read panel by panel into one matrix") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let a = try DistributedMatrix<Double>.random(rows: 9, columns: 14, seed: 3, block: 2, on: grid)
            for name in ["a.npy", "a.mtx"] {
                try a.write(to: folder + "/" + name)
                let file = try MatrixFile(folder + "/" + name, on: grid)
                var panel = try DistributedMatrix<Double>(rows: 9, columns: 4, block: 3, on: grid)
                let source = IndexedRandom(seed: 3)
                for first in [0, 4, 8, 10] {
                    try file.read(into: &panel, columns: first..<first + 4)
                    expectElements(panel, name) { source.element($0, first + $1) }
                }
                try expectSameError("MatrixFile.read", "columns", "0..<14", on: world) {
                    try file.read(into: &panel, columns: 12..<16)
                }
                try expectSameError("MatrixFile.read", "rows", on: world) {
                    _ = try file.read(Double.self, rows: -1..<3)
                }
                try expectSameError("MatrixFile.read", "matrix", "9x3", on: world) {
                    try file.read(into: &panel, columns: 1..<4)
                }
                // The file changes after it was opened.
                if name == "a.npy" {
                    try put(NpyVariant().file([9, 13]), folder + "/" + name, world)
                    try expectSameError("bytes of data", name, on: world) {
                        try file.read(into: &panel, columns: 0..<4)
                    }
                }
            }
            try grid.close()
        }
    },
    RankCheck("npy round trips of the four types: the same bytes from every grid") { world in
        try withFolder(world) { folder in
            try npyRoundTrip(Float.self, "<f4", folder, world)
            try npyRoundTrip(Double.self, "<f8", folder, world)
            try npyRoundTrip(Complex<Float>.self, "<c8", folder, world)
            try npyRoundTrip(Complex<Double>.self, "<c16", folder, world)
        }
    },
    RankCheck("npy files that are not what they should be") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let path = folder + "/bad.npy"
            func refused(_ bytes: [UInt8], _ reason: String, line: Int = #line) throws {
                try put(bytes, path, world)
                try expectSameError(path, reason, on: world, line: line) {
                    _ = try DistributedMatrix<Double>(contentsOf: path, on: grid)
                }
            }
            let good = NpyVariant().file([6, 5])
            try refused([], "does not begin with")
            try refused(Array(good.prefix(5)), "truncated")
            try refused(Array(good.prefix(9)), "truncated")
            try refused(Array(good.prefix(60)), "truncated")
            try refused(Array(good.prefix(128)), "promises 240 bytes of data, the file holds 0")
            try refused(Array(good.dropLast()), "promises 240 bytes of data, the file holds 239")
            try refused(good + [0], "promises 240 bytes of data, the file holds 241")
            try refused(NpyVariant().header([1 << 40, 1 << 20]) + good, "too large for any file")
            try refused(NpyVariant().header([1 << 30, 1 << 20]) + good, "bytes of data, the file holds")
            try refused(NpyVariant().header([-6, 5]) + good, "non-negative")
            try refused(NpyVariant().file([]), "1 or 2 axes, found 0")
            try refused(NpyVariant().file([2, 3, 2]), "1 or 2 axes, found 3")
            try refused(NpyVariant(type: "f2").header([0]), "data type '<f2'")
            try refused(NpyVariant(version: 4).file([2]), "version")
            try refused((0..<200).map { UInt8($0) }, "does not begin with")
            try expectSameError("o such file", folder + "/none.npy", on: world) {
                _ = try DistributedMatrix<Double>(contentsOf: folder + "/none.npy", on: grid)
            }
            try expectSameError("named .npy or .mtx", folder, on: world) {
                _ = try DistributedMatrix<Double>(contentsOf: folder, on: grid)
            }
            if world.rank == 0 {
                try FileManager.default.createDirectory(atPath: folder + "/d.npy", withIntermediateDirectories: true)
            }
            try world.barrier()
            try expectSameError("folder", on: world) {
                _ = try DistributedMatrix<Double>(contentsOf: folder + "/d.npy", on: grid)
            }
            if world.size > 1 {
                try put(good, path, world)
                try put(good, folder + "/other.npy", world)
                expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                    _ = try MatrixFile(world.rank == 0 ? path : folder + "/other.npy", on: grid)
                }
            }
            // A header without data takes no room in the file, but the matrix would in memory.
            try put(
                "%%MatrixMarket matrix coordinate real general\n1000000000 1000000000 0\n", folder + "/big.mtx", world)
            expectThrows(matches: { if case .memory = $0 { true } else { false } }) {
                _ = try DistributedMatrix<Double>(contentsOf: folder + "/big.mtx", on: grid)
            }
            try grid.close()
        }
    },
]

/// Numbers that are hard to keep.
let awkward: [Double] = [
    0, -0.0, 1, 0.1, -1.0 / 3, .pi, .leastNonzeroMagnitude, 2.2250738585072014e-308, 1.7976931348623157e308, .infinity,
    -.infinity,
    .nan,
    123456789.123456789, 1e22, 1e23, -6.02214076e23, 9007199254740992, 2e-45,
]

func awkwardElement<Scalar: LinearScalar>(_ i: Int, _ j: Int) -> Scalar {
    let real = Scalar.Real(awkward[(5 * i + 7 * j) % awkward.count])
    return Scalar(real: real, imaginary: Scalar.Real(awkward[(11 * i + 3 * j + 1) % awkward.count]))
}

/// Equal, the sign of zero included; all NaNs are.
func same<Scalar: LinearScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
    func same(_ x: Scalar.Real, _ y: Scalar.Real) -> Bool {
        x.isNaN ? y.isNaN : x == y && x.sign == y.sign
    }
    return same(a.realPart, b.realPart) && (!Scalar.isComplex || same(a.imaginaryPart, b.imaginaryPart))
}

func expectAwkward<Scalar: LinearScalar>(_ a: borrowing DistributedMatrix<Scalar>, line: Int = #line) {
    for j in 0..<a.localColumns {
        for i in 0..<a.localRows {
            let expected: Scalar = awkwardElement(a.globalRow(i), a.globalColumn(j))
            expect(same(a.local[i, j], expected), "\(a.local[i, j]), not \(expected)", line: line)
        }
    }
}

private func npyRoundTrip<Scalar: LinearScalar>(
    _ type: Scalar.Type, _ code: String, _ folder: String, _ world: Communicator
) throws {
    let path = folder + "/x.npy"
    for (m, n, block) in [(0, 0, 2), (3, 0, 2), (1, 1, 8), (7, 5, 2), (40, 3, 64)] {
        var expected = NpyVariant(type: String(code.dropFirst()), isFortranOrder: true).header([m, n])
        for j in 0..<n {
            for i in 0..<m { withUnsafeBytes(of: awkwardElement(i, j) as Scalar) { expected += $0 } }
        }
        try withEveryGrid(world) { grid in
            if grid.rows > 1, type != Double.self { return }
            try withRoundLimits(m == 7) {
                let a = try DistributedMatrix<Scalar>(
                    rows: m, columns: n, block: block, on: grid, element: awkwardElement)
                try a.write(to: path)
                let found = try contents(path, as: UInt8.self)
                expectEqual(Array(found.suffix(expected.count - 128)), Array(expected.dropFirst(128)), "\(m)x\(n)")
                let heading = String(decoding: found.prefix(128), as: UTF8.self)
                expect(
                    heading.contains("'descr': '\(code)', 'fortran_order': True, 'shape': (\(m), \(n)), }"), heading)
                expectEqual(found.count, expected.count)
                expectAwkward(try DistributedMatrix<Scalar>(contentsOf: path, block: 3, on: grid))
                try world.barrier()
            }
        }
    }
    expectEqual(try names(in: folder, world), ["x.npy"])
}
