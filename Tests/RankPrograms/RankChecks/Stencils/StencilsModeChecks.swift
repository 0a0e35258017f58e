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
        let (n, m, steps, r) = (31, 24, 60, 0.2)
        let cases: [(Boundary, (Int, Int) -> Double, (Double, Int) -> Double)] = [
            (.periodic, { k, n in 2 * .pi * Double(k) / Double(n) }, { theta, i in cos(theta * Double(i)) }),
            (.dirichlet(0), { k, n in .pi * Double(k) / Double(n + 1) }, { theta, i in sin(theta * Double(i + 1)) }),
            (.neumann, { k, n in .pi * Double(k) / Double(n) }, { theta, i in cos(theta * (Double(i) + 0.5)) }),
        ]
        for (rows, rowAngle, rowMode) in cases {
            for (columns, columnAngle, columnMode) in cases {
                let (a, b) = (rowAngle(2, n), columnAngle(3, m))
                func mode(_ index: GridIndex) -> Double { rowMode(a, index[0]) * columnMode(b, index[1]) }
                var heat = try Simulation(
                    Heat(r: r), extents: [n, m], boundary: [rows, columns], on: world, initially: mode)
                try heat.advance(steps: steps)
                let factor = pow(1 - 4 * r * (pow(sin(a / 2), 2) + pow(sin(b / 2), 2)), Double(steps))
                let error = largestError(heat, .u) { factor * mode($0) }
                expect(error < 1e-13, "\(rows), \(columns): \(error)")
            }
        }
    },
    RankCheck("eigenmodes of waves of every order") { world in
        let coefficients: [(order: Int, weights: [Double])] = [
            (2, [-2, 1]), (4, [-5.0 / 2, 4.0 / 3, -1.0 / 12]), (6, [-49.0 / 18, 3.0 / 2, -3.0 / 20, 1.0 / 90]),
            (8, [-205.0 / 72, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560]),
        ]
        let (extents, steps, r) = ([29, 8, 10], 40, 0.1)
        for (order, c) in coefficients {
            let theta = zip([1, 2, 3], extents).map { 2 * Double.pi * Double($0) / Double($1) }
            func mode(_ index: GridIndex) -> Double { (0..<3).reduce(1) { $0 * cos(theta[$1] * Double(index[$1])) } }
            let symbol = theta.reduce(0.0) { sum, angle in
                sum + c[0] + (1..<c.count).reduce(0.0) { $0 + 2 * c[$1] * cos(Double($1) * angle) }
            }
            let omega = acos(1 + r / 2 * symbol)
            var wave = try Simulation(
                Wave(r: r, order: order), extents: extents, boundary: [.periodic, .periodic, .periodic], on: world)
            wave.fill(.speed) { _ in 1 }
            wave.fill(.height, mode)
            wave.fill(.height, ago: 1) { cos(omega) * mode($0) }
            try wave.advance(steps: steps)
            let error = largestError(wave, .height) { cos(Double(steps) * omega) * mode($0) }
            expect(error < 1e-13, "order \(order): \(error)")
        }
    },
    RankCheck("the Parallel Research Kernels' star") { world in
        for radius in 1...4 {
            let (n, iterations) = (31, 10)
            var star = try Simulation(
                ResearchStar(radius: radius, n: n), extents: [n, n], boundary: [.dirichlet(0), .dirichlet(0)], on: world
            )
            star.fill(.input) { 1 * Double($0[0]) + .pi * Double($0[1]) }
            try star.advance(steps: iterations + 1)
            let error = largestError(star, .output) { index in
                let inside = (0..<2).allSatisfy { (radius...(n - radius - 1)).contains(index[$0]) }
                return inside ? Double(iterations + 1) * (1 + .pi) : 0
            }
            expect(error < 1e-11, "radius \(radius): \(error)")
        }
    },
]
