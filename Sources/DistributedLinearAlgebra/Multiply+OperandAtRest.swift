// The product with one operand S at rest, the other, T, and C being thin beside it: each rank multiplies its share of S,
// and only the thin matrices travel.
//
//     C = S op(T) (left), or Cᵀ = S op(T)ᵀ for C = op(T) Sᵀ (right): the rows of T' that face this process column's
//         columns of S come down it; partial products are summed along the process rows
//     Cᵀ = op(T)ᵀ S for C = Sᵀ op(T) (left), or C = op(T) S (right): the rows that face this process row's rows of S come
//         along it; partial products are summed down the process columns
//
// The thin dimension is taken in slabs. S may be a triangle: then the other one is not read.
//
// Flops 2 m n k, half as many for a triangle. Words: MultiplyModel.atRest.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// C = alpha op(S) op(T) + beta C (`.left`) or alpha op(T) op(S) + beta C (`.right`).
func multiplyAtRest<Scalar: LinearScalar>(
    _ side: Side, _ alpha: Scalar, _ s: DistributedMatrixView<Scalar>, _ operationS: Transpose,
    _ thin: DistributedMatrixView<Scalar>, _ operationT: Transpose, _ beta: Scalar,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = RestingProduct<Scalar>(side, s, operationS)
    var vote = SignalVote(on: c.grid.communicator)
    for slab in thinSlabs(of: c, beside: side) {
        if slab.lowerBound > 0 { try vote.stopIfAsked() }
        let part = thin.thinSlab(slab, side, operationT)
        try step.deliver(try step.product(alpha, s, part, operationT), slab, beta, into: &c)
    }
    try vote.end()
}

/// The columns of C (the operand at rest on the left) or its rows (on the right), in slabs.
func thinSlabs<Scalar: LinearScalar>(of c: borrowing DistributedMatrix<Scalar>, beside side: Side) -> [Range<Int>] {
    let map = side == .left ? c.layout.columns : c.layout.rows
    return MultiplyModel.slabs(map.extent, block: map.block)
}

extension DistributedMatrixView {
    /// The part of T that is op(T)(:, slab) where T stands on the right of the operand at rest, else op(T)(slab, :).
    @_lifetime(copy self)
    func thinSlab(_ slab: Range<Int>, _ side: Side, _ operation: Transpose) -> Self {
        (side == .left) == (operation == .none)
            ? submatrix(rows: 0..<rows, columns: slab) : submatrix(rows: slab, columns: 0..<columns)
    }
}

/// The named steps of the product with S at rest.
struct RestingProduct<Scalar: LinearScalar>: ~Copyable {
    private let side: Side
    private let operation: Transpose
    private let grid: ProcessGrid
    private let map: MatrixLayout
    private let rows: Range<Int>
    private let columns: Range<Int>
    private let localRows: Range<Int>
    private let localColumns: Range<Int>
    /// The triangle of S that is read, nil for all of S.
    private let triangle: LocalTriangle?
    private let diagonal: DiagonalForm
    private let parts: [LocalTriangle.Part]
    private let crossing: Workspace<Scalar>

    init(
        _ side: Side, _ s: DistributedMatrixView<Scalar>, _ operation: Transpose, only triangle: Triangle? = nil,
        diagonal: DiagonalForm = .stored
    ) {
        self.side = side
        self.operation = operation
        grid = s.grid
        map = s.layout
        rows = s.rowRange
        columns = s.columnRange
        let (localRows, localColumns) = (
            map.rows.localRange(rows, on: grid.row), map.columns.localRange(columns, on: grid.column)
        )
        (self.localRows, self.localColumns) = (localRows, localColumns)
        let (layout, ranks, shift) = (map, grid, rows.lowerBound - columns.lowerBound)
        self.triangle = triangle.map { LocalTriangle($0, of: layout, on: ranks, shift: shift, leaf: 64) }
        self.diagonal = diagonal
        parts =
            self.triangle?.parts(localRows, localColumns)
            ?? [LocalTriangle.Part(rows: localRows, columns: localColumns, crosses: false)]
        crossing = Workspace(largestCrossing(parts))
    }

    /// Sums go along the process rows.
    private var isAlongRows: Bool { (side == .left) == (operation == .none) }

    /// alpha op(S) op(T), or its transpose or conjugate transpose where S is transposed; dealt like S's rows on the first
    /// process column, or like its columns on the first process row.
    func product(
        _ alpha: Scalar, _ s: DistributedMatrixView<Scalar>, _ thin: DistributedMatrixView<Scalar>,
        _ operationT: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        // T' = op(T)ᵀ or op(T)ᴴ beside an S that is not transposed, op(T) beside one that is; f(T') in the product.
        let dealing: Transpose = operation != .none ? operationT : operationT == .none ? .transpose : .none
        let facing: Transpose =
            operation != .none ? operation : operationT == .conjugateTranspose ? .conjugateTranspose : .transpose
        let factor = operation == .conjugateTranspose ? alpha.conjugate : alpha
        return try isAlongRows
            ? alongRows(factor, s, thin, dealing, facing) : downColumns(factor, s, thin, dealing, facing)
    }

    /// All of a thin dimension on one part.
    private func whole(_ width: Int, _ parts: Int) -> BlockCyclic {
        BlockCyclic(extent: width, block: max(1, width), parts: parts)
    }

    /// W = alpha S f(T'), T' being `width` x columns of S.
    private func alongRows(
        _ alpha: Scalar, _ s: DistributedMatrixView<Scalar>, _ thin: DistributedMatrixView<Scalar>,
        _ dealing: Transpose, _ facing: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        let width = dealing == .none ? thin.rows : thin.columns
        // T' on the first process row, then on all.
        var dealt = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: whole(width, grid.rows), columns: map.columns), on: grid)
        try dealt.replace(with: thin, operation: dealing, column: columns.lowerBound)
        var panels = OperandPanels<Scalar>(.right, capacity: width * localColumns.count, on: grid)
        let x = try panels.gather(0..<width, columns, of: dealt.view, .none, dealtLike: map.columns)

        let partial = Workspace<Scalar>(localRows.count * width)
        partial.base.update(repeating: .zero, count: localRows.count * width)
        let isVector = width == 1 && (!Scalar.isComplex || facing != .conjugateTranspose)
        forEachPart(of: s) { part, elements, leadingDimension in
            let source = x.base + (part.columns.lowerBound - localColumns.lowerBound) * x.leadingDimension
            let target = partial.base + part.rows.lowerBound - localRows.lowerBound
            if isVector {
                // BLAS 2 reads S once; BLAS 3 would copy it first.
                Scalar.gemv(
                    .none, part.rows.count, part.columns.count, alpha, elements, leadingDimension, source,
                    x.leadingDimension, 1, target, 1)
            } else {
                Scalar.gemm(
                    .none, facing, part.rows.count, width, part.columns.count, alpha, elements, leadingDimension,
                    source,
                    x.leadingDimension, 1, target, max(1, localRows.count))
            }
        }
        try grid.rowCommunicator.reduce(partial.base, localRows.count * width, .sum, to: 0)

        let product = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: map.rows, columns: whole(width, grid.columns)), on: grid)
        for j in 0..<product.localColumns {
            (product.storage + localRows.lowerBound + j * product.leadingDimension)
                .update(from: partial.base + j * localRows.count, count: localRows.count)
        }
        return product
    }

    /// W = alpha f(T') S, T' being rows of S x `width`.
    private func downColumns(
        _ alpha: Scalar, _ s: DistributedMatrixView<Scalar>, _ thin: DistributedMatrixView<Scalar>,
        _ dealing: Transpose, _ facing: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        let width = dealing == .none ? thin.columns : thin.rows
        var dealt = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: map.rows, columns: whole(width, grid.columns)), on: grid)
        try dealt.replace(with: thin, operation: dealing, atRow: rows.lowerBound)
        var panels = OperandPanels<Scalar>(.left, capacity: localRows.count * width, on: grid)
        let x = try panels.gather(0..<width, rows, of: dealt.view, .none, dealtLike: map.rows)

        let partial = Workspace<Scalar>(localColumns.count * width)
        partial.base.update(repeating: .zero, count: localColumns.count * width)
        let isVector = width == 1 && (!Scalar.isComplex || facing != .conjugateTranspose)
        forEachPart(of: s) { part, elements, leadingDimension in
            let source = x.base + part.rows.lowerBound - localRows.lowerBound
            let target = partial.base + (part.columns.lowerBound - localColumns.lowerBound) * width
            if isVector {
                Scalar.gemv(
                    .transpose, part.rows.count, part.columns.count, alpha, elements, leadingDimension, source, 1, 1,
                    target, 1)
            } else {
                Scalar.gemm(
                    facing, .none, width, part.columns.count, part.rows.count, alpha, source, x.leadingDimension,
                    elements, leadingDimension, 1, target, max(1, width))
            }
        }
        try grid.columnCommunicator.reduce(partial.base, localColumns.count * width, .sum, to: 0)

        let product = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: whole(width, grid.rows), columns: map.columns), on: grid)
        if product.localRows > 0 {
            for j in 0..<localColumns.count {
                (product.storage + (localColumns.lowerBound + j) * product.leadingDimension)
                    .update(from: partial.base + j * width, count: width)
            }
        }
        return product
    }

    /// This rank's share of S in rectangles, without the other triangle.
    private func forEachPart(
        of s: DistributedMatrixView<Scalar>,
        _ body: (_ part: LocalTriangle.Part, _ elements: UnsafePointer<Scalar>, _ leadingDimension: Int) -> Void
    ) {
        for part in parts where !part.rows.isEmpty && !part.columns.isEmpty {
            if part.crosses, let triangle {
                triangle.copy(part, of: s.storage, s.leadingDimension, diagonal: diagonal, to: crossing.base)
                body(part, crossing.base, part.rows.count)
            } else {
                body(
                    part, s.storage + part.rows.lowerBound + part.columns.lowerBound * s.leadingDimension,
                    s.leadingDimension)
            }
        }
    }

    /// C(:, slab) = beta C(:, slab) + W, or C(slab, :), in C's layout.
    func deliver(
        _ product: borrowing DistributedMatrix<Scalar>, _ slab: Range<Int>, _ beta: Scalar,
        into c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let part =
            isAlongRows
            ? product.submatrix(rows: rows, columns: 0..<product.columns)
            : product.submatrix(rows: 0..<product.rows, columns: columns)
        try c.combine(
            1, part, operation, beta, atRow: side == .left ? 0 : slab.lowerBound,
            column: side == .left ? slab.lowerBound : 0)
    }
}
