// Solves that a signal stops at each place where the ranks ask for one: all of them stop, and with a store another run goes
// on to the same answer.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

let interruptionChecks: [RankCheck] = [
    RankCheck("a signal stops triangular solves, refinements and estimates at any step") { world in
        let grid = try ProcessGrid(world)
        let (n, block) = (17, 4)
        let a = dealt(positiveDefinite(n, Double.self), layout(n, n, blocks: (block, block), on: grid), on: grid)
        let b = try DistributedMatrix<Double>.random(rows: n, columns: n, seed: 61, block: block, on: grid)
        for side in Side.allCases {
            for triangle in Triangle.allCases {
                let stops = try stoppedAtEachQuestion(world) {
                    var x = try b.copy()
                    try solveTriangular(a, triangle, on: side, &x)
                }
                // One question between two blocks; of the last one nobody waits for the answer.
                expectEqual(stops, world.size > 1 ? 3 : 4, "\(side) \(triangle)")
            }
        }
        let lu = try LU(a)
        let cholesky = try Cholesky(a)
        try expect(stoppedAtEachQuestion(world) { _ = try lu.conditionEstimate() } >= 3)
        try expect(stoppedAtEachQuestion(world) { _ = try cholesky.conditionEstimate() } >= 3)
        let thin = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 62, block: block, on: grid)
        // An x that is far off is corrected more than once.
        let far = try DistributedMatrix<Double>.random(rows: n, columns: 2, seed: 63, block: block, on: grid)
        try expect(
            stoppedAtEachQuestion(world) {
                var x = try far.copy()
                _ = try lu.refine(&x, of: a, thin)
            } >= 1)
        try grid.close()
    },
    RankCheck("a solve that is stopped at any step resumes to the same answer") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            for system in systems {
                for precision in SolvePrecision.allCases { try checkStops(system, precision, folder, on: grid) }
            }
            try grid.close()
        }
    },
]

/// A system by its elements.
private struct System: Sendable {
    let name: String
    let n: Int
    let columns: Int
    let method: SolveMethod
    /// What solves it when mixed precision is asked for.
    let precision: SolvePrecision
    let element: @Sendable (Int, Int) -> Double
}

private let source = IndexedRandom(seed: 60)

private let systems = [
    System(name: "general", n: 18, columns: 1, method: .lu, precision: .mixed) { source.element($0, $1) },
    System(name: "definite, many right-hand sides", n: 18, columns: 11, method: .cholesky, precision: .mixed) { i, j in
        i == j ? 18 : source.element(min(i, j), max(i, j))
    },
    System(name: "hard", n: 14, columns: 2, method: .lu, precision: .mixed) { i, j in
        guard i == 13 else { return source.element(i, j) }
        return (0..<13).reduce(1e-8 * source.element(i, j)) { $0 + source.element($1, j) }
    },
    // Hermitian with a positive diagonal: what makes it indefinite stands at the end.
    System(name: "indefinite", n: 14, columns: 1, method: .lu, precision: .mixed) { i, j in
        i == j ? (i == 13 ? 0.1 : 14) : max(i, j) == 13 ? 5 : source.element(min(i, j), max(i, j))
    },
    // Two rows that agree in Float, and not in Double.
    System(name: "singular in lower precision", n: 14, columns: 1, method: .lu, precision: .full) { i, j in
        i + j == 1 ? 1 : i == j ? (i == 1 ? 1 + 0x1p-30 : 1) : j == 0 ? 0.25 : 0
    },
]

/// Solves with and without a store, stopped at each question; with a store the next run must give the same bits.
private func checkStops(
    _ system: System, _ precision: SolvePrecision, _ folder: String, on grid: ProcessGrid
) throws {
    let (n, block, world) = (system.n, 4, grid.communicator)
    func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
        try DistributedMatrix(rows: n, columns: range.count, block: block, on: grid) {
            system.element($0, $1 + range.lowerBound)
        }
    }
    let b = try DistributedMatrix<Double>.random(rows: n, columns: system.columns, seed: 64, block: block, on: grid)
    func answer(_ store: CheckpointStore?) throws -> SolveAnswer<Double> {
        try solve(consuming: try columns(0..<n), b, precision: precision, checkpoint: store, regenerating: columns)
    }
    let name = "\(system.name), \(precision)"
    let whole = try answer(nil)
    let x = try replicated(whole.x)
    let used: SolvePrecision = precision == .mixed ? system.precision : .full
    expectEqual(whole.method, system.method, name)
    expectEqual(whole.precision, used, name)
    expectEqual(whole.warning, nil, name)

    func store() throws -> CheckpointStore { try CheckpointStore(folder + "/store", fingerprint: "stops") }
    var columnsResumed: Set<Int> = []
    let stops = try stoppedAtEachQuestion(
        world, { _ = try answer(try store()) },
        then: {
            let store = try store()
            let again = try answer(store)
            let place = "\(name), resumed at \(store.resumedStep ?? -1)"
            expectEqual(distance(try replicated(again.x), x), 0, place)
            expectEqual(again.method, whole.method, place)
            expectEqual(again.precision, used, place)
            expectEqual(again.conditionEstimate, whole.conditionEstimate, place)
            expectEqual(again.backwardError, whole.backwardError, place)
            expect(
                again.fallback == whole.fallback
                    || again.fallback == .resumedInFullPrecision && whole.fallback != nil, place)
            if let step = store.resumedStep { columnsResumed.insert(step) }
            try store.removeAll(on: world)
        })
    expectEqual(columnsResumed.contains(n), true, "\(name): after the last panel")
    expect(columnsResumed.contains { $0 < n }, "\(name): before the last panel")
    expectEqual(try stoppedAtEachQuestion(world) { _ = try answer(nil) }, stops, "\(name), without a store")
    let borrowed = try columns(0..<n)
    try expect(stoppedAtEachQuestion(world) { _ = try solve(borrowed, b, precision: precision) } > 4, name)
}

/// Runs the body again and again, until no signal stops it: one comes to the last rank at its first question, at its
/// second and so on. Each time `next` follows. Returns how often it was stopped.
func stoppedAtEachQuestion(
    _ world: Communicator, _ body: () throws -> Void, then next: () throws -> Void = {}
) throws -> Int {
    var stops = 0
    while true {
        try SignalWatch.begin()
        if world.rank == world.size - 1 { SignalWatch.rehearse(SIGUSR1, atQuestion: stops + 1) }
        var isStopped = false
        do { try body() } catch TesseraError.interrupted(let signal) { isStopped = signal == SIGUSR1 }
        SignalWatch.end()
        expectEqual(try world.allReduce(isStopped ? 1 : 0, .sum), isStopped ? world.size : 0, "ranks that stopped")
        guard isStopped else { return stops }
        stops += 1
        try next()
    }
}
