// Runs the cases of every routine: a covering array of all pairs and random cases in `make test`, the full product in
// `make test-full`.
//
//     mpirun -np 6 RankChecks DenseCases 'LU, pairs' 17     one case alone, by the name and the number in its failure, on
//                                                           as many ranks
//     mpirun -np 6 RankChecks DenseCasesInFull LU 3/20      the third of twenty parts, as good as random ones

import DistributedArrays
import Failures
import MessagePassing

let denseCaseChecks: [RankCheck] =
    [matrixKindsCheck, coveringArrayCheck] + routinesWithCases.flatMap { [$0.pairwiseCheck, $0.randomCheck] }

let denseCasesInFullChecks: [RankCheck] = routinesWithCases.map { $0.fullCheck }

private let coveringArrayCheck = RankCheck("covering arrays hold every pair") { _ in
    for counts in [[1], [5], [2, 3], [1, 1, 4], [3, 3, 3, 3], [10, 8, 7, 4, 3, 2, 2, 2]] {
        let rows = coveringArray(counts, seed: 1)
        expectEqual(rows, coveringArray(counts, seed: 1), "\(counts)")
        for a in counts.indices {
            for b in counts.indices where b > a || counts.count == 1 {
                let pairs = Set(rows.map { [$0[a], $0[b]] })
                let all = counts.count == 1 ? counts[0] : counts[a] * counts[b]
                expectEqual(pairs.count, all, "\(counts): levels of axes \(a) and \(b)")
                expect(pairs.allSatisfy { $0[0] < counts[a] && $0[1] < counts[b] })
            }
        }
        // The two longest axes alone need this many; a greedy array takes little more.
        let least = counts.sorted(by: >).prefix(2).reduce(1, *)
        expect(rows.count <= 2 * least, "\(counts): \(rows.count) rows")
    }
}

/// Random cases of each routine on each number of ranks.
private let randomCases = 100

extension Routine {
    /// All pairs of values of any two axes.
    fileprivate var pairwiseCheck: RankCheck {
        let name = "\(name), pairs"
        return RankCheck(name) { world in
            let all = axes + others + [Axes.grid(ranks: world.size)]
            let rows = coveringArray(all.map(\.count), seed: 71)
            try run(name, rows.count, on: world) { c in
                for (axis, level) in zip(all, rows[c.index]) { c.set(axis, axis.level(level)) }
            }
        }
    }

    /// Random values on every axis, between the levels too.
    fileprivate var randomCheck: RankCheck {
        let name = "\(name), random"
        return RankCheck(name) { world in
            let all = axes + others + [Axes.grid(ranks: world.size)]
            try run(name, randomCases, on: world) { c in
                var draws = Draws(seed: 72, trial: c.index)
                for axis in all { c.set(axis, axis.random(&draws)) }
            }
        }
    }

    /// Every combination of levels of the routine's axes and the grid; the others' levels at random.
    fileprivate var fullCheck: RankCheck {
        let name = "\(name), full product"
        return RankCheck(name) { world in
            let all = axes + [Axes.grid(ranks: world.size)]
            try run(name, all.reduce(1) { $0 * $1.count }, on: world) { c in
                var rest = c.index
                for axis in all.reversed() {
                    c.set(axis, axis.level(rest % axis.count))
                    rest /= axis.count
                }
                var draws = Draws(seed: 73, trial: c.index)
                for axis in others { c.set(axis, axis.level(draws.next(axis.count))) }
            }
        }
    }

    /// Runs those of `count` cases that are selected. A failure is noted with its case, and the next one follows.
    private func run(_ name: String, _ count: Int, on world: Communicator, _ fill: (inout Case) -> Void) throws {
        let axis = Axes.grid(ranks: world.size)
        var grids: [RowColumn: ProcessGrid] = [:]
        for shape in axis.levels { grids[shape] = try ProcessGrid(world, rows: shape.row, columns: shape.column) }
        var sinceReport = 0
        for index in 0..<count where CaseSelection.chosen.contains(index) {
            var c = Case(name, index)
            fill(&c)
            // Where a case hangs, this says which are near it.
            if world.rank == 0, sinceReport.isMultiple(of: 20) { report("begin \(name), from \(index) of \(count) on") }
            sinceReport += 1
            do { try check(c, grids[c[axis]]!) } catch { expect(false, "\(c): threw \(error)") }
        }
        for grid in grids.values { try grid.close() }
    }
}

/// Which cases of a check run: all, one, or one of k parts.
struct CaseSelection {
    /// The number of the part, from 0 on, or of the case.
    private let number: Int
    /// nil for one case alone.
    private let parts: Int?

    /// What the command line asks for, after the suite and the check.
    static let chosen = CaseSelection(CommandLine.arguments.count > 3 ? CommandLine.arguments[3] : "1/1")

    /// - Parameter text: a number, or `i/k` with i from 1 to k.
    private init(_ text: String) {
        let numbers = text.split(separator: "/").compactMap { Int($0) }
        precondition(numbers.count == 1 || numbers.count == 2 && numbers[1] > 0, "not a selection of cases: \(text)")
        number = numbers.count == 1 ? numbers[0] : (numbers[0] - 1) % numbers[1]
        parts = numbers.count == 1 ? nil : numbers[1]
    }

    /// Neighbours go to different parts, so that each part holds every value of every axis.
    func contains(_ index: Int) -> Bool {
        guard let parts else { return index == number }
        return splitMix64(UInt64(index)) % UInt64(parts) == UInt64(number)
    }
}
