import Failures
import Foundation
import MessagePassing

let communicatorChecks: [RankCheck] = [
    RankCheck("split") { world in
        // Three colors in reversed order; every fourth rank stays out.
        let color = world.rank % 4 == 3 ? nil : world.rank % 3
        let group = try world.split(color: color, key: -world.rank)
        expectEqual(group == nil, color == nil)
        if let group {
            let members = (0..<world.size).filter { $0 % 4 != 3 && $0 % 3 == color }.reversed()
            expectEqual(try group.allGather(world.rank), Array(members))
            try group.close()
            expectThrows { try group.barrier() }
            expectThrows { try group.close() }
        }
        expectThrows { _ = try world.split(color: -1) }
        expectThrows { _ = try world.split(color: Int.max) }
        // One rank's bad color is everyone's error.
        expectThrows(matches: { if case .argument("split", "color", _, "-7") = $0 { true } else { false } }) {
            _ = try world.split(color: world.rank == world.size - 1 ? -7 : 0)
        }
        let node = try world.splitByNode()
        expectEqual(node.size, world.size)
        try node.close()
    },
    RankCheck("a duplicate keeps its messages apart") { world in
        let other = try world.duplicate()
        expectEqual([other.rank, other.size], [world.rank, world.size])
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        let first = [1]
        let second = [2]
        var fromOther = [0]
        var fromWorld = [0]
        do {
            let a = try world.sendLater(first.span, to: right)
            let b = try other.sendLater(second.span, to: right)
            // Received in the other order: same partner, same tag.
            var otherSpan = fromOther.mutableSpan
            try other.receive(into: &otherSpan, from: left)
            var worldSpan = fromWorld.mutableSpan
            try world.receive(into: &worldSpan, from: left)
            try a.joined(with: b).wait()
        }
        expectEqual(fromOther + fromWorld, [2, 1])
        try other.close()
    },
    RankCheck("the communicator of oneself") { world in
        let alone = try Communicator.ofSelf()
        expectEqual([alone.rank, alone.size], [0, 1])
        expectEqual(try alone.allReduce(world.rank, .sum), world.rank)
        try alone.close()
        expectThrows { try alone.barrier() }
        let again = try Communicator.ofSelf()
        try again.barrier()
        try again.close()
    },
    RankCheck("counters") { world in
        let own = try world.duplicate()
        let p = own.size
        func counts(
            _ operation: Traffic.Operation, _ calls: Int, _ bytes: Int, line: Int = #line, _ body: () throws -> Void
        ) throws {
            own.traffic.reset()
            let total = Traffic.total[operation]
            try body()
            expectEqual(own.traffic[operation].calls, calls, "\(operation) calls", line: line)
            expectEqual(own.traffic[operation].bytes, bytes, "\(operation) bytes", line: line)
            expect(own.traffic[operation].seconds >= 0, line: line)
            // Nothing else is counted, but for agreement and a message's two ends.
            for other in Traffic.Operation.allCases
            where other != operation && other != .agreement && ![.send, .receive].contains(operation) {
                expectEqual(own.traffic[other].calls, 0, "\(other) in \(operation)", line: line)
            }
            expectEqual(Traffic.total[operation].bytes - total.bytes, bytes, line: line)
        }
        let values = [Double](repeating: 1, count: 5)
        var buffer = [Double](repeating: 1, count: 9)
        try withLargeCountLimits {
            var span = buffer.mutableSpan
            try counts(.send, 1, 40) { try own.sendReceive(values.span, to: own.rank, into: &span, from: own.rank) }
            // The message counts, not the buffer.
            try counts(.receive, 1, 40) { try own.sendReceive(values.span, to: own.rank, into: &span, from: own.rank) }
            try counts(.broadcast, 1, 72) { try own.broadcast(&span, from: p - 1) }
            try counts(.reduce, 1, 72) { try own.reduce(&span, .sum, to: p - 1) }
            try counts(.allReduce, 1, 72) { try own.allReduce(&span, .sum) }
            try counts(.allReduce, 1, 72) { try own.allReduceLater(&span, .sum).wait() }
            try counts(.scan, 1, 72) { try own.scan(&span, .sum) }
            try counts(.gather, 1, 40) { _ = try own.gather(values, to: 0) }
            try counts(.gather, 1, 8 * own.rank) {
                _ = try own.gatherVarying([Double](repeating: 1, count: own.rank), to: 0)
            }
            try counts(.allGather, 1, 40) { _ = try own.allGather(values) }
            try counts(.allGather, 1, 8 * own.rank) {
                _ = try own.allGatherVarying([Double](repeating: 1, count: own.rank))
            }
            try counts(.scatter, 1, 24) {
                _ = try own.scatter(own.rank == 0 ? [Double](repeating: 1, count: 3 * p) : nil, from: 0)
            }
            try counts(.scatter, 1, 8 * own.rank) {
                _ = try own.scatterVarying(
                    own.rank == 0 ? (0..<p).map { [Double](repeating: 1, count: $0) } : nil, from: 0)
            }
            try counts(.allToAll, 1, 16 * p) { _ = try own.allToAll([Double](repeating: 1, count: 2 * p)) }
            try counts(.allToAll, 1, 16 * p) {
                _ = try own.allToAllVarying([[Double]](repeating: [1, 2], count: p))
            }
            try counts(.barrier, 1, 0) { try own.barrier() }
            try counts(.agreement, 1, 24) { try own.agree("counting") }
        }
        try own.close()
    },
    RankCheck("one message of more than 2^31 - 1 elements") { world in
        guard world.size == 2 else { return }
        let count = Int(Int32.max) + 5
        // Whole pages of 2 MiB, where the system has them: half a million small ones a rank take it many seconds.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1 << 21)
        defer { memory.deallocate() }
        #if os(Linux)
            _ = madvise(memory.baseAddress, count, MADV_HUGEPAGE)
        #endif
        let bytes = memory.bindMemory(to: UInt8.self)
        if world.rank == 0 {
            bytes.initialize(repeating: 7)
            bytes[count - 1] = 9
            try world.send(Span(_unsafeElements: bytes), to: 1)
            bytes[count - 1] = 11
        } else {
            var span = bytes.mutableSpan
            let status = try world.receive(into: &span, from: 0)
            expectEqual(status.count, count)
            expectEqual([bytes[0], bytes[count / 2], bytes[count - 2], bytes[count - 1]], [7, 7, 7, 9])
        }
        var span = bytes.mutableSpan
        try world.broadcast(&span, from: 0)
        expectEqual(bytes[count - 1], 11)
        expectEqual(bytes.count { $0 != 7 }, 1)
    },
    RankCheck("a signal to one rank stops all at one step") { world in
        for target in 0..<world.size {
            for signal in SignalWatch.usualSignals {
                try SignalWatch.begin()
                var stopped: Int?
                for step in 0..<100 where stopped == nil {
                    if step == 5 + target, world.rank == target { kill(getpid(), signal) }
                    if let agreed = try world.agreeOnSignal() {
                        expectEqual(agreed, signal)
                        stopped = step
                    }
                }
                expectEqual(try world.allGather(stopped ?? -1), [Int](repeating: 5 + target, count: world.size))
                SignalWatch.end()
                expectEqual(SignalWatch.pending, nil)
            }
        }
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) { try SignalWatch.begin([SIGKILL]) }
    },
]
