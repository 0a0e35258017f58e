// Words of moving a distributed matrix, or a rectangle of it, into another layout, order or grid: one all-to-all exchange
// in which every rank hands over its whole share once, its own part included.

/// The redistribution of an m x n matrix dealt in square blocks from the grid's first rank.
public struct RedistributionModel: Hashable, Sendable {
    public var rows: Int
    public var columns: Int
    public var block: Int
    public var gridRows: Int
    public var gridColumns: Int

    public init(rows: Int, columns: Int, block: Int, gridRows: Int, gridColumns: Int) {
        self.rows = rows
        self.columns = columns
        self.block = block
        self.gridRows = gridRows
        self.gridColumns = gridColumns
    }

    /// Words that all ranks hand over together: m n.
    public var words: Int { rows * columns }

    /// Words that the rank at a place of the grid hands over: its share of the source.
    public func words(row: Int, column: Int) -> Int {
        share(rows, gridRows, row) * share(columns, gridColumns, column)
    }

    /// Exchanges that a rank takes part in.
    public var exchanges: Int { 1 }

    /// Indices of `extent` that one of `parts` parts owns: its whole blocks, and the ragged one where it is its turn.
    private func share(_ extent: Int, _ parts: Int, _ part: Int) -> Int {
        let (whole, rest) = extent.quotientAndRemainder(dividingBy: block)
        let (rounds, extra) = whole.quotientAndRemainder(dividingBy: parts)
        return rounds * block + (part < extra ? block : part == extra ? rest : 0)
    }
}
