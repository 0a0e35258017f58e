package import MessagePassing

/// How a matrix is cut over a process grid: a block-cyclic map for its rows and one for its columns.
///
/// It is exactly what a ScaLAPACK descriptor says (M, N, MB, NB, RSRC, CSRC); each rank keeps its share column by column.
public struct MatrixLayout: Hashable, Sendable {
    /// Global rows over the grid's rows.
    public let rows: BlockCyclic
    /// Global columns over the grid's columns.
    public let columns: BlockCyclic

    @inlinable
    public init(rows: BlockCyclic, columns: BlockCyclic) {
        self.rows = rows
        self.columns = columns
    }

    /// Square blocks on the grid, dealt from its first rank; nil for blocks of a size that fits the shape.
    public init(rows: Int, columns: Int, block: Int?, on grid: ProcessGrid) {
        let block = block ?? Self.automaticBlock(rows: rows, columns: columns, on: grid)
        self.init(
            rows: BlockCyclic(extent: rows, block: block, parts: grid.rows),
            columns: BlockCyclic(extent: columns, block: block, parts: grid.columns))
    }

    /// Everything on one rank.
    public init(rows: Int, columns: Int, wholeOn rank: Int, of grid: ProcessGrid) {
        self.init(
            rows: BlockCyclic(extent: rows, block: max(1, rows), parts: grid.rows, source: rank / grid.columns),
            columns: BlockCyclic(
                extent: columns, block: max(1, columns), parts: grid.columns, source: rank % grid.columns))
    }

    /// A block size that leaves every rank several blocks of a small matrix, and deep updates in a large one. A matrix much
    /// longer than wide, or the reverse, has sixteen blocks of its shorter side, so that all ranks take part in it; below
    /// 128 lines they are taken for right-hand sides, whose blocks are those of their system: give more of them those blocks.
    public static func automaticBlock(rows: Int, columns: Int, on grid: ProcessGrid) -> Int {
        let (long, short) = (max(rows, columns), min(rows, columns))
        let block = min(192, max(8, long / max(grid.rows, grid.columns) / 10 / 8 * 8))
        return short >= 128 && long >= 4 * short ? min(block, max(16, short / 16 / 8 * 8)) : block
    }

    /// What a matrix in this layout takes, its columns' padding included.
    package func memory(scalarBytes: Int) -> MemoryDemand {
        // Larger extents have no padded leading dimension in 64 bits.
        guard max(rows.extent, columns.extent) < 1 << 56 else { return MemoryDemand(largest: .max, total: .max) }
        let heights = (0..<rows.parts).map { paddedLeadingDimension(rows.count(on: $0), scalarBytes) }
        let widths = (0..<columns.parts).map { max(1, columns.count(on: $0)) }
        return MemoryDemand(
            largest: saturatingProduct(heights.max()!, widths.max()!, scalarBytes),
            total: saturatingProduct(
                heights.reduce(0, saturatingSum), widths.reduce(0, saturatingSum), scalarBytes))
    }

    /// The layout as words, for entry checks.
    package var words: [Int] {
        [
            rows.extent, rows.block, rows.parts, rows.source, columns.extent, columns.block, columns.parts,
            columns.source,
        ]
    }
}
