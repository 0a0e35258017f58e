// Means over blocks: the bits of one rank, and those of a plain average but for rounding.

import Failures
import MessagePassing
import Stencils

/// The means over blocks of a plane's cells, added up in C order.
private func plainMeans(_ values: [Double], _ extents: [Int], _ blocks: [Int]) -> [Double] {
    let counts = zip(extents, blocks).map { ($0 - 1) / $1 + 1 }
    var (sums, cells) = (
        [Double](repeating: 0, count: counts[0] * counts[1]), [Double](repeating: 0, count: counts[0] * counts[1])
    )
    for i in 0..<extents[0] {
        for j in 0..<extents[1] {
            let block = i / blocks[0] * counts[1] + j / blocks[1]
            sums[block] += values[i * extents[1] + j]
            cells[block] += 1
        }
    }
    return zip(sums, cells).map { $0 / $1 }
}

let meansChecks: [RankCheck] = [
    RankCheck("means over blocks have the bits of one rank") { world in
        let alone = try Communicator.ofSelf()
        for scale in [1.0, 1e300, 1e-300, .leastNonzeroMagnitude * 1e6] {
            for blocks in [[1, 1], [4, 4], [3, 7], [50, 1], [64, 64]] {
                func means(_ communicator: Communicator) throws -> ([Double]?, [Double]?) {
                    var heat = try Simulation(
                        Heat(r: 0.2), extents: [37, 41], boundary: [.periodic, .neumann], on: communicator)
                    heat.fill { startValue(0, 0, [$0[0], $0[1]]) * scale * ($0[0] == 3 ? 1 : 1e-5) }
                    return (
                        try heat.averaged(.u, GridSlice(blocks.map { .every($0) }))?.values, try heat.gathered(.u)
                    )
                }
                let (together, whole) = try means(world)
                let (own, _) = try means(alone)
                guard let together, let whole else { continue }
                expectEqual(together.map(\.bitPattern), own!.map(\.bitPattern), "\(blocks) of \(scale)")
                let plain = plainMeans(whole, [37, 41], blocks)
                let worst = zip(together, plain).map { ($0 - $1).magnitude }.max()!
                expect(worst <= 1e-14 * scale + .leastNonzeroMagnitude, "\(blocks) of \(scale): \(worst)")
            }
        }
        try alone.close()
    },
    RankCheck("means over blocks of planes in space, of a line, and of values that are not finite") { world in
        let extents = [6, 9, 11]
        var field = try Simulation(
            WideHeat(r: 0.1, order: 2), extents: extents, boundary: extents.map { _ in .neumann }, on: world)
        field.fill { Double(100 * $0[0] + 10 * $0[1] + $0[2]) }
        let slices: [(GridSlice, [Int], (Int, Int) -> Double)] = [
            ([.at(4), .every(2), .every(3)], [9, 11, 2, 3], { Double(400 + 10 * $0 + $1) }),
            ([.every(2), .at(8), .every(3)], [6, 11, 2, 3], { Double(80 + 100 * $0 + $1) }),
            ([.every(4), .every(2), .at(0)], [6, 9, 4, 2], { Double(100 * $0 + 10 * $1) }),
        ]
        for (slice, sides, value) in slices {
            let sample = try field.averaged(.u, slice, on: world.size - 1)
            expectEqual(sample == nil, world.rank != world.size - 1)
            guard let sample else { continue }
            let (rows, columns) = (sides[0], sides[1])
            let values = (0..<rows * columns).map { value($0 / columns, $0 % columns) }
            let plain = plainMeans(values, [rows, columns], [sides[2], sides[3]])
            expectEqual(sample.extents, [(rows - 1) / sides[2] + 1, (columns - 1) / sides[3] + 1])
            expect(zip(sample.values, plain).allSatisfy { ($0 - $1).magnitude <= 1e-12 * 600 }, "\(slice)")
        }
        var line = try Simulation(WideHeat(r: 0.1, order: 2), extents: [10], boundary: [.neumann], on: world)
        line.fill { $0[0] == 5 ? .nan : $0[0] == 9 ? -.infinity : Double($0[0]) }
        if let sample = try line.averaged(.u, [.every(4)]) {
            expectEqual(sample.values[0], 1.5)
            expect(sample.values[1].isNaN && sample.values[2].isNaN, "\(sample.values)")
        }
        var single = try Simulation(
            HeatSingle(r: 0.2), extents: [8, 8], boundary: [.neumann, .neumann], on: world)
        single.fill { Float($0[0] * 8 + $0[1]) }
        if let sample = try single.averaged(.u, [.every(8), .every(4)]) { expectEqual(sample.values, [29.5, 33.5]) }
        expectThrows(matches: { if case .argument(_, "slice", _, _) = $0 { true } else { false } }) {
            _ = try single.averaged(.u, [.every(0), .every(1)])
        }
        expectThrows(matches: { if case .argument(_, "root", _, _) = $0 { true } else { false } }) {
            _ = try single.averaged(.u, [.every(2), .every(2)], on: world.size)
        }
    },
]
