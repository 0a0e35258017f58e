import CostModels
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing
import Synchronization

// What ranks with several BLAS threads do otherwise.

let threadChecks: [RankCheck] = [
    RankCheck("a crew's pieces are each done once, also where one fails") { world in
        withThreads(3) {
            for count in [0, 1, 2, 50] {
                let tally = Tally(count)
                var aheads = 0
                ThreadCrew.share(count, { piece, _ in tally.add(piece) }, ahead: { aheads += 1 }, between: {})
                expectEqual(tally.counts, [Int](repeating: 1, count: count))
                expectEqual(aheads, 1)
            }
            let tally = Tally(1000)
            expectThrows {
                try ThreadCrew.share(1000, { piece, _ in tally.add(piece) }) { () throws(TesseraError) in
                    throw .singular(pivot: 7)
                } between: {
                    () throws(TesseraError) in
                }
            }
            expect(tally.counts.allSatisfy { $0 <= 1 }, "no piece twice")
            expectEqual(OpenBLAS.threads, 3, "the threads are BLAS's again")
        }
    },
    RankCheck("LU's workspace is within its model, and grows with the threads as that does") { world in
        try forEachGrid(world) { grid in
            let (m, n, block) = (310, 290, 16)
            let a = try DistributedMatrix<Double>.random(rows: m, columns: n, seed: 13, block: block, on: grid)
            let model = GridModel(rows: grid.rows, columns: grid.columns, block: block)
            for (pivoting, modelled) in [(Pivoting.partial, LUModel.Pivoting.partial), (.tournament, .tournament())] {
                var last = (found: 0, expected: 0)
                for threads in [1, 3, 7] {
                    let expected = 8 * LUModel.workspace(m: m, n: n, modelled, threads: threads, on: model)
                    try withThreads(threads) {
                        let peak = try WorkspaceMeter.peak { _ = try LU(a, pivoting: pivoting) }
                        let found = try world.allReduce(peak, .sum)
                        let place = "\(pivoting) on \(grid.rows)x\(grid.columns), \(threads) threads"
                        expect(found <= expected, "\(place): \(found) bytes, in the model \(expected)")
                        if threads > 1 { expectEqual(found - last.found, expected - last.expected, place) }
                        last = (found, expected)
                    }
                }
            }
        }
    },
    RankCheck("LU and norms on several threads") { world in
        struct Body: ScalarBody {
            let grid: ProcessGrid
            func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
                for (m, n, block) in [(290, 290, 16), (150, 420, 24), (420, 150, 24), (9, 9, 2)] {
                    let a = random(m, n, seed: 12, Scalar.self)
                    let dealt = dealt(a, layout(m, n, blocks: (block, block), on: grid), on: grid)
                    let name = "\(Scalar.typeName) \(m)x\(n) block \(block)"
                    let single = try LU(dealt)
                    let norms = try (dealt.norm(.one), dealt.norm(.infinity))
                    try withThreads(3) {
                        let factor = try LU(dealt)
                        try expectFactors(factor, of: a, name)
                        expectEqual(factor.pivots, single.pivots, name)
                        let again = try LU(dealt)
                        expectEqual(
                            distance(try replicated(again.factors), try replicated(factor.factors)), 0,
                            "same bits, \(name)")
                        let tolerance = Scalar.Real(m + n) * Scalar.unitRoundoff
                        let found = try (dealt.norm(.one), dealt.norm(.infinity))
                        expect((found.0 - norms.0).magnitude <= tolerance * norms.0, name)
                        expect((found.1 - norms.1).magnitude <= tolerance * norms.1, name)
                    }
                }
            }
        }
        try forEachGridAndScalar(world) { Body(grid: $0) }
    },
]

/// Runs the body with as many BLAS threads.
private func withThreads(_ count: Int, _ body: () throws -> Void) rethrows {
    let before = OpenBLAS.threads
    OpenBLAS.threads = count
    defer { OpenBLAS.threads = before }
    try body()
}

/// How often each piece was done, by any thread.
private final class Tally: Sendable {
    private let tally: Mutex<[Int]>

    init(_ count: Int) { tally = Mutex([Int](repeating: 0, count: count)) }

    func add(_ piece: Int) { tally.withLock { $0[piece] += 1 } }

    var counts: [Int] { tally.withLock { $0 } }
}
