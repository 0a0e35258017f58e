// Implicit steps that save themselves, are stopped between steps and within their solves, and go on with other ranks: bit
// for bit what a run gives that nothing stops.

import DistributedArrays
import Failures
import MessagePassing
import Stencils

private let multigrid = SolverMethod.conjugateGradients(.multigrid)
private let jacobi = SolverMethod.conjugateGradients(.jacobi)

/// An end that is held at a value which changes with time and place.
private func held(_ factor: Double = 1) -> BoundarySide {
    .dirichlet { index, time in factor * (Double(index[1]) / 7 - time) }
}

private func steps(
    _ scheme: ImplicitScheme, timeStep: Double = 0.8, extents: [Int] = [14, 15], coefficient: Double = 0.7,
    side: BoundarySide = held(), on world: Communicator
) throws -> ImplicitSteps<Double> {
    let made = try ImplicitSteps(
        Helmholtz<Double>(spacing: [1, 0.5], coefficient: coefficient), scheme, timeStep: timeStep, extents: extents,
        boundary: [.sides(side, .neumann), .periodic], on: world)
    made.field.fill { startValue(0, 0, [$0[0], $0[1]]) }
    return made
}

let implicitCheckpointChecks: [RankCheck] = [
    RankCheck("implicit steps that are stopped anywhere go on elsewhere with the same bits") { world in
        try withFolder(world) { folder in
            for (scheme, method) in [
                (ImplicitScheme.backwardEuler, multigrid), (.crankNicolson, multigrid), (.crankNicolson, jacobi),
                (.backwardEuler, .chebyshev()),
            ] {
                let (last, tolerance) = (4, 1e-5)
                func store() throws -> CheckpointStore { try CheckpointStore(folder + "/stops", fingerprint: "heat") }
                let whole = try steps(scheme, on: world)
                _ = try whole.advance(steps: last, by: method, tolerance: tolerance)
                let expected = try whole.field.gathered()
                var resumedAt: Set<Int> = []
                let stops = try stoppedAtEachQuestion(
                    world,
                    {
                        let run = try steps(scheme, on: world)
                        let done = try run.advance(
                            steps: last, by: method, tolerance: tolerance, checkpoints: try store())
                        expectEqual([done.steps, run.step], [last, last])
                        expectEqual(try run.field.gathered(), expected)
                    },
                    then: {
                        for count in Set([1, (world.size + 1) / 2, world.size]).sorted() {
                            guard let some = try world.split(color: world.rank < count ? 0 : nil) else { continue }
                            let resumed = try steps(scheme, on: some)
                            let store = try store()
                            expectEqual(try resumed.resume(from: store), true)
                            expectEqual(store.resumedStep, resumed.step)
                            expectEqual(store.refused, [])
                            resumedAt.insert(resumed.step)
                            _ = try resumed.advance(steps: last - resumed.step, by: method, tolerance: tolerance)
                            expectEqual(resumed.time, Double(last) * 0.8)
                            let found = try resumed.field.gathered()
                            expect(
                                zip(found ?? [], expected ?? []).allSatisfy { sameBits($0, $1) }
                                    && found?.count ?? 0 == (some.rank == 0 ? 14 * 15 : 0),
                                "\(scheme) \(method), resumed at \(resumed.step) on \(count) ranks")
                            try some.close()
                        }
                        try world.barrier()
                        try store().removeAll(on: world)
                    })
                expect(stops >= last, "\(scheme) \(method): \(stops) stops")
                expect(resumedAt.count >= 3, "\(scheme) \(method): resumed after \(resumedAt.sorted())")
            }
        }
    },
    RankCheck("implicit steps are saved every so many steps and by the clock; damage is passed over") { world in
        try withFolder(world) { folder in
            let store = try CheckpointStore(folder + "/store", fingerprint: "heat", keep: 3)
            let heat = try steps(.crankNicolson, on: world)
            _ = try heat.advance(steps: 9, by: multigrid, checkpoints: store, every: 2)
            _ = try heat.advance(steps: 0, by: multigrid, checkpoints: store, every: 3)
            expectEqual(store.written.map(\.step), [2, 4, 6, 8])
            expectEqual(store.written.map(\.bytes), [Int](repeating: 14 * 15 * 8 + 128, count: 4))
            expectEqual(
                try names(in: store.folder, world), ["generation-000002", "generation-000003", "generation-000004"])
            let whole = try heat.field.gathered()

            func resumed(_ step: Int, refused: Int) throws {
                let again = try CheckpointStore(store.folder, fingerprint: "heat", keep: 3)
                let other = try steps(.crankNicolson, on: world)
                other.field.fill { _ in 1 }
                expectEqual(try other.resume(from: again), step > 0)
                expectEqual(other.step, step)
                expectEqual(again.refused.count, refused)
                if step > 0 {
                    _ = try other.advance(steps: 9 - step, by: multigrid)
                    expectEqual(try other.field.gathered(), whole)
                } else {
                    expectEqual(try other.field.norm(), 0)
                }
            }
            try resumed(8, refused: 0)
            let damage = Damage(file: "field-0.npy", words: "damaged", change: flipping(4) { $0.count - 40 })
            try damage.apply(to: store.folder + "/generation-000004", world)
            try resumed(6, refused: 1)
            try Damage(file: "manifest.json", words: "damaged", change: flipping(1) { $0.count - 20 })
                .apply(to: store.folder + "/generation-000003", world)
            try resumed(4, refused: 2)
            try damage.apply(to: store.folder + "/generation-000002", world)
            try resumed(0, refused: 3)

            let clock = try CheckpointStore(folder + "/clock", fingerprint: "heat", every: 0)
            let other = try steps(.backwardEuler, on: world)
            _ = try other.advance(steps: 9, by: jacobi, checkpoints: clock)
            let saved = clock.written.map(\.step)
            expect(saved.count >= 3 && saved.last == 9 && saved == saved.sorted(), "\(saved)")
            let empty = try CheckpointStore(folder + "/none", fingerprint: "heat")
            expectEqual(try other.resume(from: empty), false)
            expectEqual(other.step, 9)
        }
    },
    RankCheck("the checkpoint of other implicit steps is refused, for reading and for writing") { world in
        try withFolder(world) { folder in
            func store(_ fingerprint: String = "one for all") throws -> CheckpointStore {
                try CheckpointStore(folder, fingerprint: fingerprint)
            }
            let heat = try steps(.crankNicolson, on: world)
            _ = try heat.advance(steps: 3, by: multigrid)
            try heat.save(in: try store())
            func refuses(_ name: String, _ other: ImplicitSteps<Double>, line: Int = #line) throws {
                func isClear(_ error: TesseraError) -> Bool {
                    guard case .argument("ImplicitSteps", let part, _, let found) = error else { return false }
                    return part == name && found.contains("another simulation in \(folder)")
                }
                let store = try store()
                expectThrows(name, line: line, matches: isClear) { _ = try other.resume(from: store) }
                expectThrows(name, line: line, matches: isClear) { try other.save(in: store) }
                expectThrows(name, line: line, matches: isClear) { _ = try other.advance(steps: 1, checkpoints: store) }
                expectEqual(other.step, 0)
            }
            try refuses("scheme", try steps(.backwardEuler, on: world))
            try refuses("time step", try steps(.crankNicolson, timeStep: 0.4, on: world))
            try refuses("extents", try steps(.crankNicolson, extents: [15, 14], on: world))
            try refuses("boundaries", try steps(.crankNicolson, side: held(2), on: world))
            try refuses("boundaries", try steps(.crankNicolson, side: .dirichlet(1), on: world))
            try refuses("constants of the update", try steps(.crankNicolson, coefficient: 0.5, on: world))
            try expectSameError(folder, "another job: expected 'another', found 'one for all'", on: world) {
                _ = try heat.resume(from: try store("another"))
            }
            // A simulation's is passed over.
            var explicit = try started(Heat(r: 0.2), [14, 15], [nil, nil], on: world)
            try explicit.save(in: try CheckpointStore(folder + "/explicit", fingerprint: "heat"))
            let other = try CheckpointStore(folder + "/explicit", fingerprint: "heat")
            expectEqual(try heat.resume(from: other), false)
            expectEqual(other.refused.count, 1)
            expectEqual(heat.step, 3)

            func refuses(_ name: String, line: Int = #line, _ body: () throws -> Void) {
                expectThrows(
                    name, line: line,
                    matches: { if case .argument(_, let found, _, _) = $0 { found == name } else { false } }, body)
            }
            refuses("steps") { _ = try heat.advance(steps: -1, checkpoints: try store()) }
            refuses("every") { _ = try heat.advance(steps: 1, checkpoints: try store(), every: 0) }
            refuses("checkpoints") { _ = try heat.advance(steps: 1, every: 2) }
            heat.field.fill { $0[0] == 3 && $0[1] == 4 ? .nan : 0 }
            expectThrows(matches: { $0 == .notFinite(routine: "ImplicitSteps", name: "cell [3, 4] after step 3") }) {
                try heat.save(in: try store())
            }
            expectEqual(try names(in: folder, world), ["explicit", "generation-000001"])
        }
    },
]
