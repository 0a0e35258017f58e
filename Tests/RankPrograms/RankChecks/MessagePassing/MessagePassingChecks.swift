import Failures
import MessagePassing

let messagePassingChecks: [RankCheck] =
    collectiveChecks + topologyChecks + exchangeChecks + stridedChecks + fileChecks + fileFailureChecks

private let collectiveChecks: [RankCheck] = [
    RankCheck("broadcast from every root") { world in
        for root in 0..<world.size {
            var values = [Double](repeating: world.rank == root ? 2.5 : -1, count: 7)
            var span = values.mutableSpan
            try world.broadcast(&span, from: root)
            expectEqual(values, [Double](repeating: 2.5, count: 7))
        }
    },
    RankCheck("reductions") { world in
        let p = world.size
        expectEqual(try world.allReduce(world.rank, .sum), p * (p - 1) / 2)
        expectEqual(try world.allReduce(Double(world.rank), .maximum), Double(p - 1))
        expectEqual(try world.allReduce(world.rank + 1, .custom { $0 * 31 % 1009 + 0 * $1 + $1 }) >= 0, true)
        expectEqual(try world.scan(world.rank + 1, .sum), (world.rank + 1) * (world.rank + 2) / 2)
        let best = try world.allReduce(Located(Double(world.rank % 2), at: world.rank), .custom(Located.maximum))
        expectEqual(best, p == 1 ? Located(0, at: 0) : Located(1, at: 1))
    },
    RankCheck("gathers of different lengths") { world in
        let own = Array(repeating: world.rank, count: world.rank)
        let all = try world.allGatherVarying(own)
        expectEqual(all, (0..<world.size).map { Array(repeating: $0, count: $0) })
        for root in 0..<world.size {
            let gathered = try world.gatherVarying(own, to: root)
            expectEqual(gathered, world.rank == root ? all : nil)
        }
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
        }
    },
    RankCheck("requests") { world in
        let right = (world.rank + 1) % world.size
        let left = (world.rank - 1 + world.size) % world.size
        let outgoing = [world.rank, 2 * world.rank]
        var incoming = [0, 0]
        do {
            var span = incoming.mutableSpan
            let receive = try world.receiveLater(into: &span, from: left)
            let sent = outgoing.span
            let send = try world.sendLater(sent, to: right)
            try send.wait()
            try receive.wait()
        }
        expectEqual(incoming, [left, 2 * left])
    },
]
