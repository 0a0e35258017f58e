// The text of a Matrix Market file: its header, and a line for each stored entry. Numbers are the shortest decimals that
// read back as the same binary number.

extension MatrixMarketHeader {
    /// The header of a file to be written.
    ///
    /// - Parameters:
    ///   - format: coordinates of what is stored, or every entry in turn.
    ///   - field: what an entry is.
    ///   - symmetry: what the entries that are not stored follow from.
    ///   - rows: rows of the matrix.
    ///   - columns: its columns.
    ///   - storedEntries: needed for the coordinate format, ignored for the array format, whose shape says it.
    /// - Precondition: the extents are not negative, square where the symmetry asks for it.
    public init(
        format: Format, field: Field, symmetry: Symmetry = .general, rows: Int, columns: Int, storedEntries: Int = 0
    ) {
        precondition(rows >= 0 && columns >= 0 && (symmetry == .general || rows == columns))
        let most = MatrixMarketHeader.arrayEntries(rows: rows, columns: columns, symmetry: symmetry)!
        precondition(format == .array || (0...most).contains(storedEntries))
        let entries = format == .array ? most : storedEntries
        let text = MatrixMarketHeader.render(format, field, symmetry, rows, columns, entries)
        self.init(
            format: format, field: field, symmetry: symmetry, rows: rows, columns: columns, storedEntries: entries,
            dataOffset: text.utf8.count, dataLine: 3)
    }

    /// Banner and size line.
    public func rendered() -> String {
        MatrixMarketHeader.render(format, field, symmetry, rows, columns, storedEntries)
    }

    private static func render(
        _ format: Format, _ field: Field, _ symmetry: Symmetry, _ rows: Int, _ columns: Int, _ entries: Int
    ) -> String {
        "%%MatrixMarket matrix \(format.rawValue) \(field.rawValue) \(symmetry.rawValue)\n"
            + "\(rows) \(columns)\(format == .coordinate ? " \(entries)" : "")\n"
    }

    /// The line of one entry, its end included.
    ///
    /// - Parameters:
    ///   - row: counted from 0; written for coordinates only.
    ///   - column: as `row`.
    ///   - real: the entry, or its real part; not written for a pattern.
    ///   - imaginary: written for the complex field only.
    public func renderedLine<T: BinaryFloatingPoint & CustomStringConvertible>(
        row: Int, column: Int, real: T, imaginary: T = 0
    ) -> String {
        var words = format == .coordinate ? ["\(row + 1)", "\(column + 1)"] : []
        switch field {
        case .pattern: break
        case .integer: words.append(Int(exactly: real).map(String.init) ?? real.description)
        case .real: words.append(real.description)
        case .complex: words += [real.description, imaginary.description]
        }
        return words.joined(separator: " ") + "\n"
    }
}
