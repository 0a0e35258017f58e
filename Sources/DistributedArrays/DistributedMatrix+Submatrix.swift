public import Failures
internal import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    /// Lets a routine work on a rectangle of the matrix, in place: the rectangle is copied out, and back when the body is
    /// done. Collective.
    ///
    /// Of a rectangle of m x n, 2 m n words are moved, whatever the body does, and its memory is needed again. Where its first
    /// row begins a block of the matrix, or all its rows lie in one, they stay in their process rows; likewise the columns.
    /// ```swift
    /// try c.updateSubmatrix(rows: 3..<9, columns: 2..<5) { part throws(TesseraError) in
    ///     try multiply(a.view, b.view, into: &part)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - rows: of the matrix.
    ///   - columns: of the matrix.
    ///   - body: what is done with the rectangle, which it must leave in its shape.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, and then the matrix is as it was; on all ranks, `TesseraError.argument` for ranges
    ///   outside the matrix or a rectangle of another shape, `TesseraError.memory` where a node cannot give the copy.
    public mutating func updateSubmatrix<Result: ~Copyable>(
        rows: Range<Int>, columns: Range<Int>,
        _ body: (inout DistributedMatrix) throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result {
        let (m, n) = (self.rows, self.columns)
        try grid.communicator.agree(
            "updateSubmatrix", on: [rows.lowerBound, rows.upperBound, columns.lowerBound, columns.upperBound]
        ) { () throws(TesseraError) in
            guard rows.lowerBound >= 0, rows.upperBound <= m, columns.lowerBound >= 0, columns.upperBound <= n else {
                throw .argument(
                    routine: "updateSubmatrix", name: "rows, columns", expected: "ranges inside \(m)x\(n)",
                    found: "\(rows), \(columns)")
            }
        }
        var part = try DistributedMatrix(
            zeros: MatrixLayout(rows: layout.rows.part(rows), columns: layout.columns.part(columns)), on: grid)
        try part.replace(with: submatrix(rows: rows, columns: columns))
        let result = try body(&part)
        let (height, width) = (part.rows, part.columns)
        try grid.communicator.agree("updateSubmatrix") { () throws(TesseraError) in
            guard height == rows.count, width == columns.count else {
                throw .argument(
                    routine: "updateSubmatrix", name: "body", expected: "a rectangle of \(rows.count)x\(columns.count)",
                    found: "\(height)x\(width)")
            }
        }
        try replace(with: part.view, atRow: rows.lowerBound, column: columns.lowerBound)
        return result
    }
}
