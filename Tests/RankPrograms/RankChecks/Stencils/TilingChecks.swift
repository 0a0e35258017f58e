// Tiles of several steps against the plain reference: random grids, boundaries, ranks, tiles and threads, bit for bit.

import CostModels
import Failures
import Foundation
import MessagePassing
import Stencils

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
    RankCheck("an update that reads its place has the bits of a plain sweep beyond periodic edges") { world in
        for extents in [[23, 31], [9, 16, 17]] {
            func made(_ tiling: Tiling) throws -> Simulation<SourceByPlace> {
                var simulation = try Simulation(
                    SourceByPlace(), extents: extents, boundary: extents.map { _ in .periodic }, tiling: tiling,
                    on: world)
                simulation.fill { Double($0[0] * 7 % 5) + Double($0[1]) }
                return simulation
            }
            var plain = try made(.off)
            try plain.advanceByScalars(steps: 9)
            var expected: [Double] = []
            plain.forEachRow(of: .u) { _, row in for k in row.indices { expected.append(row[k]) } }
            for tiling in [Tiling.off, .automatic, .fixed(steps: 4, width: 5)] {
                var tiled = try made(tiling)
                try tiled.advance(steps: 9)
                var found: [Double] = []
                tiled.forEachRow(of: .u) { _, row in for k in row.indices { found.append(row[k]) } }
                expect(zip(found, expected).allSatisfy(sameBits), "\(extents) \(tiling)")
            }
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
        while first.tile == nil, steps < 2000 {
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
]

/// Diffusion along the first two axes, and a source that grows with the place along the first.
private struct SourceByPlace: MultiFieldStencil {
    typealias Field = SingleField

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, SingleField>) -> Updates {
        let u = cell[.u]
        return cell.next((.u, 0.5 * u.center + 0.125 * (u.pair(0, 1) + u.pair(1, 1)) + 0.01 * cell.position(0)))
    }
}
