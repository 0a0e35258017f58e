// One data line of a Matrix Market file to one entry, and an entry to the one that symmetry puts across the diagonal.

public import Failures

extension MatrixMarketHeader {
    /// Parses a data line.
    ///
    /// - Parameters:
    ///   - text: the line without its end.
    ///   - line: its number, counted from 1, for the error.
    ///   - index: which stored entry this is, counted from 0 and blank lines left out; the array format's position.
    ///   - path: the file's name, for the error.
    /// - Returns: nil for a blank line.
    /// - Throws: `TesseraError.file` that names the line, what was expected and what was found.
    public func entry(
        _ text: some Collection<UInt8>, line: Int, index: Int, path: String
    ) throws(TesseraError) -> MatrixMarketEntry? {
        let words = matrixMarketWords(text)
        if words.isEmpty { return nil }
        func refuse(_ expected: String, found: String) -> TesseraError {
            .file(path: path, reason: "line \(line): expected \(expected), found \(found)")
        }
        guard index < storedEntries else {
            throw refuse("the end of the file after \(storedEntries) entries", found: "'\(matrixMarketExcerpt(words))'")
        }

        let numbersPerEntry = field == .pattern ? 0 : field == .complex ? 2 : 1
        let indicesPerEntry = format == .coordinate ? 2 : 0
        guard words.count == indicesPerEntry + numbersPerEntry else {
            throw refuse(
                "\(indicesPerEntry + numbersPerEntry) numbers (\(lineShape))", found: "'\(matrixMarketExcerpt(words))'")
        }
        func position(_ word: Int, below extent: Int, _ name: String) throws(TesseraError) -> Int {
            guard let value = Int(String(decoding: words[word], as: UTF8.self)), value >= 1, value <= extent else {
                throw refuse("a \(name) from 1 to \(extent)", found: "'\(matrixMarketExcerpt([words[word]]))'")
            }
            return value - 1
        }
        func number(_ word: Int) throws(TesseraError) -> Double {
            guard let value = field == .integer ? integerValue(words[word]) : realValue(words[word]) else {
                throw refuse(
                    field == .integer ? "an integer" : "a number", found: "'\(matrixMarketExcerpt([words[word]]))'")
            }
            return value
        }

        let (row, column) =
            format == .array
            ? arrayPosition(index)
            : (try position(0, below: rows, "row"), try position(1, below: columns, "column"))
        if symmetry != .general, row < column {
            throw refuse("entries of the lower triangle alone", found: "row \(row + 1), column \(column + 1)")
        }
        if symmetry == .skewSymmetric, row == column {
            throw refuse("no diagonal entries in a skew-symmetric matrix", found: "row \(row + 1)")
        }
        let real = numbersPerEntry > 0 ? try number(indicesPerEntry) : 1
        let imaginary = numbersPerEntry > 1 ? try number(indicesPerEntry + 1) : 0
        if symmetry == .hermitian, row == column, imaginary != 0 {
            throw refuse("a real diagonal in a Hermitian matrix", found: "imaginary part \(imaginary)")
        }
        return MatrixMarketEntry(row: row, column: column, real: real, imaginary: imaginary)
    }

    /// The entry that symmetry implies across the diagonal; nil for a general matrix and on the diagonal.
    public func mirror(_ entry: MatrixMarketEntry) -> MatrixMarketEntry? {
        guard symmetry != .general, entry.row != entry.column else { return nil }
        let realSign: Double = symmetry == .skewSymmetric ? -1 : 1
        let imaginarySign: Double = symmetry == .symmetric ? 1 : -1
        return MatrixMarketEntry(
            row: entry.column, column: entry.row, real: realSign * entry.real,
            imaginary: entry.imaginary == 0 ? 0 : imaginarySign * entry.imaginary)
    }

    private var lineShape: String {
        let indices = format == .coordinate ? "row column" : ""
        let numbers = field == .pattern ? "" : field == .complex ? "real imaginary" : "value"
        return [indices, numbers].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// Digits with a sign; rounded to the nearest Double.
private func integerValue(_ word: ArraySlice<UInt8>) -> Double? {
    let digits = word.first == UInt8(ascii: "-") || word.first == UInt8(ascii: "+") ? word.dropFirst() : word
    guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
        return nil
    }
    return Double(String(decoding: word, as: UTF8.self))
}

/// A decimal number; Fortran's exponent letter D is read as E. Beyond a Double's range it is infinite.
private func realValue(_ word: ArraySlice<UInt8>) -> Double? {
    // Swift reads hexadecimal numbers too, which the format does not have; no word of a decimal number holds an x.
    if word.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) { return nil }
    if let value = Double(String(decoding: word, as: UTF8.self)) { return value }
    return Double(String(decoding: word.map { $0 | 0x20 == UInt8(ascii: "d") ? UInt8(ascii: "e") : $0 }, as: UTF8.self))
}

/// The words of a line, between blanks.
func matrixMarketWords(_ text: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
    ArraySlice(text).split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
}

/// The beginning of a line that was not understood: printable, and short enough for an error of one line.
func matrixMarketExcerpt(_ words: [ArraySlice<UInt8>]) -> String {
    let text = Array(words.joined(separator: [0x20]))
    let printable = text.prefix(40).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
    return String(decoding: printable, as: UTF8.self) + (text.count > 40 ? "..." : "")
}
