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
    /// This rank's share of the whole matrix.
    package let storage: UnsafePointer<Scalar>
    package let leadingDimension: Int

    /// Rows of the view.
    public var rows: Int { rowRange.count }
    /// Columns of the view.
    public var columns: Int { columnRange.count }

    /// A view whose lifetime the caller ties with `_overrideLifetime`. (Tied here, the optimizer of Swift 6.3.1 returns the
    /// layout's fields uninitialised.)
    @_lifetime(immortal)
    init(of matrix: borrowing DistributedMatrix<Scalar>, rows: Range<Int>, columns: Range<Int>) {
        grid = matrix.grid
        layout = matrix.layout
        rowRange = rows
        columnRange = columns
        storage = UnsafePointer(matrix.storage)
        leadingDimension = matrix.leadingDimension
    }

    @_lifetime(immortal)
    init(of view: DistributedMatrixView, rows: Range<Int>, columns: Range<Int>) {
        grid = view.grid
        layout = view.layout
        rowRange = view.rowRange.lowerBound + rows.lowerBound..<view.rowRange.lowerBound + rows.upperBound
        columnRange =
            view.columnRange.lowerBound + columns.lowerBound..<view.columnRange.lowerBound + columns.upperBound
        storage = view.storage
        leadingDimension = view.leadingDimension
    }

    /// The rectangle of these rows and columns of the view.
    ///
    /// - Precondition: the ranges lie inside the view.
    @_lifetime(copy self)
    public func submatrix(rows: Range<Int>, columns: Range<Int>) -> DistributedMatrixView {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= self.columns, "columns \(columns) of \(self.columns)")
        return unsafe _overrideLifetime(DistributedMatrixView(of: self, rows: rows, columns: columns), copying: self)
    }
}

extension DistributedMatrix {
    /// The whole matrix as a view.
    public var view: DistributedMatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get {
            unsafe _overrideLifetime(
                DistributedMatrixView(of: self, rows: 0..<rows, columns: 0..<columns), borrowing: self)
        }
    }

    /// The rectangle of these rows and columns.
    ///
    /// - Precondition: the ranges lie inside the matrix.
    @_lifetime(borrow self)
    public borrowing func submatrix(rows: Range<Int>, columns: Range<Int>) -> DistributedMatrixView<Scalar> {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= self.columns, "columns \(columns) of \(self.columns)")
        return unsafe _overrideLifetime(DistributedMatrixView(of: self, rows: rows, columns: columns), borrowing: self)
    }
}
