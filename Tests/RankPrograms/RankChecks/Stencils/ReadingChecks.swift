// What receivers have read in a run that was stopped and taken up elsewhere, and sums of products of levels and weights.

import DistributedArrays
import Failures
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)

/// A wave with two sources and three receivers, one of them on the seam of a periodic axis.
private func heard(
    _ tiling: Tiling, receivers: [[Double]] = [[0, 0], [13, 14.5], [6.25, 7.75]], on world: Communicator
) throws -> Simulation<Wave> {
    var wave = try started(Wave(r: 0.05), [14, 15], [(mirror, mirror), nil], tiling: tiling, on: world)
    try wave.addSource(.height, at: [3.5, 20.25], series: (0..<9).map { Double($0 * $0 % 5) - 2 })
    try wave.addSource(.height, at: [13, 2], series: [4, -1])
    for position in receivers { _ = try wave.addReceiver(.height, at: position) }
    return wave
}

let readingChecks: [RankCheck] = [
    RankCheck("receivers go on with what they had read before a simulation was stopped") { world in
        try withFolder(world) { folder in
            var whole = try heard(.off, on: world)
            try whole.advance(steps: 12)
            let (records, values) = (try whole.records(), try everything(&whole))
            expectEqual(records.map(\.count), [12, 12, 12])
            expect(records[1].contains { $0 != 0 }, "\(records[1])")

            let store = try CheckpointStore(folder, fingerprint: "heard")
            var first = try heard(.fixed(steps: 3, width: 4), on: world)
            try first.advance(steps: 5, checkpoints: store, every: 5)

            // On fewer ranks, and on all.
            for count in Set([1, (world.size + 1) / 2, world.size]).sorted() {
                guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
                let store = try CheckpointStore(folder, fingerprint: "heard")
                var resumed = try heard(.fixed(steps: 4, width: 5), on: some)
                expectEqual(try resumed.resume(from: store), true)
                expectEqual(resumed.step, 5)
                let before = try resumed.records()
                expect(before.map { $0.count } == [5, 5, 5] && zip(before, records).allSatisfy { $1.starts(with: $0) })
                try resumed.advance(steps: 7)
                expectEqual(try resumed.records(), records, "\(count) of \(world.size) ranks")
                expectEqual(try everything(&resumed), values)
                // One more is too late now.
                expectThrows("late", matches: isArgument("receiver")) {
                    _ = try resumed.addReceiver(.height, at: [1, 1])
                }
                try some.close()
            }
            try world.barrier()

            // Others, or none, are another simulation.
            for receivers in [[], [[0, 0]], [[0, 0], [13, 14.5], [6.25, 7.5]]] as [[[Double]]] {
                var other = try heard(.off, receivers: receivers, on: world)
                let store = try CheckpointStore(folder, fingerprint: "heard")
                expectThrows("\(receivers)", matches: isArgument("receivers")) { _ = try other.resume(from: store) }
            }
        }
    },
    RankCheck("receivers of a simulation that is saved before its first step") { world in
        try withFolder(world) { folder in
            let store = try CheckpointStore(folder, fingerprint: "heard")
            let wave = try heard(.off, on: world)
            try wave.save(in: store)
            var resumed = try heard(.off, on: world)
            expectEqual(try resumed.resume(from: try CheckpointStore(folder, fingerprint: "heard")), true)
            expectEqual(try resumed.records(), [[], [], []])
            try resumed.advance(steps: 2)
            expectEqual(try resumed.records().map(\.count), [2, 2, 2])
        }
    },
    RankCheck("sums of products of two levels, with a weight") { world in
        var wave = try started(Wave(r: 0.05), [9, 22], [(mirror, mirror), nil], on: world)
        try wave.advance(steps: 3)
        let found = (
            try wave.dot(.height, ago: 1, .height), try wave.dot(.height, ago: 1, .height, ago: 1, weight: .speed),
            try wave.dot(.height, .speed)
        )
        // All ranks take part in each, whatever they get.
        let whole = (try wave.gathered(.height), try wave.gathered(.height, ago: 1), try wave.gathered(.speed))
        guard let now = whole.0, let before = whole.1, let speed = whole.2 else {
            return expect(world.rank > 0, "no values")
        }
        func sum(_ terms: [Double]) -> Double { terms.reduce(0, +) }
        let products = (
            zip(before, now).map(*), zip(zip(before, speed).map(*), before).map(*), zip(now, speed).map(*)
        )
        for (found, terms) in [(found.0, products.0), (found.1, products.1), (found.2, products.2)] {
            expect((found - sum(terms)).magnitude <= 1e-12 * sum(terms.map(\.magnitude)), "\(found), \(sum(terms))")
            expect(found != 0, "a sum of nothing")
        }
    },
]

private func isArgument(_ name: String) -> (TesseraError) -> Bool {
    { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }
}
