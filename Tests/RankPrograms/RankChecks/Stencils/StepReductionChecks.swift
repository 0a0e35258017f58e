// Numbers that ride the sweep: the bits of a pass over the fields, in every tile, at every step.

import DistributedArrays
import Failures
import Foundation
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}
private let tilings: [(tiling: Tiling, threads: Int)] = [
    (.off, 1), (.off, 2), (.fixed(steps: 5, width: 4), 2), (.fixed(steps: 32, width: 8), 1), (.automatic, 1),
]

/// What a leapfrog keeps: the square of the velocity, and the product of new values with the operator on the old ones.
struct WaveEnergy: CellMeasure {
    var r: Double
    @inlinable func value<L: Lane>(at cell: Cell<L, Wave.Field>) -> L {
        let (new, old, c) = (cell[.height].center, cell[.height, ago: 1], cell[.speed].center)
        let v = new - old.center
        return v * v - r * (c * c) * (new * old.laplacian(order: 2))
    }
}

/// A flux out of the old values, by place and time.
private struct Flux<Scalar: StencilScalar>: CellMeasure {
    @inlinable func value<L: Lane>(at cell: Cell<L, SingleField>) -> L {
        let old = cell[.u, ago: 1]
        return (cell[.u].center - old[1, 0]) * (cell.position(1) + 0.5 * cell.time) / (1 + abs(old[0, -1]))
    }
}

/// A new value of the point, or one beside it that may not be there.
private struct Reads: CellMeasure {
    var ago: Int
    var offset: Int
    var speed = 0
    @inlinable func value<L: Lane>(at cell: Cell<L, Wave.Field>) -> L {
        cell[.height, ago: ago][0, offset] + cell[.speed][speed, 0]
    }
}

let stepReductionChecks: [RankCheck] = [
    RankCheck("reductions inside tiles have the bits of a pass") { world in
        defer { SweepThreads.count = 1 }
        func agrees<S: MultiFieldStencil, M: CellMeasure>(
            _ stencil: S, _ measure: M, _ extents: [Int], _ edges: [Edges], _ field: S.Field, _ steps: Int,
            _ interval: Int
        ) throws where M.Field == S.Field, M.Scalar == S.Scalar {
            let reductions: [StepReduction<S>] = [
                .sum(measure), .maximum(measure), .minimum(measure), .maximumChange(of: field), .sum(of: field),
                .sumOfSquares(of: field),
            ]
            // Step by step on one rank, by passes over the fields.
            let alone = try Communicator.ofSelf()
            let reference = ReferenceGrid<S.Scalar>(
                extents: extents, edges: S.Field.allCases.map { _ in edges }, initially: startValue)
            var plain = try started(stencil, extents, edges, on: alone, timeStep: 1)
            var expected: [StepNumbers] = []
            for step in 1...steps {
                try plain.advance(steps: 1)
                reference.advance(stencil, steps: 1)
                guard step == steps || step.isMultiple(of: interval) else { continue }
                let passes = [try plain.maximumChange(field)!, try plain.sum(field), try plain.sumOfSquares(field)]
                expected.append(
                    StepNumbers(step: step, values: plainNumbers(reference.numbers(measure)) + passes))
            }
            try alone.close()
            for (tiling, threads) in tilings {
                SweepThreads.count = threads
                var simulation = try started(stencil, extents, edges, tiling: tiling, on: world, timeStep: 1)
                let found = try simulation.advance(steps: steps, reducing: reductions, every: interval)
                expect(
                    sameNumbers(found, expected),
                    "\(S.self), \(extents), every \(interval), \(tiling), \(threads) threads: expected \(expected), found \(found)"
                )
            }
        }
        for interval in [1, 4, 100] {
            try agrees(
                Heat(r: 0.2), Flux<Double>(), [14, 37], [(mirror, wave), nil], .u, 13, interval)
            try agrees(
                HeatSingle(r: 0.2), Flux<Float>(), [17, 21], [nil, (wave, mirror)], .u, 13, interval)
            try agrees(
                Wave(r: 0.05), WaveEnergy(r: 0.05), [9, 8, 12], [nil, (mirror, mirror), nil], .height, 11, interval)
            try agrees(
                Wave(r: 0.05), WaveEnergy(r: 0.05), [61], [(mirror, wave)], .height, 11, interval)
        }
    },
    RankCheck("a leapfrog keeps its energy, found at every step of every tile") { world in
        var waves = try Simulation(
            Wave(r: 0.1), extents: [24, 30], boundary: [.periodic, .periodic], tiling: .fixed(steps: 6, width: 8),
            on: world)
        waves.fill(.speed) { _ in 1 }
        for ago in [0, 1] {
            waves.fill(.height, ago: ago) { index in startValue(0, 0, [index[0], index[1]]) }
        }
        let energies = try waves.advance(steps: 40, reducing: [.sum(WaveEnergy(r: 0.1))], every: 1)
        expectEqual(energies.map(\.step), Array(1...40))
        let first = energies[0].values[0]
        expect(first > 1)
        expect(energies.allSatisfy { abs($0.values[0] - first) < 1e-11 * first }, "\(energies)")
        // A test of the same number ends where it is small enough: at once, here.
        let outcome = try waves.advance(
            until: .reduction(.sum(WaveEnergy(r: 0.1)), atMost: 2 * first), every: 3, atMost: 100)
        expectEqual(outcome.step, 42)
        expectEqual(outcome.reason, .toleranceReached)
    },
    RankCheck("reductions see sources, and numbers that are none or too large") { world in
        let alone = try Communicator.ofSelf()
        defer { SweepThreads.count = 1 }
        let cases: [(Double, Double)] = [(1e200, .infinity), (.nan, .nan), (.infinity, .infinity)]
        for (value, squares) in cases {
            for (tiling, threads) in tilings {
                SweepThreads.count = threads
                func made(_ communicator: Communicator) throws -> Simulation<Heat> {
                    var heat = try started(
                        Heat(r: 0.2), [14, 18], [nil, (mirror, mirror)], tiling: tiling, on: communicator)
                    try heat.addSource(.u, at: [4, 5.5], series: [0, 0, 0, 0, value])
                    return heat
                }
                var heat = try made(world)
                let found = try heat.advance(
                    steps: 7, reducing: [.sum(of: .u), .sumOfSquares(of: .u), .maximumChange(of: .u)], every: 1)
                var plain = try made(alone)
                for step in 0..<7 {
                    try plain.advance(steps: 1)
                    let expected = [try plain.sum(.u), try plain.sumOfSquares(.u), try plain.maximumChange(.u)!]
                    expect(
                        zip(found[step].values, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN },
                        "\(value), step \(step): expected \(expected), found \(found[step])")
                }
                expect(found[3].values[1].isFinite)
                expect(found[4].values[1] == squares || squares.isNaN && found[4].values[1].isNaN)
            }
        }
        try alone.close()
    },
    RankCheck("reductions of what is not there are refused on all ranks") { world in
        var waves = try started(Wave(r: 0.05), [30, 32], [nil, nil], on: world)
        func refuses(_ name: String, _ words: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                name, line: line,
                matches: {
                    guard case .argument(_, let found, _, let what) = $0 else { return false }
                    return found == name && what.contains(words)
                }, body)
        }
        refuses("reducing", "height now at [0, 1]") {
            try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 0, offset: 1))], every: 1)
        }
        refuses("reducing", "height 1 ago at [0, 2]") {
            try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 1, offset: 2))], every: 1)
        }
        // The leapfrog has written over it.
        refuses("reducing", "height 2 ago at [0, 0]") {
            try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 2, offset: 0))], every: 1)
        }
        refuses("reducing", "speed now at [1, 0]") {
            try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 1, offset: 0, speed: 1))], every: 1)
        }
        refuses("every", "0") { try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 1, offset: 0))], every: 0) }
        refuses("until", "height now at [0, 1]") {
            try waves.advance(
                until: .reduction(.maximum(Reads(ago: 0, offset: 1)), atMost: 1), every: 1, atMost: 5)
        }
        // Neighbours are not there between steps.
        refuses("reductions", "height at") { _ = try waves.measured([.sum(Reads(ago: 1, offset: 1))]) }
        expectEqual(waves.step, 0)
        try waves.advance(steps: 4, reducing: [.sum(Reads(ago: 1, offset: 1))], every: 1)
        expectEqual(waves.step, 4)
    },
    RankCheck("a pass over the fields finds what reductions found in the last step") { world in
        for (tiling, _) in tilings {
            var waves = try started(Wave(r: 0.05), [30, 32], [nil, nil], tiling: tiling, on: world)
            let reductions: [StepReduction<Wave>] = [
                .sum(Reads(ago: 0, offset: 0)), .maximum(Reads(ago: 1, offset: 0)), .minimum(Reads(ago: 0, offset: 0)),
            ]
            let inSteps = try waves.advance(steps: 9, reducing: reductions, every: 4)
            let passed = try waves.measured(reductions)
            expectEqual(inSteps.last?.step, 9)
            expectEqual(inSteps.last?.values.map(\.bitPattern), passed.map(\.bitPattern))
            expect(passed[0] != 0)
        }
    },
]
