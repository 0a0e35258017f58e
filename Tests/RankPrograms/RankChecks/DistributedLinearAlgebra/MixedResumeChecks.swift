// Factorizations in lower precision that save themselves: taken up on other grids, with other blocks, and not mistaken for
// those in full precision.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let mixedResumeChecks: [RankCheck] = [
    RankCheck("a mixed-precision solve resumes from every column, on every grid") { world in
        try withFolder(world) { folder in
            try forEachGrid(world) { grid in
                for isDefinite in [false, true] {
                    try checkResumed(Double.self, 13, 4, isDefinite, folder, on: grid)
                    try checkResumed(Complex<Double>.self, 9, 5, isDefinite, folder, on: grid)
                }
            }
        }
    },
    RankCheck("a store of one precision, asked for in the other") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let (n, block) = (20, 4)
            let bound = 16 * Double(n) * Double.unitRoundoff
            let b = try DistributedMatrix<Double>.random(rows: n, columns: 1, seed: 65, block: block, on: grid)
            func answer(
                _ store: CheckpointStore, _ precision: SolvePrecision, _ method: SolveMethod = .automatic
            ) throws -> SolveAnswer<Double> {
                try solve(
                    consuming: try system(Double.self, false, 0..<n, n, block, on: grid), b, method: method,
                    precision: precision, checkpoint: store
                ) { (range) throws(TesseraError) in try system(Double.self, false, range, n, block, on: grid) }
            }
            // Factors in lower precision are of no use to full precision, nor those by LU to Cholesky.
            let low = folder + "/low"
            _ = try answer(try store(low, every: 0), .mixed)
            expectThrows(matches: { "\($0)".contains("expected LU of float, found LU for refinement of float") }) {
                _ = try LU<Float>(resuming: try store(low), on: grid)
            }
            let full = try store(low)
            let anew = try answer(full, .full)
            expect(anew.precision == .full && anew.backwardError <= bound && full.resumedStep == nil)
            expect(
                full.refused.allSatisfy {
                    $0.hasSuffix("expected LU of double or Cholesky of double, found LU for refinement of float")
                } && !full.refused.isEmpty, "\(full.refused)")
            let definite = try store(low)
            expectThrows(matches: { if case .notPositiveDefinite = $0 { true } else { false } }) {
                _ = try answer(definite, .mixed, .cholesky)
            }
            expect(definite.resumedStep == nil && !definite.refused.isEmpty)

            // Those in full precision are gone on with, whatever is asked for.
            let high = folder + "/high"
            let whole = try answer(try store(high, every: 0), .full)
            let mixed = try store(high)
            let resumed = try answer(mixed, .mixed)
            expect((mixed.resumedStep ?? 0) > 0 && resumed.precision == .full && resumed.iterations == 0)
            expectEqual(resumed.fallback, .resumedInFullPrecision)
            expectEqual(distance(try replicated(resumed.x), try replicated(whole.x)), 0)
            // Where they are damaged, mixed precision begins.
            let zeros = [UInt8](repeating: 0, count: n * n * 8 + 128)
            let generations = try names(in: high, world)
            for name in generations { try put(zeros, "\(high)/\(name)/factors.npy", world) }
            let damaged = try store(high)
            let begun = try answer(damaged, .mixed)
            expect(begun.precision == .mixed && begun.fallback == nil && damaged.resumedStep == nil)
            expect(begun.backwardError <= bound && damaged.refused.count == generations.count, "\(damaged.refused)")

            // An LU factorization of some matrix in Float is not that of a mixed-precision solve.
            let other = folder + "/other"
            let narrow = try DistributedMatrix<Float>.random(rows: n, columns: n, seed: 66, block: block, on: grid)
            _ = try LU(consuming: narrow, checkpoint: try store(other, every: 0))
            let passing = try store(other)
            let own = try answer(passing, .mixed)
            expect(
                own.precision == .mixed && own.iterations > 0 && passing.resumedStep == nil && !passing.refused.isEmpty)
            let foreign = try CheckpointStore(low, fingerprint: "another")
            try expectSameError(low, "another job", on: world) { _ = try answer(foreign, .mixed) }
            try grid.close()
        }
    },
]

private func store(_ path: String, every interval: Double = .infinity) throws(TesseraError) -> CheckpointStore {
    try CheckpointStore(path, fingerprint: "test", every: interval, keep: 1000)
}

/// Some columns of a matrix whose rows, or rows and columns, are of very different sizes, so that lower precision has to
/// scale it.
private func system<Scalar: LinearScalar>(
    _: Scalar.Type, _ isDefinite: Bool, _ range: Range<Int>, _ n: Int, _ block: Int, on grid: ProcessGrid
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    let source = IndexedRandom(seed: 67)
    func size(_ i: Int) -> Scalar {
        Scalar(real: Scalar.Real(Double(sign: .plus, exponent: 20 * (i - n / 2), significand: 1)))
    }
    return try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) { i, column in
        let j = column + range.lowerBound
        guard isDefinite else { return size(i) * (source.element(i, j) as Scalar) }
        let upper: Scalar = source.element(min(i, j), max(i, j))
        return size(i) * size(j) * (i == j ? Scalar(real: Scalar.Real(2 * n)) : i < j ? upper : upper.conjugate)
    }
}

private func checkResumed<Scalar: LinearScalar>(
    _: Scalar.Type, _ n: Int, _ block: Int, _ isDefinite: Bool, _ folder: String, on grid: ProcessGrid
) throws {
    let world = grid.communicator
    let path = folder + "/mixed"
    let name = "\(Scalar.typeName) n \(n) definite \(isDefinite) on \(grid.rows)x\(grid.columns)"
    func answer(_ store: CheckpointStore?, _ block: Int, on grid: ProcessGrid) throws -> SolveAnswer<Scalar> {
        let b = try DistributedMatrix<Scalar>.random(rows: n, columns: 2, seed: 68, block: block, on: grid)
        return try solve(
            consuming: try system(Scalar.self, isDefinite, 0..<n, n, block, on: grid), b, precision: .mixed,
            checkpoint: store
        ) { (range) throws(TesseraError) in try system(Scalar.self, isDefinite, range, n, block, on: grid) }
    }
    let whole = try answer(nil, block, on: grid)
    let x = try replicated(whole.x)
    let saving = try store(path, every: 0)
    expectEqual(distance(try replicated(try answer(saving, block, on: grid).x), x), 0, name)
    expect(saving.written.count >= n / block / 2, "\(name): \(saving.written.count) checkpoints")
    expect(saving.written.allSatisfy { $0.bytes < n * n * MemoryLayout<Scalar>.stride / 2 + 256 }, name)
    try forEachGeneration(path, world) { number in
        let resuming = try store(path)
        let again = try answer(resuming, block, on: grid)
        expectEqual(resuming.resumedStep, saving.written.first { $0.generation == number }?.step, name)
        expectEqual(distance(try replicated(again.x), x), 0, name)
        expectEqual(again.iterations, whole.iterations, name)
        try withOtherGrids(world, grid) { other in
            for width in [3, block + 1] {
                let other = try answer(try store(path), width, on: other)
                expect(other.precision == .mixed && other.method == (isDefinite ? .cholesky : .lu), name)
                let bound = 16 * Scalar.Real(n) * Scalar.unitRoundoff
                expect(other.fallback == nil && other.backwardError <= bound, "\(name): \(other.backwardError)")
            }
        }
    }
}
