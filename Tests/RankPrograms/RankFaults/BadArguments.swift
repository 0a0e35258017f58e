import Tessera

/// Collectives with an argument that is wrong on one rank, by name: `body(world, isWrong)`. The others enter them.
let badArguments: [String: @Sendable (Communicator, Bool) throws -> Void] = [
    "broadcast root": { world, isWrong in _ = try world.broadcast(1, from: isWrong ? -1 : 0) },
    "broadcast blocks": { world, isWrong in
        let blocks = try StridedBlocks<Int>(blocks: 3, length: 2, stride: 5)
        var values = [Int](repeating: 1, count: isWrong ? 11 : 12)
        var span = values.mutableSpan
        try world.broadcast(&span, blocks, from: 0)
    },
    "broadcastLater root": { world, isWrong in
        var values = [1, 2]
        var span = values.mutableSpan
        try world.broadcastLater(&span, from: isWrong ? world.size : 0).wait()
    },
    "reduce root": { world, isWrong in
        var values = [1, 2]
        var span = values.mutableSpan
        try world.reduce(&span, .sum, to: isWrong ? world.size : 0)
    },
    "gather root": { world, isWrong in _ = try world.gather([1], to: isWrong ? Int.max : 0) },
    "gatherVarying root": { world, isWrong in _ = try world.gatherVarying([1], to: isWrong ? -2 : 0) },
    "gatherLater length": { world, isWrong in
        // Lengths count on the root, here the rank that is wrong.
        let values = [1]
        var whole = [Int](repeating: 0, count: isWrong ? world.size + 1 : 0)
        var span = whole.mutableSpan
        let outgoing = values.span
        try world.gatherLater(outgoing, into: &span, to: world.size - 1).wait()
    },
    "scatter root": { world, isWrong in
        _ = try world.scatter([Int](repeating: 1, count: world.size), from: isWrong ? -1 : 0)
    },
    "scatterVarying root": { world, isWrong in
        _ = try world.scatterVarying([[Int]](repeating: [1], count: world.size), from: isWrong ? -1 : 0)
    },
    "allToAll values": { world, isWrong in
        _ = try world.allToAll([Int](repeating: 1, count: 2 * world.size + (isWrong ? 1 : 0)))
    },
    "allToAllLater length": { world, isWrong in
        let values = [Int](repeating: 1, count: world.size)
        var received = [Int](repeating: 0, count: world.size + (isWrong ? 1 : 0))
        var span = received.mutableSpan
        let outgoing = values.span
        try world.allToAllLater(outgoing, into: &span).wait()
    },
    "allToAllVarying parts": { world, isWrong in
        _ = try world.allToAllVarying([[Int]](repeating: [1], count: world.size + (isWrong ? 1 : 0)))
    },
    "allToAllVarying sending": { world, isWrong in
        let ones = [Int](repeating: 1, count: world.size)
        _ = try world.allToAllVarying(ones, sending: isWrong ? ones.map { _ in 2 } : ones, receiving: ones)
    },
    "allToAllVarying receiving": { world, isWrong in
        let ones = [Int](repeating: 1, count: world.size)
        _ = try world.allToAllVarying(ones, sending: ones, receiving: isWrong ? ones.map { _ in -1 } : ones)
    },
    "allGatherLater length": { world, isWrong in
        let values = [1]
        var whole = [Int](repeating: 0, count: world.size + (isWrong ? 1 : 0))
        var span = whole.mutableSpan
        let outgoing = values.span
        try world.allGatherLater(outgoing, into: &span).wait()
    },
    "allReduceLater reduction": { world, isWrong in
        var values = [1]
        var span = values.mutableSpan
        try world.allReduceLater(&span, isWrong ? .custom { $0 + $1 } : .sum).wait()
    },
]
