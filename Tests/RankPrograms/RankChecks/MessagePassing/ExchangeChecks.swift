import Failures
import MessagePassing

let exchangeChecks: [RankCheck] = [
    RankCheck("an exchange plan, started many times") { world in
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        for n in [0, 1, 1000] {
            // Tags tell the two directions apart where both partners are one rank.
            var plan = try ExchangePlan(
                repeating: -1.0, on: world,
                sends: [.init(rank: right, tag: 1, count: n), .init(rank: left, tag: 2, count: 2 * n)],
                receives: [.init(rank: left, tag: 1, count: n), .init(rank: right, tag: 2, count: 2 * n)])
            for step in 0..<5 {
                for (side, length) in [n, 2 * n].enumerated() {
                    plan.withSendBuffer(side) { buffer in
                        expectEqual(buffer.count, length)
                        for i in 0..<length { buffer[i] = Double(1000 * world.rank + 10 * step + side) }
                    }
                }
                let flight = try plan.start()
                if step == 2 { while try !flight.isComplete() {} }
                try flight.finish()
                for (side, length) in [n, 2 * n].enumerated() {
                    let partner = side == 0 ? left : right
                    let received = plan.receiveBuffer(side)
                    expectEqual(received.count, length)
                    for i in 0..<length { expectEqual(received[i], Double(1000 * partner + 10 * step + side)) }
                }
            }
            try plan.close()
        }
    },
    RankCheck("a plan counts at each start") { world in
        let messages = (0..<world.size).map { ExchangePlan<Float>.Message(rank: $0, count: 3) }
        let own = try world.duplicate()
        var plan = try ExchangePlan(repeating: Float(0), on: own, sends: messages, receives: messages)
        expectEqual(own.traffic[.send].calls, 0)
        for start in 1...3 {
            try plan.start().finish()
            expectEqual(own.traffic[.send].calls, start * world.size)
            expectEqual(own.traffic[.send].bytes, start * world.size * 12)
            expectEqual(own.traffic[.receive].calls, start * world.size)
            expectEqual(own.traffic[.receive].bytes, start * world.size * 12)
        }
        try plan.close()
        try own.close()
    },
    RankCheck("plans that cannot be") { world in
        expectThrows(matches: { if case .communication(let e) = $0 { e.routine == "MPI_Send_init" } else { false } }) {
            let plan = try ExchangePlan(
                repeating: 0, on: world, sends: [.init(rank: world.size, count: 1)],
                receives: [.init(rank: 0, count: 1)])
            try plan.close()
        }
        expectThrows(matches: { if case .communication(let e) = $0 { e.routine == "MPI_Recv_init" } else { false } }) {
            let plan = try ExchangePlan(repeating: 0, on: world, sends: [], receives: [.init(rank: -2, count: 1)])
            try plan.close()
        }
        expectThrows { _ = try ExchangePlan(repeating: 0, on: world, sends: [.init(rank: 0, count: -1)], receives: []) }
    },
    RankCheck("an exchange over the caller's memory") { world in
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        var memory = [world.rank, world.rank, -1, -1]
        try memory.withUnsafeMutableBufferPointer { buffer in
            let base = buffer.baseAddress!
            var exchange = try PersistentExchange(
                on: world, sends: [.init(base, 2, Int.datatype, rank: right)],
                receives: [.init(base + 2, 2, Int.datatype, rank: left)])
            expectThrows { try exchange.finish() }
            for step in 0..<3 {
                buffer[1] = step
                try exchange.start()
                expect(exchange.isStarted)
                expectThrows { try exchange.start() }
                try exchange.finish()
                expectEqual(Array(buffer[2...]), [left, step])
            }
            try exchange.close()
        }
    },
]
