import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

// Factorizations that save themselves after every panel, resumed from each of these columns: with the same bits on the
// same grid, and to the usual measures on others.

let resumeChecks: [RankCheck] = [
    RankCheck("LU resumes from every column, on every grid") { world in
        try withFolder(world) { folder in
            try forEachGrid(world) { grid in
                for (m, n, block) in [(30, 30, 4), (13, 22, 5), (22, 13, 5), (6, 6, 8)] {
                    try checkLU(Double.self, m, n, block, folder, on: grid)
                }
            }
            let grid = try ProcessGrid(world)
            for scalar in scalars { try checkLU(scalar, 20, 20, 3, folder, on: grid) }
            try grid.close()
        }
    },
    RankCheck("LU with every pivoting resumes from every column, on every grid") { world in
        try withFolder(world) { folder in
            try forEachGrid(world) { grid in
                for pivoting in [Pivoting.tournament, .threshold(0.2), .randomButterflies(depth: 2, seed: .max)] {
                    for (n, block) in [(30, 4), (13, 5)] {
                        try checkLU(Double.self, n, n, block, folder, pivoting, on: grid)
                    }
                }
            }
            let grid = try ProcessGrid(world)
            for pivoting in otherPivotings {
                for scalar in scalars { try checkLU(scalar, 20, 20, 3, folder, pivoting, on: grid) }
            }
            try grid.close()
        }
    },
    RankCheck("Cholesky resumes from every column, on every grid") { world in
        try withFolder(world) { folder in
            try forEachGrid(world) { grid in
                for (n, block) in [(30, 4), (13, 5), (6, 8)] {
                    try checkCholesky(Double.self, n, block, folder, on: grid)
                }
            }
            let grid = try ProcessGrid(world)
            for scalar in scalars { try checkCholesky(scalar, 20, 3, folder, on: grid) }
            try grid.close()
        }
    },
    RankCheck("a resumed factorization has the same bits, in products of any size") { world in
        try withFolder(world) { folder in
            try forEachGrid(world) { grid in
                let n = 300
                let a = try DistributedMatrix<Float>.random(rows: n, columns: n, seed: 8, block: 24, on: grid)
                let whole = try LU(a)
                let saving = try store(folder + "/lu", every: 0)
                _ = try LU(consuming: try a.copy(), checkpoint: saving)
                let middle = saving.written[saving.written.count / 2]
                try remove(after: middle.generation, folder + "/lu", world)
                let again = try LU<Float>(resuming: try store(folder + "/lu"), on: grid, block: 24)
                expectEqual(try again.factors.checksum(), try whole.factors.checksum(), "column \(middle.step)")
                try saving.removeAll(on: world)

                let product = try DistributedMatrix<Float>(rows: n, columns: n, block: 24, on: grid) { i, j in
                    i == j ? Float(n) : 1 / Float(1 + abs(i - j))
                }
                let wholeFactor = try Cholesky(product)
                let savingFactor = try store(folder + "/cholesky", every: 0)
                _ = try Cholesky(consuming: product, checkpoint: savingFactor)
                let half = savingFactor.written[savingFactor.written.count / 2]
                try remove(after: half.generation, folder + "/cholesky", world)
                let factor = try Cholesky<Float>(resuming: try store(folder + "/cholesky"), on: grid, block: 24)
                expectEqual(
                    try factor.factor.checksum(), try wholeFactor.factor.checksum(), "Cholesky, column \(half.step)")
                try savingFactor.removeAll(on: world)
            }
        }
    },
    RankCheck("a signal saves the factorization before it stops it") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let definite = positiveDefinite(40, Double.self)
            let place = layout(40, 40, blocks: (4, 4), on: grid)
            let (lu, cholesky) = (folder + "/lu", folder + "/cholesky")
            // One rank's signal stops all.
            try stopping(world) { _ = try LU(consuming: dealt(definite, place, on: grid), checkpoint: store(lu)) }
            try stopping(world) {
                _ = try Cholesky(consuming: dealt(definite, place, on: grid), checkpoint: store(cholesky))
            }
            for path in [lu, cholesky] { expectEqual(try names(in: path, world), ["generation-000001"]) }
            let factor = try LU<Double>(resuming: try store(lu), on: grid, block: 4)
            let whole = try LU(dealt(definite, place, on: grid))
            expectEqual(distance(try replicated(factor.factors), try replicated(whole.factors)), 0)
            let lower = try Cholesky<Double>(resuming: try store(cholesky), on: grid, block: 4)
            let wholeLower = try Cholesky(dealt(definite, place, on: grid))
            expectEqual(distance(try replicated(lower.factor), try replicated(wholeLower.factor)), 0)
            // Without a store there is nothing but the stop.
            try stopping(world) { _ = try LU(consuming: dealt(definite, place, on: grid)) }
            try grid.close()
        }
    },
    RankCheck("solve goes on with the method that was saved") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let n = 40
            let b = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 5, block: 4, on: grid)
            let definite = positiveDefinite(n, Double.self)
            let source = IndexedRandom(seed: 6)
            // Hermitian with a positive diagonal: what makes it indefinite stands far behind.
            func indefinite(_ i: Int, _ j: Int) -> Double { i == n - 1 && j == n - 1 ? 1e-3 : definite[i, j] }
            for (name, method, element) in [
                ("general", SolveMethod.lu, { (i: Int, j: Int) in source.element(i, j) as Double }),
                ("definite", .cholesky, { (i: Int, j: Int) in definite[i, j] }),
                ("indefinite", .lu, indefinite),
            ] {
                func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
                    try DistributedMatrix(rows: n, columns: range.count, block: 4, on: grid) {
                        element($0, $1 + range.lowerBound)
                    }
                }
                let path = "\(folder)/\(name)"
                try stopping(world) {
                    _ = try solve(
                        consuming: try columns(0..<n), b, checkpoint: try store(path), regenerating: columns)
                }
                let saved = try store(path)
                let answer = try solve(consuming: try columns(0..<n), b, checkpoint: saved, regenerating: columns)
                expectEqual(answer.method, method, name)
                expectEqual(answer.warning, nil, name)
                // What Cholesky had done is of no use to LU.
                expectEqual(saved.resumedStep == nil, name == "indefinite", name)
                // A checkpoint of no use: the system is solved from the beginning.
                try put([1, 2, 3], path + "/generation-000001/manifest.json", world)
                let anew = try store(path)
                let again = try solve(consuming: try columns(0..<n), b, checkpoint: anew, regenerating: columns)
                expectEqual(again.method, method, name)
                expect(again.warning == nil && anew.resumedStep == nil && anew.refused.count == 1, name)
            }
            try grid.close()
        }
    },
    RankCheck("solve goes on with the pivoting that was saved") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let n = 40
            let b = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 5, block: 3, on: grid)
            let source = IndexedRandom(seed: 6)
            // The pivoting, and whether butterflies fail.
            for (i, (pivoting, isUnstable)) in [
                (Pivoting.tournament, false), (.threshold(0.5), false), (.randomButterflies(), false),
                (.randomButterflies(depth: 1, seed: 3), true),
            ].enumerated() {
                let a =
                    try isUnstable
                    ? cancelling(n, 0x1p-50, on: grid)
                    : DistributedMatrix<Double>(rows: n, columns: n, block: 3, on: grid) { source.element($0, $1) }
                func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
                    try a.submatrix(rows: 0..<n, columns: range).copied()
                }
                let path = "\(folder)/\(i)"
                try stopping(world) {
                    _ = try solve(
                        consuming: try a.copy(), b, method: .lu, pivoting: pivoting, checkpoint: try store(path),
                        regenerating: columns)
                }
                let saved = try store(path)
                let answer = try solve(
                    consuming: try a.copy(), b, method: .lu, checkpoint: saved, regenerating: columns)
                expect((saved.resumedStep ?? 0) > 0, "\(pivoting)")
                expectEqual(answer.pivoting, isUnstable ? .partial : pivoting)
                expectEqual(answer.pivotingFallback != nil, isUnstable, "\(pivoting)")
                expectEqual(answer.warning, nil, "\(pivoting)")
            }
            try grid.close()
        }
    },
    RankCheck("nothing to resume, and what may not be") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            try expectSameError(folder + "/none", "no checkpoint to resume from", on: world) {
                _ = try LU<Double>(resuming: try store(folder + "/none"), on: grid)
            }
            let a = try DistributedMatrix<Double>.random(rows: 20, columns: 20, seed: 4, block: 4, on: grid)
            let path = folder + "/lu"
            _ = try LU(consuming: try a.copy(), checkpoint: try store(path, every: 0))
            try expectSameError(path, "no checkpoint to resume from", "expected Cholesky of", on: world) {
                _ = try Cholesky<Double>(resuming: try store(path), on: grid)
            }
            try expectSameError(path, "no checkpoint to resume from", "expected LU of", on: world) {
                _ = try LU<Float>(resuming: try store(path), on: grid)
            }
            let other = try CheckpointStore(path, fingerprint: "another")
            try expectSameError(path, "another job", on: world) { _ = try LU<Double>(resuming: other, on: grid) }
            try expectSameError(path, "another job", on: world) {
                _ = try LU(consuming: try a.copy(), checkpoint: other)
            }
            // A checkpoint that cannot be written ends the factorization with one error, on all ranks alike.
            let before = try names(in: path, world)
            try withFileSizeLimit(1000) {
                try expectSameError(path, "file too large", on: world) {
                    _ = try LU(consuming: try a.copy(), checkpoint: try store(path, every: 0))
                }
            }
            expectEqual(try names(in: path, world), before)
            try grid.close()
        }
    },
    RankCheck("a singular matrix resumes as one") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let a = try DistributedMatrix<Double>(rows: 14, columns: 14, block: 3, on: grid) { i, j in
                i > j ? 0 : i == j ? (i == 4 ? 0 : 2) : i < 4 && j == 4 ? 1 : 0
            }
            _ = try LU(consuming: a, checkpoint: try store(folder + "/x", every: 0))
            let factor = try LU<Double>(resuming: try store(folder + "/x"), on: grid, block: 5)
            expectEqual(factor.firstZeroPivot, 4)
            try grid.close()
        }
    },
]

private let scalars: [any LinearScalar.Type] = [Float.self, Double.self, Complex<Float>.self, Complex<Double>.self]

private func store(_ path: String, every interval: Double = .infinity) throws -> CheckpointStore {
    try CheckpointStore(path, fingerprint: "test", every: interval, keep: 1000)
}

/// Notes a failure unless the body is interrupted by a signal that the last rank gets before it.
func stopping(_ world: Communicator, line: Int = #line, _ body: () throws -> Void) throws {
    try SignalWatch.begin()
    if world.rank == world.size - 1 { raise(SIGUSR1) }
    expectThrows(line: line, matches: { $0 == .interrupted(signal: SIGUSR1) }, body)
    try world.barrier()
    SignalWatch.end()
}

/// Calls `body` for the newest generation, then for the one before it and so on, each time with those after it gone.
func forEachGeneration(_ folder: String, _ world: Communicator, _ body: (Int) throws -> Void) throws {
    // Ranks agree on a checkpoint a panel before they write it: of a single panel there is none.
    guard FileManager.default.fileExists(atPath: folder) else { return }
    let all = try names(in: folder, world)
    for name in all.reversed() {
        try body(Int(name.suffix(6))!)
        try world.barrier()
        if world.rank == 0 { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        try world.barrier()
    }
    if world.rank == 0 { try FileManager.default.removeItem(atPath: folder) }
    try world.barrier()
}

/// Removes the generations after this one.
private func remove(after generation: Int, _ folder: String, _ world: Communicator) throws {
    for name in try names(in: folder, world) where Int(name.suffix(6))! > generation && world.rank == 0 {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    try world.barrier()
}

/// Calls `body` with a grid that has another shape and, where there are several ranks, fewer of them.
func withOtherGrids(_ world: Communicator, _ grid: ProcessGrid, _ body: (ProcessGrid) throws -> Void) throws {
    let turned = try ProcessGrid(world, rows: grid.columns, columns: grid.rows)
    try body(turned)
    try turned.close()
    let count = max(1, world.size - 1)
    if let fewer = try world.split(color: world.rank < count ? 0 : nil) {
        let small = try ProcessGrid(fewer, rows: count, columns: 1)
        try body(small)
        try small.close()
        try fewer.close()
    }
    try world.barrier()
}

private func checkLU<Scalar: LinearScalar>(
    _: Scalar.Type, _ m: Int, _ n: Int, _ block: Int, _ folder: String, _ pivoting: Pivoting = .partial,
    on grid: ProcessGrid
) throws {
    let world = grid.communicator
    let path = folder + "/lu"
    let a = random(m, n, seed: 4, Scalar.self)
    let place = layout(m, n, blocks: (block, block), on: grid)
    let whole = try LU(dealt(a, place, on: grid), pivoting: pivoting)
    let expected = try replicated(whole.factors)
    let saving = try store(path, every: 0)
    let saved = try LU(consuming: dealt(a, place, on: grid), pivoting: pivoting, checkpoint: saving)
    let name = "\(Scalar.typeName) \(m)x\(n) block \(block) on \(grid.rows)x\(grid.columns) \(pivoting)"
    expectEqual(distance(try replicated(saved.factors), expected), 0, name)
    expectEqual(saved.pivots, whole.pivots, name)
    expect(saving.written.count >= min(m, n) / block / 2, "\(name): \(saving.written.count) checkpoints")
    try forEachGeneration(path, world) { number in
        let resuming = try store(path)
        let again = try LU<Scalar>(resuming: resuming, on: grid, block: block)
        let place = "\(name) from column \(resuming.resumedStep ?? -1)"
        expectEqual(resuming.resumedStep, saving.written.first { $0.generation == number }?.step, name)
        expectEqual(distance(try replicated(again.factors), expected), 0, place)
        expectEqual(again.pivots, whole.pivots, place)
        expectEqual(again.pivoting, pivoting, place)
        if m == n {
            expectEqual(try again.conditionEstimate(), try whole.conditionEstimate(), place)
        }
        try withOtherGrids(world, grid) { other in
            for width in [3, block + 1] {
                let factor = try LU<Scalar>(resuming: try store(path), on: other, block: width)
                try expectFactors(factor, of: a, "\(place), resumed on \(other.rows)x\(other.columns) block \(width)")
            }
        }
    }
}

private func checkCholesky<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ folder: String, on grid: ProcessGrid
) throws {
    let world = grid.communicator
    let path = folder + "/cholesky"
    let a = positiveDefinite(n, Scalar.self)
    let place = layout(n, n, blocks: (block, block), on: grid)
    let whole = try Cholesky(dealt(a, place, on: grid))
    let expected = try replicated(whole.factor)
    let saving = try store(path, every: 0)
    let saved = try Cholesky(consuming: dealt(a, place, on: grid), checkpoint: saving)
    let name = "\(Scalar.typeName) \(n) block \(block) on \(grid.rows)x\(grid.columns)"
    expectEqual(distance(try replicated(saved.factor), expected), 0, name)
    expect(saving.written.count >= n / block / 2, "\(name): \(saving.written.count) checkpoints")
    try forEachGeneration(path, world) { number in
        let resuming = try store(path)
        let again = try Cholesky<Scalar>(resuming: resuming, on: grid, block: block)
        let place = "\(name) from column \(resuming.resumedStep ?? -1)"
        expectEqual(resuming.resumedStep, saving.written.first { $0.generation == number }?.step, name)
        expectEqual(distance(try replicated(again.factor), expected), 0, place)
        expectEqual(try again.conditionEstimate(), try whole.conditionEstimate(), place)
        try withOtherGrids(world, grid) { other in
            for width in [3, block + 1] {
                let factor = try Cholesky<Scalar>(resuming: try store(path), on: other, block: width)
                try expectFactor(factor, of: a, "\(place), resumed on \(other.rows)x\(other.columns) block \(width)")
            }
        }
    }
}
