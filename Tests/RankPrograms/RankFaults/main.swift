// A program that fails on purpose: mpirun -np K RankFaults MODE. The tests look at its last words and its exit status.

import Foundation
import Tessera

struct OwnError: Error, CustomStringConvertible {
    var description: String { "a failure of the program's own" }
}

let modes: [String: (Communicator) throws -> Void] = [
    "succeed": { world in try world.barrier() },
    // The others wait in a barrier that the last rank never enters.
    "throw-on-one": { world in
        if world.rank == world.size - 1 { throw OwnError() }
        try world.barrier()
    },
    "throw-on-all": { _ in throw OwnError() },
    "throw-late": { world in
        // Rank 0 has ended already when the last rank fails.
        if world.rank == world.size - 1 {
            Thread.sleep(forTimeInterval: 1.5)
            throw OwnError()
        }
    },
    "not-positive-definite": { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>(rows: 20, columns: 20, block: 3, on: grid) { i, j in
            i == j ? (i == 13 ? -1 : 1) : 0
        }
        _ = try Cholesky(consuming: a)
    },
    // What happens inside a routine on one rank alone cannot be thrown: the others wait for it there.
    "fail-inside-routine": { world in
        world.collectively("routine") { () throws(TesseraError) in
            if world.rank == 0 {
                throw .argument(routine: "routine", name: "n", expected: "1", found: "2")
            }
            try world.barrier()
        }
    },
    // A program that catches the error and goes on would hang the others, if one rank alone were thrown one.
    "bad-argument-on-one": { world in
        try? badArguments[CommandLine.arguments[2]]!(world, world.rank == world.size - 1)
        try world.barrier()
        print("survived")
    },
    "bad-argument-on-all": { world in
        try? badArguments[CommandLine.arguments[2]]!(world, true)
        try world.barrier()
        print("survived")
    },
    // As the program itself does: SIGTERM, by which mpirun ends the ranks, is only noted.
    "throw-on-most-while-watching": { world in
        try SignalWatch.begin()
        if world.rank > 0 { throw OwnError() }
        try world.barrier()
    },
    "bad-color-on-one": { world in
        do {
            _ = try world.split(color: world.rank == world.size - 1 ? -1 : 0)
        } catch {
            try world.barrier()
            if world.rank == 0 { print("all: \(error)") }
        }
    },
    "exit-without-finish": { world in
        if world.rank == world.size - 1 { exit(7) }
        try world.barrier()
    },
]

guard CommandLine.arguments.count > 1, let mode = modes[CommandLine.arguments[1]] else {
    print("usage: RankFaults \(modes.keys.sorted().joined(separator: "|")) [ARGUMENT]")
    exit(2)
}
try Tessera.run(mode)
