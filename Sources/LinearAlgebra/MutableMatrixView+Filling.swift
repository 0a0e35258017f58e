// Writing whole views: constants, copies, transposes. Each moves rows x columns scalars once.

public import Failures

extension MutableMatrixView {
    /// Sets every element to `value`.
    @inlinable @_lifetime(self: copy self)
    public mutating func fill(_ value: Scalar) {
        for j in 0..<columns { (base + j * leadingDimension).update(repeating: value, count: rows) }
    }

    /// Sets the elements off the diagonal to `offDiagonal` and those on it to `diagonal` (LAPACK's `laset`); with
    /// `triangle`, only that triangle and the diagonal.
    @inlinable @_lifetime(self: copy self)
    public mutating func fill(offDiagonal: Scalar, diagonal: Scalar, triangle: Triangle? = nil) {
        for j in 0..<columns {
            let column = base + j * leadingDimension
            if triangle != .lower { column.update(repeating: offDiagonal, count: min(j, rows)) }
            if triangle != .upper, j + 1 < rows {
                (column + (j + 1)).update(repeating: offDiagonal, count: rows - j - 1)
            }
            if j < rows { column[j] = diagonal }
        }
    }

    /// Copies `source`, whose shape must be the same.
    @inlinable @_lifetime(self: copy self)
    public mutating func copy(from source: MatrixView<Scalar>) throws(TesseraError) {
        try requireShape("copy", "source", source.rows, source.columns, rows, columns)
        copyElements(from: source)
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func copyElements(from source: MatrixView<Scalar>) {
        for j in 0..<columns {
            (base + j * leadingDimension).update(from: source.base + j * source.leadingDimension, count: rows)
        }
    }

    /// Writes op(`source`): its transpose, or with `conjugated` its conjugate transpose. `source` must have as many
    /// rows as this view has columns, and the reverse.
    ///
    /// The order is by tiles of 32 x 32, so that both sides stay in the first cache.
    @inlinable @_lifetime(self: copy self)
    public mutating func transpose(from source: MatrixView<Scalar>, conjugated: Bool = false) throws(TesseraError) {
        try requireShape("transpose", "source", source.rows, source.columns, columns, rows)
        transposeTiles(
            from: source.base, source.leadingDimension, to: base, leadingDimension, rows: rows, columns: columns,
            conjugated: conjugated && Scalar.isComplex)
    }
}

/// target(i, j) = source(j, i), or its conjugate, for a target of `rows` x `columns`.
@inlinable
package func transposeTiles<Scalar: LinearScalar>(
    from source: UnsafePointer<Scalar>, _ sourceLeadingDimension: Int, to target: UnsafeMutablePointer<Scalar>,
    _ targetLeadingDimension: Int, rows: Int, columns: Int, conjugated: Bool
) {
    let tile = 32
    for firstColumn in stride(from: 0, to: columns, by: tile) {
        for firstRow in stride(from: 0, to: rows, by: tile) {
            for j in firstColumn..<min(firstColumn + tile, columns) {
                for i in firstRow..<min(firstRow + tile, rows) {
                    let x = source[j &+ i &* sourceLeadingDimension]
                    target[i &+ j &* targetLeadingDimension] = conjugated ? x.conjugate : x
                }
            }
        }
    }
}
