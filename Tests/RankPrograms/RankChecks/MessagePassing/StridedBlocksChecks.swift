import Failures
import MessagePassing

/// Runs `body` with the ordinary limit of a message's count and with tiny ones, so that the same messages also take the
/// way of those above 2^31 - 1: 4 divides many counts, 5 leaves ragged ends.
func withLargeCountLimits(_ body: () throws -> Void) rethrows {
    let limit = LargeCount.limit
    defer { LargeCount.limit = limit }
    for smaller in [limit, 5, 4, 2] {
        LargeCount.limit = smaller
        try body()
    }
}

let stridedChecks: [RankCheck] = [
    RankCheck("strided blocks") { world in
        let right = (world.rank + 1) % world.size
        let left = (world.rank + world.size - 1) % world.size
        for (count, length, stride) in [(3, 2, 5), (1, 7, 7), (11, 1, 13), (0, 3, 3), (4, 0, 2), (13, 11, 12)] {
            let reach = count == 0 || length == 0 ? 0 : (count - 1) * stride + length
            try withLargeCountLimits {
                let blocks = try StridedBlocks<Int32>(blocks: count, length: length, stride: stride)
                expectEqual(blocks.count, count * length)
                expectEqual(blocks.reach, reach)
                let own = (0..<reach).map { Int32(1000 * world.rank + $0) }
                var incoming = [Int32](repeating: -1, count: reach)
                // Even ranks send first; alone, a rank sends to itself through a request.
                let before = world.traffic[.send].bytes
                if world.size > 1 {
                    if world.rank % 2 == 0 { try world.send(own.span, blocks, to: right) }
                    var span = incoming.mutableSpan
                    try world.receive(into: &span, blocks, from: left)
                    if world.rank % 2 == 1 { try world.send(own.span, blocks, to: right) }
                    expectEqual(world.traffic[.send].bytes - before, 4 * count * length)
                    for i in 0..<reach {
                        expectEqual(incoming[i], i % stride < length ? Int32(1000 * left + i) : -1)
                    }
                }
                for root in 0..<world.size {
                    var values = [Int32](repeating: world.rank == root ? 7 : -1, count: reach)
                    var span = values.mutableSpan
                    try world.broadcast(&span, blocks, from: root)
                    for i in 0..<reach {
                        expectEqual(values[i], i % stride < length || world.rank == root ? 7 : -1)
                    }
                }
                blocks.close()
            }
        }
    },
    RankCheck("boxes of arrays") { world in
        let shape = [4, 3, 5]
        for (origin, extents) in [
            ([0, 0, 0], [4, 3, 5]), ([1, 1, 2], [2, 2, 3]), ([3, 2, 4], [1, 1, 1]), ([2, 0, 0], [0, 3, 5]),
        ] {
            try withLargeCountLimits {
                let box = try StridedBlocks<Double>(at: origin, extents: extents, of: shape)
                expectEqual(box.count, extents.reduce(1, *))
                var values = (0..<60).map { world.rank == 0 ? Double($0) : -1 }
                var span = values.mutableSpan
                try world.broadcast(&span, box, from: 0)
                for i in 0..<60 {
                    let place = [i / 15, i / 5 % 3, i % 5]
                    let isInside = (0..<3).allSatisfy {
                        place[$0] >= origin[$0] && place[$0] < origin[$0] + extents[$0]
                    }
                    expectEqual(values[i], isInside || world.rank == 0 ? Double(i) : -1)
                }
            }
        }
        expectThrows { _ = try StridedBlocks<Double>(at: [1, 1, 2], extents: [2, 2, 4], of: shape) }
        expectThrows { _ = try StridedBlocks<Double>(at: [1], extents: [1], of: shape) }
        expectThrows { _ = try StridedBlocks<Double>(at: [-1, 0, 0], extents: [1, 1, 1], of: shape) }
    },
    RankCheck("strided blocks that cannot be") { world in
        expectThrows { _ = try StridedBlocks<Int>(blocks: -1, length: 1, stride: 1) }
        expectThrows { _ = try StridedBlocks<Int>(blocks: 2, length: 3, stride: 2) }
        let blocks = try StridedBlocks<Int>(blocks: 3, length: 2, stride: 5)
        var short = [Int](repeating: 0, count: 11)
        expectThrows { try world.send(short.span, blocks, to: world.rank) }
        var span = short.mutableSpan
        expectThrows { try world.receive(into: &span, blocks, from: world.rank) }
        blocks.close()
    },
    RankCheck("strides past 2^31 elements") { world in
        // Descriptions alone: nothing of this size is allocated.
        let blocks = try StridedBlocks<UInt8>(blocks: 3, length: 3_000_000_000, stride: 4_000_000_000)
        expectEqual(blocks.count, 9_000_000_000)
        expectEqual(blocks.reach, 11_000_000_000)
        let box = try StridedBlocks<Double>(
            at: [99_999, 99_999], extents: [1, 1], of: [100_000, 100_000])
        expectEqual(box.reach, 10_000_000_000)
    },
]
