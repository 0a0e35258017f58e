import ComplexModule
import DistributedArrays
import Failures
import Foundation
import LinearAlgebra
import MessagePassing

// Plain writers of the formats, byte by byte, and the error checks that all file checks share.

/// How a test lays down a .npy file.
struct NpyVariant {
    /// numpy's code without its byte order.
    var type = "f8"
    var isLittleEndian = true
    var isFortranOrder = false
    var version: UInt8 = 1

    static let types = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"]
    var isComplex: Bool { type.hasPrefix("c") }

    /// What the file holds at this place of an array: small enough for every type.
    func value(_ place: Int) -> Complex<Double> {
        let number = Double((place * 37 + 11) % 97)
        switch type.first! {
        case "b": return Complex(Double(place % 2))
        case "i": return Complex(number - 48)
        case "u": return Complex(number)
        case "f": return Complex(number / 8 - 5)
        default: return Complex(number / 8 - 5, 3 - number / 4)
        }
    }

    /// The header for an array of this shape.
    func header(_ shape: [Int]) -> [UInt8] {
        let order = type.hasSuffix("1") ? "|" : isLittleEndian ? "<" : ">"
        let extents = shape.map { "\($0)," }.joined(separator: " ")
        var text =
            "{'descr': '\(order)\(type)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(extents)), }"
        let lengthBytes = version == 1 ? 2 : 4
        while (8 + lengthBytes + text.utf8.count + 1) % 64 != 0 { text += " " }
        text += "\n"
        let length = (0..<lengthBytes).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(text.utf8)
    }

    /// The whole file; places are counted in C order.
    func file(_ shape: [Int]) -> [UInt8] {
        let count = shape.reduce(1, *)
        var bytes = header(shape)
        for index in 0..<count {
            var place = index
            if isFortranOrder {
                var rest = index
                var stride = count
                place = 0
                for extent in shape {
                    stride /= extent
                    place += rest % extent * stride
                    rest /= extent
                }
            }
            let value = value(place)
            bytes += element(value.real)
            if isComplex { bytes += element(value.imaginary) }
        }
        return bytes
    }

    private func element(_ number: Double) -> [UInt8] {
        func bytes<T: FixedWidthInteger>(_ bits: T) -> [UInt8] {
            withUnsafeBytes(of: isLittleEndian ? bits.littleEndian : bits.bigEndian) { Array($0) }
        }
        switch type {
        case "b1", "u1": return bytes(UInt8(number))
        case "i1": return bytes(Int8(number))
        case "i2": return bytes(Int16(number))
        case "i4": return bytes(Int32(number))
        case "i8": return bytes(Int64(number))
        case "u2": return bytes(UInt16(number))
        case "u4": return bytes(UInt32(number))
        case "u8": return bytes(UInt64(number))
        case "f4", "c8": return bytes(Float(number).bitPattern)
        default: return bytes(number.bitPattern)
        }
    }
}

/// Rank 0 writes the bytes; every rank sees them.
func put(_ bytes: [UInt8], _ path: String, _ world: Communicator) throws {
    try world.barrier()
    if world.rank == 0 { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
    try world.barrier()
}

func put(_ text: String, _ path: String, _ world: Communicator) throws { try put(Array(text.utf8), path, world) }

/// Notes a failure unless all ranks throw one and the same error, whose text holds all of `words`.
func expectSameError(
    _ words: String..., on world: Communicator, line: Int = #line, _ body: () throws -> Void
) throws {
    var text = "nothing"
    do { try body() } catch let error as TesseraError { text = "\(error)" }
    for word in words { expect(text.contains(word), "expected '\(word)' in '\(text)'", line: line) }
    let all = try world.allGatherVarying(Array(text.utf8))
    expect(all.allSatisfy { $0 == all[0] }, "ranks differ: '\(text)'", line: line)
}

/// Notes a failure unless this rank's share holds `value(i, j)`.
func expectElements<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ what: String = "", line: Int = #line, _ value: (Int, Int) -> Scalar
) {
    for j in 0..<a.localColumns {
        for i in 0..<a.localRows {
            let expected = value(a.globalRow(i), a.globalColumn(j))
            let found = a.local[i, j]
            expect(
                found == expected, "\(what) at (\(a.globalRow(i)), \(a.globalColumn(j))): \(found), not \(expected)",
                line: line)
        }
    }
}

/// Runs `body` with the usual sizes of rounds and, where it is asked, with tiny ones: so many bytes of a panel, of text and
/// of a field.
func withRoundLimits(_ isThorough: Bool = true, _ body: () throws -> Void) rethrows {
    let usual = (LinePanels.limit, MatrixMarketText.limit, FieldFile.limit)
    defer { (LinePanels.limit, MatrixMarketText.limit, FieldFile.limit) = usual }
    for (panel, text, field) in isThorough ? [usual, (40, 7, 40)] : [usual] {
        (LinePanels.limit, MatrixMarketText.limit, FieldFile.limit) = (panel, text, field)
        try body()
    }
}
