public import Failures
public import LinearAlgebra
internal import MessagePassing

/// A dense matrix dealt block-cyclically over the ranks of a process grid.
///
/// Each rank owns its share, stored column by column with a leading dimension. The matrix is not copyable: ``copy()``
/// says when memory doubles. Its methods that need other ranks are collective: all ranks of the grid call them, in the
/// same order.
public struct DistributedMatrix<Scalar: LinearScalar>: ~Copyable {
    /// The ranks.
    public let grid: ProcessGrid
    /// Who owns which rows and columns.
    public let layout: MatrixLayout
    /// Rows and columns of this rank's share.
    public let localRows: Int
    public let localColumns: Int
    /// The distance of two neighbours in a row of this rank's share, in scalars: at least `max(1, localRows)`.
    public let leadingDimension: Int
    /// This rank's share, for the numeric modules; users see it through ``local`` and ``mutableLocal``.
    @usableFromInline package let storage: UnsafeMutablePointer<Scalar>

    /// Global rows.
    @inlinable
    public var rows: Int { layout.rows.extent }
    /// Global columns.
    @inlinable
    public var columns: Int { layout.columns.extent }

    /// A matrix of zeros with this layout. Collective.
    ///
    /// - Parameters:
    ///   - layout: for as many process rows and columns as the grid has.
    ///   - grid: the ranks.
    /// - Throws, on all ranks: `TesseraError.argument` for a layout of another grid;
    ///   `TesseraError.memory` where a node cannot give its ranks' shares.
    public init(zeros layout: MatrixLayout, on grid: ProcessGrid) throws(TesseraError) {
        try grid.communicator.agree("DistributedMatrix", on: layout.words) { () throws(TesseraError) in
            guard layout.rows.parts == grid.rows, layout.columns.parts == grid.columns else {
                throw .argument(
                    routine: "DistributedMatrix", name: "layout",
                    expected: "one for a grid of \(grid.rows)x\(grid.columns)",
                    found: "one for \(layout.rows.parts)x\(layout.columns.parts)")
            }
            try Self.requireMemory(layout, on: grid)
        }
        self.init(workspace: layout, on: grid)
    }

    /// A matrix of zeros that a routine allocates for itself, past its checks: small beside what it works on. Local.
    ///
    /// - Precondition: the layout's parts are the grid's rows and columns.
    package init(workspace layout: MatrixLayout, on grid: ProcessGrid) {
        precondition(layout.rows.parts == grid.rows && layout.columns.parts == grid.columns)
        self.grid = grid
        self.layout = layout
        localRows = layout.rows.count(on: grid.row)
        localColumns = layout.columns.count(on: grid.column)
        leadingDimension = paddedLeadingDimension(localRows, MemoryLayout<Scalar>.stride)
        storage = allocateAligned(leadingDimension * max(1, localColumns), of: Scalar.self)
        // All bits zero is the zero of every scalar type; a generic loop would call a witness for each.
        UnsafeMutableRawPointer(storage).initializeMemory(
            as: UInt8.self, repeating: 0, count: leadingDimension * max(1, localColumns) * MemoryLayout<Scalar>.stride)
    }

    deinit {
        freeAligned(storage)
    }

    /// A matrix of zeros.
    ///
    /// - Parameters:
    ///   - rows: global rows.
    ///   - columns: global columns.
    ///   - block: rows and columns of a block; nil for a size that fits the shape.
    ///   - grid: the ranks.
    /// - Throws, on all ranks: `TesseraError.argument` for a negative size or a block below 1;
    ///   `TesseraError.memory` where a node cannot give its ranks' shares.
    public init(rows: Int, columns: Int, block: Int? = nil, on grid: ProcessGrid) throws(TesseraError) {
        try grid.communicator.agree("DistributedMatrix", on: [rows, columns, block ?? 0]) { () throws(TesseraError) in
            func require(_ holds: Bool, _ name: String, _ expected: String, _ found: Int) throws(TesseraError) {
                if !holds {
                    throw .argument(routine: "DistributedMatrix", name: name, expected: expected, found: "\(found)")
                }
            }
            try require(rows >= 0, "rows", "0 or more", rows)
            try require(columns >= 0, "columns", "0 or more", columns)
            try require((block ?? 1) >= 1, "block", "1 or more", block ?? 1)
            try Self.requireMemory(MatrixLayout(rows: rows, columns: columns, block: block, on: grid), on: grid)
        }
        self.init(workspace: MatrixLayout(rows: rows, columns: columns, block: block, on: grid), on: grid)
    }

    /// Refuses a matrix that this node cannot hold its share of. Local.
    private static func requireMemory(_ layout: MatrixLayout, on grid: ProcessGrid) throws(TesseraError) {
        try grid.communicator.requireMemory(
            layout.memory(scalarBytes: MemoryLayout<Scalar>.stride),
            for: "a \(layout.rows.extent)x\(layout.columns.extent) matrix")
    }

    /// The same matrix again, in memory of its own. Collective.
    ///
    /// - Throws: `TesseraError.memory` on all ranks where a node cannot give its ranks' shares.
    public borrowing func copy() throws(TesseraError) -> DistributedMatrix {
        let twin = try DistributedMatrix(zeros: layout, on: grid)
        twin.storage.update(from: storage, count: leadingDimension * max(1, localColumns))
        return twin
    }
}

// MARK: This rank's share

extension DistributedMatrix {
    /// This rank's share, for reading.
    public var local: MatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get {
            unsafe _overrideLifetime(
                MatrixView(
                    unsafe: UnsafePointer(storage), rows: localRows, columns: localColumns,
                    leadingDimension: leadingDimension), borrowing: self)
        }
    }

    /// This rank's share, for writing.
    public var mutableLocal: MutableMatrixView<Scalar> {
        @_lifetime(&self)
        mutating get {
            unsafe _overrideLifetime(
                MutableMatrixView(
                    unsafe: storage, rows: localRows, columns: localColumns, leadingDimension: leadingDimension),
                mutating: &self)
        }
    }

    /// The global row of a local one.
    @inlinable
    public func globalRow(_ local: Int) -> Int { layout.rows.global(LocalIndex(local), on: grid.row).value }

    /// The global column of a local one.
    @inlinable
    public func globalColumn(_ local: Int) -> Int { layout.columns.global(LocalIndex(local), on: grid.column).value }
}
