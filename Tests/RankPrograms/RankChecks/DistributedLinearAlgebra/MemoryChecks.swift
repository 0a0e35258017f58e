// The peak of a solve's memory, by the counter of the process (VmHWM): each check is a suite, and so a process, of its own.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

let consumingSolveMemoryChecks = [memoryCheck("a consuming solve holds 1.3 n² scalars", limit: 1.3, isConsuming: true)]
let borrowingSolveMemoryChecks = [memoryCheck("a borrowing solve holds 2.3 n² scalars", limit: 2.3, isConsuming: false)]
let butterflySolveMemoryChecks = [
    memoryCheck(
        "a consuming solve after butterflies holds 1.3 n² scalars", limit: 1.3, isConsuming: true,
        pivoting: .randomButterflies())
]
let mixedSolveMemoryChecks = [
    memoryCheck("a mixed-precision solve holds 1.8 n² scalars", limit: 1.8, isConsuming: false, precision: .mixed)
]

/// Mixed precision in the memory of A, stopped behind the factorization, which saves it, and taken up.
let resumedMixedSolveMemoryChecks = [
    RankCheck("a mixed-precision solve that is resumed holds 1.8 n² scalars") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let b = try DistributedMatrix<Double>.random(rows: order, columns: 1, seed: 71, block: 128, on: grid)
            // Behind the 40 panels and in the estimate of the condition number.
            for question in [44, nil] {
                let store = try CheckpointStore(folder + "/store", fingerprint: "memory")
                try SignalWatch.begin()
                if let question { SignalWatch.rehearse(SIGUSR1, atQuestion: question) }
                do {
                    let answer = try solve(
                        consuming: try panel(0..<order, on: grid), b, precision: .mixed, checkpoint: store
                    ) { (range) throws(TesseraError) in try panel(range, on: grid) }
                    expect(question == nil && answer.precision == .mixed && answer.warning == nil)
                    expectEqual(store.resumedStep, order)
                } catch TesseraError.interrupted {
                    expectEqual(store.written.map(\.step), [order])
                }
                SignalWatch.end()
            }
            try expectPeak(below: 1.8, world)
            try grid.close()
        }
    }
]

private let order = 5000

private func panel(_ range: Range<Int>, on grid: ProcessGrid) throws(TesseraError) -> DistributedMatrix<Double> {
    let source = IndexedRandom(seed: 70)
    return try DistributedMatrix(rows: order, columns: range.count, block: 128, on: grid) {
        source.element($0, $1 + range.lowerBound)
    }
}

/// Notes a failure unless all ranks together have held at most this many times n² scalars, and 64 MiB each.
private func expectPeak(below limit: Double, _ world: Communicator) throws {
    let peak = try world.allReduce(peakResidentBytes(), .sum)
    let (least, allowed) = (order * order * 8, Int(limit * Double(order * order * 8)) + world.size << 26)
    expect(peak > least && peak <= allowed, "\(peak >> 20) MiB, allowed \(allowed >> 20) MiB")
}

private func memoryCheck(
    _ name: String, limit: Double, isConsuming: Bool, precision: SolvePrecision = .full,
    pivoting: Pivoting = .partial
) -> RankCheck {
    RankCheck(name) { world in
        let grid = try ProcessGrid(world)
        let b = try DistributedMatrix<Double>.random(rows: order, columns: 1, seed: 71, block: 128, on: grid)
        let answer =
            try isConsuming
            ? solve(consuming: try panel(0..<order, on: grid), b, precision: precision, pivoting: pivoting) {
                (range) throws(TesseraError) in try panel(range, on: grid)
            }
            : solve(try panel(0..<order, on: grid), b, precision: precision, pivoting: pivoting)
        expectEqual(answer.method, .lu)
        expectEqual(answer.precision, precision)
        expectEqual(answer.pivoting, pivoting)
        expectEqual(answer.warning, nil)
        try expectPeak(below: limit, world)
        try grid.close()
    }
}

/// The most memory that this process has held so far, in bytes.
private func peakResidentBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
}
