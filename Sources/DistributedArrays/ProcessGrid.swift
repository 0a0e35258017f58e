public import Failures
public import MessagePassing

/// The ranks of a communicator as a P x Q grid, numbered by rows: rank = row Q + column.
///
/// A grid is shared by every matrix on it. Making and closing one is collective.
public final class ProcessGrid {
    /// All ranks of the grid.
    public let communicator: Communicator
    /// The ranks of this process row, ordered by column: Q of them.
    public let rowCommunicator: Communicator
    /// The ranks of this process column, ordered by row: P of them.
    public let columnCommunicator: Communicator
    /// P, the number of process rows.
    public let rows: Int
    /// Q, the number of process columns.
    public let columns: Int
    /// This rank's process row, `0 ..< rows`.
    public let row: Int
    /// This rank's process column, `0 ..< columns`.
    public let column: Int

    /// A grid as square as the number of ranks allows, never taller than wide.
    public convenience init(_ communicator: Communicator) throws(TesseraError) {
        let (rows, columns) = ProcessGrid.squarest(communicator.size)
        try self.init(communicator, rows: rows, columns: columns)
    }

    /// A grid of `rows` x `columns` ranks, which must be all ranks of the communicator.
    ///
    /// - Throws: `TesseraError.argument` on all ranks otherwise.
    public init(_ communicator: Communicator, rows: Int, columns: Int) throws(TesseraError) {
        let size = communicator.size
        try communicator.agree("ProcessGrid", on: [rows, columns]) { () throws(TesseraError) in
            guard rows >= 1, columns >= 1, rows.multipliedReportingOverflow(by: columns) == (size, false) else {
                throw .argument(
                    routine: "ProcessGrid", name: "rows x columns", expected: "a product of \(size), the rank count",
                    found: "\(rows)x\(columns)")
            }
        }
        self.communicator = try communicator.duplicate()
        self.rows = rows
        self.columns = columns
        (row, column) = communicator.rank.quotientAndRemainder(dividingBy: columns)
        rowCommunicator = try communicator.split(color: row, key: column)!
        columnCommunicator = try communicator.split(color: column, key: row)!
    }

    /// The same ranks, in their order, as one process row; it shares this grid's communicator, and is closed with it. Local.
    package func asOneRow() throws(TesseraError) -> ProcessGrid {
        if rows == 1 { return self }
        if let oneRow { return oneRow }
        let row = ProcessGrid(line: communicator, across: try Communicator.ofSelf(), isRow: true)
        oneRow = row
        return row
    }

    /// The same ranks, in their order, as one process column; likewise.
    package func asOneColumn() throws(TesseraError) -> ProcessGrid {
        if columns == 1 { return self }
        if let oneColumn { return oneColumn }
        let column = ProcessGrid(line: communicator, across: try Communicator.ofSelf(), isRow: false)
        oneColumn = column
        return column
    }

    private var oneRow: ProcessGrid?
    private var oneColumn: ProcessGrid?

    private init(line communicator: Communicator, across: Communicator, isRow: Bool) {
        self.communicator = communicator
        (rowCommunicator, columnCommunicator) = isRow ? (communicator, across) : (across, communicator)
        (rows, columns) = isRow ? (1, communicator.size) : (communicator.size, 1)
        (row, column) = isRow ? (0, communicator.rank) : (communicator.rank, 0)
    }

    /// The factors P <= Q of a rank count that are closest to each other.
    public static func squarest(_ count: Int) -> (rows: Int, columns: Int) {
        var rows = Int(Double(count).squareRoot().rounded(.down))
        while rows > 1, !count.isMultiple(of: rows) { rows -= 1 }
        return (max(1, rows), count / max(1, rows))
    }

    /// The number of ranks.
    @inlinable
    public var size: Int { rows * columns }

    /// This rank's number.
    @inlinable
    public var rank: Int { row * columns + column }

    /// The rank at a place of the grid.
    @inlinable
    public func rank(row: Int, column: Int) -> Int { row * columns + column }

    /// Frees the grid's communicators; matrices on it can then no longer communicate. Collective.
    public func close() throws(TesseraError) {
        try oneRow?.columnCommunicator.close()
        try oneColumn?.rowCommunicator.close()
        try columnCommunicator.close()
        try rowCommunicator.close()
        try communicator.close()
    }

    /// Words and messages of all three communicators, entry checks and barriers left out.
    public var traffic: Traffic.Tally {
        communicator.traffic.modelled + rowCommunicator.traffic.modelled + columnCommunicator.traffic.modelled
    }
}
