// The model of a run against the engine: what it sends, and the cells that it computes.

import CostModels
import MessagePassing
import Stencils

let modelChecks: [RankCheck] = [
    RankCheck("messages, bytes and cells of stars and boxes are the model's, in tiles of any steps") { world in
        let boundaries: [[Boundary]] = [
            [.neumann, .dirichlet(1), .neumann], [.periodic, .neumann, .periodic],
            [.periodic, .periodic, .dirichlet(0)],
        ]
        for extents in [[61, 47], [40, 33, 29]] {
            for boundary in boundaries {
                let boundary = Array(boundary.prefix(extents.count))
                for shape in shapes(world.size, axes: extents.count) {
                    try compare(WideHeat(r: 0.01, order: 2), extents, boundary, shape, on: world)
                    try compare(WideHeat(r: 0.01, order: 4), extents, boundary, shape, on: world)
                    try compare(box(axes: extents.count), extents, boundary, shape, on: world)
                    try compare(Wave(r: 0.01, order: 4), extents, boundary, shape, on: world)
                }
            }
        }
        // One-sided, single precision, several fields and levels, and a line.
        let upwind = AnyTaps(axes: 2, taps: [([0, 0, 0], 0.5), ([0, -2, 0], 0.25), ([0, 0, 1], 0.25)])
        for shape in shapes(world.size, axes: 2) {
            try compare(upwind, [64, 56], [.periodic, .neumann], shape, on: world)
            try compare(HeatSingle(r: 0.2), [64, 56], [.neumann, .periodic], shape, on: world)
            try compare(Reaction(), [64, 56], [.neumann, .neumann], shape, on: world)
        }
        try compare(WideHeat(r: 0.01, order: 2), [200], [.periodic], [world.size], on: world)
    },
    RankCheck("the model's shape and tiles are those of a simulation") { world in
        for (extents, boundary) in [
            ([300, 700], [.periodic, .neumann]), ([64, 40, 32], [.neumann, .periodic, .neumann]),
            ([2, 3], [.neumann, .neumann]),
        ] as [([Int], [Boundary])] {
            let heat = try Simulation(
                WideHeat(r: 0.01, order: 2), extents: extents, boundary: boundary, on: world)
            let shape = heat.footprint.shape(
                ranks: world.size, extents: extents, periodic: boundary.map(\.isPeriodic))
            expectEqual(shape, heat.shape, "\(extents)")
            let tiles = heat.footprint.tileSteps(extents: extents, shape: shape, boundary: boundary, .automatic)
            expectEqual(tiles.first, heat.mostSteps, "\(extents)")
            expectEqual(tiles.last, 1, "\(extents)")
        }
    },
]

/// The 9 or 27 points of a box.
private func box(axes: Int) -> AnyTaps {
    let steps = [-1, 0, 1]
    let taps = (axes == 3 ? steps : [0]).flatMap { plane in
        steps.flatMap { row in
            steps.map { column in (offset: SIMD3(plane, row, column), weight: 1.0 / 32) }
        }
    }
    return AnyTaps(axes: axes, taps: taps)
}

private func compare<S: MultiFieldStencil>(
    _ stencil: S, _ extents: [Int], _ boundary: [Boundary], _ shape: [Int], on world: Communicator
) throws {
    for steps in [1, 2, 3] {
        var simulation = try Simulation(
            stencil, extents: extents, boundary: boundary, shape: shape, tiling: .fixed(steps: steps, width: 5),
            on: world)
        // Boxes may be too narrow for as many.
        let most = simulation.mostSteps
        let model = simulation.model
        // The first tile also sends what no step writes.
        try simulation.advance(steps: most)
        let before = world.traffic[.send]
        try simulation.advance(steps: 2 * most + 1)
        let after = world.traffic[.send]
        let (tile, rest) = (model.sent(by: world.rank, steps: most), model.sent(by: world.rank, steps: 1))
        let place = "\(S.self) \(extents) on \(shape), tiles of \(most)"
        expectEqual(after.calls - before.calls, 2 * tile.messages + rest.messages, "messages, \(place)")
        expectEqual(after.bytes - before.bytes, 2 * tile.bytes + rest.bytes, "bytes, \(place)")
        expectEqual(simulation.cellsSwept(steps: most), model.cells(of: world.rank, steps: most), "cells, \(place)")
    }
}
