// The product with few columns, A at rest: each rank multiplies its share of A, and only the thin operands travel.
//
//     op(A) = A:  X = the rows of op(B) that face this process column's columns of A;   W = A X, summed along the rows
//     op(A) = Aᵀ: X = the rows of op(B) that face this process row's rows of A;         Wᵀ = Xᵀ A, summed down the columns
//
// Flops 2 m n k. Words: k n to deal X and P or Q times as many to spread it, the same with m for W: MultiplyModel.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

func multiplyFewColumns<Scalar: LinearScalar>(
    _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ transposeA: Transpose, _ b: DistributedMatrixView<Scalar>,
    _ transposeB: Transpose, _ beta: Scalar, into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = ThinProductStep(a, c.columns)
    let product =
        transposeA == .none
        ? try step.alongRows(alpha, a, b, transposeB) : try step.downColumns(alpha, a, transposeA, b, transposeB)
    try step.deliver(product, transposeA, beta, into: &c)
}

/// The named steps of the product with A at rest.
private struct ThinProductStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let map: MatrixLayout
    let rows: Range<Int>
    let columns: Range<Int>
    let localRows: Range<Int>
    let localColumns: Range<Int>
    /// Columns of C.
    let width: Int

    init(_ a: DistributedMatrixView<Scalar>, _ width: Int) {
        grid = a.grid
        map = a.layout
        rows = a.rowRange
        columns = a.columnRange
        localRows = map.rows.localRange(rows, on: grid.row)
        localColumns = map.columns.localRange(columns, on: grid.column)
        self.width = width
    }

    /// All of a thin dimension on one part.
    func whole(_ parts: Int) -> BlockCyclic { BlockCyclic(extent: width, block: width, parts: parts) }

    /// W = alpha A op(B), dealt like A's rows, on the first process column.
    func alongRows(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ b: DistributedMatrixView<Scalar>, _ transposeB: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        // Xᵀ (of op(B) = Bᴴ: Xᴴ) on the first process row, then on all.
        var dealt = DistributedMatrix<Scalar>(
            zeros: MatrixLayout(rows: whole(grid.rows), columns: map.columns), on: grid)
        try dealt.replace(with: b, operation: transposeB == .none ? .transpose : .none, column: columns.lowerBound)
        let buffers = PanelBuffers<Scalar>(capacity: width * localColumns.count)
        let x = try buffers.gatherRows(
            0..<width, columns: columns, of: dealt.view, .none, dealtLike: map.columns)

        let partial = Workspace<Scalar>(localRows.count * width)
        if width == 1, !Scalar.isComplex || transposeB != .conjugateTranspose {
            // BLAS 2 reads A once; BLAS 3 would copy it first.
            Scalar.gemv(
                .none, localRows.count, localColumns.count, alpha, a.localBase, a.leadingDimension, x.base,
                x.leadingDimension, 0, partial.base, 1)
        } else {
            Scalar.gemm(
                .none, transposeB == .conjugateTranspose ? .conjugateTranspose : .transpose, localRows.count, width,
                localColumns.count, alpha, a.localBase, a.leadingDimension, x.base, x.leadingDimension, 0,
                partial.base, max(1, localRows.count))
        }
        try grid.rowCommunicator.reduce(partial.base, localRows.count * width, .sum, to: 0)

        let product = DistributedMatrix<Scalar>(
            zeros: MatrixLayout(rows: map.rows, columns: whole(grid.columns)), on: grid)
        for j in 0..<product.localColumns {
            (product.storage + localRows.lowerBound + j * product.leadingDimension)
                .update(from: partial.base + j * localRows.count, count: localRows.count)
        }
        return product
    }

    /// (alpha op(A) op(B))ᵀ, for op(A) = Aᴴ its conjugate, dealt like A's columns, on the first process row.
    func downColumns(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ transposeA: Transpose,
        _ b: DistributedMatrixView<Scalar>, _ transposeB: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var dealt = DistributedMatrix<Scalar>(
            zeros: MatrixLayout(rows: map.rows, columns: whole(grid.columns)), on: grid)
        try dealt.replace(with: b, operation: transposeB, atRow: rows.lowerBound)
        let buffers = PanelBuffers<Scalar>(capacity: localRows.count * width)
        let x = try buffers.gatherColumns(0..<width, rows: rows, of: dealt.view, .none, dealtLike: map.rows)

        let partial = Workspace<Scalar>(localColumns.count * width)
        if width == 1, !Scalar.isComplex || transposeA == .transpose {
            Scalar.gemv(
                .transpose, localRows.count, localColumns.count, alpha, a.localBase, a.leadingDimension, x.base, 1, 0,
                partial.base, 1)
        } else {
            Scalar.gemm(
                transposeA, .none, width, localColumns.count, localRows.count,
                transposeA == .conjugateTranspose ? alpha.conjugate : alpha, x.base, x.leadingDimension, a.localBase,
                a.leadingDimension, 0, partial.base, width)
        }
        try grid.columnCommunicator.reduce(partial.base, localColumns.count * width, .sum, to: 0)

        let product = DistributedMatrix<Scalar>(
            zeros: MatrixLayout(rows: whole(grid.rows), columns: map.columns), on: grid)
        if product.localRows > 0 {
            for j in 0..<localColumns.count {
                (product.storage + (localColumns.lowerBound + j) * product.leadingDimension)
                    .update(from: partial.base + j * width, count: width)
            }
        }
        return product
    }

    /// C = beta C + W, in C's layout.
    func deliver(
        _ product: borrowing DistributedMatrix<Scalar>, _ transposeA: Transpose, _ beta: Scalar,
        into c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let part =
            transposeA == .none
            ? product.submatrix(rows: rows, columns: 0..<width) : product.submatrix(rows: 0..<width, columns: columns)
        if beta == .zero { return try c.replace(with: part, operation: transposeA) }
        var increment = DistributedMatrix<Scalar>(zeros: c.layout, on: grid)
        try increment.replace(with: part, operation: transposeA)
        c.scale(by: beta)
        for j in 0..<c.localColumns {
            Scalar.axpy(
                c.localRows, 1, increment.storage + j * increment.leadingDimension, 1,
                c.storage + j * c.leadingDimension,
                1)
        }
    }
}
