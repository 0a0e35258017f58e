import CostModels
import DistributedArrays
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

// Writing where it must fail, and what redistribution costs.

let distributedFileChecks = npyChecks + matrixMarketChecks + fieldFileChecks + unwritableChecks + costChecks

private let unwritableChecks: [RankCheck] = [
    RankCheck("matrices that cannot be written leave everything as it was") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let a = try DistributedMatrix<Double>.random(rows: 40, columns: 30, seed: 1, block: 4, on: grid)
            try put("old", folder + "/plain", world)
            if world.rank == 0 {
                for name in ["/d.npy", "/d.mtx"] {
                    try FileManager.default.createDirectory(atPath: folder + name, withIntermediateDirectories: true)
                }
            }
            try world.barrier()
            for format in [".npy", ".mtx"] {
                for (name, reason) in [
                    ("/none/x", "no such file"), ("/plain/x", "not a directory"), ("/d", "is a directory"),
                ] {
                    try expectSameError(folder + name + format, reason, on: world) {
                        try a.write(to: folder + name + format)
                    }
                }
            }
            try expectSameError("named .npy or .mtx", on: world) { try a.write(to: folder + "/x.txt") }
            expectEqual(try names(in: folder, world), ["d.mtx", "d.npy", "plain"])
            expectEqual(try contents(folder + "/plain", as: UInt8.self), Array("old".utf8))
            try grid.close()
        }
    },
    RankCheck("a matrix larger than a file may be keeps the old file") { world in
        try withFolder(world) { folder in
            let grid = try ProcessGrid(world)
            let a = try DistributedMatrix<Double>.random(rows: 40, columns: 30, seed: 1, block: 4, on: grid)
            for name in ["/x.npy", "/x.mtx"] { try put("old", folder + name, world) }
            try withFileSizeLimit(4096) {
                for name in ["/x.npy", "/x.mtx"] {
                    try expectSameError(folder + name, "file too large", on: world) { try a.write(to: folder + name) }
                    expectEqual(try contents(folder + name, as: UInt8.self), Array("old".utf8))
                }
                expectEqual(try names(in: folder, world), ["x.mtx", "x.npy"])
                try grid.close()
            }
        }
    },
    RankCheck("a full disk keeps the old file") { world in
        try withFolder(world) { folder in
            try withSmallDisk(folder, world) {
                let grid = try ProcessGrid(world)
                let a = try DistributedMatrix<Double>.random(rows: 100, columns: 90, seed: 1, block: 8, on: grid)
                for name in ["/x.npy", "/x.mtx"] {
                    try put("old", folder + name, world)
                    try expectSameError(folder + name, "no space left", on: world) { try a.write(to: folder + name) }
                    expectEqual(try contents(folder + name, as: UInt8.self), Array("old".utf8))
                    try world.barrier()
                }
                expectEqual(try names(in: folder, world), ["x.mtx", "x.npy"])
                try grid.close()
            }
        }
    },
]

private let costChecks: [RankCheck] = [
    RankCheck("redistribution sends the words of its model") { world in
        try withEveryGrid(world) { grid in
            for (m, n, block) in [(0, 5, 2), (13, 17, 3), (30, 4, 8)] {
                let a = try DistributedMatrix<Double>.random(rows: m, columns: n, seed: 2, block: block, on: grid)
                let model = RedistributionModel(
                    rows: m, columns: n, block: block, gridRows: grid.rows, gridColumns: grid.columns)
                let before = grid.communicator.traffic[.allToAll]
                _ = try a.transposed()
                let after = grid.communicator.traffic[.allToAll]
                expectEqual(after.bytes - before.bytes, 8 * model.words(row: grid.row, column: grid.column))
                expectEqual(after.calls - before.calls, model.exchanges)
                expectEqual(
                    try world.allReduce(model.words(row: grid.row, column: grid.column), .sum), model.words)
            }
        }
    }
]
