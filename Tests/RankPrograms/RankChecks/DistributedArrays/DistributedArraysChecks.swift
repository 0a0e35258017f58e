import ComplexModule
import DistributedArrays
import Failures
import LinearAlgebra
import MessagePassing

let distributedArraysChecks =
    gridChecks + redistributionChecks + distributedFileChecks + storageChecks + checkpointChecks

/// All P x Q grids of a rank count.
func withEveryGrid(_ world: Communicator, _ body: (ProcessGrid) throws -> Void) throws {
    for rows in 1...world.size where world.size.isMultiple(of: rows) {
        let grid = try ProcessGrid(world, rows: rows, columns: world.size / rows)
        try body(grid)
        try grid.close()
    }
}

/// A number that tells its place.
func element(_ i: Int, _ j: Int) -> Double { Double(1000 * i + j) }

private let gridChecks: [RankCheck] = [
    RankCheck("grids") { world in
        try withEveryGrid(world) { grid in
            expectEqual(grid.rank(row: grid.row, column: grid.column), world.rank)
            expectEqual(grid.rowCommunicator.size, grid.columns)
            expectEqual(grid.rowCommunicator.rank, grid.column)
            expectEqual(grid.columnCommunicator.size, grid.rows)
            expectEqual(grid.columnCommunicator.rank, grid.row)
        }
        for (rows, columns) in [(world.size + 1, 1), (0, world.size), (-1, -world.size), (Int.max, 3)] {
            expectThrows(matches: { if case .argument("ProcessGrid", _, _, _) = $0 { true } else { false } }) {
                _ = try ProcessGrid(world, rows: rows, columns: columns)
            }
        }
        if world.size > 1 {
            expectThrows {
                _ = try ProcessGrid(
                    world, rows: world.rank == 0 ? 1 : world.size, columns: world.rank == 0 ? world.size : 1)
            }
        }
    },
    RankCheck("every element has one owner, which keeps it where the maps say") { world in
        try withEveryGrid(world) { grid in
            for (rows, columns, block) in [(0, 0, 3), (1, 1, 4), (7, 5, 2), (13, 17, 3), (8, 8, 8), (5, 40, 64)] {
                let a = try DistributedMatrix<Double>(
                    rows: rows, columns: columns, block: block, on: grid, element: element)
                var owned = 0
                for j in 0..<a.localColumns {
                    for i in 0..<a.localRows {
                        owned += 1
                        expectEqual(a.local[i, j], element(a.globalRow(i), a.globalColumn(j)))
                        let back = a.layout.rows.local(GlobalIndex(a.globalRow(i)))
                        expectEqual(back.value, i)
                        expectEqual(a.layout.rows.owner(of: GlobalIndex(a.globalRow(i))), grid.row)
                    }
                }
                expectEqual(try world.allReduce(owned, .sum), rows * columns)
            }
        }
        let grid = try ProcessGrid(world)
        expectThrows { _ = try DistributedMatrix<Double>(rows: -1, columns: 2, on: grid) }
        expectThrows { _ = try DistributedMatrix<Double>(rows: 2, columns: 2, block: 0, on: grid) }
        expectThrows(matches: { if case .memory = $0 { true } else { false } }) {
            _ = try DistributedMatrix<Double>(rows: 1 << 40, columns: 1 << 40, on: grid)
        }
        expectThrows(matches: { if case .memory = $0 { true } else { false } }) {
            _ = try DistributedMatrix<Double>(rows: 1 << 22, columns: 1 << 22, on: grid)
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try DistributedMatrix<Double>(rows: 4 + world.rank, columns: 4, on: grid)
            }
        }
        try grid.close()
    },
    RankCheck("the same random matrix on every grid and for every block size") { world in
        var first: [Double]?
        try withEveryGrid(world) { grid in
            for block in [1, 3, 64] {
                let a = try DistributedMatrix<Double>.random(rows: 9, columns: 11, seed: 7, block: block, on: grid)
                let values = try a.everywhere()
                if let first { expectEqual(values, first) } else { first = values }
            }
        }
        let source = IndexedRandom(seed: 7)
        expectEqual(first, (0..<99).map { source.element($0 % 9, $0 / 9) })
        let mean = first!.reduce(0, +) / 99
        expect(abs(mean) < 0.1 && first!.allSatisfy { $0 >= -0.5 && $0 <= 0.5 }, "mean \(mean)")
    },
    RankCheck("single elements") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>(rows: 5, columns: 4, block: 2, on: grid, element: element)
        for j in 0..<4 { for i in 0..<5 { expectEqual(try a.value(i, j), element(i, j)) } }
        expectThrows { _ = try a.value(5, 0) }
        let unit = try DistributedMatrix<Double>.identity(rows: 4, block: 3, on: grid)
        expectEqual(try unit.everywhere(), (0..<16).map { $0 % 5 == 0 ? 1 : 0 })
        try grid.close()
    },
]

private let redistributionChecks: [RankCheck] = [
    RankCheck("between any two layouts and grids") { world in
        try withEveryGrid(world) { home in
            try withEveryGrid(world) { target in
                for (rows, columns) in [(0, 3), (1, 1), (10, 7), (6, 23)] {
                    let layouts = [
                        (
                            BlockCyclic(extent: rows, block: 2, parts: home.rows, source: home.rows - 1),
                            BlockCyclic(extent: columns, block: 5, parts: home.columns)
                        ),
                        (
                            BlockCyclic(extent: rows, block: 1, parts: home.rows),
                            BlockCyclic(extent: columns, block: 3, parts: home.columns, source: home.columns / 2)
                        ),
                    ]
                    for (rowMap, columnMap) in layouts {
                        var a = try DistributedMatrix<Double>(
                            zeros: MatrixLayout(rows: rowMap, columns: columnMap), on: home)
                        a.fill(element)
                        let goal = MatrixLayout(rows: rows, columns: columns, block: 4, on: target)
                        let b = try a.redistributed(to: goal, on: target)
                        for j in 0..<b.localColumns {
                            for i in 0..<b.localRows {
                                expectEqual(b.local[i, j], element(b.globalRow(i), b.globalColumn(j)))
                            }
                        }
                    }
                }
            }
        }
    },
    RankCheck("transposes and conjugates") { world in
        try withEveryGrid(world) { grid in
            let a = try DistributedMatrix<Complex<Double>>(rows: 7, columns: 10, block: 3, on: grid) {
                Complex(Double($0), Double($1))
            }
            let plain = try a.transposed()
            let conjugate = try a.transposed(conjugate: true)
            expectEqual(plain.rows, 10)
            for j in 0..<plain.localColumns {
                for i in 0..<plain.localRows {
                    let (column, row) = (Double(plain.globalRow(i)), Double(plain.globalColumn(j)))
                    expectEqual(plain.local[i, j], Complex(row, column))
                    expectEqual(conjugate.local[i, j], Complex(row, -column))
                }
            }
        }
    },
    RankCheck("sub-matrices, in and out") { world in
        try withEveryGrid(world) { grid in
            let a = try DistributedMatrix<Float>(rows: 12, columns: 9, block: 4, on: grid) { Float(100 * $0 + $1) }
            for (rows, columns) in [(3..<10, 2..<9), (0..<12, 4..<5), (5..<5, 0..<9), (11..<12, 8..<9)] {
                let part = try a.submatrix(rows: rows, columns: columns).copied(block: 3)
                expectEqual(
                    try part.everywhere(),
                    columns.flatMap { j in rows.map { Float(100 * $0 + j) } })
                var whole = try DistributedMatrix<Float>(rows: 20, columns: 15, block: 2, on: grid)
                try whole.replace(with: part.view, atRow: 6, column: 5)
                let values = try whole.everywhere()
                for j in 0..<15 {
                    for i in 0..<20 {
                        let inside = (6..<6 + rows.count).contains(i) && (5..<5 + columns.count).contains(j)
                        let expected = inside ? Float(100 * (i - 6 + rows.lowerBound) + j - 5 + columns.lowerBound) : 0
                        expectEqual(values[i + 20 * j], expected)
                    }
                }
            }
            var small = try DistributedMatrix<Float>(rows: 3, columns: 3, on: grid)
            expectThrows(matches: { if case .argument("replace", _, _, _) = $0 { true } else { false } }) {
                try small.replace(with: a.view)
            }
        }
    },
    RankCheck("gather to one rank and deal from one") { world in
        try withEveryGrid(world) { grid in
            for root in 0..<world.size {
                let a = try DistributedMatrix<Double>(rows: 6, columns: 5, block: 2, on: grid, element: element)
                let whole = try a.gathered(to: root)
                let isRoot = world.rank == root
                switch whole {
                case .some(let matrix):
                    expect(isRoot)
                    for j in 0..<5 { for i in 0..<6 { expectEqual(matrix[i, j], element(i, j)) } }
                    let back = try DistributedMatrix.scattered(
                        matrix.view, rows: 6, columns: 5, block: 1, from: root, on: grid)
                    expectEqual(try back.everywhere(), (0..<30).map { element($0 % 6, $0 / 6) })
                case .none:
                    expect(!isRoot)
                    let back = try DistributedMatrix<Double>.scattered(
                        nil, rows: 6, columns: 5, block: 1, from: root, on: grid)
                    expectEqual(try back.everywhere(), (0..<30).map { element($0 % 6, $0 / 6) })
                }
                expectThrows {
                    _ = try DistributedMatrix<Double>.scattered(nil, rows: 6, columns: 5, from: root, on: grid)
                }
            }
        }
    },
]
