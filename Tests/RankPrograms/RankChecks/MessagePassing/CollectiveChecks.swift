import ComplexModule
import Failures
import MessagePassing

private struct Collectives: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        let p = world.size
        for n in messageLengths {
            let own: [T] = samples(world.rank, n)
            let all = (0..<p).flatMap { samples($0, n) as [T] }
            expectEqual(try world.allGather(own), all)
            for root in 0..<p {
                var values: [T] = samples(world.rank, n)
                var span = values.mutableSpan
                try world.broadcast(&span, from: root)
                expectEqual(values, samples(root, n))
                expectEqual(try world.broadcast(T.sample(world.rank), from: root), .sample(root))
                expectEqual(try world.gather(own, to: root), world.rank == root ? all : nil)
                expectEqual(try world.scatter(world.rank == root ? all : nil, from: root), own)
            }
            // Part r of rank q is told by q and r both.
            func part(_ q: Int, _ r: Int, _ n: Int) -> [T] { (0..<n).map { .sample(31 * q + 7 * r + $0) } }
            expectEqual(
                try world.allToAll((0..<p).flatMap { part(world.rank, $0, n) }),
                (0..<p).flatMap { part($0, world.rank, n) })
        }
    }
}

private struct VaryingCollectives: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        let p = world.size
        // Rank 0 has nothing, the others ever more.
        let own: [T] = samples(world.rank, 3 * world.rank)
        let all: [[T]] = (0..<p).map { samples($0, 3 * $0) }
        expectEqual(try world.allGatherVarying(own), all)
        for root in 0..<p {
            expectEqual(try world.gatherVarying(own, to: root), world.rank == root ? all : nil)
            expectEqual(try world.scatterVarying(world.rank == root ? all : nil, from: root), own)
        }
        func part(_ q: Int, _ r: Int) -> [T] { (0..<(2 * q + r) % 7).map { .sample(31 * q + 7 * r + $0) } }
        let parts = (0..<p).map { part(world.rank, $0) }
        let expected = (0..<p).map { part($0, world.rank) }
        expectEqual(try world.allToAllVarying(parts), expected)
        expectEqual(
            try world.allToAllVarying(
                Array(parts.joined()), sending: parts.map(\.count), receiving: expected.map(\.count)),
            Array(expected.joined()))
    }
}

private struct CollectivesLater: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        let p = world.size
        for n in messageLengths {
            let own: [T] = samples(world.rank, n)
            let all = (0..<p).flatMap { samples($0, n) as [T] }
            var whole = [T](repeating: .sample(99), count: n * p)
            do {
                var span = whole.mutableSpan
                let ownSpan = own.span
                try world.allGatherLater(ownSpan, into: &span).wait()
            }
            expectEqual(whole, all)
            var exchanged = [T](repeating: .sample(99), count: n * p)
            do {
                var span = exchanged.mutableSpan
                let outgoing = all.span
                try world.allToAllLater(outgoing, into: &span).wait()
            }
            expectEqual(exchanged, (0..<p).flatMap { _ in own })
            for root in 0..<p {
                var gathered = [T](repeating: .sample(99), count: world.rank == root ? n * p : 0)
                var values = own
                do {
                    var gatheredSpan = gathered.mutableSpan
                    var valuesSpan = values.mutableSpan
                    let ownSpan = own.span
                    let a = try world.gatherLater(ownSpan, into: &gatheredSpan, to: root)
                    let b = try world.broadcastLater(&valuesSpan, from: root)
                    let c = try world.barrierLater()
                    try a.joined(with: b).joined(with: c).wait()
                }
                expectEqual(gathered, world.rank == root ? all : [])
                expectEqual(values, samples(root, n))
            }
        }
    }
}

let collectiveChecks: [RankCheck] = [
    RankCheck("collectives of every type") { try forEveryType($0, Collectives()) },
    RankCheck("varying collectives of every type") { try forEveryType($0, VaryingCollectives()) },
    RankCheck("non-blocking collectives of every type") { try forEveryType($0, CollectivesLater()) },
    RankCheck("lists that the root cannot cut") { world in
        // The root's fault is everyone's error.
        if world.size > 1 {
            let uneven = [Int](repeating: 1, count: world.size + 1)
            expectThrows { _ = try world.scatter(world.rank == 0 ? uneven : nil, from: 0) }
        }
        expectThrows { _ = try world.scatterVarying(world.rank == 0 ? [[Int]]() : nil, from: 0) }
    },
    RankCheck("agreement") { world in
        try world.agree("same", on: [1, 2, 3])
        expectThrows(matches: { if case .argument(_, "n", "1", "2") = $0 { true } else { false } }) {
            try world.agree("one rank refuses") { () throws(TesseraError) in
                if world.rank == world.size - 1 {
                    throw .argument(routine: "test", name: "n", expected: "1", found: "2")
                }
            }
        }
        if world.size > 1 {
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                try world.agree("different", on: [world.rank])
            }
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                if world.rank == 0 { try world.agree("one routine") } else { try world.agree("another") }
            }
        }
        expectEqual(try world.agreedMaxima([world.rank, -world.rank]), [world.size - 1, 0])
    },
    RankCheck("the work of an agreement's check is no time in messages") { world in
        let before = world.traffic[.agreement].seconds
        var worked = 0.0
        try world.agree("work") { () throws(TesseraError) in
            guard world.rank == world.size - 1 else { return }
            let start = MPIEnvironment.seconds
            while worked < 0.3 { worked = MPIEnvironment.seconds - start }
        }
        // The other ranks have waited meanwhile.
        if worked > 0 { expect(world.traffic[.agreement].seconds - before < worked) }
    },
]
