import ArrayFormats
import CPNG
package import Failures

extension Picture {
    /// Writes the picture as a PNG file (eight bits, RGB, sRGB), which replaces `path` as a whole or not at all.
    ///
    /// - Throws: `TesseraError.file` with the system's or libpng's reason.
    package func write(toPNG path: String) throws(TesseraError) {
        let encoded = try encodedPNG(for: path)
        var file = try AtomicFile(path)
        try file.write(encoded)
        try file.commit()
    }

    /// The bytes of a PNG file.
    ///
    /// - Parameter path: where they will go, for messages.
    package func encodedPNG(for path: String) throws(TesseraError) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        guard let width = png_uint_32(exactly: width), let height = png_uint_32(exactly: height) else {
            throw .file(path: path, reason: "\(width) x \(height) pixels are more than a PNG file can hold")
        }
        image.width = width
        image.height = height
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }

        // The first call finds the size, the second fills the memory.
        var bytes: [UInt8] = []
        var count = 0
        for _ in 0..<2 {
            bytes = Array(repeating: 0, count: count)
            let done = bytes.withUnsafeMutableBytes { memory in
                png_image_write_to_memory(
                    &image, memory.isEmpty ? nil : memory.baseAddress, &count, 0, pixels, 0, nil)
            }
            guard done != 0 else { throw .file(path: path, reason: "cannot be encoded: \(message(of: image))") }
        }
        return bytes
    }
}

/// libpng's own words.
private func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
