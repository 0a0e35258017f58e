// C = alpha op(A) op(B) + beta C, in the way that sends the fewest words (MultiplyModel.plan):
//
//     C at rest      for each panel K of the inner dimension: C += alpha op(A)(:, K) op(B)(K, :)     Multiply+PanelsOfBoth
//     A or B at rest the other operand and C are thin, and travel                                    Multiply+OperandAtRest
//     k split        each rank multiplies its part of a long inner dimension; the products are summed   Multiply+SplitInner
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
/// A vector is a matrix of one column, or of one row. beta = 0 overwrites C, NaN included; with alpha = 0 or k = 0 neither
/// A nor B is read and C is only scaled. Panels of a few hundred columns of the operands are the memory needed beside
/// them, and where k is much larger than m and n, at most as much again as the operands take.
///
/// To update a part of C, see `DistributedMatrix.updateSubmatrix`.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - a: the left operand.
///   - transposeA: op(A): A, its transpose or its conjugate transpose.
///   - b: the right operand.
///   - transposeB: op(B).
///   - beta: the factor of what C holds.
///   - c: the result.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes or grids do not fit; `TesseraError.interrupted` where
///   a signal asks the run to stop, which leaves C half done.
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
        let plan = MultiplyModel.plan(
            m: m, n: n, k: k, isTransposedA: transposeA != .none, isTransposedB: transposeB != .none,
            on: c.grid.model(block: c.layout.columns.block))
        switch plan {
        case .stationaryC:
            var step = ProductStep<Scalar>(a, .general(transposeA), k, into: c)
            try step.accumulate(alpha, a, .general(transposeA), b, .general(transposeB), beta, into: &c)
        case .stationaryA:
            try multiplyAtRest(.left, alpha, a, transposeA, b, transposeB, beta, into: &c)
        case .stationaryB:
            try multiplyAtRest(.right, alpha, b, transposeB, a, transposeA, beta, into: &c)
        case .splitInner:
            try multiplySplitInner(.product, alpha, a, transposeA, b, transposeB, beta, into: &c)
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
