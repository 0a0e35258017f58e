import Failures
import Foundation
import MessagePassing

/// Messages and votes that travel while the ranks compute.
let ringChecks: [RankCheck] = [
    RankCheck("ring broadcasts from several roots at once, driven or not") { world in
        // Every rank's own message is the k-th for another rank: a forwarder sends its own before it forwards another's.
        let lengths = [0, 1, 7, 4097, 300_000]
        for isDriven in [false, true] {
            for round in 0..<3 {
                var ring = RingBroadcast(on: world)
                let messages = (0..<2 * world.size).map { k in
                    (root: (k + round) % world.size, length: lengths[(k + round) % lengths.count])
                }
                let buffers = messages.map { UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, $0.length)) }
                defer { buffers.forEach { $0.deallocate() } }
                for (k, message) in messages.enumerated() {
                    for i in 0..<message.length {
                        buffers[k][i] = world.rank == message.root ? byte(k, i, message.root) : 0
                    }
                    try ring.begin(buffers[k].baseAddress!, bytes: message.length, from: message.root)
                    if isDriven { try ring.advance() }
                }
                for _ in 0..<(isDriven ? 20 : 0) { try ring.advance() }
                try ring.wait()
                for (k, message) in messages.enumerated() {
                    let isRight = (0..<message.length).allSatisfy { buffers[k][$0] == byte(k, $0, message.root) }
                    expect(isRight, "message \(k) of \(message.length) bytes from \(message.root)")
                }
            }
        }
    },
    RankCheck("a ring broadcast counts as a broadcast on every rank") { world in
        let before = world.traffic[.broadcast]
        var ring = RingBroadcast(on: world)
        var value = Int64(world.rank)
        try ring.begin(&value, bytes: 8, from: 0)
        try ring.wait()
        expectEqual(value, 0)
        expectEqual(world.traffic[.broadcast].bytes - before.bytes, 8)
        expectEqual(world.traffic[.broadcast].calls - before.calls, 1)
    },
    RankCheck("queued sends arrive in the order in which they were begun, and are counted") { world in
        let lengths = [1, 7, 100_000, 0]
        let (next, previous) = ((world.rank + 1) % world.size, (world.rank + world.size - 1) % world.size)
        let before = world.traffic[.send]
        let sent = lengths.map { [Int64](repeating: Int64(world.rank * 1_000_000 + $0), count: $0) }
        let memory = UnsafeMutableBufferPointer<Int64>.allocate(capacity: lengths.reduce(0, +))
        defer { memory.deallocate() }
        _ = memory.initialize(from: sent.joined())
        var queue = SendQueue(on: world)
        var start = memory.baseAddress!
        for length in lengths {
            try queue.begin(start, length, Int64.datatype, to: next)
            start += length
        }
        for length in lengths {
            var received = [Int64](repeating: -1, count: length)
            var span = received.mutableSpan
            expectEqual(try world.receive(into: &span, from: previous).count, length)
            expect(received.allSatisfy { $0 == Int64(previous * 1_000_000 + length) }, "\(length) elements")
        }
        try queue.wait()
        expectEqual(world.traffic[.send].calls - before.calls, lengths.count)
        expectEqual(world.traffic[.send].bytes - before.bytes, 8 * lengths.reduce(0, +))
    },
    RankCheck("a vote on stopping ends all ranks at one step, a step later") { world in
        for target in 0..<world.size {
            try SignalWatch.begin()
            defer { SignalWatch.end() }
            var last = 0
            expectThrows(matches: { $0 == .interrupted(signal: SIGUSR1) }) {
                try voteUntilStopped(on: world) { step in
                    last = step
                    if step == 5, world.rank == target { kill(getpid(), SIGUSR1) }
                }
            }
            expectEqual(last, world.size == 1 ? 5 : 6)
        }
        var vote = SignalVote(on: world)
        for _ in 0..<3 { try vote.stopIfAsked() }
        try vote.end()
    },
    RankCheck("a vote carries the first rank's clock, which a signal outweighs") { world in
        try SignalWatch.begin()
        defer { SignalWatch.end() }
        var vote = SignalVote(on: world)
        /// What the ranks vote for now, as they read it a step later.
        func outcome(isDue: Bool) throws -> SignalVote.Verdict {
            let now = try vote.ask(isDue: isDue)
            if world.size == 1 { return now }
            expectEqual(now, .proceed)
            return try vote.ask(isDue: false)
        }
        expectEqual(try outcome(isDue: world.rank == 0), .checkpoint)
        expectEqual(try outcome(isDue: false), .proceed)
        if world.rank == world.size - 1 { kill(getpid(), SIGUSR1) }
        expectEqual(try outcome(isDue: world.rank == 0), .stop(signal: SIGUSR1))
        try vote.end()
    },
    RankCheck("a reduction of records keeps a record whole") { world in
        for count in [1, 3, 40] {
            // The record whose first word is the largest wins with all of its words.
            var record = (0..<count).map { $0 == 0 ? (world.rank * 7) % world.size : world.rank * 1000 + $0 }
            let memory = UnsafeMutablePointer<Int>.allocate(capacity: count)
            defer { memory.deallocate() }
            memory.initialize(from: record, count: count)
            try world.allReduceRecord(memory, bytes: 8 * count) { theirs, ours in
                if theirs.load(as: Int.self) > ours.load(as: Int.self) {
                    ours.copyMemory(from: theirs, byteCount: 8 * count)
                }
            }
            record = (0..<count).map { memory[$0] }
            let largest = (0..<world.size).map { ($0 * 7) % world.size }.max()!
            expectEqual(record[0], largest)
            let winners = (0..<world.size).filter { ($0 * 7) % world.size == largest }
            let isWhole = winners.contains { winner in
                (1..<max(1, count)).allSatisfy { record[$0] == winner * 1000 + $0 }
            }
            expect(isWhole, "\(record)")
        }
    },
]

private func byte(_ message: Int, _ i: Int, _ root: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 31 &* message &+ 7 &* i &+ 101 &* root &+ i >> 8)
}

private func voteUntilStopped(on world: Communicator, _ step: (Int) -> Void) throws(TesseraError) {
    var vote = SignalVote(on: world)
    for k in 0..<20 {
        step(k)
        try vote.stopIfAsked()
    }
    try vote.end()
}
