// Multigrid, Chebyshev's iteration and implicit steps: rates that do not depend on the grid, exact modes, orders of accuracy.

import Failures
import Foundation
import MessagePassing
import Stencils

private func solved<S: CoarsenableStencil>(
    _ stencil: S, _ extents: [Int], _ boundary: [Boundary], _ method: SolverMethod, tolerance: Double = 1e-10,
    maximumIterations: Int = 200, on world: Communicator
) throws -> SolverResult {
    let system = try LinearSystem(stencil, extents: extents, boundary: boundary, on: world)
    system.rightHandSide.fill { S.Scalar(rightHandSide($0)) }
    return try system.solve(method, tolerance: tolerance, maximumIterations: maximumIterations)
}

let multigridChecks: [RankCheck] = [
    RankCheck("multigrid needs few cycles on every grid and boundary") { world in
        let sides: [Boundary] = [
            .periodic, .dirichlet(0), .neumann, .sides(.dirichlet(0), .neumann), .reflecting(sign: -1),
            .robin(value: 0.02, slope: 1), .sides(.robin(value: 1, slope: 0.5), .dirichlet(0)),
            .sides(.neumann, .robin(value: 0.3, slope: 2)),
        ]
        for extents in [[1000], [257], [31, 64], [97, 101], [128, 33], [9, 200], [17, 23, 19], [32, 20, 25]] {
            for (number, side) in sides.enumerated() {
                let boundary = extents.indices.map { $0 == 0 ? side : sides[(number + $0) % sides.count] }
                for shift in [0, 1e-3] {
                    let stencil = Helmholtz<Double>(spacing: extents.map { _ in 1 }, shift: shift)
                    func count(_ method: SolverMethod, atMost most: Int) throws {
                        let result = try solved(stencil, extents, boundary, method, on: world)
                        expect(
                            result.hasConverged && result.iterations <= most,
                            "\(extents) \(number) \(shift) \(method): \(result.outcome) after \(result.iterations)")
                    }
                    try count(.conjugateGradients(.multigrid), atMost: 14)
                    try count(.multigrid(.v), atMost: 24)
                    try count(.multigrid(.full), atMost: 20)
                }
            }
        }
    },
    RankCheck("multigrid copes with long and flat cells") { world in
        for spacing in [[1.0, 10.0], [0.01, 1]] {
            let result = try solved(
                Helmholtz<Double>(spacing: spacing), [60, 75], [.dirichlet(0), .neumann],
                .conjugateGradients(.multigrid), on: world)
            expect(result.hasConverged && result.iterations <= 20, "\(spacing): \(result.iterations)")
        }
        let box = try solved(
            Box27(), [24, 20, 28], [.dirichlet(0), .dirichlet(0), .dirichlet(0)], .conjugateGradients(.multigrid),
            on: world)
        expect(box.hasConverged && box.iterations <= 14, "\(box.iterations)")
    },
    RankCheck("one full cycle solves to the accuracy of the grid, of second order") { world in
        // -Δu = f with u = sin(πx) sin(2πy) on the unit square, held at zero.
        var errors: [Double] = []
        for n in [31, 63, 127] {
            let h = 1 / Double(n + 1)
            func exact(_ index: GridIndex) -> Double {
                sin(.pi * Double(index[0] + 1) * h) * sin(2 * .pi * Double(index[1] + 1) * h)
            }
            let system = try LinearSystem(
                Helmholtz<Double>(spacing: [h, h]), extents: [n, n], boundary: [.dirichlet(0), .dirichlet(0)],
                on: world)
            system.rightHandSide.fill { 5 * .pi * .pi * exact($0) }
            _ = try system.solve(.multigrid(.full), maximumIterations: 1)
            var error = 0.0
            system.solution.forEachRow { index, row in
                for k in row.indices { error = max(error, (row[k] - exact(index.advanced(by: k))).magnitude) }
            }
            errors.append(try world.allReduce(error, .maximum))
        }
        for (coarse, fine) in zip(errors, errors.dropFirst()) {
            let order = log2(coarse / fine)
            expect(order > 1.7 && order < 2.4, "\(errors)")
        }
    },
    RankCheck("inhomogeneous sides: second order against a known solution") { world in
        // u = cos(x + 0.3) exp(y) on [0, 1]²: values held below and above along x, slopes along y; Δu = 0.
        @Sendable func u(_ x: Double, _ y: Double) -> Double { cos(x + 0.3) * exp(y) }
        var errors: [Double] = []
        for n in [24, 48, 96] {
            let (hx, hy) = (1 / Double(n + 1), 1 / Double(n))
            @Sendable func x(_ i: Int) -> Double { Double(i + 1) * hx }
            @Sendable func y(_ j: Int) -> Double { (Double(j) + 0.5) * hy }
            let held = BoundarySide.dirichlet { index, _ in u(x(index[0]), y(index[1])) }
            // A slope that depends on the place: as the value beyond the edge, half a cell outside.
            let system = try LinearSystem(
                Helmholtz<Double>(spacing: [hx, hy]), extents: [n, n],
                boundary: [.sides(held, held), .sides(held, held)],
                on: world)
            let result = try system.solve(.conjugateGradients(.multigrid), tolerance: 1e-12)
            expect(result.hasConverged, "\(result.outcome)")
            var error = 0.0
            system.solution.forEachRow { index, row in
                for k in row.indices {
                    error = max(error, (row[k] - u(x(index[0]), y(index[1] + k))).magnitude)
                }
            }
            errors.append(try world.allReduce(error, .maximum))
        }
        for (coarse, fine) in zip(errors, errors.dropFirst()) {
            expect(log2(coarse / fine) > 1.9 && log2(coarse / fine) < 2.1, "\(errors)")
        }
        // A line with a held value and a slope: u = 2 + 3 x is found exactly.
        let line = try LinearSystem(
            Helmholtz<Double>(spacing: [1]), extents: [40], boundary: [.sides(.dirichlet(2), .neumann(slope: 3))],
            on: world)
        let result = try line.solve(.conjugateGradients(.multigrid), tolerance: 1e-13)
        expect(result.hasConverged)
        line.solution.forEachRow { index, row in
            for k in row.indices {
                expect((row[k] - 2 - 3 * Double(index[0] + k + 1)).magnitude < 1e-10, "\(row[k])")
            }
        }
    },
    RankCheck("mixed sides: second order against a known solution, at the rate of other sides") { world in
        // α u + β ∂u/∂n = g at both ends of the first axis of a unit box, u = 2 + x + 3 x² - x³ / 2; no flux and a periodic
        // axis beside it.
        for axes in [2, 3] {
            for (alpha, beta) in [(0.1, 1.0), (1, 1), (25, 1), (1, 0)] {
                var errors: [Double] = []
                var counts: [Int] = []
                for n in axes == 2 ? [24, 48, 96, 192] : [12, 24, 48] {
                    let h = 1 / Double(n)
                    func u(_ x: Double) -> Double { 2 + x + 3 * x * x - 0.5 * x * x * x }
                    func slope(_ x: Double) -> Double { 1 + 6 * x - 1.5 * x * x }
                    let mixed = Boundary.sides(
                        .robin(value: alpha, slope: beta / h, sum: alpha * u(0) - beta * slope(0)),
                        .robin(value: alpha, slope: beta / h, sum: alpha * u(1) + beta * slope(1)))
                    let others: [Boundary] = axes == 2 ? [.neumann] : [.periodic, .neumann]
                    let system = try LinearSystem(
                        Helmholtz<Double>(spacing: (0..<axes).map { _ in h }), extents: (0..<axes).map { _ in n },
                        boundary: [mixed] + others, on: world)
                    system.rightHandSide.fill { -(6 - 3 * (Double($0[0]) + 0.5) * h) }
                    let result = try system.solve(.multigrid(.v), tolerance: 1e-9)
                    expect(result.hasConverged, "\(axes) \(alpha) \(beta) \(n) \(result.outcome)")
                    counts.append(result.iterations)
                    var error = 0.0
                    system.solution.forEachRow { index, row in
                        for k in row.indices {
                            error = max(error, (row[k] - u((Double(index[0]) + 0.5) * h)).magnitude)
                        }
                    }
                    errors.append(try world.allReduce(error, .maximum))
                }
                for (coarse, fine) in zip(errors, errors.dropFirst()) {
                    expect(
                        log2(coarse / fine) > 1.8 && log2(coarse / fine) < 2.2, "\(axes) \(alpha) \(beta): \(errors)")
                }
                expect(counts.allSatisfy { $0 <= 14 }, "\(axes) \(alpha) \(beta): \(counts)")
            }
        }
    },
    RankCheck("a cycle reduces the residual as well between mixed sides as between others") { world in
        /// The mean reduction by a cycle over the last four of eight.
        func factor(_ extents: [Int], _ boundary: [Boundary]) throws -> Double {
            let system = try LinearSystem(
                Helmholtz<Double>(spacing: extents.map { _ in 1 }, shift: 1e-6), extents: extents, boundary: boundary,
                on: world)
            system.rightHandSide.fill(rightHandSide)
            let norms = try system.solve(.multigrid(.v), tolerance: 0, maximumIterations: 8).history.map(\.norm)
            return pow(norms[8] / norms[4], 0.25)
        }
        for extents in [[96, 80], [129, 65], [40, 32, 36]] {
            func everywhere(_ side: Boundary) -> [Boundary] { extents.map { _ in side } }
            let known = try max(
                factor(extents, everywhere(.neumann)), factor(extents, everywhere(.dirichlet(0))),
                factor(extents, everywhere(.reflecting(sign: -1))))
            // From nearly without flux to nearly held, in slopes a cell: where a coarse grid takes the fine one's slope the
            // rate is lost in between.
            for biot in [0.001, 0.01, 0.1, 0.5, 2, 20] {
                let found = try factor(extents, everywhere(.robin(value: biot, slope: 1)))
                expect(found < known + 0.05, "\(extents) \(biot): \(found), others \(known)")
            }
            var sides = everywhere(.sides(.robin(value: 0.05, slope: 1), .dirichlet(0)))
            sides[0] = .sides(.neumann, .robin(value: 1, slope: 1))
            let mixed = try factor(extents, sides)
            expect(mixed < known + 0.05, "\(extents) mixed: \(mixed), others \(known)")
        }
    },
    RankCheck("Chebyshev's iteration converges with estimated and with given bounds") { world in
        for extents in [[60], [31, 40], [12, 15, 9]] {
            for boundary in [Boundary.periodic, .dirichlet(0.5), .neumann] {
                for shift in [0, 0.05] {
                    let stencil = Helmholtz<Double>(spacing: extents.map { _ in 1 }, shift: shift)
                    let result = try solved(
                        stencil, extents, extents.map { _ in boundary }, .chebyshev(), tolerance: 1e-9,
                        maximumIterations: 3000, on: world)
                    expect(
                        result.hasConverged, "\(extents) \(boundary) \(shift) \(result.outcome) \(result.iterations)")
                }
            }
        }
        // Periodic with a shift: the eigenvalues of D⁻¹A are known, and so is the number of steps that damps them.
        let (n, shift) = (32, 0.5)
        let result = try solved(
            Helmholtz<Double>(spacing: [1, 1], shift: shift), [n, n], [.periodic, .periodic],
            .chebyshev(bounds: shift / (4 + shift)...(8 + shift) / (4 + shift)), tolerance: 1e-8, on: world)
        let sigma = (8 + 2 * shift) / 8
        // The residual's norm is at most sqrt(condition of D) = 1 times the polynomial: 1 / T_m(sigma) <= 1e-8.
        let steps = Int((acosh(1e8) / acosh(sigma)).rounded(.up))
        expect(result.hasConverged && result.iterations <= steps + 12, "\(result.iterations) of \(steps)")
        expectEqual(
            try solved(
                Helmholtz<Double>(spacing: [1, 1], shift: -9), [20, 20], [.periodic, .periodic], .chebyshev(), on: world
            ).outcome, .notPositiveDefinite)
        expectThrows(matches: { if case .argument(_, "bounds", _, _) = $0 { true } else { false } }) {
            _ = try solved(
                Helmholtz<Double>(spacing: [1]), [20], [.periodic], .chebyshev(bounds: 0...2), on: world)
        }
    },
    RankCheck("multigrid refuses what is not positive definite") { world in
        for method in [SolverMethod.conjugateGradients(.multigrid), .multigrid(.v), .multigrid(.full)] {
            for shift in [-9.0, -0.3] {
                let result = try solved(
                    Helmholtz<Double>(spacing: [1, 1], shift: shift), [20, 20], [.dirichlet(0), .dirichlet(0)], method,
                    on: world)
                expectEqual(result.outcome, .notPositiveDefinite, "\(shift) \(method)")
            }
        }
    },
    RankCheck("implicit steps multiply a mode by the scheme's factor") { world in
        let extents = [24, 31]
        let (a, b) = (Double.pi * 3 / 25, Double.pi * 2 / 31)
        func mode(_ index: GridIndex) -> Double { sin(a * Double(index[0] + 1)) * cos(b * (Double(index[1]) + 0.5)) }
        let lambda = 0.7 * (4 * pow(sin(a / 2), 2) + 4 * pow(sin(b / 2), 2) / 0.25)
        for (scheme, factor) in [
            (ImplicitScheme.backwardEuler, { 1 / (1 + $0) }), (.crankNicolson, { (1 - $0 / 2) / (1 + $0 / 2) }),
        ] as [(ImplicitScheme, (Double) -> Double)] {
            for timeStep in [0.1, 5] {
                for method in [SolverMethod.conjugateGradients(.jacobi), .conjugateGradients(.multigrid)] {
                    let heat = try ImplicitSteps(
                        Helmholtz<Double>(spacing: [1, 0.5], coefficient: 0.7), scheme, timeStep: timeStep,
                        extents: extents, boundary: [.dirichlet(0), .neumann], on: world)
                    heat.field.fill(mode)
                    let run = try heat.advance(steps: 6, by: method, tolerance: 1e-13)
                    expectEqual([run.steps, heat.step], [6, 6], "\(run)")
                    let expected = pow(factor(lambda * timeStep), 6)
                    var error = 0.0
                    heat.field.forEachRow { index, row in
                        for k in row.indices {
                            error = max(error, (row[k] - expected * mode(index.advanced(by: k))).magnitude)
                        }
                    }
                    expect(error < 1e-11, "\(scheme) \(timeStep) \(method): \(error)")
                }
            }
        }
    },
    RankCheck("implicit steps: orders in time, boundary values that change with time") { world in
        // u = exp(-t) cos(x) solves du/dt = u_xx; the ends follow it.
        for (scheme, order) in [(ImplicitScheme.backwardEuler, 1.0), (.crankNicolson, 2.0)] {
            var values: [Double] = []
            let n = 40
            let h = 1 / Double(n + 1)
            @Sendable func modified() -> Double { 4 * pow(sin(h / 2), 2) / (h * h) }
            // The discrete operator's own decay, so that the error is that of time alone.
            for steps in [8, 16, 32] {
                let timeStep = 1 / Double(steps)
                let held = BoundarySide.dirichlet { index, time in
                    exp(-modified() * time) * cos(Double(index[0] + 1) * h)
                }
                let heat = try ImplicitSteps(
                    Helmholtz<Double>(spacing: [h]), scheme, timeStep: timeStep, extents: [n],
                    boundary: [.sides(held, held)], on: world)
                heat.field.fill { cos(Double($0[0] + 1) * h) }
                // At the ends the times of the levels matter: u(t) stands in both.
                let run = try heat.advance(steps: steps, by: .conjugateGradients(.multigrid), tolerance: 1e-13)
                expectEqual(run.steps, steps)
                expectEqual(heat.time, 1)
                var error = 0.0
                heat.field.forEachRow { index, row in
                    for k in row.indices {
                        let exact = exp(-modified()) * cos(Double(index[0] + k + 1) * h)
                        error = max(error, (row[k] - exact).magnitude)
                    }
                }
                values.append(try world.allReduce(error, .maximum))
            }
            for (coarse, fine) in zip(values, values.dropFirst()) {
                expect((log2(coarse / fine) - order).magnitude < 0.1, "\(scheme) \(values)")
            }
        }
    },
    RankCheck("implicit steps: mass is conserved, bad arguments are refused, a failed step is not counted") { world in
        for scheme in ImplicitScheme.allCases {
            let heat = try ImplicitSteps(
                WideDiffusion(), scheme, timeStep: 3, extents: [20, 17], boundary: [.neumann, .periodic], on: world)
            heat.field.fill { 2 + rightHandSide($0) }
            let before = try heat.field.sum()
            expectEqual(try heat.advance(steps: 5, tolerance: 1e-12).steps, 5)
            try expect((heat.field.sum() - before).magnitude < 1e-9 * before)
            expectThrows { _ = try heat.advance(steps: -1) }
            let stopped = try heat.advance(
                steps: 3, by: .conjugateGradients(.none), tolerance: 1e-14, maximumIterations: 1)
            expectEqual(stopped.steps, 0)
            expectEqual(stopped.failure?.outcome, .iterationLimit)
            expectEqual(heat.step, 5)
            for bad in [0, -1, Double.nan, .infinity] {
                expectThrows(matches: { if case .argument(_, "timeStep", _, _) = $0 { true } else { false } }) {
                    _ = try ImplicitSteps(
                        WideDiffusion(), scheme, timeStep: bad, extents: [20, 17], boundary: [.neumann, .periodic],
                        on: world)
                }
            }
        }
    },
]

/// -Δ of fourth order.
struct WideDiffusion: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { -u.laplacian(order: 4) }
}
