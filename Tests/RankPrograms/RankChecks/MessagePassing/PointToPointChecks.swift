import Failures
import MessagePassing

private struct Messages: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        for n in messageLengths {
            let own: [T] = samples(world.rank, n)
            // Into a longer buffer: its end stays as it was.
            var incoming = [T](repeating: .sample(99), count: n + 3)
            var span = incoming.mutableSpan
            let status = try world.sendReceive(own.span, to: right, into: &span, from: left, tag: n)
            expectEqual([status.source, status.tag, status.count], [left, n, n])
            expectEqual(incoming, samples(left, n) + [T](repeating: .sample(99), count: 3))

            // To itself.
            var same = [T](repeating: .sample(99), count: n)
            var sameSpan = same.mutableSpan
            try world.sendReceive(own.span, to: world.rank, into: &sameSpan, from: world.rank)
            expectEqual(same, own)

            // Everyone to rank 0, which takes what comes.
            if world.rank > 0 {
                try world.send(own.span, to: 0, tag: world.rank)
            } else {
                var sources = Set<Int>()
                for _ in 1..<max(1, world.size) {
                    var any = [T](repeating: .sample(99), count: n)
                    var anySpan = any.mutableSpan
                    let status = try world.receive(
                        into: &anySpan, from: Communicator.anySource, tag: Communicator.anyTag)
                    expectEqual(status.tag, status.source)
                    expectEqual(any, samples(status.source, n))
                    sources.insert(status.source)
                }
                expectEqual(sources.count, world.size - 1)
            }
            try world.barrier()
        }
    }
}

private struct Requests: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        for n in messageLengths {
            let own: [T] = samples(world.rank, n)
            var first = [T](repeating: .sample(99), count: n)
            var second = first
            do {
                var firstSpan = first.mutableSpan
                var secondSpan = second.mutableSpan
                let ownSpan = own.span
                let a = try world.receiveLater(into: &firstSpan, from: left, tag: 1)
                var b = try world.receiveLater(into: &secondSpan, from: right, tag: 2)
                let c = try world.sendLater(ownSpan, to: right, tag: 1)
                let d = try world.sendLater(ownSpan, to: left, tag: 2)
                while try !b.isComplete() {}
                try a.joined(with: b).joined(with: c.joined(with: d)).wait()
            }
            expectEqual(first, samples(left, n))
            expectEqual(second, samples(right, n))
        }
    }
}

let pointToPointChecks: [RankCheck] = [
    RankCheck("messages of every type") { try forEveryType($0, Messages()) },
    RankCheck("requests of every type") { try forEveryType($0, Requests()) },
    RankCheck("a message longer than its buffer") { world in
        // Open MPI cuts a rank's message to itself without a word.
        guard world.size > 1 else { return }
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        let long = [1, 2, 3]
        var short = [0]
        func refuses(_ routine: String, _ body: () throws -> Void) {
            expectThrows(
                matches: { if case .communication(let e) = $0 { e.routine == routine } else { false } }, body)
        }
        var span = short.mutableSpan
        refuses("MPI_Sendrecv") { try world.sendReceive(long.span, to: right, into: &span, from: left) }
        refuses("MPI_Wait of MPI_Irecv") {
            let receive = try world.receiveLater(into: &span, from: left)
            let send = try world.sendLater(long.span, to: right)
            try receive.joined(with: send).wait()
        }
    },
    RankCheck("ranks and tags that cannot be") { world in
        func refuses(_ routine: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                routine, line: line,
                matches: { if case .communication(let e) = $0 { e.routine == routine && e.code != 0 } else { false } },
                body)
        }
        let value = [1]
        var buffer = [0]
        for rank in [-1, -2, -3, world.size, Int.max, Int.min] {
            refuses("MPI_Send") { try world.send(value.span, to: rank) }
            refuses("MPI_Isend") { try world.sendLater(value.span, to: rank).wait() }
            var span = buffer.mutableSpan
            if rank != Communicator.anySource {
                refuses("MPI_Recv") { try world.receive(into: &span, from: rank) }
                refuses("MPI_Irecv") { try world.receiveLater(into: &span, from: rank).wait() }
                refuses("MPI_Sendrecv") {
                    try world.sendReceive(value.span, to: world.rank, into: &span, from: rank)
                }
            }
        }
        for tag in [-1, -2, Int(Int32.max) + 1] {
            refuses("MPI_Send") { try world.send(value.span, to: world.rank, tag: tag) }
            refuses("MPI_Isend") { try world.sendLater(value.span, to: world.rank, tag: tag).wait() }
        }
        expectEqual(buffer, [0])
    },
]
