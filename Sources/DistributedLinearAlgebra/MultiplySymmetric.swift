// C = alpha A B + beta C with a symmetric or Hermitian A, of which one triangle is stored (PBLAS: symm, hemm, symv, hemv).
//
//     C at rest   panels of A are put together from the triangle and its mirror image, then as any product
//     A at rest   a thin B and C: C = alpha T B + beta C with the stored triangle T, then C += alpha S B with the mirror
//                 image S of what is off its diagonal
//
// Flops 2 n² m (four times as many for complex scalars); words and messages: MultiplySymmetricModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// C = alpha A B + beta C (`.left`) or alpha B A + beta C (`.right`) for a symmetric A, A = Aᵀ. Collective.
///
/// beta = 0 overwrites C, NaN included; with alpha = 0 neither A nor B is read and C is only scaled. Panels of a few
/// hundred columns of A and B are the memory needed beside them.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - a: n x n, a matrix or a part of one, in any layout.
///   - triangle: the triangle of A that is read.
///   - side: the side of B on which A stands.
///   - b: n x m (`.left`) or m x n (`.right`), on the grid of A, in any layout. A vector is a matrix of one column.
///   - beta: the factor of what C holds.
///   - c: of the shape of B, on the grid of A.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes or grids do not fit; `TesseraError.interrupted` where
///   a signal asks the run to stop, which leaves C half done.
public func multiplySymmetric<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, on side: Side = .left,
    _ b: DistributedMatrixView<Scalar>, beta: Scalar = 0, into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try multiplyMirrored("multiplySymmetric", alpha, a, triangle, .transpose, side, b, beta, into: &c)
}

/// C = alpha A B + beta C (`.left`) or alpha B A + beta C (`.right`) for a Hermitian A, A = Aᴴ. Collective.
///
/// The imaginary parts of A's diagonal are taken to be zero. For everything else see
/// `multiplySymmetric(alpha:_:_:on:_:beta:into:)`.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - a: n x n, a matrix or a part of one, in any layout.
///   - triangle: the triangle of A that is read.
///   - side: the side of B on which A stands.
///   - b: n x m (`.left`) or m x n (`.right`), on the grid of A, in any layout. A vector is a matrix of one column.
///   - beta: the factor of what C holds.
///   - c: of the shape of B, on the grid of A.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes or grids do not fit; `TesseraError.interrupted` where
///   a signal asks the run to stop, which leaves C half done.
public func multiplyHermitian<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, on side: Side = .left,
    _ b: DistributedMatrixView<Scalar>, beta: Scalar = 0, into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try multiplyMirrored("multiplyHermitian", alpha, a, triangle, .conjugateTranspose, side, b, beta, into: &c)
}

private func multiplyMirrored<Scalar: LinearScalar>(
    _ routine: StaticString, _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle,
    _ mirror: Transpose, _ side: Side, _ b: DistributedMatrixView<Scalar>, _ beta: Scalar,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (m, n) = (c.rows, c.columns)
    let order = side == .left ? m : n
    let (shapeA, shapeB) = ((a.rows, a.columns), (b.rows, b.columns))
    let (isSameGridA, isSameGridB) = (a.grid === c.grid, b.grid === c.grid)
    let options = [triangle.letter, side.letter].map { Int($0) }
    try c.grid.communicator.agree(
        routine, on: a.words + b.words + c.layout.words + options + alpha.words + beta.words
    ) { () throws(TesseraError) in
        guard isSameGridA else { throw differentGrids("\(routine)", "a") }
        guard isSameGridB else { throw differentGrids("\(routine)", "b") }
        try requireShape("\(routine)", "a", "\(order)x\(order)", shapeA == (order, order), shapeA.0, shapeA.1)
        try requireShape("\(routine)", "b", "\(m)x\(n), as c", shapeB == (m, n), shapeB.0, shapeB.1)
    }
    guard alpha != .zero else { return c.scale(by: beta) }
    guard m > 0, n > 0 else { return }
    try c.grid.communicator.collectivelyUnlessStopped(routine) { () throws(TesseraError) in
        let isAtRest = MultiplySymmetricModel.isAtRest(
            n: order, m: side == .left ? n : m, isRight: side == .right, on: c.grid.model(block: a.layout.columns.block)
        )
        if isAtRest { return try multiplyMirroredAtRest(alpha, a, triangle, mirror, side, b, beta, into: &c) }
        let form: OperandForm = mirror == .transpose ? .symmetric(triangle) : .hermitian(triangle)
        var step = ProductStep<Scalar>(a, form, order, into: c)
        switch side {
        case .left: try step.accumulate(alpha, a, form, b, .general(.none), beta, into: &c)
        case .right: try step.accumulate(alpha, b, .general(.none), a, form, beta, into: &c)
        }
    }
}

/// With A at rest: the stored triangle, then the mirror image of what is off its diagonal.
private func multiplyMirroredAtRest<Scalar: LinearScalar>(
    _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, _ mirror: Transpose, _ side: Side,
    _ b: DistributedMatrixView<Scalar>, _ beta: Scalar, into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let stored = RestingProduct<Scalar>(
        side, a, .none, only: triangle, diagonal: mirror == .transpose ? .stored : .real)
    let image = RestingProduct<Scalar>(side, a, mirror, only: triangle, diagonal: .zero)
    var vote = SignalVote(on: c.grid.communicator)
    for slab in thinSlabs(of: c, beside: side) {
        if slab.lowerBound > 0 { try vote.stopIfAsked() }
        let part = b.thinSlab(slab, side, .none)
        try stored.deliver(try stored.product(alpha, a, part, .none), slab, beta, into: &c)
        try image.deliver(try image.product(alpha, a, part, .none), slab, 1, into: &c)
    }
    try vote.end()
}
