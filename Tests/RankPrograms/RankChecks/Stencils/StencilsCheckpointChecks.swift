// Simulations that save themselves, are stopped at every place where they may be, and go on with other ranks, shapes, tiles
// and threads: bit for bit what a run gives that nothing stops.

import DistributedArrays
import Failures
import MessagePassing
import Stencils

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7)
}

let stencilsCheckpointChecks: [RankCheck] = [
    RankCheck("a simulation that is stopped after any tile goes on elsewhere with the same bits") { world in
        try withFolder(world) { folder in
            try checkStops(
                Wave(r: 0.05, order: 4), extents: [23, 18], edges: [(mirror, wave), nil],
                fieldEdges: [.speed: [(mirror, mirror), nil]], folder, world)
            try checkStops(
                Reaction(), extents: [15, 17], edges: [nil, (.constant(1), wave)],
                fieldEdges: [.b: [nil, (mirror, .mirror(sign: -1, slope: 0))]], folder, world)
            try checkStops(HeatSingle(r: 0.2), extents: [16, 33], edges: [(wave, mirror), nil], folder, world)
            try checkStops(
                WideHeat(r: 0.1, order: 2), extents: [9, 7, 8], edges: [nil, (mirror, wave), nil], folder, world)
        }
    },
    RankCheck("simulations are saved every so many steps and kept so deep") { world in
        try withFolder(world) { folder in
            for tiling in [Tiling.off, .fixed(steps: 7, width: 8)] {
                let store = try CheckpointStore(folder + "/store", fingerprint: "heat", keep: 3)
                var heat = try started(Heat(r: 0.2), [20, 24], [nil, (mirror, mirror)], tiling: tiling, on: world)
                try heat.advance(steps: 18, checkpoints: store, every: 4)
                expectEqual(store.written.map(\.step), [4, 8, 12, 16])
                expectEqual(store.written.map(\.bytes), [Int](repeating: 2 * (20 * 24 * 8 + 128), count: 4))
                expectEqual(
                    try names(in: store.folder, world),
                    ["generation-000002", "generation-000003", "generation-000004"])
                // A step that is saved already is not saved again, one whose values were set is.
                try heat.advance(steps: 2, checkpoints: store, every: 4)
                try heat.advance(steps: 0, checkpoints: store, every: 4)
                expectEqual(store.written.last?.step, 20)
                expectEqual(store.written.count, 5)
                try store.removeAll(on: world)
            }
            // By the clock: at each question on one rank, at every other one on several, which ask a tile ahead.
            let store = try CheckpointStore(folder + "/clock", fingerprint: "heat", every: 0)
            var heat = try started(Heat(r: 0.2), [20, 24], [nil, nil], tiling: .fixed(steps: 3, width: 8), on: world)
            try heat.advance(steps: 18, checkpoints: store)
            let steps = store.written.map(\.step)
            expect(steps.count >= 3 && steps.last == 18 && steps == steps.sorted(), "\(steps)")
            let never = try CheckpointStore(folder + "/never", fingerprint: "heat")
            try heat.advance(steps: 6, checkpoints: never)
            expectEqual(never.written.count, 0)
        }
    },
    RankCheck("a damaged checkpoint of a simulation is refused, and the one before is used") { world in
        let damages = [
            Damage(file: "field-0.npy", words: "damaged: expected checksum", change: flipping(1) { $0.count - 9 }),
            Damage(
                file: "field-0-ago-1.npy", words: "damaged: expected checksum", change: flipping(8) { $0.count - 16 }),
            Damage(file: "field-1.npy", words: "damaged: expected checksum", change: flipping(64) { $0.count - 800 }),
            Damage(file: "field-1.npy", words: "no such file", change: { _ in nil }),
            Damage(file: "manifest.json", words: "damaged", change: flipping(1) { $0.count - 20 }),
        ]
        try withFolder(world) { folder in
            for (index, damage) in damages.enumerated() {
                let edges: [Edges] = [(mirror, mirror), nil]
                let store = try CheckpointStore("\(folder)/\(index)", fingerprint: "wave")
                var saved = try started(Wave(r: 0.05), [14, 15], edges, on: world)
                try saved.advance(steps: 10, checkpoints: store, every: 5)
                let whole = try everything(&saved)
                try damage.apply(to: store.folder + "/generation-000002", world)

                var resumed = try Simulation(
                    Wave(r: 0.05), extents: [14, 15], boundary: boundary(edges), timeStep: 0.5, on: world)
                expectEqual(try resumed.resume(from: store), true, damage.file)
                expectEqual(resumed.step, 5, damage.file)
                expectEqual(store.resumedStep, 5)
                expectEqual(store.refused.count, 1)
                let line = store.refused.first ?? ""
                expect(line.contains("generation-000002") && line.contains(damage.words), line)
                try resumed.advance(steps: 5)
                expectEqual(try everything(&resumed), whole, damage.file)

                // Nothing is whole: the fields are as new where some of it was read.
                try damage.apply(to: store.folder + "/generation-000001", world)
                let again = try CheckpointStore(store.folder, fingerprint: "wave")
                expectEqual(try resumed.resume(from: again), false, damage.file)
                expectEqual(again.refused.count, 2)
                if damage.words == "damaged: expected checksum" {
                    expectEqual(resumed.step, 0)
                    expectEqual(try resumed.maximum(.height), 0)
                    expectEqual(try resumed.maximum(.speed), 0)
                }
            }
            var none = try started(Heat(r: 0.2), [14, 15], [nil, nil], on: world)
            let empty = try CheckpointStore(folder + "/none", fingerprint: "heat")
            let before = try none.sum(.u)
            expectEqual(try none.resume(from: empty), false)
            expectEqual(try none.sum(.u), before)
            expectEqual(empty.refused, [])
        }
    },
    RankCheck("the checkpoint of another simulation is refused, for reading and for writing") { world in
        try withFolder(world) { folder in
            func refuses<S: MultiFieldStencil>(
                _ name: String, _ stencil: S, _ extents: [Int], _ edges: [Edges], timeStep: Double = 1,
                line: Int = #line
            ) throws {
                var other = try Simulation(
                    stencil, extents: extents, boundary: boundary(edges), timeStep: timeStep, on: world)
                let store = try CheckpointStore(folder, fingerprint: "one for all")
                func isClear(_ error: TesseraError) -> Bool {
                    guard case .argument(_, let part, _, let found) = error else { return false }
                    return part == name && found.contains("another simulation in \(folder)")
                }
                expectThrows(name, line: line, matches: isClear) { _ = try other.resume(from: store) }
                expectThrows(name, line: line, matches: isClear) { try other.save(in: store) }
                expectThrows(name, line: line, matches: isClear) { try other.advance(steps: 3, checkpoints: store) }
                expectEqual(other.step, 0)
            }
            let edges: [Edges] = [(mirror, .constant(2)), nil]
            var heat = try started(Heat(r: 0.2), [30, 32], edges, on: world)
            try heat.advance(steps: 3)
            try heat.save(in: try CheckpointStore(folder, fingerprint: "one for all"))
            try refuses("extents", Heat(r: 0.2), [32, 30], edges)
            try refuses("fields", Wave(r: 0.2), [30, 32], edges)
            try refuses("levels", TwoSteps(), [30, 32], edges)
            try refuses("scalar type", HeatSingle(r: 0.2), [30, 32], edges)
            try refuses("boundaries", Heat(r: 0.2), [30, 32], [(mirror, .constant(1)), nil])
            try refuses("boundaries", Heat(r: 0.2), [30, 32], [(mirror, wave), nil])
            try refuses("boundaries", Heat(r: 0.2), [30, 32], [nil, nil])
            try refuses("footprint", WideHeat(r: 0.2, order: 4), [30, 32], edges)
            try refuses("update", HeatOtherwise(r: 0.2), [30, 32], edges)
            try refuses("constants of the update", Heat(r: 0.2.nextUp), [30, 32], edges)
            try refuses("time step", Heat(r: 0.2), [30, 32], edges, timeStep: 1)
            var sourced = try started(Heat(r: 0.2), [30, 32], edges, on: world)
            try sourced.addSource(.u, at: [3, 4], series: [1])
            expectThrows(matches: { isArgument($0, "sources") }) {
                _ = try sourced.resume(from: try CheckpointStore(folder, fingerprint: "one for all"))
            }
            let job = try CheckpointStore(folder, fingerprint: "another job")
            try expectSameError(folder, "another job: expected 'another job', found 'one for all'", on: world) {
                _ = try heat.resume(from: job)
            }
            expectEqual(try names(in: folder, world), ["generation-000001"])
        }
    },
    RankCheck("boundary functions and sources are part of what a checkpoint is of") { world in
        try withFolder(world) { folder in
            func made(_ edge: Edge, _ series: [Double]) throws -> Simulation<Heat> {
                var heat = try started(Heat(r: 0.2), [14, 15], [(mirror, edge), nil], on: world)
                try heat.addSource(.u, at: [3.25, 4], series: series)
                return heat
            }
            func refuses(_ name: String, _ edge: Edge, _ series: [Double], line: Int = #line) throws {
                var other = try made(edge, series)
                expectThrows(name, line: line, matches: { isArgument($0, name) }) {
                    _ = try other.resume(from: try CheckpointStore(folder, fingerprint: "heat"))
                }
            }
            let series = [1, 0.5, -1, 2, 0.25, 3]
            var heat = try made(wave, series)
            try heat.advance(steps: 4, checkpoints: try CheckpointStore(folder, fingerprint: "heat"), every: 4)
            try heat.advance(steps: 2)
            let whole = try everything(&heat)

            // Another function of the same time, another of the place; a custom side; another source.
            try refuses("boundaries", .function { _, time in time }, series)
            try refuses("boundaries", .function { index, _ in Double(index[1]) }, series)
            try refuses("boundaries", .custom { index, time, faced in faced }, series)
            try refuses("sources", wave, [1, 0.5, -1, 2.5, 0.25, 3])
            try refuses("sources", wave, [1, 0.5, -1])
            // What a source gives later is free, as the steps to come are.
            var resumed = try made(wave, series)
            expectEqual(try resumed.resume(from: try CheckpointStore(folder, fingerprint: "heat")), true)
            try resumed.advance(steps: 2)
            expectEqual(try everything(&resumed), whole)
            var longer = try made(wave, series.prefix(4) + [7, 8, 9])
            expectEqual(try longer.resume(from: try CheckpointStore(folder, fingerprint: "heat")), true)
        }
    },
    RankCheck("of three checkpoints the newest that is whole is taken up, on every number of ranks") { world in
        try withFolder(world) { folder in
            let edges: [Edges] = [(mirror, wave), nil]
            let steps = 19
            var whole = try started(Wave(r: 0.05), [21, 16], edges, on: world)
            try whole.advance(steps: steps)
            let expected = try everything(&whole)
            func store() throws -> CheckpointStore { try CheckpointStore(folder, fingerprint: "wave", keep: 3) }
            var saved = try started(Wave(r: 0.05), [21, 16], edges, tiling: .fixed(steps: 3, width: 6), on: world)
            try saved.advance(steps: 17, checkpoints: try store(), every: 4)
            expectEqual(
                try names(in: folder, world), ["generation-000002", "generation-000003", "generation-000004"])

            func damage(_ file: String) -> Damage {
                Damage(file: file, words: "damaged", change: flipping(4) { $0.count - 40 })
            }
            for damaged in 0...2 {
                if damaged == 1 { try damage("field-0.npy").apply(to: folder + "/generation-000004", world) }
                if damaged == 2 { try damage("manifest.json").apply(to: folder + "/generation-000003", world) }
                for count in [1, 2, 3, 5, 7] where count <= world.size {
                    guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
                    var resumed = try Simulation(
                        Wave(r: 0.05), extents: [21, 16], boundary: boundary(edges), timeStep: 0.5, on: some)
                    let store = try store()
                    expectEqual(try resumed.resume(from: store), true)
                    expectEqual(resumed.step, 16 - 4 * damaged, "\(count) ranks")
                    expectEqual(store.refused.count, damaged)
                    try resumed.advance(steps: steps - resumed.step)
                    let found = try everything(&resumed)
                    expect(
                        zip(found, expected).allSatisfy { zip($0, $1).allSatisfy { sameBits($0, $1) } },
                        "\(count) ranks, \(damaged) damaged")
                    try some.close()
                }
                try world.barrier()
            }
        }
    },
    RankCheck("bad arguments of a run that saves itself are refused on all ranks") { world in
        try withFolder(world) { folder in
            let store = try CheckpointStore(folder, fingerprint: "heat")
            var heat = try started(Heat(r: 0.2), [30, 32], [nil, nil], on: world)
            func refuses(_ name: String, line: Int = #line, _ body: () throws -> Void) {
                expectThrows(
                    name, line: line,
                    matches: { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }, body)
            }
            refuses("steps") { try heat.advance(steps: -1, checkpoints: store) }
            refuses("every") { try heat.advance(steps: 5, checkpoints: store, every: 0) }
            refuses("checkpoints") { try heat.advance(steps: 5, checkpoints: nil, every: 2) }
            if world.size > 1 {
                expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                    try heat.advance(steps: 5, checkpoints: store, every: 2 + world.rank)
                }
                expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                    try heat.advance(steps: 5, checkpoints: world.rank == 0 ? store : nil)
                }
            }
            expectEqual(heat.step, 0)
            expectEqual(try names(in: folder, world), [])
            // A file where the folder should be.
            let path = folder + "/file"
            try put("no folder", path, world)
            let blocked = try CheckpointStore(path + "/x", fingerprint: "heat")
            try expectSameError(path, "cannot be made", on: world) {
                try heat.advance(steps: 5, checkpoints: blocked, every: 2)
            }
        }
    },
]

private func isArgument(_ error: TesseraError, _ name: String) -> Bool {
    guard case .argument(_, let found, _, _) = error else { return false }
    return found == name
}

/// The heat equation in another order of arithmetic.
private struct HeatOtherwise: Stencil {
    var r: Double
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * (u[0, -1] + u[0, 1] + u[1, 0] + u[-1, 0] - 4 * u[0, 0])
    }
}

/// A stencil whose one field is read two steps back.
private struct TwoSteps: MultiFieldStencil {
    enum Field: Int, FieldName { case u }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        cell.next((.u, 0.5 * cell[.u][0, 1] + 0.25 * cell[.u, ago: 1][1, 0] + 0.25 * cell[.u, ago: 2][0, 1]))
    }
}

/// A simulation with the start values of all checks, at all levels.
func started<S: MultiFieldStencil>(
    _ stencil: S, _ extents: [Int], _ edges: [Edges], fieldEdges: [S.Field: [Edges]] = [:],
    tiling: Tiling = .off, on world: Communicator, timeStep: Double = 0.5
) throws -> Simulation<S> {
    var simulation = try Simulation(
        stencil, extents: extents, boundary: boundary(edges), boundaries: fieldEdges.mapValues(boundary),
        timeStep: timeStep, tiling: tiling, on: world)
    for field in S.Field.allCases {
        for ago in 0..<Swift.min(simulation.footprint.levels(of: field.rawValue), LaneSlot.levels) {
            simulation.fill(field, ago: ago) { index in
                startValue(field.rawValue, ago, (0..<index.axes).map { index[$0] })
            }
        }
    }
    return simulation
}

/// All levels of all fields, on rank 0.
func everything<S: MultiFieldStencil>(_ simulation: inout Simulation<S>) throws -> [[S.Scalar]] {
    var values: [[S.Scalar]] = []
    for field in S.Field.allCases {
        for ago in 0..<Swift.min(simulation.footprint.levels(of: field.rawValue), LaneSlot.levels) {
            values.append(try simulation.gathered(field, ago: ago) ?? [])
        }
    }
    return values
}

/// Stops a run at each question, a signal to the last rank, and takes it up on fewer ranks and on all, in other tiles.
private func checkStops<S: MultiFieldStencil>(
    _ stencil: S, extents: [Int], edges: [Edges], fieldEdges: [S.Field: [Edges]] = [:], _ folder: String,
    _ world: Communicator
) throws {
    defer { SweepThreads.count = 1 }
    let steps = 19
    var whole = try started(stencil, extents, edges, fieldEdges: fieldEdges, on: world)
    try whole.advance(steps: steps)
    let expected = try everything(&whole)
    let modes: [(Tiling, Int)] = [(.fixed(steps: 6, width: 4), 2), (.off, 1), (.automatic, 1)]
    for (index, (tiling, threads)) in modes.prefix(2).enumerated() {
        var resumedAt: Set<Int> = []
        func store() throws -> CheckpointStore { try CheckpointStore(folder + "/stops", fingerprint: "stops") }
        let stops = try stoppedAtEachQuestion(
            world,
            {
                SweepThreads.count = threads
                var run = try started(stencil, extents, edges, fieldEdges: fieldEdges, tiling: tiling, on: world)
                // Without tiles, fewer questions.
                if tiling == .off { try run.advance(steps: 13) }
                try run.advance(steps: steps - run.step, checkpoints: try store())
                expectEqual(try everything(&run), expected)
            },
            then: {
                for count in Set([1, (world.size + 1) / 2, world.size]).sorted() {
                    guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
                    let (other, threads) = modes[(index + 1) % modes.count]
                    SweepThreads.count = threads
                    var resumed = try Simulation(
                        stencil, extents: extents, boundary: boundary(edges),
                        boundaries: fieldEdges.mapValues(boundary), timeStep: 0.5, tiling: other, on: some)
                    let store = try store()
                    expectEqual(try resumed.resume(from: store), true)
                    expectEqual(store.resumedStep, resumed.step)
                    expectEqual(store.refused, [])
                    resumedAt.insert(resumed.step)
                    try resumed.advance(steps: steps - resumed.step)
                    let found = try everything(&resumed)
                    expect(
                        zip(found, expected).allSatisfy { zip($0, $1).allSatisfy { sameBits($0, $1) } },
                        "\(S.self), \(tiling), resumed at \(resumed.step) on \(count) ranks")
                    try some.close()
                }
                try world.barrier()
                try store().removeAll(on: world)
            })
        expect(stops >= 4, "\(S.self): \(stops) stops")
        expect(resumedAt.count >= 3, "\(S.self), \(tiling): resumed after \(resumedAt.sorted())")
    }
}
