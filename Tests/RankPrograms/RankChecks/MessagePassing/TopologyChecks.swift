import Failures
import MessagePassing

let topologyChecks: [RankCheck] = [
    RankCheck("balanced dimensions") { world in
        expectEqual(try CartesianCommunicator.dimensions(of: 1, axes: 3), [1, 1, 1])
        expectEqual(try CartesianCommunicator.dimensions(of: 6, axes: 2), [3, 2])
        expectEqual(try CartesianCommunicator.dimensions(of: 7, axes: 2), [7, 1])
        expectEqual(try CartesianCommunicator.dimensions(of: 16, axes: 3), [4, 2, 2])
        expectEqual(try CartesianCommunicator.dimensions(of: 36, axes: 2), [6, 6])
        expectEqual(try CartesianCommunicator.dimensions(of: 72, axes: 3), [6, 4, 3])
        expectThrows { _ = try CartesianCommunicator.dimensions(of: 0, axes: 2) }
        expectThrows { _ = try CartesianCommunicator.dimensions(of: 4, axes: 0) }
    },
    RankCheck("coordinates and shifts") { world in
        for axes in 1...3 {
            let dimensions = try CartesianCommunicator.dimensions(of: world.size, axes: axes)
            for periodic in [false, true] {
                let grid = try CartesianCommunicator(
                    world, dimensions: dimensions, isPeriodic: Array(repeating: periodic, count: axes))
                expectEqual(grid.communicator.rank, world.rank)
                for rank in 0..<world.size {
                    expectEqual(grid.rank(at: try grid.coordinates(of: rank)), rank)
                }
                // Each rank's place, told by itself, is what the others compute.
                let told = try grid.communicator.allGather(grid.coordinates)
                for rank in 0..<world.size {
                    expectEqual(try grid.coordinates(of: rank), Array(told[rank * axes..<(rank + 1) * axes]))
                }
                for axis in 0..<axes {
                    for distance in [1, -1, 2, 0] {
                        let (source, destination) = grid.shift(axis, by: distance)
                        let target = grid.coordinates[axis] + distance
                        let inside = (0..<dimensions[axis]).contains(target)
                        expectEqual(destination != nil, periodic || inside)
                        // My destination's source is myself.
                        let sources = try grid.communicator.allGather(source ?? -1)
                        if let destination { expectEqual(sources[destination], world.rank) }
                    }
                }
                expectEqual(grid.rank(at: dimensions), periodic ? 0 : nil)
                try grid.close()
            }
        }
    },
    RankCheck("rows and columns of a grid") { world in
        let dimensions = try CartesianCommunicator.dimensions(of: world.size, axes: 2)
        let grid = try CartesianCommunicator(world, dimensions: dimensions, isPeriodic: [false, true])
        let row = try grid.subgrid(of: [1])
        let column = try grid.subgrid(of: [0])
        expectEqual(row.dimensions, [dimensions[1]])
        expectEqual(row.isPeriodic, [true])
        expectEqual(column.coordinates, [grid.coordinates[0]])
        expectEqual(
            try row.communicator.allGather(world.rank),
            (0..<dimensions[1]).map { grid.rank(at: [grid.coordinates[0], $0])! })
        expectEqual(
            try column.communicator.allGather(world.rank),
            (0..<dimensions[0]).map { grid.rank(at: [$0, grid.coordinates[1]])! })
        expectThrows { _ = try grid.subgrid(of: [2]) }
        try column.close()
        try row.close()
        try grid.close()
        expectThrows { _ = try grid.subgrid(of: [1]) }
    },
    RankCheck("grids that cannot be") { world in
        for dimensions in [[], [world.size + 1], [0, world.size], [-1, -world.size], [Int.max, Int.max]] {
            expectThrows(matches: { if case .argument(_, "dimensions", _, _) = $0 { true } else { false } }) {
                _ = try CartesianCommunicator(
                    world, dimensions: dimensions, isPeriodic: dimensions.map { _ in true })
            }
        }
        expectThrows(matches: { if case .argument(_, "isPeriodic", _, _) = $0 { true } else { false } }) {
            _ = try CartesianCommunicator(world, dimensions: [world.size], isPeriodic: [])
        }
    },
]
