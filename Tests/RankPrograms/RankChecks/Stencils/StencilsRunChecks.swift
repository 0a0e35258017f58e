// Runs that stop by themselves, show slices and find NaN.

import CostModels
import DistributedArrays
import CostModels
import Failures
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let tilings: [(tiling: Tiling, threads: Int)] = [
    (.off, 1), (.fixed(steps: 5, width: 4), 2), (.fixed(steps: 32, width: 8), 1), (.automatic, 1),
]

let stencilsRunChecks: [RankCheck] = [
    RankCheck("a run stops where one rank would, a step at a time") { world in
        defer { SweepThreads.count = 1 }
        let alone = try Communicator.ofSelf()
        let edges: [Edges] = [(mirror, .constant(0.5)), (mirror, mirror)]
        var plain = try started(Heat(r: 0.24), [14, 18], edges, on: alone)
        var (changes, shares): ([Double], [Double]) = ([], [])
        for _ in 0..<400 {
            try plain.advance(steps: 1)
            changes.append(try plain.maximumChange(.u)!)
            let size = try max(abs(plain.maximum(.u)), abs(plain.minimum(.u)))
            shares.append(changes.last! / size)
            expectEqual(try plain.relativeChange(), shares.last)
        }
        try alone.close()
        /// The first step that a test after every seventh one, or after the last, finds.
        func first(_ numbers: [Double], _ tolerance: Double, _ last: Int) -> Int? {
            (1...last).first { ($0 % 7 == 0 || $0 == last) && numbers[$0 - 1] <= tolerance }
        }
        for (tiling, threads) in tilings {
            SweepThreads.count = threads
            for (tolerance, last) in [(1e-2, 400), (2e-4, 400), (1e-9, 400), (2e-4, 40), (.infinity, 3)] {
                for (test, numbers) in [
                    (StopTest<Heat>.change(of: .u, atMost: tolerance), changes),
                    (StopTest<Heat>.steady(within: tolerance), shares),
                    (
                        StopTest<Heat>(atMost: tolerance) { (heat) throws(TesseraError) in
                            try heat.maximumChange(.u) ?? .nan
                        }, changes
                    ),
                ] {
                    var heat = try started(Heat(r: 0.24), [14, 18], edges, tiling: tiling, on: world)
                    let outcome = try heat.advance(until: test, every: 7, atMost: last)
                    let expected = first(numbers, tolerance, last)
                    let place = "\(tolerance), \(tiling)"
                    expectEqual(outcome.reason, expected == nil ? .mostSteps : .toleranceReached, place)
                    expectEqual(outcome.step, expected ?? last, place)
                    expectEqual(outcome.value, numbers[(expected ?? last) - 1], place)
                    expectEqual(outcome.throughput.steps, outcome.step, place)
                    expectEqual(heat.step, outcome.step, place)
                }
            }
        }
        var heat = try started(Heat(r: 0.24), [14, 18], edges, on: world)
        let nothing = try heat.advance(until: .steady(within: 1), every: 7, atMost: 0)
        expectEqual(nothing.value, nil)
        expectEqual(nothing.reason, .mostSteps)
    },
    RankCheck("a run with a stop test that is stopped by a signal stops where the whole one does") { world in
        try withFolder(world) { folder in
            let edges: [Edges] = [(mirror, mirror), nil]
            func toTheEnd(_ heat: inout Simulation<Heat>, _ store: CheckpointStore?) throws -> RunOutcome {
                try heat.advance(
                    until: .change(of: .u, atMost: 5e-3), every: 6, atMost: 300 - heat.step, checkpoints: store)
            }
            var whole = try started(Heat(r: 0.24), [14, 18], edges, tiling: .off, on: world)
            let outcome = try toTheEnd(&whole, nil)
            expectEqual(outcome.reason, .toleranceReached)
            let values = try everything(&whole)
            func store() throws -> CheckpointStore { try CheckpointStore(folder + "/steady", fingerprint: "steady") }
            let stops = try stoppedAtEachQuestion(
                world,
                {
                    var heat = try started(
                        Heat(r: 0.24), [14, 18], edges, tiling: .fixed(steps: 9, width: 6), on: world)
                    _ = try toTheEnd(&heat, try store())
                },
                then: {
                    var resumed = try started(Heat(r: 0.24), [14, 18], edges, tiling: .off, on: world)
                    expectEqual(try resumed.resume(from: try store()), true)
                    let again = try toTheEnd(&resumed, nil)
                    expectEqual(again.reason, outcome.reason)
                    expectEqual(again.step, outcome.step)
                    expectEqual(again.value, outcome.value)
                    expectEqual(try everything(&resumed), values)
                    try store().removeAll(on: world)
                })
            expect(stops >= 2, "\(stops) stops")
        }
    },
    RankCheck("bad arguments of stop tests are refused on all ranks") { world in
        var wave = try started(Wave(r: 0.05), [30, 32], [nil, nil], on: world)
        func refuses(_ name: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                name, line: line,
                matches: { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }, body)
        }
        let sound = StopTest<Wave>.change(of: .height, atMost: 1e-3)
        refuses("every") { try wave.advance(until: sound, every: 0, atMost: 5) }
        refuses("atMost") { try wave.advance(until: sound, every: 1, atMost: -1) }
        refuses("atMost") { try wave.advance(until: .steady(within: -1), every: 1, atMost: 5) }
        refuses("atMost") { try wave.advance(until: .steady(within: .nan), every: 1, atMost: 5) }
        refuses("until") { try wave.advance(until: .change(of: .speed, atMost: 1), every: 1, atMost: 5) }
        refuses("checkpoints") { try wave.advance(until: sound, every: 1, atMost: 5, saving: 3) }
        refuses("every") { try wave.observe(.height, [.all, .all], every: 0) { _ in } }
        refuses("slice") { try wave.observe(.height, [.all], every: 1) { _ in } }
        refuses("slice") { try wave.observe(.height, [.at(30), .all], every: 1) { _ in } }
        refuses("slice") { _ = try wave.sampled(.height, [.at(-1), .all]) }
        refuses("slice") { _ = try wave.sampled(.height, [.every(0), .all]) }
        refuses("root") { _ = try wave.sampled(.height, [.all, .all], on: world.size) }
        refuses("every") { try wave.checkFinite(every: 0) }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try wave.sampled(.height, [.at(world.rank), .all])
            }
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                try wave.advance(until: .steady(within: Double(world.rank)), every: 1, atMost: 5)
            }
        }
        expectEqual(wave.step, 0)
    },
    RankCheck("slices hold the field's values, for the model's words") { world in
        for extents in [[37], [13, 18], [9, 7, 11]] {
            let field = try started(
                WideHeat(r: 0.1, order: 2), extents, extents.map { _ in nil }, tiling: .fixed(steps: 3, width: 4),
                on: world)
            for root in [0, world.size - 1] {
                let whole = try field.gathered(.u, on: root)
                for slice in slices(extents) {
                    let before = world.traffic.modelled
                    let sample = try field.sampled(.u, slice, on: root)
                    let after = world.traffic.modelled
                    expectEqual(after.bytes - before.bytes, 8 * field.sliceModel(slice).words(from: world.rank))
                    expectEqual(after.calls - before.calls, 1)
                    expectEqual(sample == nil, world.rank != root)
                    guard let sample, let whole else { continue }
                    expectEqual(sample.extents, slice.extents(of: extents))
                    expectEqual(sample.values, thinned(whole, extents, slice), "\(slice)")
                }
            }
        }
    },
    RankCheck("callbacks see the steps they ask for, in every tile") { world in
        defer { SweepThreads.count = 1 }
        let alone = try Communicator.ofSelf()
        var plain = try started(Heat(r: 0.2), [14, 18], [nil, (mirror, mirror)], on: alone)
        var levels: [[Double]] = []
        for _ in 0..<40 {
            try plain.advance(steps: 1)
            levels.append(try plain.gathered(.u)!)
        }
        try alone.close()
        for (tiling, threads) in tilings {
            SweepThreads.count = threads
            var heat = try started(Heat(r: 0.2), [14, 18], [nil, (mirror, mirror)], tiling: tiling, on: world)
            let seen = Seen()
            try heat.observe(.u, [.at(5), .every(4)], every: 9) { seen.samples.append($0) }
            try heat.observe(.u, [.every(3), .all], every: 6) { seen.samples.append($0) }
            try heat.advance(steps: 20)
            try heat.advance(steps: 20, checkpoints: nil)
            expectEqual(seen.samples.map(\.step), world.rank == 0 ? [6, 9, 12, 18, 18, 24, 27, 30, 36, 36] : [])
            for sample in seen.samples {
                expectEqual(sample.time, 0.5 * Double(sample.step))
                expectEqual(sample.values, thinned(levels[sample.step - 1], [14, 18], sample.slice))
            }
            heat.removeObservers()
            try heat.advance(steps: 20)
            expectEqual(seen.samples.count, world.rank == 0 ? 10 : 0)
            // One that fails on rank 0 fails on all.
            try heat.observe(.u, [.at(5), .all], every: 4) { (_) throws(TesseraError) in
                throw .file(path: "frame.png", reason: "no space left")
            }
            try expectSameError("frame.png: no space left", on: world) { try heat.advance(steps: 20) }
            expectEqual(heat.step, 64)
        }
    },
    RankCheck("not a number is found with its step and cell") { world in
        defer { SweepThreads.count = 1 }
        for (tiling, threads) in tilings {
            SweepThreads.count = threads
            for value in [Double.nan, .infinity] {
                func broken(_ extents: [Int] = [14, 18]) throws -> Simulation<Breaking> {
                    try started(Breaking(value: value), extents, [nil, nil], tiling: tiling, on: world)
                }
                func finds(_ step: Int, _ more: String, line: Int = #line, _ body: () throws -> Void) throws {
                    try expectSameError("u in cell [5, 3] after step \(step)\(more):", on: world, line: line, body)
                }
                // The twelfth step breaks.
                var looking = try broken()
                try looking.checkFinite(every: 5)
                try finds(15, " (all was finite after step 10)") { try looking.advance(steps: 40) }
                // Tiles are not cut: the run ends with the one that the step is in.
                expect(looking.step >= 15 && looking.step < 15 + looking.mostSteps, "\(looking.step)")
                // Every step is looked at, and the first one is named.
                var close = try broken()
                try close.checkFinite(every: 1)
                try finds(12, " (all was finite after step 11)") { try close.advance(steps: 40) }
                try close.checkFinite(every: nil)
                try close.advance(steps: 3)
                var testing = try broken()
                try finds(14, " (all was finite after step 7)") {
                    try testing.advance(until: .steady(within: 0), every: 7, atMost: 40)
                }
                var watching = try broken()
                try watching.observe(.u, [.at(2), .all], every: 3) { _ in }
                try watching.observe(.u, [.at(5), .all], every: 4) { sample in
                    expect(sample.values.allSatisfy(\.isFinite))
                }
                try finds(12, "") { try watching.advance(steps: 40) }
                try withFolder(world) { folder in
                    let store = try CheckpointStore(folder, fingerprint: "breaking", keep: 1)
                    var saving = try broken()
                    try finds(16, " (all was finite after step 8)") {
                        try saving.advance(steps: 40, checkpoints: store, every: 8)
                    }
                    // The one that is of use is still there.
                    expectEqual(try saving.resume(from: store), true)
                    expectEqual(saving.step, 8)
                    try saving.requireFinite()
                }
                var unseen = try broken()
                try unseen.advance(steps: 40)
                try finds(40, "") { try unseen.requireFinite() }
            }
            // A coefficient may be what it likes.
            var wave = try started(Wave(r: 0.05), [14, 18], [nil, nil], tiling: tiling, on: world)
            wave.fill(.speed) { _ in .nan }
            try wave.requireFinite()
        }
    },
    RankCheck("what is not finite is the first cell of the first field and step, in every tile") { world in
        defer { SweepThreads.count = 1 }
        for extents in [[61], [24, 37], [13, 11, 18]] {
            for edges: [Edges] in [[nil, nil, nil], [(mirror, mirror), nil, (mirror, mirror)]] {
                // What one step at a time shows, looked at from outside.
                let alone = try Communicator.ofSelf()
                func made(_ tiling: Tiling, _ communicator: Communicator) throws -> Simulation<Spreading> {
                    try started(
                        Spreading(), extents, Array(edges.prefix(extents.count)), tiling: tiling, on: communicator)
                }
                var plain = try made(.off, alone)
                var expected = ""
                while expected.isEmpty {
                    try plain.advance(steps: 1)
                    for field in [Spreading.Field.second, .first] where expected.isEmpty {
                        if let cell = try plain.firstNonFinite(field) {
                            expected = "\(field) in cell \(cell) after step \(plain.step)"
                        }
                    }
                }
                expect(plain.step > 3, expected)
                try alone.close()
                for (tiling, threads) in tilings {
                    SweepThreads.count = threads
                    var spreading = try made(tiling, world)
                    try spreading.checkFinite(every: 1)
                    try expectSameError("\(expected) (all was finite after step \(plain.step - 1)):", on: world) {
                        try spreading.advance(steps: 60)
                    }
                    // Of every third step the first that shows it, however far it has spread.
                    let third = (plain.step + 2) / 3 * 3
                    var seldom = try made(tiling, world)
                    try seldom.checkFinite(every: 3)
                    var single = try made(.fixed(steps: 1, width: 1000), world)
                    try single.checkFinite(every: 3)
                    func text(_ simulation: inout Simulation<Spreading>) -> String {
                        do {
                            try simulation.advance(steps: 60)
                            return ""
                        } catch { return "\(error)" }
                    }
                    let found = text(&seldom)
                    expectEqual(found, text(&single))
                    expect(found.contains("after step \(third) (all was finite after step \(third - 3))"), found)
                }
            }
        }
    },
]

/// What callbacks have seen.
private final class Seen { var samples: [FieldSample<Double>] = [] }

/// Breaks in one cell, at time 5.5: no value reaches another cell.
private struct Breaking: MultiFieldStencil {
    enum Field: Int, FieldName { case u }
    var value: Double
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.u][0, 0]
        let (i, j) = (cell.position(0), cell.position(1))
        let isHere = (i <= 5) & (5 <= i) & (j <= 3) & (3 <= j)
        return cell.next((.u, select((cell.time >= 5.5) & isHere, L(value), 0.5 * u)))
    }
}

private func slices(_ extents: [Int]) -> [GridSlice] {
    let choices: [[GridSlice.Axis]] = extents.map {
        [.all, .every(3), .every($0 + 5), .at(0), .at($0 / 2), .at($0 - 1)]
    }
    return choices.reduce([[]]) { slices, axes in slices.flatMap { slice in axes.map { slice + [$0] } } }
        .map { GridSlice($0) }
}

/// The values of a slice, from the whole field.
private func thinned(_ whole: [Double], _ extents: [Int], _ slice: GridSlice) -> [Double] {
    whole.indices.filter { position in
        zip(ReferenceGrid<Double>.index(position, extents), slice.axes).allSatisfy { index, axis in
            switch axis {
            case .at(let wanted): index == wanted
            case .every(let step): index % step == 0
            }
        }
    }.map { whole[$0] }
}

/// Two fields that grow until they overflow, first where they began largest; what is infinite spreads from cell to cell.
private struct Spreading: MultiFieldStencil {
    enum Field: Int, FieldName { case second = 1, first = 0 }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let (u, v) = (cell[.first], cell[.second])
        return cell.next((.first, u.center * u.center * 1e12 + u.laplacian()), (.second, v.center + u.ring(1)))
    }
}
