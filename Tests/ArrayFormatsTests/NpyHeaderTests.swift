import ArrayFormats
import Failures
import TestSupport
import Testing

/// Headers beside numpy's own bytes, and every way in which one can be wrong.
@Suite struct NpyHeaderTests {
    struct Known: Sendable {
        let text: String
        let type: NpyHeader.ElementType
        let shape: [Int]
        var isFortranOrder = false
        var isLittleEndian = true
        var length = 128
    }

    /// As written by numpy 2.4.
    static let known = [
        Known(text: "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", type: .float64, shape: [3, 4]),
        Known(
            text: "{'descr': '<i2', 'fortran_order': False, 'shape': (344, 403), }", type: .int16, shape: [344, 403]),
        Known(
            text: "{'descr': '<c16', 'fortran_order': True, 'shape': (5, 7), }", type: .complex128, shape: [5, 7],
            isFortranOrder: true),
        Known(
            text: "{'descr': '>f4', 'fortran_order': False, 'shape': (5,), }", type: .float32, shape: [5],
            isLittleEndian: false),
        Known(text: "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", type: .float64, shape: []),
        Known(text: "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), }", type: .uint8, shape: [2, 3, 4]),
        Known(text: "{'descr': '|b1', 'fortran_order': False, 'shape': (0,), }", type: .bool, shape: [0]),
        // The text ends at a multiple of 64 bytes without padding: numpy adds a whole line.
        Known(
            text: "{'descr': '<f8', 'fortran_order': False, 'shape': ("
                + [String](repeating: "1", count: 36).joined(separator: ", ") + "), }",
            type: .float64, shape: [Int](repeating: 1, count: 36), length: 256),
    ]

    @Test(arguments: known) func parsesAndRendersNumpysBytes(_ known: Known) throws {
        let bytes = numpyHeader(known.text, length: known.length)
        let header = try NpyHeader(parsing: bytes + [1, 2, 3], path: "a.npy")
        #expect(header.elementType == known.type)
        #expect(header.shape == known.shape)
        #expect(header.isFortranOrder == known.isFortranOrder)
        #expect(header.isLittleEndian == known.isLittleEndian)
        #expect(header.dataOffset == known.length)
        #expect(header.count == known.shape.reduce(1, *))
        #expect(header.byteCount == header.count * known.type.byteSize)
        let made = NpyHeader(
            elementType: known.type, shape: known.shape, isFortranOrder: known.isFortranOrder,
            isLittleEndian: known.isLittleEndian)
        #expect(made.rendered() == bytes)
        #expect(made == header)
    }

    @Test(arguments: [
        "{'shape': (3, 4), 'fortran_order': False, 'descr': '<f8'}",
        "{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(3,4)}",
        "  { 'descr' : '<f8' ,\t'fortran_order' : False , 'shape' : ( 3 , 4 , ) , } ",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3L, 4L), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': [3, 4]}",
    ])
    func readsEveryWayToWriteTheDictionary(_ text: String) throws {
        for version: UInt8 in 1...3 {
            let header = try NpyHeader(parsing: numpyHeader(text, version: version), path: "a.npy")
            #expect(header.elementType == .float64 && header.shape == [3, 4] && !header.isFortranOrder)
            #expect(header.dataOffset == 128)
        }
    }

    @Test(arguments: [
        ("<f8", NpyHeader.ElementType.float64, true), (">f8", .float64, false), ("=f8", .float64, true),
        ("f8", .float64, true), (">c8", .complex64, false), ("|i1", .int8, true), ("?", .bool, true),
        (">i1", .int8, true), ("<u4", .uint32, true), (">i8", .int64, false),
    ])
    func readsByteOrders(_ code: String, _ type: NpyHeader.ElementType, _ isLittleEndian: Bool) throws {
        let text = "{'descr': '\(code)', 'fortran_order': False, 'shape': (2,)}"
        let header = try NpyHeader(parsing: numpyHeader(text), path: "a.npy")
        #expect(header.elementType == type)
        #expect(header.isLittleEndian == isLittleEndian)
    }

    @Test(arguments: [
        (
            "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
            "expected real, complex, integer or bool elements (f4 f8 c8 c16 i1-i8 u1-u8 b1), found the data type '|O'"
        ),
        (
            "{'descr': '<U5', 'fortran_order': False, 'shape': (2,)}",
            "expected real, complex, integer or bool elements (f4 f8 c8 c16 i1-i8 u1-u8 b1), found the data type '<U5'"
        ),
        (
            "{'descr': '|f8', 'fortran_order': False, 'shape': (2,)}",
            "expected real, complex, integer or bool elements (f4 f8 c8 c16 i1-i8 u1-u8 b1), found the data type '|f8'"
        ),
        (
            "{'descr': [('x', '<f8'), ('y', '<f8')], 'fortran_order': False, 'shape': (2,)}",
            "expected elements of one number each, found a structured data type"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -3)}",
            "expected a shape of non-negative extents, found -3"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
            "the shape (4294967296, 4294967296) is too large for any file"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}",
            "the shape (0, 4294967296, 4294967296) is too large for any file"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "expected a shape of integers that fit in 64 bits"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': 3}",
            "the header's key 'shape' is unknown, repeated or of the wrong type"
        ),
        (
            "{'descr': '<f8', 'fortran_order': 0, 'shape': (3,)}",
            "the header's key 'fortran_order' is unknown, repeated or of the wrong type"
        ),
        (
            "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
            "the header's key 'descr' is unknown, repeated or of the wrong type"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': True}",
            "the header's key 'x' is unknown, repeated or of the wrong type"
        ),
        ("{'fortran_order': False, 'shape': (3,)}", "the header lacks the key 'descr'"),
        ("{'descr': '<f8', 'shape': (3,)}", "the header lacks the key 'fortran_order'"),
        ("{'descr': '<f8', 'fortran_order': False}", "the header lacks the key 'shape'"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} x",
            "the header is not a Python dictionary: expected nothing after '}' at byte 56"
        ),
        (
            "{'descr': '<f8' 'fortran_order': False}",
            "the header is not a Python dictionary: expected ',' or '}' at byte 16"
        ),
        ("import os", "the header is not a Python dictionary: expected '{' at byte 0"),
        ("{'descr': '<f8", "the header is not a Python dictionary: expected the end of a string at byte 10"),
    ])
    func refusesWrongText(_ text: String, _ reason: String) {
        #expect(
            refusal { () throws(TesseraError) in _ = try NpyHeader(parsing: numpyHeader(text), path: "a") } == reason)
    }

    @Test func refusesWrongBytes() {
        let good = numpyHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }")
        func reason(_ bytes: [UInt8]) -> String? {
            refusal { () throws(TesseraError) in _ = try NpyHeader(parsing: bytes, path: "a.npy") }
        }
        let other = "expected a .npy file, found other content (it does not begin with \\x93NUMPY)"
        #expect(reason([]) == other)
        #expect(reason(Array("PK\u{3}\u{4}".utf8)) == other)
        #expect(reason([0x93, 0x4E]) == "the header is truncated: the file holds 2 bytes")
        #expect(reason(Array(good[..<9])) == "the header is truncated: the file holds 9 bytes")
        #expect(reason(Array(good[..<100])) == "the header is truncated: it promises 128 bytes, the file holds 100")
        var version = good
        version[6] = 4
        #expect(reason(version) == "expected version 1.0, 2.0 or 3.0 of the .npy format, found 4.0")
        version[6] = 1
        version[7] = 1
        #expect(reason(version) == "expected version 1.0, 2.0 or 3.0 of the .npy format, found 1.1")
        let endless: [UInt8] = Array(good[..<6]) + [2, 0, 0, 0, 0, 0x80]
        #expect(reason(endless) == "expected a header of at most 1 MiB, found 2147483648 bytes")
        let deep = String(repeating: "(", count: 5000)
        #expect(
            reason(numpyHeader("{'shape': " + deep, length: 8192))?.hasPrefix("the header is not a Python") == true)
    }

    @Test func longShapesNeedVersion2() throws {
        let shape = [Int](repeating: 1, count: 30_000)
        let header = NpyHeader(elementType: .float32, shape: shape)
        let bytes = header.rendered()
        #expect(bytes[6] == 2 && bytes.count % 64 == 0 && bytes.count == header.dataOffset)
        #expect(try NpyHeader(parsing: bytes, path: "a.npy") == header)
    }

    @Test func roundTripsEveryType() throws {
        for type in NpyHeader.ElementType.allCases {
            for shape in [[], [0], [7], [3, 5], [2, 0, 4], [1, 2, 3, 4], [123_456_789, 987_654]] {
                for fortran in [false, true] {
                    for little in [false, true] {
                        let header = NpyHeader(
                            elementType: type, shape: shape, isFortranOrder: fortran, isLittleEndian: little)
                        #expect(try NpyHeader(parsing: header.rendered(), path: "a.npy") == header)
                        #expect(header.dataOffset % 64 == 0)
                    }
                }
            }
        }
    }

    /// No damage to a header makes the parser trap; whatever it accepts has a size that can be counted.
    @Test func survivesDamage() {
        var noise = Noise(state: 7)
        let good = numpyHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (344, 403), }")
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &noise) {
                let place = Int.random(in: 0..<(round % 2 == 0 ? 80 : bytes.count), using: &noise)
                bytes[place] =
                    round % 3 == 0
                    ? UInt8.random(in: 0...255, using: &noise)
                    : Array("(),'{}L:-0123456789<>|=".utf8).randomElement(using: &noise)!
            }
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &noise)) }
            if let header = try? NpyHeader(parsing: bytes, path: "a.npy") {
                accepted += 1
                #expect(header.byteCount >= 0 && header.shape.allSatisfy { $0 >= 0 })
            }
        }
        #expect(accepted > 0 && accepted < 20_000)
    }
}
