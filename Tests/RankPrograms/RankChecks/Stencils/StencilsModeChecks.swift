// Stencils against exact solutions: discrete eigenmodes, and the Parallel Research Kernels' star.

import Foundation
import MessagePassing
import Stencils

/// The largest difference of a field from `exact` on this rank.
private func largestError<S: MultiFieldStencil>(
    _ simulation: borrowing Simulation<S>, _ field: S.Field, _ exact: (GridIndex) -> Double
) -> Double where S.Scalar == Double {
    var largest = 0.0
    simulation.forEachRow(of: field) { index, row in
        var index = index
        for k in row.indices {
            let error = (row[k] - exact(index)).magnitude
            largest = error.isNaN ? .infinity : max(largest, error)
            index = index.advanced(by: 1)
        }
    }
    return largest
}

let stencilsModeChecks: [RankCheck] = [
    RankCheck("eigenmodes of heat: periodic, Dirichlet, Neumann") { world in
        let (extents, steps, r) = ([31, 24], 60, 0.2)
        for rows in DiscreteMode.Ends.allCases {
            for columns in DiscreteMode.Ends.allCases {
                let mode = DiscreteMode(waves: [2, 3], ends: [rows, columns], extents: extents)
                var heat = try Simulation(Heat(r: r), extents: extents, boundary: mode.boundary, on: world)
                heat.fill { mode($0) }
                try heat.advance(steps: steps)
                let factor = pow(mode.heatFactor(r), Double(steps))
                let error = largestError(heat, .u) { factor * mode($0) }
                expect(error < 1e-13, "\(rows), \(columns): \(error)")
            }
        }
    },
    RankCheck("eigenmodes of waves of every order") { world in
        let (extents, steps, r) = ([29, 8, 10], 40, 0.1)
        for order in [2, 4, 6, 8] {
            for ends in [DiscreteMode.Ends.periodic, .mirrored] {
                let mode = DiscreteMode(waves: [1, 2, 3], ends: [ends, ends, ends], extents: extents)
                let omega = mode.waveFrequency(r, order: order)
                var wave = try Simulation(
                    Wave(r: r, order: order), extents: extents, boundary: mode.boundary,
                    boundaries: [.speed: mode.boundary], on: world)
                wave.fill(.speed) { _ in 1 }
                wave.fill(.height) { mode($0) }
                wave.fill(.height, ago: 1) { cos(omega) * mode($0) }
                try wave.advance(steps: steps)
                let error = largestError(wave, .height) { cos(Double(steps) * omega) * mode($0) }
                expect(error < 1e-13, "order \(order), \(ends): \(error)")
            }
        }
    },
    RankCheck("the Parallel Research Kernels' star") { world in
        for radius in 1...4 {
            let (n, iterations) = (31, 10)
            let kernel = ResearchKernel(radius: radius, extents: [n, n])
            var star = try Simulation(
                ResearchStar(radius: radius, n: n), extents: [n, n], boundary: [.dirichlet(0), .dirichlet(0)], on: world
            )
            star.fill(.input) { kernel.input($0) }
            try star.advance(steps: iterations + 1)
            let error = largestError(star, .output) { kernel.output($0, after: iterations + 1) }
            expect(error < 1e-11, "radius \(radius): \(error)")
        }
    },
]
