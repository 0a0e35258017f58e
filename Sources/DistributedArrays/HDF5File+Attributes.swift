// What is said of the groups and arrays of an HDF5 file: numbers and texts, as HDF5's attributes.

internal import CHDF5
public import Failures

/// What is said of a group or an array of an HDF5 file.
public enum HDF5Attribute: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    case numbers([Double])
    case text(String)
    case texts([String])
}

extension HDF5File {
    /// Makes an attribute of a group or an array. Collective.
    ///
    /// - Parameters:
    ///   - name: the attribute's.
    ///   - value: the same on all ranks.
    ///   - object: a group or an array of the file; `/` for the file as a whole.
    /// - Throws: `TesseraError.file` on all ranks where there is no such object, or it has such an attribute already.
    public mutating func set(_ name: String, _ value: HDF5Attribute, of object: String) throws(TesseraError) {
        let file = try open()
        try agreeOrShut("\(object) \(name) \(value)".utf8.map(Int.init)) { (_) throws(TesseraError) in }
        let (stored, space, bytes): (Int64, Int64, [UInt8]) =
            switch value {
            case .integer(let number):
                (H5T_STD_I64LE, H5Screate(H5S_SCALAR), littleEndian([UInt64(bitPattern: Int64(number))]))
            case .number(let number): (H5T_IEEE_F64LE, H5Screate(H5S_SCALAR), littleEndian([number.bitPattern]))
            case .numbers(let numbers):
                (H5T_IEEE_F64LE, simpleSpace([numbers.count]), littleEndian(numbers.map(\.bitPattern)))
            case .text(let text): (fixedText([text]), H5Screate(H5S_SCALAR), padded([text]))
            case .texts(let texts): (fixedText(texts), simpleSpace([texts.count]), padded(texts))
            }
        try makeRoom(1024 + 2 * (name.utf8.count + bytes.count))
        let attribute = H5Acreate_by_name(
            file, object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)
        let code = attribute < 0 ? -1 : H5Awrite(attribute, stored, bytes)
        let reason = code < 0 ? Self.reason() : ""
        if attribute >= 0 { H5Aclose(attribute) }
        H5Sclose(space)
        if H5Tget_class(stored) == H5T_STRING { H5Tclose(stored) }
        try agreeOrShut { (path) throws(TesseraError) in
            if code < 0 { throw .file(path: path, reason: "attribute \(name) of \(object): \(reason)") }
        }
    }

    /// An attribute of a group or an array; integers and numbers as 64 bits. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where there is none, or it is of another type than those of
    ///   ``HDF5Attribute``.
    public mutating func attribute(_ name: String, of object: String) throws(TesseraError) -> HDF5Attribute {
        let attribute = H5Aopen_by_name(try open(), object, name, H5P_DEFAULT, H5P_DEFAULT)
        let value = attribute < 0 ? nil : Self.value(of: attribute)
        let reason = attribute < 0 ? Self.reason() : "another type than numbers and texts"
        if attribute >= 0 { H5Aclose(attribute) }
        try agreeOrShut { (path) throws(TesseraError) in
            if value == nil { throw .file(path: path, reason: "attribute \(name) of \(object): \(reason)") }
        }
        return value!
    }

    private static func value(of attribute: Int64) -> HDF5Attribute? {
        let (space, type) = (H5Aget_space(attribute), H5Aget_type(attribute))
        defer {
            H5Sclose(space)
            H5Tclose(type)
        }
        guard let extents = extents(of: space) else { return nil }
        let (count, isScalar) = (extents.reduce(1, *), extents.isEmpty)
        switch H5Tget_class(type) {
        case H5T_INTEGER where isScalar:
            var number: Int64 = 0
            return H5Aread(attribute, H5T_NATIVE_INT64, &number) >= 0 ? .integer(Int(number)) : nil
        case H5T_FLOAT, H5T_INTEGER:
            var numbers = [Double](repeating: 0, count: count)
            guard H5Aread(attribute, H5T_NATIVE_DOUBLE, &numbers) >= 0 else { return nil }
            return isScalar ? .number(numbers[0]) : .numbers(numbers)
        case H5T_STRING where H5Tis_variable_str(type) == 0:
            let length = H5Tget_size(type)
            var bytes = [UInt8](repeating: 0, count: count * length)
            guard H5Aread(attribute, type, &bytes) >= 0 else { return nil }
            let texts = (0..<count).map {
                String(decoding: bytes[$0 * length..<($0 + 1) * length].prefix { $0 != 0 }, as: UTF8.self)
            }
            return isScalar ? .text(texts[0]) : .texts(texts)
        default: return nil
        }
    }
}

private func littleEndian(_ words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
}

/// Bytes of the longest text; at least one, as no type is empty.
private func longest(_ texts: [String]) -> Int { texts.reduce(1) { max($0, $1.utf8.count) } }

/// The type of texts of one length, filled up with zeros.
private func fixedText(_ texts: [String]) -> hid_t {
    let type = H5Tcopy(H5T_C_S1)
    H5Tset_size(type, longest(texts))
    H5Tset_strpad(type, H5T_STR_NULLPAD)
    H5Tset_cset(type, H5T_CSET_UTF8)
    return type
}

private func padded(_ texts: [String]) -> [UInt8] {
    let length = longest(texts)
    return texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: length - $0.utf8.count) }
}
