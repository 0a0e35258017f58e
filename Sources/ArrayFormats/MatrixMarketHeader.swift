// The header of a Matrix Market file: what kind of matrix its lines of text hold, and how many of them to expect.
//
// Source: R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market Exchange Formats, NISTIR 5935 (1996):
//     %%MatrixMarket matrix <format> <field> <symmetry>
//     % comments
//     rows columns [entries]            entries for the coordinate format alone
// then one stored entry a line. A symmetric, skew-symmetric or Hermitian matrix stores its lower triangle alone.

/// What a Matrix Market file says of its matrix.
public struct MatrixMarketHeader: Hashable, Sendable {
    public enum Format: String, CaseIterable, Sendable {
        /// Every entry, column by column.
        case array
        /// The non-zero entries, each with its indices, in any order.
        case coordinate
    }

    public enum Field: String, CaseIterable, Sendable {
        case real
        case complex
        case integer
        /// Positions alone; every stored entry is 1.
        case pattern
    }

    public enum Symmetry: String, CaseIterable, Sendable {
        case general
        case symmetric
        case skewSymmetric = "skew-symmetric"
        case hermitian
    }

    public let format: Format
    public let field: Field
    public let symmetry: Symmetry
    public let rows: Int
    public let columns: Int
    /// Entries that the file stores, one a line.
    public let storedEntries: Int
    /// Bytes before the first line after the header.
    public let dataOffset: Int
    /// The number, counted from 1, of the first line after the header.
    public let dataLine: Int

    /// Entries that the array format stores of such a matrix; nil where `Int` cannot count them.
    static func arrayEntries(rows: Int, columns: Int, symmetry: Symmetry) -> Int? {
        // Of a square matrix n x n: n (n + 1) / 2, without its diagonal n (n - 1) / 2; one factor is even.
        let (low, high) =
            switch symmetry {
            case .general: (rows, columns)
            case .symmetric, .hermitian: rows % 2 == 0 ? (rows / 2, rows + 1) : (rows, (rows + 1) / 2)
            case .skewSymmetric: rows % 2 == 0 ? (rows / 2, max(0, rows - 1)) : (rows, (rows - 1) / 2)
            }
        let (product, overflow) = low.multipliedReportingOverflow(by: high)
        return overflow ? nil : product
    }

    /// Where the entry number `index` of the array format stands; row and column counted from 0.
    public func arrayPosition(_ index: Int) -> (row: Int, column: Int) {
        guard symmetry != .general else { return (index % rows, index / rows) }
        // Column j stores the rows from j (from j + 1 where the diagonal is not stored) to the last. The entries from
        // column j on are m (m + 1) / 2 with m their count in column j: m is found by the root, then made exact.
        let below = symmetry == .skewSymmetric ? 1 : 0
        let last = rows - below
        let left = storedEntries - index
        var m = min(last, Int((2 * Double(left)).squareRoot()))
        while m * (m + 1) / 2 < left { m += 1 }
        while m > 0, (m - 1) * m / 2 >= left { m -= 1 }
        let column = last - m
        let inColumn = m * (m + 1) / 2 - left
        return (column + below + inColumn, column)
    }
}

/// One stored entry: row and column counted from 0.
public struct MatrixMarketEntry: Hashable, Sendable {
    public var row: Int
    public var column: Int
    public var real: Double
    public var imaginary: Double

    public init(row: Int, column: Int, real: Double, imaginary: Double = 0) {
        self.row = row
        self.column = column
        self.real = real
        self.imaginary = imaginary
    }
}
