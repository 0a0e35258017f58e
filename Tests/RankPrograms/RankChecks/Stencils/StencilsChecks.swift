// Stencils on several ranks: every result against the plain reference, bit for bit.

import CostModels
import Failures
import MessagePassing
import Stencils

let stencilsChecks: [RankCheck] =
    engineChecks + stencilsModeChecks + stencilsServiceChecks + stencilsFileChecks
    + stencilsIdleChecks + tilingChecks + stepReductionChecks + pointChecks + readingChecks + stencilsCheckpointChecks
    + stencilsRunChecks
    + solverChecks + solverThreadChecks + solverTrafficChecks + multigridChecks + implicitCheckpointChecks + hdf5Checks
    + meansChecks + shallowWaterChecks + modelChecks

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}
private let edgePairs: [Edges] = [
    nil, (.constant(0.5), .constant(-2)), (mirror, mirror), (.mirror(sign: -1, slope: 0), .constant(0.25)),
    (wave, mirror), (.mirror(sign: 1, slope: 0.125), wave),
]

private let engineChecks: [RankCheck] = [
    RankCheck("five points, every boundary on both axes") { world in
        for rows in edgePairs {
            for columns in edgePairs {
                let agrees = try agreesWithReference(
                    Heat(r: 0.2), extents: [13, 19], edges: [rows, columns], steps: 5, on: world)
                expect(agrees, "\(String(describing: rows)), \(String(describing: columns))")
            }
        }
    },
    RankCheck("single precision") { world in
        for extents in [[7, 37], [17, 16], [8, 1]] where extents[0] >= world.size {
            let agrees = try agreesWithReference(
                HeatSingle(r: 0.2), extents: extents, edges: [nil, (wave, mirror)], steps: 4, on: world)
            expect(agrees, "\(extents)")
        }
    },
    RankCheck("every shape, periodic axes with one and two ranks") { world in
        for shape in shapes(world.size, axes: 2) {
            let agrees = try agreesWithReference(
                Heat(r: 0.2), extents: [11, 13], edges: [nil, nil], shape: shape, steps: 4, on: world)
            expect(agrees, "\(shape)")
        }
        for shape in shapes(world.size, axes: 3) {
            for edges: [Edges] in [[nil, nil, nil], [nil, (mirror, wave), nil]] {
                let agrees = try agreesWithReference(
                    WideHeat(r: 0.1, order: 2), extents: [7, 11, 13], edges: edges, shape: shape, steps: 3, on: world)
                expect(agrees, "\(shape)")
            }
        }
    },
    RankCheck("wide stars in one, two and three dimensions") { world in
        for order in [2, 4, 6, 8] {
            for edges in edgePairs {
                for extents in [[53], [31, 9], [29, 5, 8]] {
                    let agrees = try agreesWithReference(
                        WideHeat(r: 0.02, order: order), extents: extents, edges: extents.map { _ in edges }, steps: 3,
                        on: world)
                    expect(agrees, "order \(order), \(extents)")
                }
            }
        }
    },
    RankCheck("random footprints on random grids") { world in
        var numbers = SeededNumbers(state: 20)
        for _ in 0..<60 {
            let axes = Int.random(in: 1...3, using: &numbers)
            let radius = Int.random(in: 0...3, using: &numbers)
            let taps = (0..<Int.random(in: 1...9, using: &numbers)).map { _ in
                var offset = SIMD3<Int>.zero
                for axis in (3 - axes)..<3 { offset[axis] = Int.random(in: -radius...radius, using: &numbers) }
                return (offset: offset, weight: Double.random(in: -0.4...0.4, using: &numbers))
            }
            var extents = (0..<axes).map { _ in Int.random(in: 1...17, using: &numbers) }
            extents[Int.random(in: 0..<axes, using: &numbers)] += 3 * world.size
            let edges = (0..<axes).map { _ in edgePairs[Int.random(in: 0..<edgePairs.count, using: &numbers)] }
            let agrees = try agreesWithReference(
                AnyTaps(axes: axes, taps: taps), extents: extents, edges: edges, steps: 3, on: world)
            expect(agrees, "\(extents) \(taps)")
        }
    },
    RankCheck("grids thinner than the footprint along an axis that one rank holds") { world in
        for extent in 1...5 {
            for edges in edgePairs {
                let agrees = try agreesWithReference(
                    WideHeat(r: 0.02, order: 8), extents: [4 * world.size, extent], edges: [nil, edges],
                    shape: [world.size, 1], steps: 3, on: world)
                expect(agrees, "extent \(extent), \(String(describing: edges))")
            }
        }
    },
    RankCheck("wave with two levels and a coefficient field") { world in
        for order in [2, 4, 8] {
            for extents in [[41], [29, 11], [31, 5, 9]] {
                let edges: [Edges] = extents.map { _ in (mirror, wave) }
                let agrees = try agreesWithReference(
                    Wave(r: 0.05, order: order), extents: extents, edges: edges,
                    fieldEdges: [.speed: extents.map { _ in (mirror, mirror) }], steps: 6, on: world)
                expect(agrees, "order \(order), \(extents)")
            }
        }
    },
    RankCheck("coupled fields, three levels, corners, position and time") { world in
        for rows in edgePairs {
            let agrees = try agreesWithReference(
                Reaction(), extents: [17, 21], edges: [rows, (.constant(1), wave)],
                fieldEdges: [.b: [rows, (mirror, .mirror(sign: -1, slope: 0))]], steps: 7, on: world)
            expect(agrees, "\(String(describing: rows))")
        }
    },
    RankCheck("one point at a time gives the bits of whole lanes") { world in
        var lanes = try Simulation(
            WideHeat(r: 0.05, order: 4), extents: [4 * world.size, 37], boundary: [.periodic, .neumann], on: world)
        lanes.fill { index in startValue(0, 0, [index[0], index[1]]) }
        var points = try Simulation(
            WideHeat(r: 0.05, order: 4), extents: [4 * world.size, 37], boundary: [.periodic, .neumann], on: world)
        points.fill { index in startValue(0, 0, [index[0], index[1]]) }
        try lanes.advance(steps: 9)
        try points.advanceByScalars(steps: 9)
        let a = try lanes.gathered(.u)
        let b = try points.gathered(.u)
        expect(a == b)
    },
    RankCheck("a boundary or a corner left out is noticed") { world in
        defer { HaloSabotage.fault = nil }
        for axis in 0..<3 {
            for step in [-1, 1] {
                HaloSabotage.fault = .boundary(axis: axis, step: step)
                for tiling in [Tiling.off, .fixed(steps: 3, width: 4)] {
                    let agrees = try agreesWithReference(
                        WideHeat(r: 0.1, order: 2), extents: [9, 11, 13],
                        edges: Array(repeating: (mirror, mirror), count: 3),
                        steps: 6, tilings: [(tiling, 1)], on: world)
                    if world.rank == 0 { expect(!agrees, "axis \(axis), end \(step), \(tiling)") }
                }
            }
        }
        HaloSabotage.fault = .corners
        let box = AnyTaps(axes: 3, taps: [(SIMD3(1, 1, 1), 0.25), (SIMD3(-1, -1, 0), 0.25), (SIMD3(0, 0, 0), 0.25)])
        for shape in shapes(world.size, axes: 3) {
            let agrees = try agreesWithReference(
                box, extents: [7, 11, 13], edges: [nil, nil, nil], shape: shape, steps: 2, tilings: [(.off, 1)],
                on: world)
            if world.rank == 0 { expect(!agrees, "corners, \(shape)") }
        }
    },
    RankCheck("a message left out is noticed") { world in
        for shape in shapes(world.size, axes: 3) {
            for axis in 0..<3 where shape[axis] > 1 {
                HaloSabotage.fault = .messages(axis: axis)
                defer { HaloSabotage.fault = nil }
                let agrees = try agreesWithReference(
                    WideHeat(r: 0.1, order: 2), extents: [7, 11, 13], edges: [nil, nil, nil], shape: shape, steps: 2,
                    on: world)
                if world.rank == 0 { expect(!agrees, "\(shape), axis \(axis)") }
            }
        }
    },
]
