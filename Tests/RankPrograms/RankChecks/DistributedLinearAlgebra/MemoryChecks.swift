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

private func memoryCheck(
    _ name: String, limit: Double, isConsuming: Bool, precision: SolvePrecision = .full,
    pivoting: Pivoting = .partial
) -> RankCheck {
    RankCheck(name) { world in
        let grid = try ProcessGrid(world)
        let n = 5000
        let source = IndexedRandom(seed: 70)
        func panel(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Double> {
            try DistributedMatrix(rows: n, columns: range.count, block: 128, on: grid) {
                source.element($0, $1 + range.lowerBound)
            }
        }
        let b = try DistributedMatrix<Double>.random(rows: n, columns: 1, seed: 71, block: 128, on: grid)
        let answer =
            try isConsuming
            ? solve(consuming: try panel(0..<n), b, pivoting: pivoting, regenerating: panel)
            : solve(try panel(0..<n), b, precision: precision, pivoting: pivoting)
        expectEqual(answer.method, .lu)
        expectEqual(answer.precision, precision)
        expectEqual(answer.pivoting, pivoting)
        expectEqual(answer.warning, nil)
        let peak = try world.allReduce(peakResidentBytes(), .sum)
        let allowed = Int(limit * Double(n * n * 8)) + world.size << 26
        expect(peak > n * n * 8 && peak <= allowed, "\(peak >> 20) MiB, allowed \(allowed >> 20) MiB")
        try grid.close()
    }
}

/// The most memory that this process has held so far, in bytes.
private func peakResidentBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
}
