import ComplexModule
import DistributedArrays
import Failures
import LinearAlgebra
import MessagePassing

/// A file and the dense matrix it says, row by row.
private struct Example {
    let kind: String
    let body: String
    let rows: [[Complex<Double>]]
    var isComplex: Bool { kind.contains("complex") }

    init(kind: String, body: String, rows: [[Double]], imaginary: [[Double]]? = nil) {
        self.kind = kind
        self.body = body
        self.rows = rows.indices.map { i in
            rows[i].indices.map { j in Complex(rows[i][j], imaginary?[i][j] ?? 0) }
        }
    }
}

private let examples = [
    Example(
        kind: "array real general", body: "2 3\n1\n2.5\n-3e2\n4D1\n5\n .5e-1 \n",
        rows: [[1, -300, 5], [2.5, 40, 0.05]]),
    Example(
        kind: "array integer symmetric", body: "% a comment\n%\n\n3 3\n\n1\n2\n\n3\n4\n5\n6",
        rows: [[1, 2, 3], [2, 4, 5], [3, 5, 6]]),
    Example(
        kind: "array real skew-symmetric", body: "3 3\r\n1\r\n2\r\n3\r\n",
        rows: [[0, -1, -2], [1, 0, -3], [2, 3, 0]]),
    Example(
        kind: "array complex hermitian", body: "2 2\n1 0\n2 3\n4 0\n", rows: [[1, 2], [2, 4]],
        imaginary: [[0, -3], [3, 0]]),
    Example(kind: "array complex general", body: "1 2\n1 -1\n0 2\n", rows: [[1, 0]], imaginary: [[-1, 2]]),
    Example(
        kind: "coordinate real general", body: "3 4 5\n3 4 1.5\n1 1 2\n2 3 -7\n1 1 3\n1 1 0.25\n",
        rows: [[5.25, 0, 0, 0], [0, 0, -7, 0], [0, 0, 0, 1.5]]),
    Example(
        kind: "coordinate integer symmetric", body: "3 3 3\n1 1 4\n3 1 -2\n3 2 9\n",
        rows: [[4, 0, -2], [0, 0, 9], [-2, 9, 0]]),
    Example(
        kind: "coordinate real skew-symmetric", body: "3 3 2\n3 1 2\n2 1 5\n",
        rows: [[0, -5, -2], [5, 0, 0], [2, 0, 0]]),
    Example(
        kind: "coordinate complex hermitian", body: "2 2 2\n2 1 1 2\n2 2 3 0\n",
        rows: [[0, 1], [1, 3]], imaginary: [[0, -2], [2, 0]]),
    Example(kind: "coordinate pattern general", body: "2 3 2\n2 3\n1 2\n", rows: [[0, 1, 0], [0, 0, 1]]),
    Example(kind: "coordinate pattern symmetric", body: "2 2 1\n2 1\n", rows: [[0, 1], [1, 0]]),
    Example(kind: "coordinate real general", body: "2 2 0\n", rows: [[0, 0], [0, 0]]),
    Example(kind: "coordinate real general", body: "2 2 1\n\n\n\n\n2 1 -0.5\n\n\n", rows: [[0, 0], [-0.5, 0]]),
]

let matrixMarketChecks: [RankCheck] = [
    RankCheck("Matrix Market files of every format, field and symmetry") { world in
        try withFolder(world) { folder in
            let path = folder + "/a.mtx"
            for example in examples {
                try put("%%MatrixMarket matrix \(example.kind)\n\(example.body)", path, world)
                try withEveryGrid(world) { grid in
                    try withRoundLimits(grid.rows == 1) {
                        let a = try DistributedMatrix<Complex<Double>>(contentsOf: path, block: 1, on: grid)
                        expectEqual(a.rows, example.rows.count)
                        expectEqual(a.columns, example.rows[0].count)
                        expectElements(a, example.kind) { example.rows[$0][$1] }
                        let part: DistributedMatrix<Complex<Float>> = try MatrixFile(path, on: grid).read(
                            rows: 1..<a.rows, columns: 1..<2)
                        expectElements(part, example.kind) {
                            let value = example.rows[$0 + 1][$1 + 1]
                            return Complex(Float(value.real), Float(value.imaginary))
                        }
                    }
                    if example.isComplex {
                        try expectSameError("expected real elements", path, on: world) {
                            _ = try DistributedMatrix<Float>(contentsOf: path, on: grid)
                        }
                    } else {
                        let real = try DistributedMatrix<Double>(contentsOf: path, block: 2, on: grid)
                        expectElements(real, example.kind) { example.rows[$0][$1].real }
                    }
                }
            }
        }
    },
    RankCheck("repeated coordinates add up in the file's order on every grid") { world in
        try withFolder(world) { folder in
            let path = folder + "/a.mtx"
            let source = IndexedRandom(seed: 5)
            let values = (0..<60).map { k in source.uniform(k, 0) * (k % 3 == 0 ? 1e16 : 1) }
            let text = values.map { "1 1 \($0)\n" }.joined()
            try put("%%MatrixMarket matrix coordinate real general\n10 7 60\n" + text, path, world)
            let sum = values.reduce(0, +)
            try withEveryGrid(world) { grid in
                try withRoundLimits {
                    let a = try DistributedMatrix<Double>(contentsOf: path, block: 2, on: grid)
                    expectElements(a) { $0 == 0 && $1 == 0 ? sum : 0 }
                }
            }
        }
    },
    RankCheck("Matrix Market round trips of the four types: the same bytes from every grid") { world in
        try withFolder(world) { folder in
            try textRoundTrip(Float.self, folder, world)
            try textRoundTrip(Double.self, folder, world)
            try textRoundTrip(Complex<Float>.self, folder, world)
            try textRoundTrip(Complex<Double>.self, folder, world)
        }
    },
    RankCheck("Matrix Market files that are not what they should be") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let path = folder + "/bad.mtx"
            func refused(_ kind: String, _ body: String, _ reasons: String..., line: Int = #line) throws {
                try put("%%MatrixMarket matrix \(kind)\n\(body)", path, world)
                try withRoundLimits {
                    try expectSameError(path, reasons[0], reasons.last!, on: world, line: line) {
                        _ = try DistributedMatrix<Double>(contentsOf: path, on: grid)
                    }
                }
            }
            let dense = "array real general"
            let sparse = "coordinate real general"
            try refused(dense, "2 2\n1\n2\n3\n", "expected 4 entries, found 3")
            try refused(dense, "2 2\n1\n2\n3\n4\n5\n", "line 7", "the end of the file after 4 entries")
            try refused(dense, "2 2\n1\n2\nx3\n4\n", "line 5", "expected a number, found 'x3'")
            try refused(dense, "2 2\n1\n\n\n2 2\n3\n4\n", "line 6", "expected 1 number")
            try refused(dense, "2 2\n1\n2\n3\n4\ngarbage\n", "line 7", "found 'garbage'")
            try refused(dense, "2 2", "expected 4 entries, found 0")
            try refused(dense, "2", "line 2", "rows and columns")
            try refused(dense, "% nothing but comments\n", "truncated")
            try refused(sparse, "2 2 2\n1 1 5\n3 1 5\n", "line 4", "expected a row from 1 to 2, found '3'")
            try refused(sparse, "2 2 2\n1 1 5\n1 0 5\n", "line 4", "expected a column from 1 to 2, found '0'")
            try refused(sparse, "2 2 2\n1 1 5\n", "expected 2 entries, found 1")
            try refused(sparse, "2 2 1\n1 1 5\n2 2 5\n", "line 4", "after 1 entries")
            try refused(sparse, "2 2 9\n", "line 2", "at most 4 entries")
            try refused(sparse, "2 2 1\n1 1\n", "line 3", "expected 3 numbers")
            try refused(
                sparse, "2 2 1\n1 1 " + String(repeating: "7", count: 1100) + "\n", "line 3", "longer than 1024")
            try refused(sparse, "2 2 1\n" + String(repeating: "\u{7}", count: 5000), "line 3", "longer than 1024")
            try refused("coordinate real symmetric", "2 2 1\n1 2 3\n", "line 3", "lower triangle")
            try refused("coordinate real skew-symmetric", "2 2 1\n1 1 3\n", "line 3", "no diagonal")
            try refused("coordinate quaternion general", "2 2 1\n", "line 1", "real, complex, integer or pattern")
            // The first bad line is named, whichever rank meets it.
            try refused(dense, "3 3\n1\n2\n3\na\n5\n6\nb\nc\n9\n", "line 6", "'a'")
            try put("not a matrix\n", path, world)
            try expectSameError(path, "line 1", on: world) {
                _ = try DistributedMatrix<Double>(contentsOf: path, on: grid)
            }
            try put("", path, world)
            try expectSameError(path, "line 1", on: world) { _ = try MatrixFile(path, on: grid) }
            try grid.close()
        }
    },
]

private func textRoundTrip<Scalar: LinearScalar>(_ type: Scalar.Type, _ folder: String, _ world: Communicator) throws {
    let path = folder + "/x.mtx"
    for (m, n, block) in [(0, 0, 2), (1, 1, 8), (7, 5, 2), (40, 3, 64)] {
        let field = Scalar.isComplex ? "complex" : "real"
        var expected = "%%MatrixMarket matrix array \(field) general\n\(m) \(n)\n"
        for j in 0..<n {
            for i in 0..<m {
                let value: Scalar = awkwardElement(i, j)
                expected += "\(Double(value.realPart))"
                if Scalar.isComplex { expected += " \(Double(value.imaginaryPart))" }
                expected += "\n"
            }
        }
        try withEveryGrid(world) { grid in
            if grid.rows > 1, type != Double.self { return }
            try withRoundLimits(m == 7) {
                let a = try DistributedMatrix<Scalar>(
                    rows: m, columns: n, block: block, on: grid, element: awkwardElement)
                try a.write(to: path)
                expectEqual(String(decoding: try contents(path, as: UInt8.self), as: UTF8.self), expected, "\(m)x\(n)")
                expectAwkward(try DistributedMatrix<Scalar>(contentsOf: path, block: 3, on: grid))
                try world.barrier()
            }
        }
    }
    expectEqual(try names(in: folder, world), ["x.mtx"])
}
