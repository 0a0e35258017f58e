// C = alpha op(A) op(B) + beta C.
//
// With many columns, C stays where it is (SUMMA: van de Geijn and Watts, 1997): for each panel K of the inner dimension
//     C += alpha op(A)(:, K) op(B)(K, :)        panels along the process rows and columns, then one local product
// With few columns (a vector, say), A stays and the thin operands travel: Multiply+FewColumns.swift.
//
// Flops 2 m n k (four times as many for complex scalars); words and messages: MultiplyModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// C = alpha op(A) op(B) + beta C. Collective.
///
/// op(A) is m x k, op(B) is k x n, C is m x n; all on one grid, each in any layout and A and B also as views of a part.
/// beta = 0 overwrites C, NaN included; with alpha = 0 or k = 0 neither A nor B is read and C is only scaled. A panel of
/// about 256 columns of each operand is the memory needed beside them.
///
/// - Throws: `TesseraError.argument` on all ranks where the shapes or grids do not fit.
public func multiply<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, transposeA: Transpose = .none,
    _ b: DistributedMatrixView<Scalar>, transposeB: Transpose = .none, beta: Scalar = 0,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (m, k) = transposeA == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (inner, n) = transposeB == .none ? (b.rows, b.columns) : (b.columns, b.rows)
    let (rows, columns) = (c.rows, c.columns)
    let (isSameGridA, isSameGridB) = (a.grid === c.grid, b.grid === c.grid)
    try c.grid.communicator.agree(
        "multiply",
        on: a.words + b.words + c.layout.words + [Int(transposeA.letter), Int(transposeB.letter)] + alpha.words
            + beta.words
    ) { () throws(TesseraError) in
        guard isSameGridA else { throw differentGrids("multiply", "a") }
        guard isSameGridB else { throw differentGrids("multiply", "b") }
        try requireShape("multiply", "b", "op(b) of \(k) rows, as op(a) has columns", inner == k, inner, n)
        try requireShape("multiply", "c", "\(m)x\(n)", rows == m && columns == n, rows, columns)
    }
    guard alpha != .zero, k > 0 else { return c.scale(by: beta) }
    guard m > 0, n > 0 else { return }
    try c.grid.communicator.collectivelyUnlessStopped("multiply") { () throws(TesseraError) in
        if n <= MultiplyModel.fewColumns(m: m, k: k) {
            try multiplyFewColumns(alpha, a, transposeA, b, transposeB, beta, into: &c)
        } else {
            var step = ProductStep<Scalar>(m, n, k, a, transposeA, c.layout)
            try step.accumulate(alpha, a, transposeA, b, transposeB, beta, into: &c)
        }
    }
}

/// C = alpha op(A) op(B) + beta C for whole matrices. Collective.
public func multiply<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: borrowing DistributedMatrix<Scalar>, transposeA: Transpose = .none,
    _ b: borrowing DistributedMatrix<Scalar>, transposeB: Transpose = .none, beta: Scalar = 0,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try multiply(
        alpha: alpha, a.view, transposeA: transposeA, b.view, transposeB: transposeB, beta: beta, into: &c)
}

/// op(A) op(B), its rows dealt like those of op(A) and its columns like those of op(B) where the grid allows. Collective.
///
/// - Throws, on all ranks: `TesseraError.argument` where the shapes or grids do not fit;
///   `TesseraError.memory` where a node cannot give its ranks' shares of the product.
public func multiply<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, transposeA: Transpose = .none, _ b: borrowing DistributedMatrix<Scalar>,
    transposeB: Transpose = .none
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    let (rows, rowBlock) =
        transposeA == .none ? (a.rows, a.layout.rows.block) : (a.columns, a.layout.columns.block)
    let (columns, columnBlock) =
        transposeB == .none ? (b.columns, b.layout.columns.block) : (b.rows, b.layout.rows.block)
    let layout = MatrixLayout(
        rows: BlockCyclic(
            extent: rows, block: rowBlock, parts: a.grid.rows, source: transposeA == .none ? a.layout.rows.source : 0),
        columns: BlockCyclic(
            extent: columns, block: columnBlock, parts: a.grid.columns,
            source: transposeB == .none && b.grid === a.grid ? b.layout.columns.source : 0))
    var c = try DistributedMatrix<Scalar>(zeros: layout, on: a.grid)
    try multiply(a, transposeA: transposeA, b, transposeB: transposeB, into: &c)
    return c
}

/// The named steps of the product with C at rest, and the buffers they share.
private struct ProductStep<Scalar: LinearScalar>: ~Copyable {
    let extents: (m: Int, n: Int, k: Int)
    let layout: MatrixLayout
    /// Columns of op(A) in a panel: whole blocks, as many as make the local product efficient.
    let depth: Int
    var leftPanels: OperandPanels<Scalar>
    var rightPanels: OperandPanels<Scalar>

    init(
        _ m: Int, _ n: Int, _ k: Int, _ a: DistributedMatrixView<Scalar>, _ transposeA: Transpose,
        _ layout: MatrixLayout
    ) {
        extents = (m, n, k)
        self.layout = layout
        let block = transposeA == .none ? a.layout.columns.block : a.layout.rows.block
        depth = min(k, MultiplyModel.panelDepth(block: block))
        leftPanels = OperandPanels(.left, capacity: layout.rows.count(on: a.grid.row) * depth, on: a.grid)
        rightPanels = OperandPanels(.right, capacity: layout.columns.count(on: a.grid.column) * depth, on: a.grid)
    }

    /// C = beta C + Σ alpha op(A)(:, K) op(B)(K, :); the next panels travel during a product.
    mutating func accumulate(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ transposeA: Transpose,
        _ b: DistributedMatrixView<Scalar>, _ transposeB: Transpose, _ beta: Scalar,
        into c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        var vote = SignalVote(on: c.grid.communicator)
        func panel(from start: Int) -> Range<Int> { start..<min(extents.k, start + depth) }
        try begin(panel(from: 0), a, transposeA, b, transposeB)
        for start in stride(from: 0, to: extents.k, by: depth) {
            let inner = panel(from: start)
            let (left, right) = (try leftPanels.finish(), try rightPanels.finish())
            try vote.stopIfAsked()
            if inner.upperBound < extents.k { try begin(panel(from: inner.upperBound), a, transposeA, b, transposeB) }
            try add(alpha, left, right, inner.count, start == 0 ? beta : 1, to: &c)
        }
        try vote.end()
    }

    /// Begins to bring the panels to their ranks.
    private mutating func begin(
        _ inner: Range<Int>, _ a: DistributedMatrixView<Scalar>, _ transposeA: Transpose,
        _ b: DistributedMatrixView<Scalar>, _ transposeB: Transpose
    ) throws(TesseraError) {
        try leftPanels.begin(inner, 0..<extents.m, of: a, transposeA, dealtLike: layout.rows)
        try rightPanels.begin(inner, 0..<extents.n, of: b, transposeB, dealtLike: layout.columns)
    }

    /// C = beta C + alpha L R, in slices of columns between which the next panels travel.
    private mutating func add(
        _ alpha: Scalar, _ left: Panel<Scalar>, _ right: Panel<Scalar>, _ depth: Int, _ beta: Scalar,
        to c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let width = max(1, c.grid.size > 1 ? min(right.count, 1024) : right.count)
        for first in stride(from: 0, to: right.count, by: width) where left.count > 0 {
            Trace.span("update") {
                Scalar.gemm(
                    .none, .none, left.count, min(width, right.count - first), depth, alpha, left.base,
                    left.leadingDimension, right.base + first * right.leadingDimension, right.leadingDimension, beta,
                    c.storage + first * c.leadingDimension, c.leadingDimension)
            }
            try leftPanels.advance()
            try rightPanels.advance()
        }
    }
}
