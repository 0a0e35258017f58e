import Failures
import Foundation
import MessagePassing

/// Notes a failure unless every rank throws `.file` for this path with this reason, and the folder stays as it was.
private func expectRefusal(
    _ reason: String, _ path: String, _ world: Communicator, line: Int = #line, _ body: () throws -> Void
) throws {
    expectThrows(
        "for \(reason)", line: line,
        matches: { error in
            guard case .file(path, let found) = error else { return false }
            return found.contains(reason)
        }, body)
    try world.barrier()
}

let fileFailureChecks: [RankCheck] = [
    RankCheck("files that cannot be read") { world in
        try withFolder(world) { folder in
            try expectRefusal("no such file or directory", folder + "/none", world) {
                try SharedFile(reading: folder + "/none", on: world).close()
            }
            try expectRefusal("is a directory", folder, world) { try SharedFile(reading: folder, on: world).close() }
            try expectRefusal("not a regular file", "/dev/null", world) {
                try SharedFile(reading: "/dev/null", on: world).close()
            }
            let path = folder + "/short"
            if world.rank == 0 { try Data(repeating: 1, count: 100).write(to: URL(fileURLWithPath: path)) }
            try world.barrier()
            // Only the last rank reads past the end; all learn of it.
            try expectRefusal("the file ends at byte 100, 101 are needed", path, world) {
                try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                    var bytes = [UInt8](repeating: 0, count: world.rank == world.size - 1 ? 51 : 50)
                    var span = bytes.mutableSpan
                    try file.read(into: &span, at: 50)
                }
            }
            try expectRefusal("the file ends at byte 100, 104 are needed", path, world) {
                try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                    var values = [Double](repeating: 0, count: 13)
                    var span = values.mutableSpan
                    try file.read(into: &span, box: [0], extents: [13], of: [13], at: 0)
                }
            }
            try expectRefusal("negative offset -1", path, world) {
                try SharedFile.reading(path, on: world) { (file) throws(TesseraError) in
                    var bytes: [UInt8] = [0]
                    var span = bytes.mutableSpan
                    try file.read(into: &span, at: -1)
                }
            }
            // After an error the file is closed.
            var file = try SharedFile(reading: path, on: world)
            let value: [UInt8] = [1]
            try expectRefusal("opened for reading", path, world) { try file.write(value.span, at: 0) }
            try expectRefusal("is closed", path, world) { try file.write(value.span, at: 0) }
        }
    },
    RankCheck("files that cannot be written") { world in
        try withFolder(world) { folder in
            try expectRefusal("no such file or directory", folder + "/none/x", world) {
                try SharedFile(replacing: folder + "/none/x", on: world).discard()
            }
            try expectRefusal("is a directory", folder, world) {
                try SharedFile(replacing: folder, on: world).discard()
            }
            let long = folder + "/" + String(repeating: "x", count: 300)
            try expectRefusal("file name too long", long, world) {
                try SharedFile(replacing: long, on: world).discard()
            }
            if world.rank == 0 {
                try Data([1]).write(to: URL(fileURLWithPath: folder + "/plain"))
            }
            try world.barrier()
            let below = folder + "/plain/x"
            try expectRefusal("not a directory", below, world) { try SharedFile(replacing: below, on: world).discard() }
            expectEqual(try names(in: folder, world), ["plain"])
        }
    },
    RankCheck("ranks that name different files") { world in
        try withFolder(world) { folder in
            guard world.size > 1 else { return }
            let path = folder + "/\(world.rank)"
            try Data([1]).write(to: URL(fileURLWithPath: path))
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                try SharedFile(reading: path, on: world).close()
            }
        }
    },
    RankCheck("a file larger than it may be") { world in
        try withFolder(world) { folder in
            let path = folder + "/limited"
            try withFileSizeLimit(4096) {
                try expectRefusal("file too large", path, world) {
                    try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                        let bytes = [UInt8](repeating: 1, count: 3000)
                        try file.write(bytes.span, at: 3000 * (world.rank + 1))
                    }
                }
                expectEqual(try names(in: folder, world), [])
            }
        }
    },
    RankCheck("a full disk") { world in
        try withFolder(world) { folder in
            try withSmallDisk(folder, world) {
                let path = folder + "/full"
                for length in [100_000, 40_000] where length > 65536 || world.size > 1 {
                    try expectRefusal("no space left on device", path, world) {
                        try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                            let bytes = [UInt8](repeating: 1, count: length)
                            try file.write(bytes.span, at: length * world.rank)
                        }
                    }
                    expectEqual(try names(in: folder, world), [])
                }
                // What fits still can be written.
                try SharedFile.replacing(path, on: world) { (file) throws(TesseraError) in
                    let bytes = [UInt8](repeating: 1, count: 1000)
                    try file.write(bytes.span, at: 1000 * world.rank)
                }
                expectEqual(try contents(path, as: UInt8.self), [UInt8](repeating: 1, count: 1000 * world.size))
            }
        }
    },
]
