// A window on a column-major matrix that someone else owns, for reading.

/// A rectangular part of a matrix: element (i, j) lies at `base[i + j * leadingDimension]`.
///
/// A view cannot outlive what it looks at, and nothing can change that while the view exists.
public struct MatrixView<Scalar: LinearScalar>: ~Escapable {
    @usableFromInline package let base: UnsafePointer<Scalar>
    public let rows: Int
    public let columns: Int
    /// The distance in memory between (i, j) and (i, j + 1); at least `rows` and at least 1.
    public let leadingDimension: Int

    /// A view on memory that the caller keeps alive and unchanged; tie its lifetime with `_overrideLifetime`.
    @inlinable @_lifetime(immortal)
    package init(unsafe base: UnsafePointer<Scalar>, rows: Int, columns: Int, leadingDimension: Int) {
        precondition(rows >= 0 && columns >= 0 && leadingDimension >= max(1, rows), "not a column-major matrix")
        self.base = base
        self.rows = rows
        self.columns = columns
        self.leadingDimension = leadingDimension
    }

    @inlinable public subscript(i: Int, j: Int) -> Scalar {
        precondition(UInt(bitPattern: i) < UInt(rows) && UInt(bitPattern: j) < UInt(columns), "outside the matrix")
        return base[i &+ j &* leadingDimension]
    }

    /// The block at the crossing of `rows` and `columns`, which must lie inside the view.
    @inlinable @_lifetime(copy self)
    public func block(rows: Range<Int>, columns: Range<Int>) -> MatrixView {
        let view = MatrixView(
            unsafe: base + offsetOfBlock(rows, columns, in: self.rows, self.columns, leadingDimension),
            rows: rows.count, columns: columns.count, leadingDimension: leadingDimension)
        return unsafe _overrideLifetime(view, copying: self)
    }

    /// Column `j` as a span of `rows` elements.
    @inlinable @_lifetime(copy self)
    public func column(_ j: Int) -> Span<Scalar> {
        precondition(UInt(bitPattern: j) < UInt(columns), "outside the matrix")
        let span = unsafe Span(_unsafeStart: base + j * leadingDimension, count: rows)
        return unsafe _overrideLifetime(span, copying: self)
    }

    /// A matrix of its own with the same elements, stored without gaps.
    public func copy() -> Matrix<Scalar> {
        var result = Matrix<Scalar>(rows: rows, columns: columns)
        var target = result.mutableView
        target.copyElements(from: self)
        return result
    }
}

/// Where a block begins. A block that holds nothing begins at 0, so that no pointer leaves its allocation.
@inlinable
package func offsetOfBlock(
    _ blockRows: Range<Int>, _ blockColumns: Range<Int>, in rows: Int, _ columns: Int, _ leadingDimension: Int
) -> Int {
    precondition(
        blockRows.lowerBound >= 0 && blockRows.upperBound <= rows && blockColumns.lowerBound >= 0
            && blockColumns.upperBound <= columns, "the block leaves the matrix")
    guard !blockRows.isEmpty, !blockColumns.isEmpty else { return 0 }
    return blockRows.lowerBound + blockColumns.lowerBound * leadingDimension
}
