import Failures

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
