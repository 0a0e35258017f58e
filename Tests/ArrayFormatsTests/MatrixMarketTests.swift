import ArrayFormats
import Failures
import Foundation
import TestSupport
import Testing

/// Banners, size lines and data lines of Matrix Market files, right and wrong.
@Suite struct MatrixMarketTests {
    private func header(_ text: String) throws(TesseraError) -> MatrixMarketHeader {
        try MatrixMarketHeader(parsing: Array(text.utf8), path: "a.mtx")
    }

    @Test func readsHeaders() throws {
        let text = "%%MatrixMarket MATRIX Coordinate Real General\r\n% a comment\n%\n\n  3 4\t5 \n1 1 2.5\n"
        let sparse = try header(text)
        #expect(sparse.format == .coordinate && sparse.field == .real && sparse.symmetry == .general)
        #expect(sparse.rows == 3 && sparse.columns == 4 && sparse.storedEntries == 5)
        #expect(sparse.dataLine == 6 && text.utf8.dropFirst(sparse.dataOffset).elementsEqual("1 1 2.5\n".utf8))
        #expect(try header("%%MatrixMarket matrix array integer general\n2 3\n").storedEntries == 6)
        #expect(try header("%%MatrixMarket matrix array real symmetric\n4 4").storedEntries == 10)
        #expect(try header("%%MatrixMarket matrix array complex hermitian\n5 5\n").storedEntries == 15)
        #expect(try header("%%MatrixMarket matrix array real skew-symmetric\n5 5\n").storedEntries == 10)
        #expect(try header("%%MatrixMarket matrix array real skew-symmetric\n0 0\n").storedEntries == 0)
        #expect(try header("%%MatrixMarket matrix coordinate pattern symmetric\n9 9 45\n").storedEntries == 45)
    }

    static let truncated = "the header is truncated: no line with the matrix's size"
    static let foreign = "line 1: expected a Matrix Market file, found other content (no %%MatrixMarket)"

    @Test(arguments: [
        ("", foreign), ("3 3 9\n", foreign), ("\u{93}NUMPY", foreign),
        ("%%MatrixMarket", "line 1: expected matrix, found nothing"),
        ("%%MatrixMarket vector array real general\n", "line 1: expected matrix, found 'vector'"),
        ("%%MatrixMarket matrix dense real general\n", "line 1: expected array or coordinate, found 'dense'"),
        ("%%MatrixMarket matrix array\n", "line 1: expected real, complex, integer or pattern, found nothing"),
        (
            "%%MatrixMarket matrix array real diagonal\n",
            "line 1: expected general, symmetric, skew-symmetric or hermitian, found 'diagonal'"
        ),
        ("%%MatrixMarket matrix array real general x\n", "line 1: expected the end of the line, found 'x'"),
        (
            "%%MatrixMarket matrix array pattern general\n2 2\n",
            "line 1: expected numbers in an array (a pattern is coordinate), found 'pattern'"
        ),
        (
            "%%MatrixMarket matrix array real hermitian\n2 2\n",
            "line 1: expected complex elements of a Hermitian matrix, found 'real'"
        ),
        (
            "%%MatrixMarket matrix coordinate pattern skew-symmetric\n2 2 1\n",
            "line 1: expected numbers in a skew-symmetric matrix, found 'pattern'"
        ),
        ("%%MatrixMarket matrix array real general\n", truncated),
        ("%%MatrixMarket matrix array real general\n% 2 2\n", truncated),
        (
            "%%MatrixMarket matrix array real symmetric\n%\n2 3\n",
            "line 3: expected a square matrix, being symmetric, found 2 x 3"
        ),
        (
            "%%MatrixMarket matrix array real general\n2 2 4\n",
            "line 2: expected rows and columns as non-negative integers, found '2 2 4'"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n2 -2 4\n",
            "line 2: expected rows, columns and the number of entries as non-negative integers, found '2 -2 4'"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n2 2 5\n",
            "line 2: expected at most 4 entries of a 2 x 2 matrix, found 5"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n4294967296 4294967296 5\n",
            "line 2: expected a size that 64 bits can count, found 4294967296 x 4294967296"
        ),
    ])
    func refusesWrongHeaders(_ text: String, _ reason: String) {
        #expect(refusal { () throws(TesseraError) in _ = try header(text) } == reason)
    }

    @Test func parsesEntries() throws {
        func entry(_ banner: String, _ line: String, index: Int = 0) throws -> MatrixMarketEntry? {
            try header("%%MatrixMarket matrix \(banner)\n").entry(line.utf8, line: 9, index: index, path: "a.mtx")
        }
        #expect(try entry("coordinate real general\n3 4 2", "3 4 -1.5e-3") == .init(row: 2, column: 3, real: -0.0015))
        #expect(try entry("coordinate real general\n3 4 2", " 1\t1  1.0D+02 \r") == .init(row: 0, column: 0, real: 100))
        #expect(try entry("coordinate real general\n3 4 2", "  ") == nil)
        #expect(try entry("coordinate pattern general\n3 4 2", "2 1") == .init(row: 1, column: 0, real: 1))
        #expect(try entry("coordinate integer general\n3 4 2", "2 1 +7") == .init(row: 1, column: 0, real: 7))
        #expect(
            try entry("coordinate complex hermitian\n3 3 2", "3 1 2 -5")
                == .init(row: 2, column: 0, real: 2, imaginary: -5))
        #expect(try entry("array real general\n3 4", "2.5", index: 7) == .init(row: 1, column: 2, real: 2.5))
        #expect(
            try entry("array complex general\n3 4", "2.5 nan", index: 0)?.imaginary.isNaN == true)
    }

    @Test(arguments: [
        ("coordinate real general\n3 4 2", "4 1 1", 0, "line 9: expected a row from 1 to 3, found '4'"),
        ("coordinate real general\n3 4 2", "0 1 1", 0, "line 9: expected a row from 1 to 3, found '0'"),
        ("coordinate real general\n3 4 2", "1 5 1", 0, "line 9: expected a column from 1 to 4, found '5'"),
        ("coordinate real general\n3 4 2", "1 1.5 1", 0, "line 9: expected a column from 1 to 4, found '1.5'"),
        ("coordinate real general\n3 4 2", "1 1", 0, "line 9: expected 3 numbers (row column value), found '1 1'"),
        ("coordinate real general\n3 4 2", "1 1 abc", 0, "line 9: expected a number, found 'abc'"),
        ("coordinate real general\n3 4 2", "1 1 0x10", 0, "line 9: expected a number, found '0x10'"),
        ("coordinate integer general\n3 4 2", "1 1 1.5", 0, "line 9: expected an integer, found '1.5'"),
        (
            "coordinate real general\n3 4 2", "1 1 1", 2,
            "line 9: expected the end of the file after 2 entries, found '1 1 1'"
        ),
        (
            "coordinate complex general\n3 4 2", "1 1 1", 0,
            "line 9: expected 4 numbers (row column real imaginary), found '1 1 1'"
        ),
        ("array real general\n3 4", "1 2", 0, "line 9: expected 1 numbers (value), found '1 2'"),
        (
            "coordinate real symmetric\n3 3 2", "1 2 5", 0,
            "line 9: expected entries of the lower triangle alone, found row 1, column 2"
        ),
        (
            "coordinate real skew-symmetric\n3 3 2", "2 2 5", 0,
            "line 9: expected no diagonal entries in a skew-symmetric matrix, found row 2"
        ),
        (
            "coordinate complex hermitian\n3 3 2", "2 2 5 1", 0,
            "line 9: expected a real diagonal in a Hermitian matrix, found imaginary part 1.0"
        ),
    ])
    func refusesWrongEntries(_ banner: String, _ line: String, _ index: Int, _ reason: String) throws {
        let header = try header("%%MatrixMarket matrix \(banner)\n")
        #expect(
            refusal { () throws(TesseraError) in
                _ = try header.entry(line.utf8, line: 9, index: index, path: "a.mtx")
            } == reason)
    }

    @Test(arguments: [0, 1, 2, 3, 7, 50]) func arrayPositionsRunDownTheColumns(n: Int) {
        for symmetry in MatrixMarketHeader.Symmetry.allCases {
            let header = MatrixMarketHeader(format: .array, field: .complex, symmetry: symmetry, rows: n, columns: n)
            var index = 0
            for column in 0..<n {
                let first = symmetry == .general ? 0 : symmetry == .skewSymmetric ? column + 1 : column
                for row in first..<max(first, n) {
                    #expect(header.arrayPosition(index) == (row, column))
                    index += 1
                }
            }
            #expect(index == header.storedEntries)
        }
    }

    @Test func arrayPositionsOfTheLargestMatrices() {
        let n = 3_037_000_499
        for symmetry in [MatrixMarketHeader.Symmetry.symmetric, .skewSymmetric] {
            let header = MatrixMarketHeader(format: .array, field: .real, symmetry: symmetry, rows: n, columns: n)
            let below = symmetry == .skewSymmetric ? 1 : 0
            #expect(header.arrayPosition(0) == (below, 0))
            #expect(header.arrayPosition(n - 1 - below) == (n - 1, 0))
            #expect(header.arrayPosition(n - below) == (1 + below, 1))
            #expect(header.arrayPosition(header.storedEntries - 1) == (n - 1, n - 1 - below))
        }
    }

    @Test func mirrors() {
        func mirror(_ symmetry: MatrixMarketHeader.Symmetry, _ row: Int, _ column: Int) -> MatrixMarketEntry? {
            MatrixMarketHeader(format: .array, field: .complex, symmetry: symmetry, rows: 5, columns: 5)
                .mirror(.init(row: row, column: column, real: 2, imaginary: 3))
        }
        #expect(mirror(.general, 3, 1) == nil)
        #expect(mirror(.symmetric, 3, 3) == nil)
        #expect(mirror(.symmetric, 3, 1) == .init(row: 1, column: 3, real: 2, imaginary: 3))
        #expect(mirror(.skewSymmetric, 3, 1) == .init(row: 1, column: 3, real: -2, imaginary: -3))
        #expect(mirror(.hermitian, 3, 1) == .init(row: 1, column: 3, real: 2, imaginary: -3))
    }

    @Test func rendersWhatItReads() throws {
        var noise = Noise(state: 3)
        for format in MatrixMarketHeader.Format.allCases {
            let made = MatrixMarketHeader(format: format, field: .complex, rows: 6, columns: 5, storedEntries: 9)
            #expect(try header(made.rendered()) == made)
            for index in 0..<9 {
                let (real, imaginary) = (
                    Double(bitPattern: noise.next() >> 2), Double.random(in: -1...1, using: &noise)
                )
                let place = made.arrayPosition(index)
                let line = made.renderedLine(row: place.row, column: place.column, real: real, imaginary: imaginary)
                #expect(line.last == "\n")
                let entry = try made.entry(line.utf8, line: 3, index: index, path: "a.mtx")
                #expect(entry == .init(row: place.row, column: place.column, real: real, imaginary: imaginary))
            }
        }
        let integers = MatrixMarketHeader(format: .coordinate, field: .integer, rows: 3, columns: 3, storedEntries: 1)
        #expect(integers.renderedLine(row: 2, column: 0, real: -7.0) == "3 1 -7\n")
        #expect(integers.rendered() == "%%MatrixMarket matrix coordinate integer general\n3 3 1\n")
        let single = MatrixMarketHeader(format: .array, field: .real, rows: 1, columns: 1)
        #expect(single.renderedLine(row: 0, column: 0, real: 0.1 as Float) == "0.1\n")
    }

    @Test func readsFilesWithLongComments() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.mtx"
            let comments = String(repeating: "% what this matrix is about\n", count: 1000)
            let text = "%%MatrixMarket matrix array real general\n\(comments)2 2\n1\n2\n3\n4\n"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let header = try MatrixMarketHeader.read(from: path)
            #expect(header.rows == 2 && header.dataLine == 1003 && header.dataOffset == text.utf8.count - 8)
            try Data(repeating: 0x41, count: 100_000).write(to: URL(filePath: path))
            #expect(refusal { () throws(TesseraError) in _ = try MatrixMarketHeader.read(from: path) } == Self.foreign)
        }
    }

    @Test func survivesDamage() throws {
        var noise = Noise(state: 11)
        let good = Array(
            "%%MatrixMarket matrix coordinate complex hermitian\n% x\n30 30 4\n1 1 2.5 0\n3 2 1e5 -4\n".utf8)
        var accepted = 0
        for _ in 0..<10_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &noise) {
                bytes[Int.random(in: 50..<bytes.count, using: &noise)] =
                    Bool.random(using: &noise)
                    ? UInt8.random(in: 0...255, using: &noise)
                    : Array("0123456789 -.\n".utf8).randomElement(using: &noise)!
            }
            guard let header = try? MatrixMarketHeader(parsing: bytes, path: "a.mtx") else { continue }
            accepted += 1
            for (index, line) in bytes[header.dataOffset...].split(separator: 10).enumerated() {
                if let entry = try? header.entry(line, line: index, index: index, path: "a.mtx") {
                    #expect(entry.row < header.rows && entry.column < header.columns)
                }
            }
        }
        #expect(accepted > 100)
    }
}
