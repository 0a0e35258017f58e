// The nonlinear equations of shallow water against exact solutions, and what their scheme keeps: rest, mass, depths above
// zero, and the bits of the plain reference.

import Foundation
import Jobs
import MessagePassing
import Stencils

private typealias Water = NonlinearShallowWater

private let gravity = 9.81
private let mirror = Edge.mirror(sign: 1, slope: 0)
private let turned = Edge.mirror(sign: -1, slope: 0)

/// Water between walls.
private func basin(
    _ extents: [Int], spacing: [Double], step: Double, dry: Double, on world: Communicator,
    bed: (GridIndex) -> Double, depth: (GridIndex) -> Double
) throws -> Simulation<Water> {
    let (even, odd) = (Boundary.reflecting(sign: 1), Boundary.reflecting(sign: -1))
    var water = try Simulation(
        Water(step: step, spacing: spacing, gravity: gravity, dry: dry), extents: extents, boundary: [even, even],
        boundaries: [.east: [even, odd], .south: [odd, even]], timeStep: step, on: world)
    water.fill(.bed, bed)
    water.fill(.depth, depth)
    return water
}

/// Hills and islands, up to 3 m above the level 0 and 12 m below.
private func hills(_ cell: GridIndex) -> Double { hills(cell[0], cell[1]) }
private func hills(_ row: Int, _ column: Int) -> Double {
    let (i, j) = (Double(row), Double(column))
    return -5 + 4 * sin(i / 2.3) * cos(j / 3.1) + 4 * cos(i / 5 + j / 4)
}

/// Water of the depth `left` up to 0 and `right` beyond, let go at time 0: the depth at ξ = x / t (Ritter, Z. Vereines
/// Deutscher Ingenieure 36, 1892, for a dry bed; Stoker, Water Waves, 1957, 10.8, for a wet one).
private struct DamBreak {
    let left: Double
    let right: Double
    /// Depth and speed behind the shock, and the shock's speed.
    private let middle: (depth: Double, speed: Double, shock: Double)

    init(left: Double, right: Double) {
        (self.left, self.right) = (left, right)
        let fast = (gravity * left).squareRoot()
        var (low, high) = (right, left)
        func speed(_ h: Double) -> Double { (h - right) * (gravity * (h + right) / (2 * h * right)).squareRoot() }
        for _ in 0..<200 where right > 0 {
            let h = (low + high) / 2
            if 2 * (fast - (gravity * h).squareRoot()) > speed(h) { low = h } else { high = h }
        }
        let u = right > 0 ? speed(low) : 2 * fast
        middle = right > 0 ? (low, u, low * u / (low - right)) : (0, u, u)
    }

    func depth(_ xi: Double) -> Double {
        let fast = (gravity * left).squareRoot()
        if xi <= -fast { return left }
        if xi <= middle.speed - (gravity * middle.depth).squareRoot() {
            return (2 * fast - xi) * (2 * fast - xi) / (9 * gravity)
        }
        return xi <= middle.shock ? middle.depth : right
    }
}

let shallowWaterChecks: [RankCheck] = [
    RankCheck("nonlinear shallow water has the bits of the plain reference") { world in
        let stencil = Water(
            step: 0.01, spacing: [1, 1.5], gravity: gravity, dry: 0.05, turn: (cos(0.02), sin(0.02)))
        for (rows, columns) in [
            ((mirror, mirror), (mirror, mirror)), (nil, (mirror, mirror)), (nil, nil),
        ] as [(Edges, Edges)] {
            let agrees = try agreesWithReference(
                stencil, extents: [13, 19], edges: [rows, columns],
                fieldEdges: [
                    .east: [rows, columns.map { _ in (turned, turned) }],
                    .south: [rows.map { _ in (turned, turned) }, columns],
                ], steps: 6, on: world)
            expect(agrees, "\(String(describing: rows)), \(String(describing: columns))")
        }
    },
    RankCheck("a lake with islands stays at rest over an uneven bed") { world in
        func rest(_ level: Double) throws -> (moved: Double, changed: Double) {
            var lake = try basin(
                [31, 40], spacing: [3, 2], step: 0.08, dry: 1e-5, on: world, bed: hills,
                depth: { max(0, level - hills($0)) })
            try lake.advance(steps: 100)
            let moved = try [Water.Field.east, .south].map { (field) throws in
                try max(lake.maximum(field), -lake.minimum(field))
            }
            var changed = 0.0
            lake.forEachRow(of: .depth) { index, row in
                for k in row.indices {
                    changed = max(changed, abs(row[k] - max(0, level - hills(index.advanced(by: k)))))
                }
            }
            return (moved.max()!, try world.allReduce(changed, .maximum))
        }
        expect((0..<31 * 40).contains { hills($0 / 40, $0 % 40) > 0 }, "no island")
        // At the level 0 to the bit.
        let zero = try rest(0)
        expect(zero.moved == 0 && zero.changed == 0, "\(zero)")
        let raised = try rest(0.37)
        expect(raised.moved < 1e-12 && raised.changed < 1e-12, "\(raised)")
    },
    RankCheck("water that floods hills keeps its mass, no depth is negative, and its energy falls") { world in
        func start(_ cell: GridIndex) -> Double {
            let (i, j) = (Double(cell[0]) - 12, Double(cell[1]) - 15)
            return max(0, 4 * exp(-(i * i + j * j) / 30) - 2 - hills(cell))
        }
        let (step, spacing, dry) = (0.04, [3.0, 2.0], 1e-5)
        var water = try basin([31, 40], spacing: spacing, step: step, dry: dry, on: world, bed: hills, depth: start)
        let before = try water.sum(.depth)
        let reductions: [StepReduction<Water>] = [
            .sum(WaterEnergy(gravity: gravity, dry: dry)), .maximum(WaterSpeed(.east, gravity: gravity, dry: dry)),
            .maximum(WaterSpeed(.south, gravity: gravity, dry: dry)), .sum(of: .depth),
        ]
        let first = try water.measured(reductions)
        var (energy, wet) = (first[0], 0)
        for _ in 0..<20 {
            let numbers = try water.advance(steps: 20, reducing: reductions, every: 1)
            for found in numbers {
                expect(found.values[0] <= energy * (1 + 1e-13), "energy \(found.values[0]) after \(energy)")
                energy = found.values[0]
                expect(step * (found.values[1] / spacing[1] + found.values[2] / spacing[0]) < 1, "Courant number")
            }
            expectEqual(
                try water.measured(reductions), numbers.last?.values ?? [], "a pass, and the step's own numbers")
            try expect(water.minimum(.depth) >= 0)
            try expect(abs(water.sum(.depth) / before - 1) < 1e-14)
        }
        water.forEachRow(of: .depth) { index, row in
            for k in row.indices where start(index.advanced(by: k)) == 0 && row[k] > 1e-3 { wet += 1 }
        }
        let flooded = try world.allReduce(wet, .sum)
        expect(flooded > 20, "\(flooded) cells flooded")
        expect(energy < 0.9 * first[0], "\(energy) of \(first[0])")
    },
    RankCheck("dam breaks on a wet and on a dry bed converge to Stoker's and Ritter's solutions") { world in
        for right in [0.2, 0] {
            let exact = DamBreak(left: 1, right: right)
            for axis in [0, 1] {
                var errors: [Double] = []
                for cells in [100, 200, 400] {
                    let (dx, time) = (100 / Double(cells), 6.0)
                    let steps = cells * 6 / 10
                    var extents = [3, 3]
                    extents[axis] = cells
                    func x(_ index: GridIndex) -> Double { (Double(index[axis]) + 0.5) * dx - 50 }
                    var water = try basin(
                        extents, spacing: [dx, dx].enumerated().map { $0.offset == axis ? dx : 1e3 },
                        step: time / Double(steps), dry: 1e-6, on: world, bed: { _ in 0 },
                        depth: { x($0) < 0 ? 1 : right })
                    try water.advance(steps: steps)
                    let found = try world.broadcast(try water.gathered(.depth))
                    let error = (0..<cells).reduce(0.0) { sum, k in
                        let place = axis == 0 ? k * 3 : k
                        let center = (Double(k) + 0.5) * dx - 50
                        return sum + dx * abs(found[place] - exact.depth(center / time))
                    }
                    errors.append(error)
                }
                if world.rank == 0 && world.size == 1 { report("dam break, right \(right), axis \(axis): \(errors)") }
                for (coarse, fine) in zip(errors, errors.dropFirst()) {
                    expect(coarse / fine > 1.5, "right \(right), axis \(axis): \(errors)")
                }
                expect(errors[2] < 0.45, "\(errors)")
            }
        }
    },
    RankCheck("low waves run as the linear equations say") { world in
        var errors: [Double] = []
        let (depth, height, side, time) = (10.0, 1e-4, 1000.0, 30.0)
        for cells in [75, 150] {
            let dx = side / Double(cells)
            let steps = cells * 3 / 2
            let (step, extents) = (time / Double(steps), [cells, cells])
            func bump(_ cell: GridIndex) -> Double {
                let (y, x) = ((Double(cell[0]) + 0.5) * dx - 500, (Double(cell[1]) + 0.5) * dx - 450)
                return height * exp(-(y * y + x * x) / 2e4)
            }
            var waves = try basin(
                extents, spacing: [dx, dx], step: step, dry: 1e-5, on: world, bed: { _ in -depth },
                depth: { depth + bump($0) })
            try waves.advance(steps: steps)
            var linear = try Simulation(
                ShallowWater(step: step, spacing: [dx, dx], gravity: gravity, coriolis: 0), extents: extents,
                boundary: [.dirichlet(0), .dirichlet(0)], boundaries: [.surface: [.neumann, .neumann]], timeStep: step,
                on: world)
            linear.fill(.surface) { bump($0) }
            linear.fill(.eastDepth) { $0[1] == cells - 1 ? 0 : depth }
            linear.fill(.southDepth) { $0[0] == cells - 1 ? 0 : depth }
            try linear.advance(steps: steps)
            let (a, b) = (try waves.gathered(.surface) ?? [], try linear.gathered(.surface) ?? [])
            errors.append(zip(a, b).map { abs($0 - $1) }.max() ?? 0)
        }
        if world.rank == 0 {
            if world.size == 1 { report("low waves: \(errors)") }
            expect(errors[1] < 0.03 * height && errors[0] / errors[1] > 1.6, "\(errors)")
        }
    },
]
