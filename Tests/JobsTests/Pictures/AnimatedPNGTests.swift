// An animation's chunks stand in the order that the specification asks for, and its pixels are those of the frames.

import CPNG
import Failures
import Foundation
import Jobs
import TestSupport
import Testing

@Suite struct AnimatedPNGTests {
    private struct Chunk {
        let type: String
        let content: [UInt8]
    }

    private func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// The chunks of a file, each with the checksum that this bit by bit division gives.
    private func chunks(_ bytes: [UInt8]) throws -> [Chunk] {
        try #require(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [Chunk] = []
        var place = 8
        while place < bytes.count {
            try #require(place + 12 <= bytes.count)
            let end = place + 8 + number(bytes[place..<place + 4])
            try #require(end + 4 <= bytes.count)
            var remainder: UInt32 = .max
            for byte in bytes[place + 4..<end] {
                remainder ^= UInt32(byte)
                for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
            }
            #expect(number(bytes[end..<end + 4]) == Int(~remainder))
            chunks.append(
                Chunk(
                    type: String(decoding: bytes[place + 4..<place + 8], as: UTF8.self),
                    content: Array(bytes[place + 8..<end])))
            place = end + 4
        }
        return chunks
    }

    private func picture(_ frame: Int, width: Int = 90, height: Int = 70) -> Picture {
        var picture = Picture(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { picture[x, y] = Colour(UInt32((x * 7919 + y * 104_729 * frame) & 0xFFFFFF)) }
        }
        return picture
    }

    /// What libpng reads: the default image.
    private func decoded(_ file: [UInt8]) throws -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        try #require(png_image_begin_read_from_memory(&image, file, file.count) != 0)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        var pixels = [UInt8](repeating: 0, count: 3 * Int(image.width) * Int(image.height))
        try #require(png_image_finish_read(&image, nil, &pixels, 0, nil) != 0)
        return pixels
    }

    @Test func framesBecomeAnAnimation() throws {
        try withTemporaryFolder { folder in
            let frames = (1...3).map { picture($0) }
            let paths = frames.indices.map { "\(folder)/\($0).png" }
            for (frame, path) in zip(frames, paths) { try frame.write(toPNG: path) }
            let target = folder + "/animation.png"
            try AnimatedPNG.write(frames: paths, rate: 12, to: target)
            let file = Array(try Data(contentsOf: URL(fileURLWithPath: target)))
            #expect(try decoded(file) == frames[0].pixels)

            let found = try chunks(file)
            let types = found.map(\.type)
            #expect(types.first == "IHDR" && types[1] == "acTL" && types.last == "IEND")
            #expect(found[1].content == [0, 0, 0, 3, 0, 0, 0, 0])
            let controls = found.filter { $0.type == "fcTL" }
            #expect(controls.count == 3)
            for control in controls {
                #expect(number(control.content[4..<8]) == 90 && number(control.content[8..<12]) == 70)
                #expect(control.content[12...] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 12, 0, 0])
            }
            // Frames and their controls are numbered in one sequence.
            let sequence = found.filter { ["fcTL", "fdAT"].contains($0.type) }.map { number($0.content[0..<4]) }
            #expect(sequence == Array(0..<sequence.count))
            let first = try #require(types.firstIndex(of: "IDAT"))
            #expect(types[..<first].contains("fcTL") && !types[..<first].contains("fdAT"))

            // Each frame's pixels, taken out of the animation, make the picture that went in.
            var (pixels, current) = ([[Chunk]](), [Chunk]())
            for chunk in found.dropFirst(2) {
                if chunk.type == "fcTL" || chunk.type == "IEND", !current.isEmpty {
                    pixels.append(current)
                    current = []
                }
                if chunk.type == "IDAT" { current.append(chunk) }
                if chunk.type == "fdAT" {
                    current.append(Chunk(type: "IDAT", content: Array(chunk.content.dropFirst(4))))
                }
            }
            #expect(pixels.count == 3)
            let heading = Array(file.prefix(8 + 25))
            for (frame, data) in zip(frames, pixels) {
                let body = data.flatMap { chunk in encoded(chunk) }
                #expect(try decoded(heading + body + encoded(Chunk(type: "IEND", content: []))) == frame.pixels)
            }
        }
    }

    private func encoded(_ chunk: Chunk) -> [UInt8] {
        func bytes(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(number >> $0 & 255) } }
        let summed = Array(chunk.type.utf8) + chunk.content
        return bytes(chunk.content.count) + summed + bytes(Int(crc32(0, summed, uInt(summed.count))))
    }

    @Test func framesThatDoNotFitAreRefused() throws {
        try withTemporaryFolder { folder in
            try picture(1).write(toPNG: folder + "/a.png")
            try picture(1, width: 91).write(toPNG: folder + "/b.png")
            var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.png"))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: folder + "/damaged.png"))
            for (name, reason) in [("b", "others"), ("damaged", "damaged bytes"), ("none", "cannot be read")] {
                let path = "\(folder)/\(name).png"
                do {
                    try AnimatedPNG.write(frames: [folder + "/a.png", path], rate: 10, to: folder + "/x.png")
                    Issue.record("\(name) was taken")
                } catch TesseraError.file(let named, let found) {
                    #expect(named == path && found.contains(reason), "\(found)")
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
        }
    }
}
