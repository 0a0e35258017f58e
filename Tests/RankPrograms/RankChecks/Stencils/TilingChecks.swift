// Tiles of several steps against the plain reference: random grids, boundaries, ranks, tiles and threads, bit for bit.

import CostModels
import Failures
import Foundation
import MessagePassing
import Stencils
import Synchronization
import Tessera

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}
private let edgePairs: [Edges] = [
    nil, (.constant(0.5), .constant(-2)), (mirror, mirror), (.mirror(sign: -1, slope: 0), .constant(0.25)),
    (wave, mirror), (.mirror(sign: 1, slope: 0.125), wave),
    (.robin(value: 0.5, slope: 2, sum: 0.25), .robin(value: 1, slope: 0, sum: -0.5)),
    (.custom { index, time, faced in 0.5 * faced - Double(index[0]) / 16 + time / 32 }, mirror),
]

/// A random tile for a grid.
private func anyTiling(_ numbers: inout SeededNumbers) -> (tiling: Tiling, threads: Int) {
    (
        .fixed(steps: Int.random(in: 1...7, using: &numbers), width: Int.random(in: 1...20, using: &numbers)),
        Int.random(in: 1...3, using: &numbers)
    )
}

let tilingChecks: [RankCheck] = [
    RankCheck("random footprints in random tiles") { world in
        var numbers = SeededNumbers(state: 7)
        for _ in 0..<120 {
            let axes = Int.random(in: 1...3, using: &numbers)
            let radius = Int.random(in: 0...3, using: &numbers)
            let taps = (0..<Int.random(in: 1...9, using: &numbers)).map { _ in
                var offset = SIMD3<Int>.zero
                for axis in (3 - axes)..<3 { offset[axis] = Int.random(in: -radius...radius, using: &numbers) }
                return (offset: offset, weight: Double.random(in: -0.4...0.4, using: &numbers))
            }
            let extents = (0..<axes).map { _ in Int.random(in: 1...[400, 40, 20][axes - 1], using: &numbers) }
            let edges = (0..<axes).map { _ in edgePairs[Int.random(in: 0..<edgePairs.count, using: &numbers)] }
            let tilings = [anyTiling(&numbers), anyTiling(&numbers)]
            let agrees = try agreesWithReference(
                AnyTaps(axes: axes, taps: taps), extents: extents, edges: edges,
                steps: Int.random(in: 1...14, using: &numbers), tilings: tilings, on: world)
            expect(agrees, "\(extents) \(taps) \(tilings)")
        }
    },
    RankCheck("waves, and fields of several levels, in random tiles") { world in
        var numbers = SeededNumbers(state: 8)
        for _ in 0..<24 {
            let extents = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
                Int.random(in: 4...24, using: &numbers)
            }
            let edges = extents.map { _ in edgePairs[Int.random(in: 0..<edgePairs.count, using: &numbers)] }
            let tilings = [anyTiling(&numbers), anyTiling(&numbers)]
            var agrees = try agreesWithReference(
                Wave(r: 0.05, order: 2 * Int.random(in: 1...3, using: &numbers)), extents: extents, edges: edges,
                fieldEdges: [.speed: edges.map { $0 == nil ? nil : (mirror, mirror) }], steps: 11, tilings: tilings,
                on: world)
            expect(agrees, "wave \(extents) \(tilings)")
            let plane = [Int.random(in: 5...30, using: &numbers), Int.random(in: 5...60, using: &numbers)]
            agrees = try agreesWithReference(
                Reaction(), extents: plane, edges: [edges[0], (.constant(1), wave)],
                fieldEdges: [.b: [edges[0], (mirror, .mirror(sign: -1, slope: 0))]], steps: 10, tilings: tilings,
                on: world)
            expect(agrees, "coupled fields \(plane) \(tilings)")
        }
    },
    RankCheck("a tile exchanges once for all of its steps, as much as the model says") { world in
        for shape in shapes(world.size, axes: 3) {
            var heat = try Simulation(
                WideHeat(r: 0.01, order: 2), extents: [21, 24, 25], boundary: [.periodic, .neumann, .dirichlet(1)],
                shape: shape, tiling: .fixed(steps: 3, width: 5), on: world)
            // The whole tile of every rank, where all boxes are wide enough for it.
            try heat.advance(steps: 3)
            let before = world.traffic[.send]
            try heat.advance(steps: 6)
            let after = world.traffic[.send]
            let model = heat.exchangeModel(steps: 3).sent(by: world.rank)
            expectEqual(after.bytes - before.bytes, 2 * model.words * MemoryLayout<Double>.size, "\(shape)")
            expectEqual(after.calls - before.calls, 2 * model.messages, "\(shape)")
        }
    },
    RankCheck("a thread has a core of its own while it sweeps, and gives it back") { _ in
        let whole = coresInAffinityMask
        for threads in [whole, whole + 1] {
            let cores = Mutex<[Int: Int]>([:])
            SweepThreads.share(threads) { thread in
                let mine = coresInAffinityMask
                cores.withLock { $0[thread] = mine }
            }
            let expected = (0..<threads).map { ($0, threads == whole ? 1 : whole) }
            expectEqual(cores.withLock { $0 }, Dictionary(uniqueKeysWithValues: expected), "\(threads) threads")
            expectEqual(coresInAffinityMask, whole)
        }
    },
    RankCheck("the tile is found on the first steps, and remembered") { world in
        let path = NSTemporaryDirectory() + "tessera-tiles-\(getppid())/tiles"
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        setenv("TESSERA_TILES", path, 1)
        defer { unsetenv("TESSERA_TILES") }
        func made() throws -> Simulation<Heat> {
            try Simulation(Heat(r: 0.2), extents: [1 << 11, 1 << 11], boundary: [.neumann, .neumann], on: world)
        }
        var first = try made()
        expect(first.tile == nil)
        var steps = 0
        while first.tile == nil, steps < 20_000 {
            try first.advance(steps: 32)
            steps += 32
        }
        expect(first.tile != nil, "no tile after \(steps) steps")
        try world.barrier()
        let second = try made()
        expectEqual(second.tile, first.tile)
        setenv("TESSERA_TILES", "off", 1)
        let third = try made()
        expect(third.tile == nil)
        try world.barrier()
    },
    RankCheck("a run that something cuts short finds a tile of its own") { world in
        let path = NSTemporaryDirectory() + "tessera-cut-tiles-\(getppid())/tiles"
        defer { if world.rank == 0 { try? FileManager.default.removeItem(atPath: path) } }
        setenv("TESSERA_TILES", path, 1)
        defer { unsetenv("TESSERA_TILES") }
        func made() throws -> Simulation<Heat> {
            try Simulation(Heat(r: 0.2), extents: [1 << 11, 1 << 11], boundary: [.neumann, .neumann], on: world)
        }
        let most = try made().mostSteps
        var first = try made()
        first.fill { index in Double((index[0] * 7919 + index[1] * 104_729) % 1009) }
        // Stop tests every six steps: tiles of six, three and one are tried.
        repeat {
            try first.advance(until: .change(atMost: 0), every: 6, atMost: 6 * 24)
            expectEqual(first.step % (6 * 24), 0)
        } while first.tile == nil && first.step < 20_000
        expect(first.tile.map { $0.steps <= 6 } ?? false, "\(String(describing: first.tile))")
        let cut = first.tile
        // It is not the tile of a run that nothing cuts.
        try first.advance(steps: most)
        expectEqual(first.tile, nil)
        try world.barrier()
        let fresh = try made()
        expectEqual(fresh.tile, nil)
        // A process that cuts its runs as often finds it remembered.
        var second = try made()
        try second.observe(.u, [.at(0), .all], every: 6) { _ in }
        try second.advance(steps: 12)
        expectEqual(second.tile, cut)
        // And runs of few steps come to an end of their trial, too.
        var third = try made()
        for _ in 0..<2000 where third.tile == nil { try third.advance(steps: 4) }
        expect(third.tile.map { $0.steps <= 4 } ?? false, "\(String(describing: third.tile))")
        try world.barrier()
    },
    RankCheck("places around a periodic axis are those of the grid's own cells, in every tile") { world in
        for edges: [Edges] in [[nil, nil], [nil, (mirror, mirror)], [(mirror, mirror), nil]] {
            let agrees = try agreesWithReference(
                Drifting(), extents: [24, 40], edges: edges, steps: 9, on: world)
            expect(agrees, "\(edges)")
        }
    },
]

/// Heat with a source that grows along both axes.
private struct Drifting: MultiFieldStencil {
    enum Field: Int, FieldName { case u }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.u]
        return cell.next((.u, u.center + 0.1 * u.laplacian(order: 2) + (cell.position(0) + 2 * cell.position(1)) / 64))
    }
}
