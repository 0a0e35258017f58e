import Failures
import Foundation

/// What numpy writes before the data: `text` padded by spaces to `length` bytes with a line end.
func numpyHeader(_ text: String, length: Int = 128, version: UInt8 = 1) -> [UInt8] {
    let lengthBytes = version == 1 ? 2 : 4
    let textLength = length - 8 - lengthBytes
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
    for byte in 0..<lengthBytes { bytes.append(UInt8(textLength >> (8 * byte) & 255)) }
    return bytes + text.utf8 + repeatElement(0x20, count: textLength - text.utf8.count - 1) + [0x0A]
}

/// The reason of the `TesseraError.file` that `body` throws; nil when it throws nothing.
func refusal(_ body: () throws(TesseraError) -> Void) -> String? {
    do throws(TesseraError) {
        try body()
        return nil
    } catch {
        if case .file(_, let reason) = error { return reason }
        return "another error: \(error)"
    }
}

/// A folder of its own, removed after `body`.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}

/// The file `name` of the repository.
func repositoryFile(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: name).path
}

/// Splitmix64: reproducible noise.
struct Noise: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
