// The solvers' threads: the same bits with every number of them.

import Foundation
import MessagePassing
import Stencils

let solverThreadChecks: [RankCheck] = [
    RankCheck("solvers have the bits of one thread") { world in
        let fewest = SweepThreads.fewestCells
        SweepThreads.fewestCells = 1 << 9
        defer { (SweepThreads.count, SweepThreads.fewestCells) = (1, fewest) }
        // So large that the threads of every rank share them and some of the coarser ones; a line, a plane with few rows,
        // and boxes.
        let grids = [
            [2501 * world.size], [5, 1126 * world.size], [38 * world.size, 57], [26 * world.size, 13, 15],
            [9, 7, 80 * world.size], [35 * world.size, 35, 5],
        ]
        for extents in grids {
            func check<Scalar: StencilScalar>(_ methods: [SolverMethod], _: Scalar.Type) throws {
                for method in methods {
                    var expected: [UInt64] = []
                    for threads in 1...3 {
                        SweepThreads.count = threads
                        let system = try LinearSystem(
                            Helmholtz<Scalar>(spacing: extents.map { _ in 1 }, shift: 0.25), extents: extents,
                            boundary: extents.indices.map {
                                $0 == 1
                                    ? .periodic
                                    : .sides(
                                        .dirichlet { 0.01 * Double($0[0] % 7) + $1 },
                                        .robin(value: 1, slope: 2, sum: 0.5))
                            }, on: world)
                        system.rightHandSide.fill { Scalar(rightHandSide($0)) }
                        let result = try system.solve(method, tolerance: 1e-14, maximumIterations: 6)
                        var bits = result.history.map(\.norm.bitPattern)
                        try bits.append(system.solution.sum().bitPattern)
                        try bits.append(system.solution.dot(system.rightHandSide).bitPattern)
                        system.solution.forEachRow { _, row in
                            for k in row.indices { bits.append(Double(row[k]).bitPattern) }
                        }
                        if threads == 1 { expected = bits }
                        expect(bits == expected, "\(extents) \(method) \(Scalar.self) \(threads)")
                    }
                }
            }
            try check(
                [.conjugateGradients(.jacobi), .conjugateGradients(.multigrid), .multigrid(.full), .chebyshev()],
                Double.self)
            try check([.conjugateGradients(.none), .multigrid(.v)], Float.self)
        }
    },
    RankCheck("exact sums of threads know NaN, infinity and cancellation") { world in
        let fewest = SweepThreads.fewestCells
        SweepThreads.fewestCells = 1 << 12
        defer { (SweepThreads.count, SweepThreads.fewestCells) = (1, fewest) }
        let extents = [64 * world.size, 40, 30]
        let system = try LinearSystem(
            Helmholtz<Double>(spacing: [1, 1, 1], shift: 1), extents: extents, boundary: extents.map { _ in .neumann },
            on: world)
        func sums(_ value: (GridIndex) -> Double) throws -> [UInt64] {
            system.solution.fill(value)
            return try (1...3).map { threads in
                SweepThreads.count = threads
                let sum = try system.solution.sum()
                return sum.isNaN ? 0x7ff8 << 48 : sum.bitPattern
            }
        }
        func place(_ index: GridIndex) -> Int { (index[0] * 40 + index[1]) * 30 + index[2] }
        // Pairs that cancel but for one number, which every rounded sum would lose.
        try expectEqual(
            sums {
                switch place($0) {
                case 76: 0
                case 77: 3e-300
                default: place($0).isMultiple(of: 2) ? 1e300 : -1e300
                }
            }, Array(repeating: (3e-300).bitPattern, count: 3))
        try expectEqual(
            sums { place($0) == 1234 ? .infinity : 1 }, Array(repeating: Double.infinity.bitPattern, count: 3))
        try expectEqual(
            sums { place($0) == 76_000 % (64 * 1200) ? .nan : 1 }, Array(repeating: 0x7ff8 << 48, count: 3))
        try expectEqual(
            sums { place($0) == 1 ? .infinity : place($0) == 70_001 ? -.infinity : 1 },
            Array(repeating: 0x7ff8 << 48, count: 3))
        // Exact: 2^-60 many thousand times, and one.
        let count = Double(64 * world.size * 1200 - 1)
        try expectEqual(
            sums { place($0) == 0 ? 1 : 0x1p-60 }, Array(repeating: (1 + count * 0x1p-60).bitPattern, count: 3))
    },
]
