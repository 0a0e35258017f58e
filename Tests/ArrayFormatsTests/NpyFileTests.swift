import ArrayFormats
import Failures
import Foundation
import TestSupport
import Testing

/// Whole files: the shipped terrain, round trips, lies about size, and writes that fail.
@Suite struct NpyFileTests {
    @Test func readsTheTerrain() throws {
        let path = repositoryFile("jobs/data/jacksboro_dem.npy")
        let header = try NpyHeader.read(from: path)
        #expect(header.elementType == .int16 && header.shape == [344, 403] && !header.isFortranOrder)
        #expect(header.fileSize == 277_392)
        let (shape, values) = try NpyFile.read(path)
        #expect(shape == [344, 403])
        #expect(values.count == 344 * 403)
        // By numpy: a.min(), a.max(), a.sum(), a[0, 0], a[100, 200], a[343, 402].
        #expect(values.min() == 236 && values.max() == 1076)
        #expect(values.reduce(0, +) == 73_617_913)
        #expect([values[0], values[100 * 403 + 200], values[343 * 403 + 402]] == [483, 522, 272])
    }

    @Test func roundTrips() throws {
        try withTemporaryFolder { folder in
            for shape in [[], [0], [5], [3, 4], [0, 3], [2, 3, 4]] {
                let values = (0..<shape.reduce(1, *)).map { Double($0) / 3 }
                let path = folder + "/a.npy"
                try NpyFile.write(values, shape: shape, to: path)
                let read = try NpyFile.read(path)
                #expect(read.shape == shape && read.values == values)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.npy"])
        }
    }

    @Test func putsFortranOrderInCOrder() throws {
        try withTemporaryFolder { folder in
            for shape in [[3, 4], [2, 3, 4], [5], [0, 2], [1, 7]] {
                // Element (i, j, ...) holds its own C-order number; the file lists them first axis fastest.
                var listed: [UInt8] = []
                for place in 0..<shape.reduce(1, *) {
                    var (rest, number) = (place, 0)
                    var index: [Int] = []
                    for extent in shape {
                        index.append(rest % extent)
                        rest /= extent
                    }
                    for (axis, extent) in shape.enumerated() { number = number * extent + index[axis] }
                    listed.append(UInt8(number))
                }
                let header = NpyHeader(elementType: .uint8, shape: shape, isFortranOrder: true)
                let path = folder + "/f.npy"
                try Data(header.rendered() + listed).write(to: URL(filePath: path))
                #expect(try NpyFile.read(path).values == (0..<listed.count).map { Double($0) })
            }
        }
    }

    @Test func refusesFilesThatDoNotHoldWhatTheyPromise() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            let header = NpyHeader(elementType: .float64, shape: [3, 4])
            for (held, name) in [(95, "short"), (97, "long"), (0, "empty")] {
                try Data(header.rendered() + [UInt8](repeating: 0, count: held)).write(to: URL(filePath: path))
                let reason = "the header promises 96 bytes of data, the file holds \(held)"
                #expect(refusal { () throws(TesseraError) in _ = try NpyHeader.read(from: path) } == reason, "\(name)")
                #expect(refusal { () throws(TesseraError) in _ = try NpyFile.read(path) } == reason, "\(name)")
            }
            try Data(header.rendered()[..<60]).write(to: URL(filePath: path))
            #expect(
                refusal { () throws(TesseraError) in _ = try NpyFile.read(path) }
                    == "the header is truncated: it promises 128 bytes, the file holds 60")
            #expect(
                refusal { () throws(TesseraError) in _ = try NpyFile.read(folder) } == "expected a file, found a folder"
            )
            // Nobody writes to it: to wait for that would hang.
            #expect(mkfifo(folder + "/pipe.npy", 0o600) == 0)
            #expect(
                refusal { () throws(TesseraError) in _ = try NpyFile.read(folder + "/pipe.npy") }
                    == "expected a file, found a device or a pipe")
            #expect(
                refusal { () throws(TesseraError) in _ = try NpyFile.read(folder + "/none.npy") }
                    == "cannot be opened: No such file or directory")
        }
    }

    @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            try NpyFile.write([1, 2], shape: [2], to: path)
            #expect(throws: TesseraError.self) { try NpyFile.write([1, 2, 3], shape: [2], to: path) }
            // A folder cannot be replaced by a file, which shows before anything is written.
            let taken = folder + "/taken"
            try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
            #expect(
                refusal { () throws(TesseraError) in try NpyFile.write([1], shape: [1], to: taken) }
                    == "cannot be replaced: Is a directory")
            #expect(
                refusal { () throws(TesseraError) in _ = try AtomicFile(taken) } == "cannot be replaced: Is a directory"
            )
            #expect(
                refusal { () throws(TesseraError) in try NpyFile.write([1], shape: [1], to: folder + "/no/b.npy") }
                    == "cannot be written: No such file or directory")
            // Abandoned halfway: never committed.
            do {
                var file = try AtomicFile(path)
                try file.write([9, 9, 9])
            }
            #expect(try NpyFile.read(path).values == [1, 2])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.npy", "taken"])
        }
    }
}
