// Sources and receivers in tiles against the plain reference, which adds and reads after every step.

import Failures
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let edgePairs: [Edges] = [nil, (.constant(0.5), .constant(-2)), (mirror, .mirror(sign: -1, slope: 0))]

/// The cells around a point and their weights, last axis fastest.
private func around(_ point: [Double], _ extents: [Int]) -> [(index: [Int], weight: Double)] {
    var cells: [(index: [Int], weight: Double)] = [([], 1)]
    for (axis, x) in point.enumerated() {
        let (below, share) = (Int(x.rounded(.down)), x - x.rounded(.down))
        var wider: [(index: [Int], weight: Double)] = []
        for (index, weight) in cells {
            for (place, part) in [(below, 1 - share), (below + 1, share)] where part > 0 {
                let wrapped = ((place % extents[axis]) + extents[axis]) % extents[axis]
                wider.append((index + [wrapped], weight * part))
            }
        }
        cells = wider
    }
    return cells
}

let pointChecks: [RankCheck] = [
    RankCheck("sources and receivers, in any tile") { world in
        var numbers = SeededNumbers(state: 31)
        defer { SweepThreads.count = 1 }
        for _ in 0..<30 {
            let axes = Int.random(in: 1...3, using: &numbers)
            let extents = (0..<axes).map { _ in Int.random(in: 3...[90, 30, 16][axes - 1], using: &numbers) }
            let edges = extents.map { _ in edgePairs[Int.random(in: 0..<edgePairs.count, using: &numbers)] }
            func point() -> [Double] {
                extents.map { extent in
                    let x = Double.random(in: 0...Double(extent - 1), using: &numbers)
                    return Bool.random(using: &numbers) ? x.rounded() : x
                }
            }
            let steps = Int.random(in: 1...12, using: &numbers)
            let sources = (0..<4).map { _ in
                (
                    at: point(),
                    series: (0..<Int.random(in: 0...14, using: &numbers)).map { _ in
                        Double.random(in: -1...1, using: &numbers)
                    }
                )
            }
            let receivers = (0..<5).map { _ in point() }
            let stencil = Wave(r: 0.05, order: 2 * Int.random(in: 1...2, using: &numbers))
            SweepThreads.count = Int.random(in: 1...3, using: &numbers)
            let tiling = Tiling.fixed(
                steps: Int.random(in: 1...6, using: &numbers), width: Int.random(in: 1...20, using: &numbers))
            var simulation = try Simulation(
                stencil, extents: extents, boundary: boundary(edges), tiling: tiling, on: world)
            for ago in 0...1 {
                simulation.fill(.height, ago: ago) { index in startValue(0, ago, (0..<axes).map { index[$0] }) }
            }
            simulation.fill(.speed) { _ in 1 }
            for source in sources { try simulation.addSource(.height, at: source.at, series: source.series) }
            let rows = try receivers.map { try simulation.addReceiver(.height, at: $0).index }
            try simulation.advance(steps: steps)
            let records = try simulation.records()

            let reference = ReferenceGrid<Double>(extents: extents, edges: [edges, edges]) { field, ago, index in
                field == 0 ? startValue(field, ago, index) : 1
            }
            var expected = receivers.map { _ in [Double]() }
            for step in 0..<steps {
                reference.advance(stencil, steps: 1)
                for source in sources where step < source.series.count {
                    for (index, weight) in around(source.at, extents) {
                        reference.levels[0][0][reference.position(index)] += weight * source.series[step]
                    }
                }
                for (row, receiver) in receivers.enumerated() {
                    expected[row].append(
                        around(receiver, extents).reduce(0) {
                            $0 + $1.weight * reference.levels[0][0][reference.position($1.index)]
                        })
                }
            }
            expectEqual(rows, Array(receivers.indices))
            expect(records == expected, "\(extents), \(edges), \(tiling), \(steps) steps")
            if let found = try simulation.gathered(.height) {
                expect(zip(found, reference.levels[0][0]).allSatisfy { sameBits($0, $1) }, "\(extents), \(tiling)")
            }
        }
    },
    RankCheck("a sponge takes a wave's energy, and the same bits on all ranks") { world in
        for extents in [[160], [60, 70], [31, 30, 33]] {
            let sponge = Sponge(extents: extents, width: 10, strength: 0.3)
            let agrees = try agreesWithReference(
                FadingWave(r: 0.2, sponge: sponge), extents: extents, edges: extents.map { _ in (mirror, mirror) },
                steps: 4, on: world)
            expect(agrees, "\(extents)")
            func energy(_ sponge: Sponge) throws -> Double {
                var wave = try Simulation(
                    FadingWave(r: 0.2, sponge: sponge), extents: extents, boundary: extents.map { _ in .neumann },
                    on: world)
                try wave.addSource(.height, at: extents.map { Double($0) / 2 - 0.25 }, series: [1, 0.5, -1, -0.5])
                try wave.advance(steps: 600)
                return try wave.sumOfSquares(.height)
            }
            let (faded, kept) = (
                try energy(sponge), try energy(Sponge(extents: extents, width: 10, strength: 0))
            )
            expect(faded < 0.1 * kept, "\(extents): \(faded) of \(kept)")
        }
    },
    RankCheck("points outside the grid and fields that no step writes are refused") { world in
        var simulation = try Simulation(
            Wave(r: 0.05, order: 2), extents: [8, 9], boundary: [.neumann, .periodic], on: world)
        for point in [[8.0, 1], [-0.5, 1], [.nan, 1], [1, .infinity], [1], [1, 2, 3]] {
            try expectError("Simulation.addSource") { try simulation.addSource(.height, at: point, series: [1]) }
        }
        try expectError("Simulation.addSource") { try simulation.addSource(.speed, at: [1, 1], series: [1]) }
        try expectError("Simulation.addReceiver") { _ = try simulation.addReceiver(.speed, at: [1, 1]) }
        try simulation.addSource(.height, at: [3, 20.5], series: [1])
        _ = try simulation.addReceiver(.height, at: [3, -3.5])
        try simulation.advance(steps: 1)
        try expectError("Simulation.addReceiver") { _ = try simulation.addReceiver(.height, at: [1, 1]) }
    },
]

private func expectError(_ routine: String, _ body: () throws -> Void) throws {
    do {
        try body()
        expect(false, "\(routine) took it")
    } catch let error as TesseraError {
        guard case .argument(let name, _, _, _) = error else { return expect(false, "\(error)") }
        expectEqual(name, routine)
    }
}
