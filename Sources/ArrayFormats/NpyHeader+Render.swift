// The bytes that numpy.save would write before the data.
//
// numpy pads the dictionary twice: so that the axis along which a file grows could take 21 digits in place, then so that
// the data begins at a multiple of 64 bytes (a whole line more where it already would).

extension NpyHeader {
    /// The header as bytes, `dataOffset` of them for a header that was made to be written.
    ///
    /// They depend on the type, byte order, storage order and shape alone: version 1.0, or 2.0 where the text exceeds
    /// 65535 bytes.
    public func rendered() -> [UInt8] {
        NpyHeader.render(elementType, isLittleEndian, isFortranOrder, shape)
    }

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    static let alignment = 64
    /// Digits of a 64-bit extent, and one to spare.
    private static let growthDigits = 21

    static func render(
        _ type: ElementType, _ isLittleEndian: Bool, _ isFortranOrder: Bool, _ shape: [Int]
    ) -> [UInt8] {
        let extents = shape.map(String.init)
        let tuple = extents.count == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
        var text = "{'descr': '\(typeDescription(type, isLittleEndian))', "
        text += "'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': \(tuple), }"
        if let growing = isFortranOrder ? extents.last : extents.first {
            text += String(repeating: " ", count: max(0, growthDigits - growing.count))
        }

        func padded(lengthBytes: Int) -> Int {
            let unpadded = magic.count + 2 + lengthBytes + text.utf8.count + 1
            return text.utf8.count + 1 + alignment - unpadded % alignment
        }
        let fitsVersion1 = padded(lengthBytes: 2) <= Int(UInt16.max)
        let lengthBytes = fitsVersion1 ? 2 : 4
        let length = padded(lengthBytes: lengthBytes)

        var bytes = magic + [fitsVersion1 ? 1 : 2, 0]
        for byte in 0..<lengthBytes { bytes.append(UInt8(truncatingIfNeeded: length >> (8 * byte))) }
        bytes += text.utf8
        bytes += repeatElement(UInt8(ascii: " "), count: length - text.utf8.count - 1)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
