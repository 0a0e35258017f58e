// Grids too small for all ranks: the last ones idle, and nothing else changes.

import ArrayFormats
import CostModels
import Failures
import Foundation
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}
private let edgePairs: [Edges] = [nil, (.constant(0.5), .constant(-2)), (mirror, wave)]
private let smallGrids = [
    [1], [2], [3], [6], [1, 1], [2, 3], [3, 2], [5, 5], [7, 1], [1, 4], [1, 1, 1], [2, 1, 3], [2, 2, 2], [3, 2, 2],
]

let stencilsIdleChecks: [RankCheck] = [
    RankCheck("as many ranks work as can have a box of their own, and no more") { world in
        for extents in smallGrids {
            for radius in [1, 4] {
                let grid = try Simulation(
                    WideHeat(r: 0.1, order: 2 * radius), extents: extents, boundary: extents.map { _ in .neumann },
                    on: world)
                // The plain search: every count of boxes along every axis.
                let working = (1...world.size).last { ranks in
                    shapes(ranks, axes: extents.count).contains { shape in
                        zip(shape, extents).allSatisfy { $0 == 1 || $1 / $0 >= radius }
                    }
                }!
                expectEqual(grid.workingRanks, working, "\(extents), radius \(radius)")
                let cells = grid.localRanges.reduce(1) { $0 * $1.count }
                expectEqual(cells > 0, world.rank < working, "\(extents), radius \(radius)")
                expectEqual(try world.allReduce(cells, .sum), extents.reduce(1, *))
            }
        }
    },
    RankCheck("more ranks than cells, every boundary and order") { world in
        for extents in smallGrids {
            for edges in edgePairs {
                for order in [2, 8] {
                    let agrees = try agreesWithReference(
                        WideHeat(r: 0.02, order: order), extents: extents, edges: extents.map { _ in edges }, steps: 4,
                        on: world)
                    expect(agrees, "\(extents), order \(order), \(String(describing: edges))")
                }
                let agrees = try agreesWithReference(
                    Wave(r: 0.05, order: 2), extents: extents, edges: extents.map { _ in edges }, steps: 4, on: world)
                expect(agrees, "wave \(extents), \(String(describing: edges))")
            }
        }
    },
    RankCheck("more ranks than cells, coupled fields with corners") { world in
        for extents in [[1, 1], [2, 3], [3, 5], [4, 4]] {
            for edges in edgePairs {
                let agrees = try agreesWithReference(
                    Reaction(), extents: extents, edges: [edges, (.constant(1), wave)], steps: 5, on: world)
                expect(agrees, "\(extents), \(String(describing: edges))")
            }
        }
    },
    RankCheck("idle ranks take part in files, reductions and gathers") { world in
        let process = try world.broadcast(Int(ProcessInfo.processInfo.processIdentifier), from: 0)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-idle-\(process).npy").path
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        let alone = try Communicator.ofSelf()
        for extents in [[3], [3, 2], [2, 1, 2]] {
            func prepared(_ communicator: Communicator) throws -> Simulation<WideHeat> {
                var heat = try Simulation(
                    WideHeat(r: 0.1, order: 2), extents: extents, boundary: extents.map { _ in .dirichlet(0.5) },
                    on: communicator
                ) { index in startValue(0, 0, (0..<index.axes).map { index[$0] }) }
                try heat.advance(steps: 3)
                return heat
            }
            func reductions(_ heat: borrowing Simulation<WideHeat>) throws -> [Double?] {
                [
                    try heat.sum(.u), try heat.sumOfSquares(.u), try heat.maximum(.u), try heat.minimum(.u),
                    try heat.maximumChange(.u), try heat.firstNonFinite(.u) == nil ? 0 : 1,
                ]
            }
            let together = try prepared(world)
            let reference = try prepared(alone)
            let whole = try reference.gathered(.u)
            expectEqual(try reductions(together), try reductions(reference), "\(extents)")
            for root in 0..<world.size {
                expectEqual(try together.gathered(.u, on: root), root == world.rank ? whole : nil, "\(extents)")
            }
            try together.write(to: path)
            if world.rank == 0 { expectEqual(try NpyFile.read(path).values, whole) }
            var restarted = try Simulation(
                WideHeat(r: 0.1, order: 2), extents: extents, boundary: extents.map { _ in .neumann }, on: world)
            try restarted.read(from: path)
            expectEqual(try restarted.gathered(.u), world.rank == 0 ? whole : nil)

            let traffic = world.traffic[.send]
            var moving = try prepared(world)
            try moving.advance(steps: 2)
            let sent = moving.exchangeModel().sent(by: world.rank)
            expectEqual(world.traffic[.send].bytes - traffic.bytes, 5 * sent.words * 8, "\(extents)")
        }
        try alone.close()
    },
    RankCheck("fields that no node can hold are refused on all ranks") { world in
        func refuses(_ extents: [Int], line: Int = #line) {
            expectThrows("\(extents)", line: line, matches: { if case .memory = $0 { true } else { false } }) {
                _ = try Simulation(
                    WideHeat(r: 0.1, order: 2), extents: extents, boundary: extents.map { _ in .neumann }, on: world)
            }
        }
        refuses([1 << 31 - 1])
        refuses([1 << 22, 1 << 22])
        refuses([1 << 28, 1 << 28])
        // A plane of one column in lines of its own: 64 bits do not count the bytes.
        refuses([1 << 28, 1 << 28, 1])
        refuses([1 << 20, 1 << 18, 1 << 18])
        // One rank's node is enough.
        let heat = try Simulation(Heat(r: 0.1), extents: [30, 40], boundary: [.neumann, .neumann], on: world)
        NodeMemory.assumed = world.rank == world.size - 1 ? 9000 : nil
        defer { NodeMemory.assumed = nil }
        refuses([30, 40])
        expectThrows(matches: { if case .memory = $0 { true } else { false } }) { _ = try heat.gathered(.u) }
    },
]
