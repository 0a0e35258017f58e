// A window on a column-major matrix that someone else owns, for reading and writing.

/// A rectangular part of a matrix that can be written: element (i, j) lies at `base[i + j * leadingDimension]`.
///
/// There is only one mutable view of a matrix at a time, and no other access to the matrix while it exists.
public struct MutableMatrixView<Scalar: LinearScalar>: ~Copyable, ~Escapable {
    @usableFromInline package let base: UnsafeMutablePointer<Scalar>
    public let rows: Int
    public let columns: Int
    /// The distance in memory between (i, j) and (i, j + 1); at least `rows` and at least 1.
    public let leadingDimension: Int

    /// A view on memory that the caller keeps alive and to itself; tie its lifetime with `_overrideLifetime`.
    @inlinable @_lifetime(immortal)
    package init(unsafe base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, leadingDimension: Int) {
        precondition(rows >= 0 && columns >= 0 && leadingDimension >= max(1, rows), "not a column-major matrix")
        self.base = base
        self.rows = rows
        self.columns = columns
        self.leadingDimension = leadingDimension
    }

    @inlinable public subscript(i: Int, j: Int) -> Scalar {
        get {
            precondition(UInt(bitPattern: i) < UInt(rows) && UInt(bitPattern: j) < UInt(columns), "outside the matrix")
            return base[i &+ j &* leadingDimension]
        }
        @_lifetime(self: copy self)
        set {
            precondition(UInt(bitPattern: i) < UInt(rows) && UInt(bitPattern: j) < UInt(columns), "outside the matrix")
            base[i &+ j &* leadingDimension] = newValue
        }
    }

    /// The same part for reading; this view is at rest while the result exists.
    @inlinable public var view: MatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get {
            let view = MatrixView<Scalar>(
                unsafe: base, rows: rows, columns: columns, leadingDimension: leadingDimension)
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    /// The block at the crossing of `rows` and `columns`, which must lie inside the view.
    @inlinable @_lifetime(&self)
    public mutating func block(rows: Range<Int>, columns: Range<Int>) -> MutableMatrixView {
        let view = MutableMatrixView(
            unsafe: base + offsetOfBlock(rows, columns, in: self.rows, self.columns, leadingDimension),
            rows: rows.count, columns: columns.count, leadingDimension: leadingDimension)
        return unsafe _overrideLifetime(view, mutating: &self)
    }

    /// Column `j` as a span of `rows` elements.
    @inlinable @_lifetime(&self)
    public mutating func column(_ j: Int) -> MutableSpan<Scalar> {
        precondition(UInt(bitPattern: j) < UInt(columns), "outside the matrix")
        let span = unsafe MutableSpan(_unsafeStart: base + j * leadingDimension, count: rows)
        return unsafe _overrideLifetime(span, mutating: &self)
    }
}
