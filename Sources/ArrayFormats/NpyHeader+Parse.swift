// From the first bytes of a .npy file to its header. Every way in which the bytes can be wrong is one clear refusal.

public import Failures

extension NpyHeader {
    /// Parses a header from the first bytes of a file; bytes after the header are ignored.
    ///
    /// - Parameters:
    ///   - bytes: the file's beginning.
    ///   - path: the file's name, for the error.
    /// - Throws: `TesseraError.file` that says what was expected and what was found.
    public init(parsing bytes: [UInt8], path: String) throws(TesseraError) {
        func refuse(_ reason: String) -> TesseraError { .file(path: path, reason: reason) }

        let (textStart, dataOffset) = try NpyHeader.textRange(of: bytes, path: path)
        guard bytes.count >= dataOffset else {
            throw refuse("the header is truncated: it promises \(dataOffset) bytes, the file holds \(bytes.count)")
        }
        var scanner = PythonScanner(bytes[textStart..<dataOffset])
        let items: [(key: String, value: PythonLiteral)]
        do throws(PythonScanner.Fault) {
            items = try scanner.dictionary()
        } catch {
            throw refuse("the header is not a Python dictionary: expected \(error.expected) at byte \(error.offset)")
        }

        var type: (ElementType, Bool)?
        var order: Bool?
        var shape: [Int]?
        for (key, value) in items {
            switch (key, value) {
            case ("descr", .string(let text)) where type == nil:
                guard let known = NpyHeader.parseType(text) else {
                    throw refuse(
                        "expected real, complex, integer or bool elements (f4 f8 c8 c16 i1-i8 u1-u8 b1), "
                            + "found the data type '\(text)'")
                }
                type = known
            case ("descr", .sequence):
                throw refuse("expected elements of one number each, found a structured data type")
            case ("fortran_order", .bool(let flag)) where order == nil:
                order = flag
            case ("shape", .sequence(let extents)) where shape == nil:
                guard let extents else { throw refuse("expected a shape of integers that fit in 64 bits") }
                shape = extents
            default:
                throw refuse("the header's key '\(key)' is unknown, repeated or of the wrong type")
            }
        }
        guard let type else { throw refuse("the header lacks the key 'descr'") }
        guard let order else { throw refuse("the header lacks the key 'fortran_order'") }
        guard let shape else { throw refuse("the header lacks the key 'shape'") }
        if let negative = shape.first(where: { $0 < 0 }) {
            throw refuse("expected a shape of non-negative extents, found \(negative)")
        }
        guard NpyHeader.byteCount(of: shape, type.0) != nil else {
            throw refuse("the shape (\(shape.map(String.init).joined(separator: ", "))) is too large for any file")
        }
        self.init(
            elementType: type.0, isLittleEndian: type.1, isFortranOrder: order, shape: shape, dataOffset: dataOffset)
    }

    /// Bytes that suffice to know how long the header is.
    static let prefixLength = 12

    /// Where the dictionary begins, and where it ends and the data begins.
    static func textRange(of bytes: [UInt8], path: String) throws(TesseraError) -> (start: Int, end: Int) {
        func refuse(_ reason: String) -> TesseraError { .file(path: path, reason: reason) }

        guard bytes.starts(with: magic.prefix(bytes.count)), !bytes.isEmpty else {
            throw refuse("expected a .npy file, found other content (it does not begin with \\x93NUMPY)")
        }
        let truncated = refuse("the header is truncated: the file holds \(bytes.count) bytes")
        guard bytes.count >= 8 else { throw truncated }
        let (major, minor) = (bytes[6], bytes[7])
        guard (1...3).contains(major), minor == 0 else {
            throw refuse("expected version 1.0, 2.0 or 3.0 of the .npy format, found \(major).\(minor)")
        }
        let start = major == 1 ? 10 : 12
        guard bytes.count >= start else { throw truncated }
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= 1 << 20 else { throw refuse("expected a header of at most 1 MiB, found \(length) bytes") }
        return (start, start + length)
    }

    /// `<f8` → (.float64, little endian); nil for what is not a plain number.
    private static func parseType(_ description: String) -> (ElementType, Bool)? {
        var code = Substring(description)
        var isLittleEndian = hostIsLittleEndian
        if let mark = code.first, "<>|=".contains(mark) {
            code.removeFirst()
            if mark == "<" { isLittleEndian = true }
            if mark == ">" { isLittleEndian = false }
            // '|' says that byte order does not apply: true of single bytes only.
            if mark == "|", !["b1", "i1", "u1", "?", "b", "B"].contains(code) { return nil }
        }
        let aliases: [Substring: ElementType] = ["?": .bool, "b": .int8, "B": .uint8]
        guard let type = ElementType(rawValue: String(code)) ?? aliases[code] else { return nil }
        return (type, isLittleEndian)
    }
}
