import Failures
import Foundation
import MessagePassing

/// Ways in which a job ends, each in a launch of its own: `RankChecks ending NAME`. Those that should survive print
/// `survived`; the others should leave one line on standard error, a status that is not 0, and no crash trace.
let endings: [String: @Sendable (Communicator) throws -> Void] = [
    "after the end": { world in
        let other = try world.duplicate()
        let message = [1]
        expectEnd { _ = try MPIEnvironment.start() }
        try MPIEnvironment.finish()
        expectEnd { try MPIEnvironment.finish() }
        expectEnd { _ = try MPIEnvironment.start() }
        expectEnd { _ = try Communicator.ofSelf() }
        for communicator in [world, other] {
            expectEnd { try communicator.barrier() }
            expectEnd { try communicator.close() }
            expectEnd { _ = try communicator.duplicate() }
            expectEnd { _ = try communicator.split(color: 0) }
            expectEnd { try communicator.send(message.span, to: 0) }
            expectEnd { try communicator.sendLater(message.span, to: 0).wait() }
            expectEnd { _ = try communicator.allReduce(1, .sum) }
            expectEnd { _ = try communicator.allGather(1) }
            expectEnd { _ = try communicator.gatherVarying([1], to: 0) }
            expectEnd { _ = try communicator.allToAllVarying([[1]]) }
            expectEnd { try communicator.agree("after the end") }
            expectEnd { _ = try communicator.agreeOnSignal() }
            expectEnd { _ = try CartesianCommunicator(communicator, dimensions: [1], isPeriodic: [true]) }
            expectEnd { try SharedFile(reading: "/dev/null", on: communicator).close() }
            expectEnd {
                try ExchangePlan(repeating: 0, on: communicator, sends: [], receives: []).close()
            }
        }
        print("survived")
    },
    "closed before the end": { world in
        let other = try world.duplicate()
        try world.close()
        expectEnd { try world.close() }
        expectEnd { try world.barrier() }
        try other.barrier()
        // The grid and the duplicate are left to `finish`.
        _ = try CartesianCommunicator(other, dimensions: [other.size], isPeriodic: [true])
        try MPIEnvironment.finish()
        print("survived")
    },
    "plans outlive MPI": { world in
        let messages = [ExchangePlan<Int>.Message(rank: world.rank, count: 2)]
        let plan = try ExchangePlan(repeating: 0, on: world, sends: messages, receives: messages)
        let blocks = try StridedBlocks<Int>(blocks: 2, length: 1, stride: 3)
        try MPIEnvironment.finish()
        do { try plan.close() } catch { print("survived") }
        blocks.close()
    },
    "request dropped": { world in
        var buffer = [0]
        var span = buffer.mutableSpan
        do { _ = try world.receiveLater(into: &span, from: world.rank) }
        try world.barrier()
        print("survived")
    },
    "flight dropped": { world in
        let messages = [ExchangePlan<Int>.Message(rank: world.rank, count: 2)]
        var plan = try ExchangePlan(repeating: 0, on: world, sends: messages, receives: messages)
        do { _ = try plan.start() }
        try world.barrier()
        print("survived")
    },
    "error inside a routine": { world in
        // The others wait in a collective that the last rank never reaches.
        world.collectively("test") { () throws(TesseraError) in
            if world.rank == world.size - 1 { throw .singular(pivot: 3) }
            try world.barrier()
        }
        if world.size > 1 { print("survived") }
    },
    "hanging": { world in
        // Deaf to polite requests, as a rank inside a long panel is.
        try SignalWatch.begin()
        if world.rank == 0 { while true { sleep(1) } }
        try world.barrier()
    },
]

/// Ends the process with a message unless the body throws.
private func expectEnd(line: Int = #line, _ body: () throws -> Void) {
    do { try body() } catch { return }
    print("line \(line): expected an error")
    exit(3)
}
