// Product with a triangular matrix, in place (PBLAS: trmm, trmv). With many columns B stays; right-looking, one block of B
// at a time, each before what is added to it:
//
//     left:   B = alpha op(A) B                       right:  B = alpha B op(A)
//     Bᵢ += op(A)ᵢₖ Bₖ          everywhere             Bⱼ += Bₖ op(A)ₖⱼ         everywhere
//     Bₖ = op(Aₖₖ) Bₖ           on one process row     Bₖ = Bₖ op(Aₖₖ)          on one process column
//
// The next panels travel during an update. With few columns A stays, and B travels: RestingProduct.
//
// Flops n² m for an A of order n (four times as many for complex scalars); words and messages: MultiplyTriangularModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// B = alpha op(A) B (`.left`) or alpha B op(A) (`.right`) for a triangular A. Collective.
///
/// A's other triangle is not read, nor its diagonal where `diagonal` is `.unit`. alpha = 0 overwrites B. Panels of one block
/// column of A, or of a few hundred columns of B, are the memory needed beside them.
///
/// - Parameters:
///   - alpha: the factor of the result.
///   - a: n x n, a matrix or a part of one, in any layout.
///   - triangle: the triangle of A that is read.
///   - transposeA: op(A): A, its transpose or its conjugate transpose.
///   - diagonal: whether A's diagonal is taken to be one.
///   - side: the side of B on which A stands.
///   - b: n x m (`.left`) or m x n (`.right`), on the grid of A, in any layout. A vector is a matrix of one column.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes or grids do not fit; `TesseraError.interrupted` where
///   a signal asks the run to stop, which leaves B half done.
public func multiplyTriangular<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none,
    diagonal: Diagonal = .nonUnit, on side: Side = .left, _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try agreeOnTriangular("multiplyTriangular", alpha, a, triangle, transposeA, diagonal, side, b)
    guard alpha != .zero, b.rows > 0, b.columns > 0 else { return b.scale(by: alpha) }
    try b.grid.communicator.collectivelyUnlessStopped("multiplyTriangular") { () throws(TesseraError) in
        let map = side == .left ? b.layout.rows : b.layout.columns
        let isForward = ((triangle == .lower) == (transposeA == .none)) == (side == .left)
        let isAtRest = MultiplyTriangularModel.isAtRest(
            n: a.rows, m: side == .left ? b.columns : b.rows, isForward: isForward, isTransposed: transposeA != .none,
            isRight: side == .right, on: b.grid.model(block: map.block))
        if isAtRest {
            try multiplyTriangularAtRest(alpha, a, triangle, transposeA, diagonal, side, &b)
        } else {
            b.scale(by: alpha)
            var step = TriangularProductStep<Scalar>(side, triangle, transposeA, diagonal, isForward, b)
            try step.multiply(a, &b)
        }
    }
}

/// With A at rest: slabs of B's columns (rows), each replaced by its product.
private func multiplyTriangularAtRest<Scalar: LinearScalar>(
    _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, _ operation: Transpose,
    _ diagonal: Diagonal, _ side: Side, _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = RestingProduct<Scalar>(
        side, a, operation, only: triangle, diagonal: diagonal == .unit ? .one : .stored)
    var vote = SignalVote(on: b.grid.communicator)
    for slab in thinSlabs(of: b, beside: side) {
        if slab.lowerBound > 0 { try vote.stopIfAsked() }
        let product = try step.product(alpha, a, b.view.thinSlab(slab, side, .none), .none)
        try step.deliver(product, slab, 0, into: &b)
    }
    try vote.end()
}

/// The named steps of the product with B at rest, and the buffers they share.
private struct TriangularProductStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let side: Side
    let operation: Transpose
    let diagonal: Diagonal
    /// The triangle of op(A), which is what the panels hold.
    let triangle: Triangle
    /// The panels of op(A) reach from the diagonal to the end.
    let isForward: Bool
    /// op(A)ᵢₖ (left), Bₖ (right): columns of the panel go along the process rows.
    var columnPanels: OperandPanels<Scalar>
    /// Bₖ (left), op(A)ₖⱼ (right): rows of the panel go down the process columns.
    var rowPanels: OperandPanels<Scalar>

    init(
        _ side: Side, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal, _ isForward: Bool,
        _ b: borrowing DistributedMatrix<Scalar>
    ) {
        (grid, layout) = (b.grid, b.layout)
        (self.side, self.operation, self.diagonal, self.isForward) = (side, operation, diagonal, isForward)
        self.triangle = operation == .none ? triangle : triangle.opposite
        let map = side == .left ? layout.rows : layout.columns
        let depth = min(map.extent, map.block)
        columnPanels = OperandPanels(.left, capacity: b.localRows * depth, on: grid)
        rowPanels = OperandPanels(.right, capacity: b.localColumns * depth, on: grid)
    }

    private var map: BlockCyclic { side == .left ? layout.rows : layout.columns }

    mutating func multiply(
        _ a: DistributedMatrixView<Scalar>, _ b: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        var vote = SignalVote(on: grid.communicator)
        // Each block after all those that its own is added to: from the end where the panels reach there.
        let order = isForward ? Array((0..<map.blockCount).reversed()) : Array(0..<map.blockCount)
        try begin(order[0], a, b)
        for (turn, k) in order.enumerated() {
            let (left, right) = (try columnPanels.finish(), try rowPanels.finish())
            try vote.stopIfAsked()
            if turn + 1 < order.count { try begin(order[turn + 1], a, b) }
            let block = map.indices(ofBlock: k)
            switch side {
            case .left: try updateRows(block, of: &b, left, right)
            case .right: try updateColumns(block, of: &b, left, right)
            }
        }
        try vote.end()
    }

    /// Begins to bring op(A)'s panel of a block and Bₖ to their ranks.
    private mutating func begin(
        _ k: Int, _ a: DistributedMatrixView<Scalar>, _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let block = map.indices(ofBlock: k)
        let span = isForward ? block.lowerBound..<map.extent : 0..<block.upperBound
        switch side {
        case .left:
            try columnPanels.begin(block, span, of: a, operation, dealtLike: map)
            try rowPanels.begin(block, 0..<b.columns, of: b.view, .none, dealtLike: layout.columns)
        case .right:
            try columnPanels.begin(block, 0..<b.rows, of: b.view, .none, dealtLike: layout.rows)
            try rowPanels.begin(block, span, of: a, operation, dealtLike: map)
        }
    }

    /// What lies beyond a block.
    private func rest(_ block: Range<Int>) -> Range<Int> {
        isForward ? block.upperBound..<map.extent : 0..<block.lowerBound
    }

    /// Bᵢ += op(A)ᵢₖ Bₖ, then Bₖ = op(Aₖₖ) Bₖ
    private mutating func updateRows(
        _ block: Range<Int>, of b: inout DistributedMatrix<Scalar>, _ panel: Panel<Scalar>, _ x: Panel<Scalar>
    ) throws(TesseraError) {
        let rows = layout.rows.localRange(rest(block), on: grid.row)
        let first = isForward ? panel.count - rows.count : 0
        let width = grid.sliceWidth(of: x.count)
        for column in stride(from: 0, to: x.count, by: width) {
            if !rows.isEmpty {
                Trace.span("update") {
                    Scalar.gemm(
                        .none, .none, rows.count, min(width, x.count - column), block.count, 1, panel.base + first,
                        panel.leadingDimension, x.base + column * x.leadingDimension, x.leadingDimension, 1,
                        b.storage + rows.lowerBound + column * b.leadingDimension, b.leadingDimension)
                }
            }
            try columnPanels.advance()
            try rowPanels.advance()
        }
        guard layout.rows.owner(of: GlobalIndex(block.lowerBound)) == grid.row, b.localColumns > 0 else { return }
        Scalar.trmm(
            .left, triangle, .none, diagonal, block.count, b.localColumns, 1,
            panel.base + (isForward ? 0 : panel.count - block.count), panel.leadingDimension,
            b.storage + layout.rows.local(GlobalIndex(block.lowerBound)).value, b.leadingDimension)
    }

    /// Bⱼ += Bₖ op(A)ₖⱼ, then Bₖ = Bₖ op(Aₖₖ)
    private mutating func updateColumns(
        _ block: Range<Int>, of b: inout DistributedMatrix<Scalar>, _ x: Panel<Scalar>, _ panel: Panel<Scalar>
    ) throws(TesseraError) {
        let columns = layout.columns.localRange(rest(block), on: grid.column)
        let first = isForward ? panel.count - columns.count : 0
        let width = grid.sliceWidth(of: columns.count)
        for slice in stride(from: 0, to: columns.count, by: width) where x.count > 0 {
            Trace.span("update") {
                Scalar.gemm(
                    .none, .none, x.count, min(width, columns.count - slice), block.count, 1, x.base,
                    x.leadingDimension, panel.base + (first + slice) * panel.leadingDimension, panel.leadingDimension,
                    1,
                    b.storage + (columns.lowerBound + slice) * b.leadingDimension, b.leadingDimension)
            }
            try columnPanels.advance()
            try rowPanels.advance()
        }
        guard layout.columns.owner(of: GlobalIndex(block.lowerBound)) == grid.column, b.localRows > 0 else { return }
        Scalar.trmm(
            .right, triangle, .none, diagonal, b.localRows, block.count, 1,
            panel.base + (isForward ? 0 : panel.count - block.count) * panel.leadingDimension, panel.leadingDimension,
            b.storage + layout.columns.local(GlobalIndex(block.lowerBound)).value * b.leadingDimension,
            b.leadingDimension)
    }
}
