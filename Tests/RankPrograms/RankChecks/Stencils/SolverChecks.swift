// Conjugate gradients on updates: against dense elimination, exact modes, HPCG's problem; the same bits on every rank count.

import CostModels
import Failures
import Foundation
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let sloping = Edge.mirror(sign: 1, slope: 0.375)
private let wall = Edge.mirror(sign: -1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}

/// Every rule, alone and beside others.
let solverEdges: [[Edges]] = [
    [nil, nil, nil],
    [(.constant(0), .constant(0)), (.constant(0), .constant(0)), (.constant(0), .constant(0))],
    [(mirror, mirror), (mirror, mirror), (mirror, mirror)],
    [(.constant(0.5), .constant(-2)), nil, (mirror, wave)],
    [(wave, sloping), (wall, .constant(3)), (sloping, wall)],
    [nil, (sloping, mirror), (sloping, sloping)],
]

func rightHandSide(_ index: GridIndex) -> Double { startValue(1, 0, (0..<index.axes).map { index[$0] }) }

/// The largest magnitude of the difference of two arrays, relative to the largest of the second.
func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
    let scale = b.reduce(0) { max($0, $1.magnitude) }
    return zip(a, b).reduce(0) { $1.0.isNaN || $1.1.isNaN ? .infinity : max($0, ($1.0 - $1.1).magnitude) }
        / max(scale, 1e-300)
}

let solverChecks: [RankCheck] = [
    RankCheck("conjugate gradients give what elimination gives, every boundary") { world in
        for edges in solverEdges {
            for extents in [[17], [7, 9], [4, 3, 5], [1, 11], [2, 2, 2]] {
                let edges = Array(edges.prefix(extents.count))
                let sides = boundary(edges)
                for shift in [0, 0.7] as [Double] {
                    let stencil = Helmholtz<Double>(
                        spacing: [0.5, 1, 0.8].prefix(extents.count).map { $0 }, shift: shift)
                    let system = try LinearSystem(stencil, extents: extents, boundary: sides, on: world)
                    try compareWithElimination(stencil, system, edges, solverMethods)
                }
                let wide = WideHelmholtz(order: 4, shift: 0.1)
                let system = try LinearSystem(wide, extents: extents, boundary: sides, on: world)
                try compareWithElimination(
                    wide, system, edges, [.conjugateGradients(.none), .conjugateGradients(.jacobi), .chebyshev()])
            }
        }
    },
    RankCheck("solutions have the bits of one rank") { world in
        let alone = try Communicator.ofSelf()
        func solved<Scalar: StencilScalar>(
            _ communicator: Communicator, _ extents: [Int], _ method: SolverMethod, _: Scalar.Type
        ) throws -> ([Scalar], SolverResult) {
            let system = try LinearSystem(
                Helmholtz<Scalar>(spacing: extents.map { 1 / Double($0) }), extents: extents,
                boundary: extents.map { $0 % 2 == 0 ? .periodic : .sides(.dirichlet(1), .neumann(slope: 0.1)) },
                on: communicator)
            system.rightHandSide.fill { Scalar(rightHandSide($0)) }
            let result = try system.solve(method, tolerance: 1e-5, maximumIterations: 3000)
            return (try communicator.broadcast(system.solution.gathered()), result)
        }
        for extents in [[61], [23, 26], [11, 7, 13], [6, 4, 8]] {
            for method in solverMethods {
                func compare<Scalar: StencilScalar>(_: Scalar.Type) throws {
                    let (values, result) = try solved(world, extents, method, Scalar.self)
                    let (expected, single) = try solved(alone, extents, method, Scalar.self)
                    expect(zip(values, expected).allSatisfy(sameBits), "\(extents) \(method)")
                    expectEqual(result.history, single.history, "\(extents) \(method)")
                    expectEqual(result.outcome, single.outcome, "\(extents) \(method)")
                    expect(result.hasConverged || Scalar.self == Float.self, "\(extents) \(method) \(result)")
                }
                try compare(Double.self)
                try compare(Float.self)
            }
        }
        try alone.close()
    },
    RankCheck("a message left out of a solve is noticed") { world in
        for axis in 0..<2 where world.size > 1 {
            var isSplit = false
            func solved(_ boundary: [Boundary]) throws -> [Double] {
                let system = try LinearSystem(
                    Helmholtz<Double>(spacing: [1, 1], shift: 0.5), extents: [12, 12], boundary: boundary, on: world)
                system.rightHandSide.fill(rightHandSide)
                isSplit = try world.allReduce(system.solution.localRanges[axis].lowerBound, .maximum) > 0
                _ = try system.solve(.conjugateGradients(.jacobi), maximumIterations: 40)
                return try world.broadcast(system.solution.gathered())
            }
            let whole = try solved([.periodic, .neumann])
            HaloSabotage.fault = .messages(axis: axis + 1)
            defer { HaloSabotage.fault = nil }
            expectEqual(try solved([.periodic, .neumann]) == whole, !isSplit, "axis \(axis)")
        }
    },
    RankCheck("HPCG's problem") { world in
        let n = [16, 12, 14]
        let sides = n.map { _ in Boundary.dirichlet(0) }
        func neighbours(_ index: GridIndex) -> Int {
            (0..<3).reduce(1) { $0 * (3 - (index[$1] == 0 ? 1 : 0) - (index[$1] == n[$1] - 1 ? 1 : 0)) }
        }
        let plain = try LinearSystem(Box27(), extents: n, boundary: sides, on: world)
        plain.rightHandSide.fill { Double(26 - (neighbours($0) - 1)) }
        let result = try plain.solve(.conjugateGradients(.none), tolerance: 1e-12)
        expect(result.hasConverged, "\(result)")
        if let x = try plain.solution.gathered() {
            expect(relativeDifference(x, x.map { _ in 1 }) < 1e-10)
        }
        // |x'Ay - y'Ax| within rounding of |x| |A| |y|.
        let (x, y, ax, ay) = (plain.field(), plain.field(), plain.field(), plain.field())
        x.fill(rightHandSide)
        y.fill { 0.5 - rightHandSide($0) * rightHandSide($0) }
        plain.apply(x, into: ax)
        plain.apply(y, into: ay)
        let asymmetry = try (x.dot(ay) - y.dot(ax)).magnitude
        try expect(asymmetry <= 52 * 2e-16 * x.norm() * y.norm() * 4, "\(asymmetry)")

        // The scaled diagonal: b scaled like it.
        let scaled = try LinearSystem(ExaggeratedBox27(extents: n), extents: n, boundary: sides, on: world)
        scaled.rightHandSide.fill {
            let first = ($0[0] * n[1] + $0[1]) * n[2] + $0[2]
            return Double(26 - (neighbours($0) - 1)) * 1e6 * (first < 9 ? Double(first + 2) : 1)
        }
        let unpreconditioned = try scaled.solve(.conjugateGradients(.none), tolerance: 1e-12)
        expect(unpreconditioned.hasConverged && unpreconditioned.iterations <= 12, "\(unpreconditioned)")
        scaled.solution.fill { _ in 0 }
        let jacobi = try scaled.solve(.conjugateGradients(.jacobi), tolerance: 1e-12)
        expect(jacobi.hasConverged && jacobi.iterations <= 2, "\(jacobi)")
    },
    RankCheck("eigenmodes: the solution is the mode over its eigenvalue") { world in
        let (n, m) = (31, 24)
        let cases: [(Boundary, (Int, Int) -> Double, (Double, Int) -> Double)] = [
            (.periodic, { k, n in 2 * .pi * Double(k) / Double(n) }, { theta, i in cos(theta * Double(i)) }),
            (.dirichlet(0), { k, n in .pi * Double(k) / Double(n + 1) }, { theta, i in sin(theta * Double(i + 1)) }),
            (.neumann, { k, n in .pi * Double(k) / Double(n) }, { theta, i in cos(theta * (Double(i) + 0.5)) }),
        ]
        for (rows, rowAngle, rowMode) in cases {
            for (columns, columnAngle, columnMode) in cases {
                let (a, b) = (rowAngle(2, n), columnAngle(3, m))
                func mode(_ index: GridIndex) -> Double { rowMode(a, index[0]) * columnMode(b, index[1]) }
                let eigenvalue = 0.3 + 4 * (pow(sin(a / 2), 2) / 0.25 + pow(sin(b / 2), 2))
                let system = try LinearSystem(
                    Helmholtz<Double>(spacing: [0.5, 1], shift: 0.3), extents: [n, m], boundary: [rows, columns],
                    on: world)
                system.rightHandSide.fill { eigenvalue * mode($0) }
                // A mode is one direction to conjugate gradients without a preconditioner, but for rounding.
                for (method, most) in [
                    (SolverMethod.conjugateGradients(.none), 6), (.conjugateGradients(.jacobi), 120),
                ] {
                    system.solution.fill { _ in 0 }
                    let result = try system.solve(method, tolerance: 1e-13)
                    expect(
                        result.hasConverged && result.iterations <= most,
                        "\(method) \(result.outcome) \(result.iterations)")
                    var error = 0.0
                    system.solution.forEachRow { index, row in
                        for k in row.indices { error = max(error, (row[k] - mode(index.advanced(by: k))).magnitude) }
                    }
                    expect(error < 1e-12, "\(rows), \(columns), \(method): \(error)")
                }
            }
        }
    },
    RankCheck("outcomes: zero, no iterations, indefinite, not finite, out of reach") { world in
        func system<S: Stencil>(_ stencil: S) throws -> LinearSystem<Double> where S.Scalar == Double {
            let system = try LinearSystem(stencil, extents: [12, 15], boundary: [.periodic, .dirichlet(0)], on: world)
            system.rightHandSide.fill(rightHandSide)
            return system
        }
        let helmholtz = try system(Helmholtz<Double>(spacing: [1, 1], shift: 0.5))
        helmholtz.solution.fill { _ in 3 }
        helmholtz.rightHandSide.fill { _ in 0 }
        let zero = try helmholtz.solve(tolerance: 1e-12)
        expectEqual([zero.iterations, zero.hasConverged ? 1 : 0], [0, 1])
        expectEqual(try helmholtz.solution.norm(), 0)
        helmholtz.rightHandSide.fill(rightHandSide)
        let none = try helmholtz.solve(tolerance: 1e-12, maximumIterations: 0)
        expectEqual(none.outcome, .iterationLimit)
        let few = try helmholtz.solve(tolerance: 1e-12, maximumIterations: 3)
        expectEqual([few.iterations, few.history.count], [3, 4])
        expectEqual(few.outcome, .iterationLimit)
        expect(few.residual < none.residual)
        let exact = try helmholtz.solve(tolerance: 0)
        expect(exact.outcome == .stagnated || exact.hasConverged, "\(exact.outcome)")
        expect(exact.residual < 1e-13 * none.residual, "\(exact.residual)")
        // What is solved already stays as it is.
        let again = try helmholtz.solve(tolerance: 1e-10)
        expectEqual([again.iterations, again.hasConverged ? 1 : 0], [0, 1])

        expectEqual(try system(Negative()).solve(.conjugateGradients(.none)).outcome, .notPositiveDefinite)
        expectEqual(try system(Negative()).solve(.conjugateGradients(.jacobi)).outcome, .notPositiveDefinite)
        expectEqual(try system(Indefinite()).solve(.conjugateGradients(.none)).outcome, .notPositiveDefinite)
        let hole = try system(Helmholtz<Double>(spacing: [1, 1], shift: 0.5))
        hole.rightHandSide.fill { $0[0] == 7 && $0[1] == 2 ? .nan : 1 }
        expectEqual(try hole.solve().outcome, .notFinite)
        hole.rightHandSide.fill { _ in 1 }
        hole.solution.fill { $0[0] == 7 && $0[1] == 2 ? .infinity : 1 }
        expectEqual(try hole.solve().outcome, .notFinite)
    },
    RankCheck("bad systems are refused on all ranks") { world in
        func refuses(_ name: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                name, line: line,
                matches: { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }, body)
        }
        func make<S: Stencil>(_ stencil: S, _ extents: [Int] = [9, 9], axes: Int = 2) throws where S.Scalar == Double {
            _ = try LinearSystem(
                stencil, extents: extents, boundary: (0..<axes).map { _ in .neumann }, on: world)
        }
        refuses("update") { try make(Affine()) }
        refuses("update") { try make(Squares()) }
        refuses("update") { try make(Switching()) }
        refuses("update") { try make(Heat(r: 0.1), [9, 9, 9], axes: 3) }
        refuses("extents") { try make(Heat(r: 0.1), [9, 0]) }
        refuses("extents") { try make(Heat(r: 0.1), []) }
        refuses("extents") { try make(WideHelmholtz(order: 2, shift: 1), [1 << 21, 1 << 21, 1 << 21], axes: 3) }
        refuses("boundary") { try make(Heat(r: 0.1), [9, 9], axes: 1) }
        let system = try LinearSystem(Heat(r: 0.1), extents: [9, 9], boundary: [.periodic, .neumann], on: world)
        refuses("tolerance") { _ = try system.solve(tolerance: -1) }
        refuses("tolerance") { _ = try system.solve(tolerance: .nan) }
        refuses("maximumIterations") { _ = try system.solve(maximumIterations: -1) }
        refuses("method") { _ = try system.solve(.conjugateGradients(.multigrid)) }
        refuses("method") { _ = try system.solve(.multigrid(.v)) }
        if world.size > 1 {
            func disagrees(line: Int = #line, _ body: () throws -> Void) {
                expectThrows(line: line, matches: { if case .disagreement = $0 { true } else { false } }, body)
            }
            disagrees { try make(Heat(r: 0.1), [9 + world.rank, 9]) }
            disagrees { _ = try system.solve(tolerance: world.rank == 0 ? 0.1 : 0.2) }
            disagrees { _ = try system.solve(.conjugateGradients(world.rank == 0 ? .jacobi : .none)) }
        }
        func isRefused(_ extents: [Int], line: Int = #line) {
            expectThrows(line: line, matches: { if case .memory = $0 { true } else { false } }) {
                _ = try LinearSystem(
                    WideHelmholtz(order: 2, shift: 1), extents: extents, boundary: extents.map { _ in .neumann },
                    on: world)
            }
        }
        isRefused([1 << 31 - 1])
        isRefused([1 << 28, 1 << 28, 1])
        // One rank's node is enough.
        NodeMemory.assumed = world.rank == world.size - 1 ? 1000 : nil
        defer { NodeMemory.assumed = nil }
        isRefused([9, 9])
    },
    RankCheck("a signal stops a solve between its iterations, on all ranks") { world in
        let system = try LinearSystem(
            Helmholtz<Double>(spacing: [1, 1]), extents: [40, 40], boundary: [.dirichlet(0), .dirichlet(0)], on: world)
        system.rightHandSide.fill(rightHandSide)
        try SignalWatch.begin()
        if world.rank == world.size - 1 { SignalWatch.rehearse(SIGTERM, atQuestion: 5) }
        defer { SignalWatch.end() }
        expectThrows(matches: { if case .interrupted(SIGTERM) = $0 { true } else { false } }) {
            _ = try system.solve(tolerance: 1e-12)
        }
    },
]

private let solverMethods: [SolverMethod] = [
    .conjugateGradients(.none), .conjugateGradients(.jacobi), .conjugateGradients(.multigrid), .chebyshev(),
    .multigrid(.v), .multigrid(.full),
]

/// -Δu + shift u of a higher order.
struct WideHelmholtz: Stencil {
    var order: Int
    var shift: Double
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { shift * u.center - u.laplacian(order: order) }
}

private func compareWithElimination<S: Stencil>(
    _ stencil: S, _ system: LinearSystem<Double>, _ edges: [Edges], _ methods: [SolverMethod]
) throws where S.Scalar == Double {
    let (world, extents) = (system.communicator, system.extents)
    let dense = DenseSystem(stencil, extents: extents, edges: edges)
    // What the mean of the right-hand side is must not matter to a singular system.
    system.rightHandSide.fill { rightHandSide($0) + 0.25 }
    let b = try world.broadcast(system.rightHandSide.gathered())
    let expected = dense.solve(b, isSingular: system.isSingular)
    let rowSums = dense.a.map { $0.reduce(0, +).magnitude }
    expectEqual(system.isSingular, rowSums.allSatisfy { $0 < 1e-12 }, "\(extents) \(edges)")
    for method in methods {
        system.solution.fill { _ in 0.5 }
        let result = try system.solve(method, tolerance: 1e-12)
        let x = try world.broadcast(system.solution.gathered())
        let place = "\(S.self) \(extents) \(edges) \(method): \(result.outcome)"
        expect(result.hasConverged, place)
        expect(relativeDifference(x, expected) < 1e-9, "\(place) \(relativeDifference(x, expected))")
    }
}

extension Communicator {
    /// Rank 0's array, on every rank.
    func broadcast<T: MessageElement>(_ values: [T]?) throws -> [T] {
        let count = try broadcast(values?.count ?? 0, from: 0)
        guard count > 0 else { return [] }
        return try allGatherVarying(values ?? [])[0]
    }
}
