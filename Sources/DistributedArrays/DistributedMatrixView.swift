public import LinearAlgebra

/// A rectangle of a distributed matrix, for reading: any rows and columns, aligned to blocks or not.
///
/// A view copies nothing and borrows the matrix. ``copied(as:on:)`` makes a matrix of it, in any layout.
public struct DistributedMatrixView<Scalar: LinearScalar>: ~Escapable {
    /// The ranks of the whole matrix.
    public let grid: ProcessGrid
    /// The layout of the whole matrix.
    public let layout: MatrixLayout
    /// The rows of the whole matrix that the view shows.
    public let rowRange: Range<Int>
    /// The columns of the whole matrix that the view shows.
    public let columnRange: Range<Int>
    let storage: UnsafePointer<Scalar>
    let leadingDimension: Int

    /// Rows of the view.
    public var rows: Int { rowRange.count }
    /// Columns of the view.
    public var columns: Int { columnRange.count }

    @_lifetime(borrow matrix)
    init(of matrix: borrowing DistributedMatrix<Scalar>, rows: Range<Int>, columns: Range<Int>) {
        grid = matrix.grid
        layout = matrix.layout
        rowRange = rows
        columnRange = columns
        storage = UnsafePointer(matrix.storage)
        leadingDimension = matrix.leadingDimension
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
