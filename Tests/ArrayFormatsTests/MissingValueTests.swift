import ArrayFormats
import Failures
import Foundation
import TestSupport
import Testing

@Suite struct MissingValueTests {
    /// The first value that is not finite in a file of these bytes, as text.
    private func found(_ header: NpyHeader, _ data: [UInt8]) throws -> String? {
        let folder = TemporaryFolder()
        try folder.write("a.npy", Data(header.rendered() + data))
        let read = try NpyHeader.read(from: folder.path("a.npy"))
        return try read.firstNonFinite(in: folder.path("a.npy")).map { "\($0.index) \($0.value)" }
    }

    private func bytes<T>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")])
    func theFirstOneIsFound(value: Double, text: String) throws {
        var values = [Double](repeating: 1, count: 12)
        let header = NpyHeader(elementType: .float64, shape: [3, 4])
        #expect(try found(header, bytes(values)) == nil)
        values[6] = value
        values[9] = .nan
        #expect(try found(header, bytes(values)) == "[1, 2] \(text)")
        let fortran = NpyHeader(elementType: .float64, shape: [3, 4], isFortranOrder: true)
        #expect(try found(fortran, bytes(values)) == "[0, 2] \(text)")
    }

    @Test func bothByteOrdersAndFloats() throws {
        var values = [UInt32](repeating: Float(2).bitPattern.byteSwapped, count: 5)
        let header = NpyHeader(elementType: .float32, shape: [5], isLittleEndian: false)
        #expect(try found(header, bytes(values)) == nil)
        values[4] = Float.nan.bitPattern.byteSwapped
        #expect(try found(header, bytes(values)) == "[4] nan")
    }

    @Test func integersAreFinite() throws {
        let header = NpyHeader(elementType: .int64, shape: [2])
        #expect(try found(header, bytes([-1, -1])) == nil)
    }

    /// Past the first piece of 1 MiB, in the last one, which is not full.
    @Test func piecesMeet() throws {
        let columns = 1000
        var values = [Double](repeating: 0, count: 300 * columns)
        let header = NpyHeader(elementType: .float64, shape: [300, columns])
        for place in [131_071, 131_072, 299_999] {
            values[place] = .nan
            #expect(try found(header, bytes(values)) == "[\(place / columns), \(place % columns)] nan")
            values[place] = 0
        }
    }

    @Test func emptyArraysHaveNone() throws {
        #expect(try found(NpyHeader(elementType: .float64, shape: [0, 3]), []) == nil)
    }

    @Test func complexElementsAreRefused() throws {
        let header = NpyHeader(elementType: .complex64, shape: [1])
        #expect(throws: TesseraError.self) { try found(header, bytes([Float](repeating: 0, count: 2))) }
    }
}
