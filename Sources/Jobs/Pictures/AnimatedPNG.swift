// An animated PNG from PNG files of one size: libpng's compressed pixels, in other chunks.
//
// Source: PNG specification, third edition (W3C, 2025), 11.3.6, "Animation information". The first frame is also the
// picture that programs show which know nothing of animations. One frame is in memory at a time.

import ArrayFormats
import CPNG
import Foundation
package import Failures

/// Frames one after the other in one file, for ever.
package enum AnimatedPNG {
    /// Writes the file, which replaces `path` as a whole or not at all.
    ///
    /// - Parameters:
    ///   - frames: the files of the frames, in order.
    ///   - rate: frames a second.
    /// - Throws: `TesseraError.file` where a frame cannot be read, is no PNG file, or has another size or kind of pixels
    ///   than the first; with the system's reason where the file cannot be written.
    package static func write(frames: [String], rate: UInt16, to path: String) throws(TesseraError) {
        guard let first = frames.first, let count = UInt32(exactly: frames.count) else {
            throw .argument(routine: "AnimatedPNG", name: "frames", expected: "at least one", found: "\(frames.count)")
        }
        let chunks = try PNGChunk.read(from: first)
        let header = chunks[0].content
        var file = try AtomicFile(path)
        try file.write(PNGChunk.signature)
        // The header, and what libpng says of colours, stand before the first pixels.
        try file.write(chunks[0].encoded)
        try file.write(PNGChunk("acTL", bigEndian(count) + bigEndian(0)).encoded)
        for chunk in chunks.dropFirst().prefix(while: { $0.type != "IDAT" }) { try file.write(chunk.encoded) }

        var sequence: UInt32 = 0
        for frame in frames {
            let chunks = try PNGChunk.read(from: frame)
            guard chunks[0].content == header else {
                throw .file(path: frame, reason: "expected the size and the pixels of \(first), found others")
            }
            // The whole canvas, shown for 1/rate seconds and then overwritten.
            var control = bigEndian(sequence)
            control += header[0..<8]
            control += [0, 0, 0, 0, 0, 0, 0, 0]
            control += [0, 1, UInt8(rate >> 8), UInt8(truncatingIfNeeded: rate), 0, 0]
            try file.write(PNGChunk("fcTL", control).encoded)
            sequence += 1
            for chunk in chunks where chunk.type == "IDAT" {
                if frame == first {
                    try file.write(chunk.encoded)
                } else {
                    try file.write(PNGChunk("fdAT", bigEndian(sequence) + chunk.content).encoded)
                    sequence += 1
                }
            }
        }
        try file.write(PNGChunk("IEND", []).encoded)
        try file.commit()
    }
}

/// A chunk of a PNG file: a type of four letters, and bytes.
struct PNGChunk: Equatable {
    let type: String
    let content: [UInt8]

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init(_ type: String, _ content: [UInt8]) {
        self.type = type
        self.content = content
    }

    /// Length, type, content, and the checksum of the last two.
    var encoded: [UInt8] {
        let summed = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + summed + bigEndian(Self.checksum(summed))
    }

    /// The chunks of a file, the header first, with checksums that are right.
    static func read(from path: String) throws(TesseraError) -> [PNGChunk] {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .file(path: path, reason: "cannot be read")
        }
        func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        var chunks: [PNGChunk] = []
        var place = signature.count
        while place + 12 <= bytes.count {
            let end = place + 8 + number(place)
            guard end + 4 <= bytes.count, number(end) == Int(checksum(bytes[place + 4..<end])) else { break }
            chunks.append(
                PNGChunk(String(decoding: bytes[place + 4..<place + 8], as: UTF8.self), Array(bytes[place + 8..<end])))
            place = end + 4
        }
        guard bytes.starts(with: signature), place == bytes.count, chunks.first?.type == "IHDR",
            chunks[0].content.count == 13
        else { throw .file(path: path, reason: "expected a PNG file, found other or damaged bytes") }
        return chunks
    }

    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let bytes = Array(bytes)
        return UInt32(crc32(0, bytes, uInt(bytes.count)))
    }
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
