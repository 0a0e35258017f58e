import ArrayFormats
import Failures
import Testing

/// Bytes of every element type, in both byte orders, to numbers.
@Suite struct NpyDecodeTests {
    private func decode<T: BinaryFloatingPoint>(
        _ type: NpyHeader.ElementType, _ bytes: [UInt8], little: Bool, as: T.Type
    ) throws -> [T] {
        let header = NpyHeader(
            elementType: type, shape: [bytes.count / type.byteSize], isLittleEndian: little)
        var values = [T](repeating: -99, count: header.count)
        // One byte further on, so that no element is aligned.
        let shifted = [0] + bytes
        try shifted.withUnsafeBytes { raw in
            try values.withUnsafeMutableBufferPointer {
                try header.decode(UnsafeRawBufferPointer(rebasing: raw[1...]), into: $0, path: "a.npy")
            }
        }
        return values
    }

    private func bytes<R: FixedWidthInteger>(_ values: [R], little: Bool) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: little ? value.littleEndian : value.bigEndian) { Array($0) } }
    }

    @Test(arguments: [true, false]) func decodesIntegers(little: Bool) throws {
        func check<R: FixedWidthInteger>(_ type: NpyHeader.ElementType, _ values: [R]) throws {
            let raw = bytes(values, little: little)
            #expect(try decode(type, raw, little: little, as: Double.self) == values.map { Double($0) })
            #expect(try decode(type, raw, little: little, as: Float.self) == values.map { Float($0) })
        }
        try check(.int8, [Int8.min, -1, 0, 5, .max])
        try check(.int16, [Int16.min, -300, 0, 5, .max])
        try check(.int32, [Int32.min, -70_000, 0, 16_777_217, .max])
        try check(.int64, [Int64.min, -5_000_000_000, 0, 9_007_199_254_740_993, .max])
        try check(.uint8, [UInt8.min, 200, .max])
        try check(.uint16, [UInt16.min, 40_000, .max])
        try check(.uint32, [UInt32.min, 3_000_000_000, .max])
        try check(.uint64, [UInt64.min, 10_000_000_000_000_000_000, .max])
        #expect(try decode(.bool, [0, 1, 2], little: little, as: Double.self) == [0, 1, 1])
    }

    @Test(arguments: [true, false]) func decodesFloats(little: Bool) throws {
        let doubles: [Double] = [0, -0.0, 1.5, -.pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity]
        let raw = bytes(doubles.map(\.bitPattern), little: little)
        #expect(try decode(.float64, raw, little: little, as: Double.self) == doubles)
        #expect(try decode(.float64, raw, little: little, as: Float.self) == doubles.map { Float($0) })
        let floats: [Float] = [0, -1.25, .pi, .leastNonzeroMagnitude, -.infinity]
        let narrow = bytes(floats.map(\.bitPattern), little: little)
        #expect(try decode(.float32, narrow, little: little, as: Double.self) == floats.map { Double($0) })
        #expect(
            try decode(.float32, bytes([Float.nan.bitPattern], little: little), little: little, as: Double.self)[0]
                .isNaN)
    }

    @Test(arguments: [true, false]) func decodesPairs(little: Bool) throws {
        func pairs<T: BinaryFloatingPoint>(_ type: NpyHeader.ElementType, _ raw: [UInt8], as: T.Type) -> [T] {
            let header = NpyHeader(elementType: type, shape: [raw.count / type.byteSize], isLittleEndian: little)
            var values = [T](repeating: -99, count: 2 * header.count)
            raw.withUnsafeBytes { bytes in
                values.withUnsafeMutableBufferPointer { header.decodePairs(bytes, into: $0) }
            }
            return values
        }
        let doubles: [Double] = [1, 2, -3, 4.5]
        let raw = bytes(doubles.map(\.bitPattern), little: little)
        #expect(pairs(.complex128, raw, as: Double.self) == doubles)
        #expect(pairs(.complex128, raw, as: Float.self) == doubles.map { Float($0) })
        #expect(
            pairs(.complex64, bytes(doubles.map { Float($0).bitPattern }, little: little), as: Double.self) == doubles)
        #expect(pairs(.float64, raw, as: Double.self) == [1, 0, 2, 0, -3, 0, 4.5, 0])
        #expect(pairs(.int16, bytes([7, -8] as [Int16], little: little), as: Float.self) == [7, 0, -8, 0])
    }

    @Test func refusesComplexElementsAsReals() {
        let header = NpyHeader(elementType: .complex128, shape: [0])
        #expect(
            refusal { () throws(TesseraError) in
                try header.decode(
                    UnsafeRawBufferPointer(start: nil, count: 0),
                    into: UnsafeMutableBufferPointer<Double>(start: nil, count: 0), path: "a.npy")
            } == "expected real elements, found complex ones (<c16)")
    }
}
