// C = beta C + alpha op(A) (PBLAS: geadd, tradd without triangles). Where A is dealt like C and not transposed, without a
// word; otherwise a strip of op(A) is dealt like C's columns, slab by slab.
//
// Flops at most 3 m n; words m n: AddModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// C = beta C + alpha op(A). Collective.
///
/// beta = 0 overwrites C, NaN included; with alpha = 0 A is not read and C is only scaled. A strip of a few hundred columns
/// of C is the memory needed beside them, or, where alpha is 1 and beta 0, the messages of a copy.
///
/// - Parameters:
///   - alpha: the factor of op(A).
///   - a: a matrix or a part of one, in any layout, on the grid of C.
///   - transposeA: op(A): A, its transpose or its conjugate transpose; of the shape of C.
///   - beta: the factor of what C holds.
///   - c: the sum.
/// - Throws: `TesseraError.argument` on all ranks where the shapes or grids do not fit.
public func add<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, transposeA: Transpose = .none, beta: Scalar = 1,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (m, n) = transposeA == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (rows, columns) = (c.rows, c.columns)
    let isSameGrid = a.grid === c.grid
    try c.grid.communicator.agree(
        "add", on: a.words + c.layout.words + [Int(transposeA.letter)] + alpha.words + beta.words
    ) { () throws(TesseraError) in
        guard isSameGrid else { throw differentGrids("add", "a") }
        try requireShape("add", "a", "op(a) of \(rows)x\(columns), as c", m == rows && n == columns, m, n)
    }
    guard alpha != .zero else { return c.scale(by: beta) }
    guard m > 0, n > 0 else { return }
    c.grid.communicator.collectively("add") { () throws(TesseraError) in
        let isAligned =
            transposeA == .none && a.layout.rows.deals(m, from: a.rowRange.lowerBound, like: c.layout.rows, from: 0)
            && a.layout.columns.deals(n, from: a.columnRange.lowerBound, like: c.layout.columns, from: 0)
        if isAligned {
            c.accumulate(alpha, a.localBase, a.leadingDimension, beta, 0..<m, 0..<n)
        } else if alpha == 1, beta == .zero {
            try c.replace(with: a, operation: transposeA)
        } else {
            for slab in MultiplyModel.slabs(n, block: c.layout.columns.block) {
                try c.combine(
                    alpha, a.rectangle((0..<m, slab), transposeA), transposeA, beta, atRow: 0, column: slab.lowerBound)
            }
        }
    }
}

extension DistributedMatrix {
    /// beta C + alpha op(A) in the rectangle of C that begins at (row, column), of one triangle of C alone where one is
    /// named. op(A) is redistributed at once, on any grid of the same ranks. Collective.
    ///
    /// - Precondition: the rectangle's rows begin with a block of C or lie in one, and so do its columns.
    mutating func combine(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ operation: Transpose, _ beta: Scalar, atRow row: Int,
        column: Int, only triangle: Triangle? = nil
    ) throws(TesseraError) {
        if alpha == 1, beta == .zero, triangle == nil {
            return try replace(with: a, operation: operation, atRow: row, column: column)
        }
        let (m, n) = operation == .none ? (a.rows, a.columns) : (a.columns, a.rows)
        let (rows, columns) = (row..<row + m, column..<column + n)
        var strip = DistributedMatrix(
            workspace: MatrixLayout(rows: layout.rows.part(rows), columns: layout.columns.part(columns)), on: grid)
        try strip.replace(with: a, operation: operation)
        accumulate(alpha, strip.storage, strip.leadingDimension, beta, rows, columns, only: triangle)
    }

    /// C(rows, columns) = beta C(rows, columns) + alpha X, for an X that lies like this rank's share. Local.
    fileprivate mutating func accumulate(
        _ alpha: Scalar, _ x: UnsafePointer<Scalar>, _ leadingDimension: Int, _ beta: Scalar, _ rows: Range<Int>,
        _ columns: Range<Int>, only triangle: Triangle? = nil
    ) {
        let all = layout.rows.localRange(rows, on: grid.row)
        let (layout, grid) = (layout, grid)
        let local = triangle.map { LocalTriangle($0, of: layout, on: grid, leaf: 1) }
        for (j, column) in layout.columns.localRange(columns, on: grid.column).enumerated() {
            let range = local?.rows(inColumn: column, of: all) ?? all
            scaleAndAdd(
                alpha, x + (range.lowerBound - all.lowerBound) + j * leadingDimension, beta, range, inColumn: column)
        }
    }
}
