public import LinearAlgebra

/// A rectangle of a distributed matrix, for reading: any rows and columns, aligned to blocks or not.
///
/// A view copies nothing and borrows the matrix. ``copied(block:)`` makes a matrix of it, in any layout.
public struct DistributedMatrixView<Scalar: LinearScalar>: ~Escapable {
    // Two words: Swift 6.3 passes larger non-escapable generic structures by an address that may be dead already.
    private let frame: ViewFrame
    /// This rank's share of the whole matrix.
    package let storage: UnsafePointer<Scalar>

    /// The ranks of the whole matrix.
    public var grid: ProcessGrid { frame.grid }
    /// The layout of the whole matrix.
    public var layout: MatrixLayout { frame.layout }
    /// The rows of the whole matrix that the view shows.
    public var rowRange: Range<Int> { frame.rowRange }
    /// The columns of the whole matrix that the view shows.
    public var columnRange: Range<Int> { frame.columnRange }
    /// Rows of the view.
    public var rows: Int { frame.rowRange.count }
    /// Columns of the view.
    public var columns: Int { frame.columnRange.count }
    package var leadingDimension: Int { frame.leadingDimension }

    @_lifetime(borrow matrix)
    init(of matrix: borrowing DistributedMatrix<Scalar>, rows: Range<Int>, columns: Range<Int>) {
        frame = ViewFrame(
            grid: matrix.grid, layout: matrix.layout, rowRange: rows, columnRange: columns,
            leadingDimension: matrix.leadingDimension)
        storage = UnsafePointer(matrix.storage)
    }

    @_lifetime(copy view)
    private init(of view: DistributedMatrixView, rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = (view.rowRange.lowerBound, view.columnRange.lowerBound)
        frame = ViewFrame(
            grid: view.grid, layout: view.layout, rowRange: row + rows.lowerBound..<row + rows.upperBound,
            columnRange: column + columns.lowerBound..<column + columns.upperBound,
            leadingDimension: view.leadingDimension)
        storage = view.storage
    }

    /// The rectangle of these rows and columns of the view.
    ///
    /// - Precondition: the ranges lie inside the view.
    @_lifetime(copy self)
    public func submatrix(rows: Range<Int>, columns: Range<Int>) -> DistributedMatrixView {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= self.columns, "columns \(columns) of \(self.columns)")
        return DistributedMatrixView(of: self, rows: rows, columns: columns)
    }
}

/// What a view says of its matrix.
private final class ViewFrame {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let rowRange: Range<Int>
    let columnRange: Range<Int>
    let leadingDimension: Int

    init(
        grid: ProcessGrid, layout: MatrixLayout, rowRange: Range<Int>, columnRange: Range<Int>, leadingDimension: Int
    ) {
        self.grid = grid
        self.layout = layout
        self.rowRange = rowRange
        self.columnRange = columnRange
        self.leadingDimension = leadingDimension
    }
}

extension DistributedMatrix {
    /// The whole matrix as a view.
    public var view: DistributedMatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get { DistributedMatrixView(of: self, rows: 0..<rows, columns: 0..<columns) }
    }

    /// The rectangle of these rows and columns.
    ///
    /// - Precondition: the ranges lie inside the matrix.
    @_lifetime(borrow self)
    public borrowing func submatrix(rows: Range<Int>, columns: Range<Int>) -> DistributedMatrixView<Scalar> {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= self.columns, "columns \(columns) of \(self.columns)")
        return DistributedMatrixView(of: self, rows: rows, columns: columns)
    }
}
