// LU by threshold, by tournament and of randomly mixed matrices: what LUChecks asks of partial pivoting, and what is their own.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

/// Every pivoting, with parameters other than the default ones among them.
let pivotings: [Pivoting] = [.partial] + otherPivotings
let otherPivotings: [Pivoting] = [
    .tournament, .threshold(), .threshold(0.1), .randomButterflies(), .randomButterflies(depth: 1, seed: 5),
    .randomButterflies(depth: 40, seed: 6),
]

let pivotingChecks: [RankCheck] = [
    RankCheck("pivoting, factors of square and rectangular matrices") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [
                    (0, 0, 2), (1, 1, 1), (2, 2, 1), (5, 5, 32), (12, 12, 1), (17, 17, 3), (9, 20, 4), (20, 9, 4),
                    (40, 40, 5), (45, 45, 20), (70, 61, 24),
                ] {
                    for pivoting in otherPivotings where m == n || !isByButterflies(pivoting) {
                        for sources in [(0, 0), (1, 2)] {
                            try checkFactors(Scalar.self, m, n, block, sources, pivoting, on: grid)
                        }
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("pivoting, solve, inverse and determinant") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (n, block) in [(1, 2), (3, 5), (14, 2), (33, 5)] {
                    for pivoting in otherPivotings { try checkSolve(Scalar.self, n, block, pivoting, on: grid) }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("pivoting, butterflies through several panels") { world in
        try forEachGrid(world) { grid in
            let (n, m) = (300, 290)
            let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 14, block: 11, on: grid)
            let b = try DistributedMatrix<Double>.random(rows: n, columns: m, seed: 15, block: 11, on: grid)
            let factor = try LU(a, pivoting: .randomButterflies(depth: 3, seed: 2))
            for transpose in [Transpose.none, .transpose] {
                var x = try factor.solve(b, transpose: transpose)
                if transpose == .none {
                    let refined = try factor.refine(&x, of: a, b)
                    expect(refined.backwardError < 300 * 0x1p-53, "\(refined)")
                } else {
                    let error = try backwardError(try a.transposed(), x, b)
                    expect(error < 1e-9, "\(error)")
                }
            }
        }
    },
    RankCheck("pivoting, a threshold of one and one rank's tournament are partial pivoting") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [(40, 40, 6), (23, 31, 4), (31, 23, 40)] {
                    let a = try DistributedMatrix<Scalar>.random(rows: m, columns: n, seed: 12, block: block, on: grid)
                    let partial = try LU(a)
                    for pivoting in [Pivoting.threshold(1)] + (grid.rows == 1 ? [.tournament] : []) {
                        let factor = try LU(a, pivoting: pivoting)
                        expectEqual(factor.pivoting, pivoting)
                        expectEqual(factor.pivots, partial.pivots)
                        expectEqual(try factor.factors.checksum(), try partial.factors.checksum())
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
    RankCheck("pivoting, a threshold spares exchanges, within a process row first") { world in
        try forEachGrid(world) { grid in
            let (n, block) = (60, 4)
            let a = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 13, block: block, on: grid)
            func exchanges(_ pivots: [Int]) -> (all: Int, crossing: Int) {
                let moved = pivots.enumerated().filter { $0.offset != $0.element }
                let rows = BlockCyclic(extent: n, block: block, parts: grid.rows)
                return (
                    moved.count,
                    moved.count {
                        rows.owner(of: GlobalIndex($0.offset)) != rows.owner(of: GlobalIndex($0.element))
                    }
                )
            }
            let partial = exchanges(try LU(a).pivots)
            let threshold = exchanges(try LU(a, pivoting: .threshold(0.1)).pivots)
            expect(threshold.all < partial.all, "\(threshold), partial \(partial)")
            if grid.rows > 1 { expect(threshold.crossing < partial.crossing / 2, "\(threshold), partial \(partial)") }
            // The diagonal is within the threshold everywhere.
            let dominant = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid) { i, j in
                i == j ? 1 : i == j + 1 ? 1.5 : 0
            }
            expectEqual(try LU(dominant, pivoting: .threshold(0.5)).pivots, Array(0..<n))
            try expect(LU(dominant).pivots != Array(0..<n))
        }
    },
    RankCheck("pivoting, the tournament's winners are in the order of partial pivoting") { world in
        try forEachGrid(world) { grid in
            for (n, block) in [(48, 6), (50, 16)] {
                let a = random(n, n, seed: 16, Double.self)
                let factor = try LU(
                    dealt(a, layout(n, n, blocks: (block, block), on: grid), on: grid), pivoting: .tournament)
                expectEqual(factor.repeatedPanels, [])
                let whole = try replicated(factor.factors)
                for j in 0..<n {
                    for i in j + 1..<max(j + 1, min(n, (j / block + 1) * block)) {
                        expect(whole[i, j].magnitude <= 1, "L(\(i), \(j)) = \(whole[i, j])")
                    }
                }
                if grid.rows == 1 { continue }
                expectEqual(
                    Set(rows(after: factor.pivots, n)[..<block]),
                    firstWinners(a, block, grid.rows), "n \(n) on \(grid.rows) rows")
            }
        }
    },
    RankCheck("pivoting, singular matrices complete") { world in
        try forEachGrid(world) { grid in
            for pivoting in otherPivotings where !isByButterflies(pivoting) {
                for (n, zero) in [(1, 0), (9, 0), (14, 13), (14, 5)] {
                    let a = try DistributedMatrix<Double>(rows: n, columns: n, block: 3, on: grid) { i, j in
                        i > j ? 0 : i == j ? (i == zero ? 0 : 2) : i < zero && j == zero ? 1 : 0
                    }
                    let factor = try LU(a, pivoting: pivoting)
                    expectEqual(factor.firstZeroPivot, zero)
                    expectEqual(try factor.determinant().value, 0)
                    expectEqual(try factor.conditionEstimate(), .infinity)
                    let b = try DistributedMatrix<Double>(rows: n, columns: 1, block: 3, on: grid) { _, _ in 1 }
                    expectThrows(matches: { $0 == .singular(pivot: zero) }) { _ = try factor.solve(b) }
                    expectThrows(matches: { $0 == .singular(pivot: zero) }) { _ = try factor.inverse() }
                }
                let ones = try DistributedMatrix<Float>(rows: 7, columns: 7, block: 2, on: grid) { _, _ in 1 }
                expectEqual(try LU(ones, pivoting: pivoting).firstZeroPivot, 1)
                // A column of zeros: what stands before it and behind it is factored.
                let source = IndexedRandom(seed: 18)
                let plain = Matrix<Double>(rows: 30, columns: 30) { $1 == 11 ? 0 : source.element($0, $1) }
                let a = dealt(plain, layout(30, 30, blocks: (8, 8), on: grid), on: grid)
                let factor = try LU(a, pivoting: pivoting)
                expectEqual(factor.firstZeroPivot, 11)
                try expectProduct(factor, of: plain, "a column of zeros, \(pivoting)")
                if pivoting == .tournament { expectEqual(factor.repeatedPanels, grid.rows > 1 ? [8] : []) }
                // Of rank 5, but for rounding.
                let thin = random(30, 5, seed: 19, Double.self)
                let low = product(thin, applied(.transpose, random(30, 5, seed: 20, Double.self)))
                let rank = try LU(
                    dealt(low, layout(30, 30, blocks: (8, 8), on: grid), on: grid), pivoting: pivoting)
                try expectProduct(rank, of: low, "rank 5, \(pivoting)")
                if pivoting == .tournament, grid.rows > 1 { expectEqual(rank.repeatedPanels.first, 0) }
            }
        }
    },
    RankCheck("pivoting, a zero pivot without exchanges is no verdict") { world in
        try forEachGrid(world) { grid in
            for n in [2, 20] {
                let pivoting = Pivoting.randomButterflies(depth: 1, seed: 3)
                let a = try cancelling(n, 0, on: grid)
                let factor = try LU(a, pivoting: pivoting)
                expectEqual(factor.firstZeroPivot, 0)
                try expect(factor.factors.norm(.maximum).isFinite)
                let b = try DistributedMatrix<Double>(rows: n, columns: 1, block: 3, on: grid) { i, _ in Double(i + 1) }
                expectThrows(matches: { $0 == .singular(pivot: 0) }) { _ = try factor.solve(b) }
                expectThrows(matches: { $0 == .singular(pivot: 0) }) { _ = try factor.determinant() }
                expectThrows(matches: { $0 == .singular(pivot: 0) }) { _ = try factor.conditionEstimate() }
            }
            let zeros = try DistributedMatrix<Complex<Float>>(rows: 9, columns: 9, block: 2, on: grid)
            let factor = try LU(zeros, pivoting: .randomButterflies())
            expectEqual(factor.firstZeroPivot, 0)
            expectEqual(try factor.factors.norm(.maximum), 0)
            expectEqual(try factor.growthFactor(), 0)
        }
    },
    RankCheck("pivoting, NaN and infinity end, the same way each time") { world in
        try forEachGrid(world) { grid in
            for pivoting in otherPivotings {
                for bad in [Double.nan, .infinity] {
                    for place in [(0, 0), (6, 3), (10, 10), (2, 9)] {
                        let a = try DistributedMatrix<Double>(rows: 11, columns: 11, block: 2, on: grid) { i, j in
                            (i, j) == place ? bad : Double((i * 7 + j * 3) % 11) - 5 + (i == j ? 0.5 : 0)
                        }
                        let first = try LU(a, pivoting: pivoting)
                        let second = try LU(a, pivoting: pivoting)
                        expectEqual(first.pivots, second.pivots)
                        expectEqual(first.firstZeroPivot, second.firstZeroPivot)
                        let b = try DistributedMatrix<Double>(rows: 11, columns: 1, block: 2, on: grid) { _, _ in 1 }
                        let x = try replicated(try first.solve(b))
                        if bad.isNaN {
                            expect((0..<11).contains { x[$0, 0].isNaN }, "\(pivoting): a NaN stays in sight")
                        }
                    }
                }
            }
        }
    },
    RankCheck("pivoting, Wilkinson's growth and extreme scales") { world in
        try forEachGrid(world) { grid in
            let n = 40
            let growing = try DistributedMatrix<Double>(rows: n, columns: n, block: 4, on: grid) { i, j in
                j == n - 1 || i == j ? 1 : i > j ? -1 : 0
            }
            expectEqual(try LU(growing, pivoting: .threshold()).growthFactor(), 0x1p39)
            let growth = try LU(growing, pivoting: .randomButterflies()).growthFactor()
            expect(growth < 1000, "growth \(growth)")
            for pivoting in otherPivotings {
                for scale in [1e-300, 1e300] {
                    let a = try nearlyDiagonal(scale, on: grid)
                    let b = try DistributedMatrix<Double>(rows: 12, columns: 1, block: 3, on: grid) { i, _ in
                        scale * Double(i + 1)
                    }
                    let error = try backwardError(a, try LU(a, pivoting: pivoting).solve(b), b)
                    expect(error < 1e-13, "\(pivoting), scale \(scale): \(error)")
                }
            }
            // By numbers as small as these one cannot divide.
            let tiny = try nearlyDiagonal(0x1p-1030, on: grid)
            let factor = try LU(tiny, pivoting: .tournament)
            expectEqual(factor.repeatedPanels, grid.rows > 1 ? [0, 3, 6, 9] : [])
            expectEqual(try factor.factors.checksum(), try LU(tiny).factors.checksum())
        }
    },
    RankCheck("pivoting, repeatability") { world in
        try forEachGrid(world) { grid in
            for pivoting in otherPivotings {
                let a = try DistributedMatrix<Double>.random(rows: 150, columns: 150, seed: 9, block: 20, on: grid)
                let first = try LU(a, pivoting: pivoting)
                let bits = try first.factors.checksum()
                for _ in 0..<3 {
                    let again = try LU(a, pivoting: pivoting)
                    expectEqual(again.pivots, first.pivots)
                    expectEqual(try again.factors.checksum(), bits, "\(pivoting)")
                }
            }
        }
    },
    RankCheck("pivoting, arguments") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>.random(rows: 8, columns: 8, seed: 1, block: 2, on: grid)
        let tall = try DistributedMatrix<Double>.random(rows: 8, columns: 5, seed: 1, block: 2, on: grid)
        let b = try DistributedMatrix<Double>.random(rows: 8, columns: 1, seed: 2, block: 2, on: grid)
        func refuses(_ expected: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                line: line,
                matches: {
                    guard case .argument(_, let name, let text, _) = $0 else { return false }
                    return name == "pivoting" && text.contains(expected) && !"\($0)".contains("\n")
                }, body)
        }
        for factor in [0, -0.5, 1.5, .nan, .infinity] {
            refuses("a threshold") { _ = try LU(a, pivoting: .threshold(factor)) }
            refuses("a threshold") { _ = try solve(a, b, pivoting: .threshold(factor)) }
        }
        for depth in [0, -1] { refuses("a depth") { _ = try LU(a, pivoting: .randomButterflies(depth: depth)) } }
        refuses("a square matrix") { _ = try LU(tall, pivoting: .randomButterflies()) }
        refuses("mixed precision") {
            _ = try solve(a, b, precision: .mixed, pivoting: .randomButterflies())
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try LU(a, pivoting: world.rank == 0 ? .tournament : .partial)
            }
        }
        let defaults = [Pivoting.threshold(), .randomButterflies()]
        expectEqual(defaults, [.threshold(0.5), .randomButterflies(depth: 2, seed: 1)])
        try grid.close()
    },
]

func isByButterflies(_ pivoting: Pivoting) -> Bool { if case .randomButterflies = pivoting { true } else { false } }

private func nearlyDiagonal(_ scale: Double, on grid: ProcessGrid) throws -> DistributedMatrix<Double> {
    try DistributedMatrix(rows: 12, columns: 12, block: 3, on: grid) { i, j in
        scale * (i == j ? 4 : 1 / Double(i + j + 1))
    }
}

/// An A whose first pivot becomes about `rest` after butterflies of depth 1, and whose own pivots are fine.
func cancelling(_ n: Int, _ rest: Double, on grid: ProcessGrid) throws(TesseraError) -> DistributedMatrix<Double> {
    let half = (n + 1) / 2
    return try DistributedMatrix(rows: n, columns: n, block: 3, on: grid) { i, j in
        switch (i, j) {
        case (0, 0), (half, half): 1
        case (0, half): 2 + rest
        case (half, 0): -4
        default: i == j ? 3 : 1 / Double(2 + i + 2 * j)
        }
    }
}

/// The rows of A as they stand after all exchanges.
private func rows(after pivots: [Int], _ n: Int) -> [Int] {
    var order = Array(0..<n)
    for (i, pivot) in pivots.enumerated() { order.swapAt(i, pivot) }
    return order
}

/// The winners of the first panel, by matches of one rank's rows with another's, on one rank.
private func firstWinners(_ a: borrowing Matrix<Double>, _ width: Int, _ parts: Int) -> Set<Int> {
    /// The first rows by partial pivoting.
    func best(of rows: [Int]) -> [Int] {
        var (rest, chosen) = (rows.map { row in (row, (0..<width).map { a[row, $0] }) }, [Int]())
        for j in 0..<min(width, rows.count) {
            let pivot = rest.indices.max { abs(rest[$0].1[j]) < abs(rest[$1].1[j]) }!
            let (row, values) = rest.remove(at: pivot)
            chosen.append(row)
            for i in rest.indices {
                let factor = rest[i].1[j] / values[j]
                for k in j..<width { rest[i].1[k] -= factor * values[k] }
            }
        }
        return chosen
    }
    let map = BlockCyclic(extent: a.rows, block: width, parts: parts)
    var players = (0..<parts).map { part in
        best(of: (0..<map.count(on: part)).map { map.global(LocalIndex($0), on: part).value })
    }
    while players.count > 1 {
        players = stride(from: 0, to: players.count, by: 2).map {
            $0 + 1 < players.count ? best(of: players[$0] + players[$0 + 1]) : players[$0]
        }
    }
    return Set(players[0])
}

/// Uᵀ A V by matrices of n x n, with the numbers that the seed gives.
func mixedByButterflies<Scalar: LinearScalar>(
    _ a: borrowing Matrix<Scalar>, depth: Int, seed: UInt64
) -> Matrix<Scalar> {
    let n = a.rows
    var levels = 0
    while levels < depth, 2 << levels <= n { levels += 1 }
    let leaf = (n + (1 << levels) - 1) >> levels
    let random = IndexedRandom(seed: seed)
    /// The product of all levels of one side.
    func side(_ part: Int) -> Matrix<Scalar> {
        var whole = Matrix<Scalar>.identity(n)
        for level in 0..<levels {
            var factor = Matrix<Scalar>(rows: n, columns: n)
            let distance = leaf << (levels - 1 - level)
            for i in 0..<n {
                let r = exp((random.uniform(i, level, part: part) - 0.5) / 10)
                let isSecond = i / distance % 2 == 1
                let other = isSecond ? i - distance : i + distance
                let value = Scalar(real: Scalar.Real(other < n ? r / 2.0.squareRoot() : r))
                // Column i: its own row and the other's.
                factor[i, i] = isSecond ? .zero - value : value
                if other < n { factor[other, i] = value }
            }
            whole = product(factor, whole)
        }
        return whole
    }
    return product(product(applied(.transpose, side(0)), a), side(1))
}
