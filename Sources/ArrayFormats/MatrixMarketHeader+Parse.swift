// Banner, comments and size line of a Matrix Market file.

public import Failures

extension MatrixMarketHeader {
    /// Parses the header from the first bytes of a file, which must hold all of it; bytes after it are ignored.
    ///
    /// - Parameters:
    ///   - bytes: the file's beginning.
    ///   - path: the file's name, for the error.
    /// - Throws: `TesseraError.file` that names the line, what was expected and what was found.
    public init(parsing bytes: [UInt8], path: String) throws(TesseraError) {
        guard let header = try MatrixMarketHeader.parse(bytes, isWhole: true, path: path) else {
            throw .file(path: path, reason: "the header is truncated: no line with the matrix's size")
        }
        self = header
    }

    /// Reads the header of a file, without its data.
    public static func read(from path: String) throws(TesseraError) -> MatrixMarketHeader {
        let file = try InputFile(path)
        // Comments have any length: look further until the size line is found.
        var length = 4096
        while length < file.size {
            if let header = try parse(file.bytes(count: length), isWhole: false, path: path) { return header }
            length *= 4
        }
        return try MatrixMarketHeader(parsing: file.bytes(count: file.size), path: path)
    }

    /// nil where the bytes end before the size line does.
    private static func parse(
        _ bytes: [UInt8], isWhole: Bool, path: String
    ) throws(TesseraError) -> MatrixMarketHeader? {
        var offset = 0
        var line = 0
        var banner: (Format, Field, Symmetry)?
        while offset < bytes.count {
            let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n"))
            guard end != nil || isWhole else {
                if banner == nil, bytes.count >= 4096 { throw notMatrixMarket(path) }
                return nil
            }
            let text = bytes[offset..<(end ?? bytes.count)]
            offset = min(bytes.count, (end ?? bytes.count) + 1)
            line += 1
            guard let (format, field, symmetry) = banner else {
                banner = try parseBanner(text, path: path)
                continue
            }
            let words = matrixMarketWords(text)
            if words.isEmpty || words[0].first == UInt8(ascii: "%") { continue }
            let (rows, columns, entries) = try parseSize(words, line, format, symmetry, path: path)
            return MatrixMarketHeader(
                format: format, field: field, symmetry: symmetry, rows: rows, columns: columns,
                storedEntries: entries, dataOffset: offset, dataLine: line + 1)
        }
        if bytes.isEmpty { throw notMatrixMarket(path) }
        return nil
    }

    private static func notMatrixMarket(_ path: String) -> TesseraError {
        .file(path: path, reason: "line 1: expected a Matrix Market file, found other content (no %%MatrixMarket)")
    }

    private static func parseBanner(
        _ text: ArraySlice<UInt8>, path: String
    ) throws(TesseraError) -> (Format, Field, Symmetry) {
        let words = matrixMarketWords(text).map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard words.first == "%%matrixmarket" else { throw notMatrixMarket(path) }
        func refuse(_ expected: String, _ index: Int) -> TesseraError {
            let found = index < words.count ? "'\(words[index])'" : "nothing"
            return .file(path: path, reason: "line 1: expected \(expected), found \(found)")
        }
        guard words.count > 1, words[1] == "matrix" else { throw refuse("matrix", 1) }
        guard words.count > 2, let format = Format(rawValue: words[2]) else { throw refuse("array or coordinate", 2) }
        guard words.count > 3, let field = Field(rawValue: words[3]) else {
            throw refuse("real, complex, integer or pattern", 3)
        }
        guard words.count > 4, let symmetry = Symmetry(rawValue: words[4]) else {
            throw refuse("general, symmetric, skew-symmetric or hermitian", 4)
        }
        guard words.count == 5 else { throw refuse("the end of the line", 5) }
        if format == .array, field == .pattern { throw refuse("numbers in an array (a pattern is coordinate)", 3) }
        if symmetry == .hermitian, field != .complex { throw refuse("complex elements of a Hermitian matrix", 3) }
        if symmetry == .skewSymmetric, field == .pattern { throw refuse("numbers in a skew-symmetric matrix", 3) }
        return (format, field, symmetry)
    }

    private static func parseSize(
        _ words: [ArraySlice<UInt8>], _ line: Int, _ format: Format, _ symmetry: Symmetry, path: String
    ) throws(TesseraError) -> (rows: Int, columns: Int, entries: Int) {
        func refuse(_ expected: String, found: String) -> TesseraError {
            .file(path: path, reason: "line \(line): expected \(expected), found \(found)")
        }
        let text = words.map { String(decoding: $0, as: UTF8.self) }
        let numbers = text.compactMap(Int.init)
        let shape = format == .array ? "rows and columns" : "rows, columns and the number of entries"
        guard numbers.count == words.count, words.count == (format == .array ? 2 : 3), numbers.allSatisfy({ $0 >= 0 })
        else {
            throw refuse("\(shape) as non-negative integers", found: "'\(matrixMarketExcerpt(words))'")
        }
        let (rows, columns) = (numbers[0], numbers[1])
        if symmetry != .general, rows != columns {
            throw refuse("a square matrix, being \(symmetry.rawValue)", found: "\(rows) x \(columns)")
        }
        let (_, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, let most = arrayEntries(rows: rows, columns: columns, symmetry: symmetry) else {
            throw refuse("a size that 64 bits can count", found: "\(rows) x \(columns)")
        }
        guard format == .coordinate else { return (rows, columns, most) }
        guard numbers[2] <= most else {
            throw refuse("at most \(most) entries of a \(rows) x \(columns) matrix", found: "\(numbers[2])")
        }
        return (rows, columns, numbers[2])
    }
}
