// What surrounds the sweep: traffic, reductions, access to values, refusals.

import CostModels
import Failures
import MessagePassing
import Stencils

let stencilsServiceChecks: [RankCheck] = [
    RankCheck("words and messages are the model's") { world in
        for shape in shapes(world.size, axes: 3) {
            var heat = try Simulation(
                WideHeat(r: 0.01, order: 4), extents: [15, 14, 17], boundary: [.periodic, .neumann, .dirichlet(1)],
                shape: shape, on: world)
            try expectModel(&heat, words: (heat.exchangeModel().sent(by: world.rank)))
            var box = try Simulation(
                AnyTaps(axes: 3, taps: [(SIMD3(1, -1, 2), 0.5), (SIMD3(-2, 1, 0), 0.25)]), extents: [15, 14, 17],
                boundary: [.neumann, .periodic, .periodic], shape: shape, on: world)
            try expectModel(&box, words: (box.exchangeModel().sent(by: world.rank)))
        }
        var wave = try Simulation(
            Wave(r: 0.1, order: 4), extents: [5 * world.size, 9], boundary: [.periodic, .periodic], on: world)
        try expectModel(&wave, words: wave.exchangeModel().sent(by: world.rank))
    },
    RankCheck("reductions give the bits of one rank") { world in
        let alone = try Communicator.ofSelf()
        func prepared(_ communicator: Communicator) throws -> [Double] {
            var heat = try Simulation(
                Heat(r: 0.2), extents: [19, 23], boundary: [.periodic, .neumann], on: communicator
            ) {
                let value: Double = startValue(0, 0, [$0[0], $0[1]])
                return $0[0] == 3 ? value * 1e14 : $0[0] == 5 ? value * 1e-14 : value
            }
            try heat.advance(steps: 3)
            return [
                try heat.sum(.u), try heat.sumOfSquares(.u), try heat.maximum(.u), try heat.minimum(.u),
                try heat.maximumChange(.u) ?? .nan,
            ]
        }
        let together = try prepared(world)
        expectEqual(together, try prepared(alone))
        expect(!together.contains { $0.isNaN })
        try alone.close()
    },
    RankCheck("a conserved sum stays the same to the last digits") { world in
        var heat = try Simulation(Heat(r: 0.25), extents: [16, 20], boundary: [.neumann, .periodic], on: world) {
            Double(($0[0] * 7 + $0[1] * 3) % 11)
        }
        let before = try heat.sum(.u)
        try heat.advance(steps: 50)
        let after = try heat.sum(.u)
        expect((after - before).magnitude < 1e-11 * before, "\(before) became \(after)")
    },
    RankCheck("not a number is found, and shows in extremes") { world in
        var heat = try Simulation(Heat(r: 0.2), extents: [12, 15], boundary: [.neumann, .neumann], on: world) {
            $0[0] == 7 && $0[1] >= 4 ? .nan : 1
        }
        let first = try heat.firstNonFinite(.u)
        expectEqual(first.map { [$0[0], $0[1]] }, [7, 4])
        let reduced = [try heat.maximum(.u), try heat.minimum(.u), try heat.sum(.u)]
        expect(reduced.allSatisfy { $0.isNaN }, "\(reduced)")
        expectEqual(try heat.maximumChange(.u), nil)
        heat.fill { _ in -0.0 }
        expectEqual(try heat.firstNonFinite(.u), nil)
        expectEqual(try heat.maximum(.u).bitPattern, 0)
    },
    RankCheck("ranges and rows") { world in
        let heat = try Simulation(Heat(r: 0.2), extents: [12, 15], boundary: [.neumann, .neumann], on: world) {
            Double($0[0] * 100 + $0[1])
        }
        let ranges = heat.localRanges
        expectEqual(try world.allReduce(ranges[0].count * ranges[1].count, .sum), 180)
        var rows = 0
        heat.forEachRow(of: .u) { index, row in
            rows += 1
            expectEqual(row.count, ranges[1].count)
            expectEqual(row[0], Double(index[0] * 100 + index[1]))
        }
        expectEqual(rows, ranges[0].count)
        let whole = try heat.gathered(.u, on: world.size - 1)
        let expected: [Double] = (0..<180).map { position in Double(position / 15 * 100 + position % 15) }
        expectEqual(whole, world.rank == world.size - 1 ? expected : nil)
        expectThrows { _ = try heat.gathered(.u, ago: 2) }
        expectThrows { _ = try heat.gathered(.u, on: world.size) }
    },
    RankCheck("bad arguments are refused on all ranks") { world in
        func refuses(
            _ name: String, _ extents: [Int], _ boundary: [Boundary], shape: [Int]? = nil, line: Int = #line
        ) {
            expectThrows(
                name, line: line,
                matches: { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }
            ) {
                _ = try Simulation(Heat(r: 0.2), extents: extents, boundary: boundary, shape: shape, on: world)
            }
        }
        refuses("extents", [], [])
        refuses("extents", [0, 4], [.periodic, .periodic])
        refuses("extents", [3, 4, 5, 6], [.periodic, .periodic, .periodic, .periodic])
        refuses("boundary", [30, 30], [.periodic])
        refuses("update", [30, 30, 30], [.periodic, .periodic, .periodic])
        refuses("shape", [30, 30], [.periodic, .periodic], shape: [world.size, 2])
        if world.size > 1 {
            refuses("shape", [world.size - 1, 30], [.periodic, .periodic], shape: [world.size, 1])
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try Simulation(
                    Heat(r: 0.2), extents: [30 + world.rank, 30], boundary: [.periodic, .periodic], on: world)
            }
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try Simulation(
                    WideHeat(r: 0.1, order: world.rank == 0 ? 2 : 4), extents: [30, 30],
                    boundary: [.neumann, .neumann],
                    on: world)
            }
        }
        var heat = try Simulation(Heat(r: 0.2), extents: [30, 30], boundary: [.periodic, .periodic], on: world)
        expectThrows { try heat.advance(steps: -1) }
        expectEqual(try heat.advance(steps: 0).steps, 0)
        expectEqual(heat.step, 0)
    },
]

/// Takes one step, so that the halos of what was set are paid, then holds the traffic of three against the model.
private func expectModel<S>(_ simulation: inout Simulation<S>, words: (words: Int, messages: Int), line: Int = #line)
    throws
{
    try simulation.advance(steps: 1)
    let traffic = simulation.communicator.traffic
    let before = traffic[.send]
    try simulation.advance(steps: 3)
    let after = traffic[.send]
    let wordSize = MemoryLayout<S.Scalar>.size
    expectEqual(after.bytes - before.bytes, 3 * words.words * wordSize, "words", line: line)
    expectEqual(after.calls - before.calls, 3 * words.messages, "messages", line: line)
}
