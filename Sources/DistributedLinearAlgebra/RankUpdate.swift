// Rank-k update of one triangle of C (PBLAS: syrk, herk).
//
//     C = alpha op(A) op(A)ᵀ + beta C        C = alpha op(A) op(A)ᴴ + beta C
//
// A product with C at rest, of which the triangle is computed, in few large local products (LocalTriangle); a long inner
// dimension is split over all ranks.
//
// Flops n (n + 1) k (four times as many for complex scalars); words and messages: RankUpdateModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// C = alpha A Aᵀ + beta C, or alpha Aᵀ A + beta C where `transposeA` is not `.none`, one triangle of it. Collective.
///
/// The other triangle of C is neither read nor written. beta = 0 overwrites the triangle, NaN included; with alpha = 0 or
/// k = 0 A is not read. Panels of a few hundred columns of A are the memory needed beside it, and where k is much larger
/// than n, as much again as A takes.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - a: n x k (`.none`) or k x n, a matrix or a part of one, in any layout, on the grid of C.
///   - transposeA: for complex scalars `.none` or `.transpose`.
///   - beta: the factor of what C holds.
///   - triangle: the triangle of C that is updated.
///   - c: n x n.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes, the grids or the transposition do not fit;
///   `TesseraError.interrupted` where a signal asks the run to stop, which leaves C half done.
public func symmetricRankUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, transposeA: Transpose = .none, beta: Scalar = 0,
    _ triangle: Triangle, of c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try updateTriangle("symmetricRankUpdate", alpha, a, a, .square, transposeA, .transpose, beta, triangle, of: &c)
}

/// C = alpha A Aᴴ + beta C, or alpha Aᴴ A + beta C where `transposeA` is not `.none`, one triangle of it. Collective.
///
/// The diagonal's imaginary parts are set to zero. The other triangle of C is neither read nor written. beta = 0 overwrites
/// the triangle, NaN included; with alpha = 0 or k = 0 A is not read. Panels of a few hundred columns of A are the memory
/// needed beside it, and where k is much larger than n, as much again as A takes.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - a: n x k (`.none`) or k x n, a matrix or a part of one, in any layout, on the grid of C.
///   - transposeA: for complex scalars `.none` or `.conjugateTranspose`.
///   - beta: the factor of what C holds.
///   - triangle: the triangle of C that is updated.
///   - c: n x n.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes, the grids or the transposition do not fit;
///   `TesseraError.interrupted` where a signal asks the run to stop, which leaves C half done.
public func hermitianRankUpdate<Scalar: LinearScalar>(
    alpha: Scalar.Real = 1, _ a: DistributedMatrixView<Scalar>, transposeA: Transpose = .none, beta: Scalar.Real = 0,
    _ triangle: Triangle, of c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try updateTriangle(
        "hermitianRankUpdate", Scalar(real: alpha), a, a, .square, transposeA, .conjugateTranspose, Scalar(real: beta),
        triangle, of: &c)
}

/// The terms of an update.
enum UpdateTerms { case square, twice }

/// C = beta C + alpha op(A) f(op(A)), or C = beta C + alpha op(A) f(op(B)) + f(alpha) op(B) f(op(A)); f is the transpose or
/// the conjugate transpose, and op(A) is A or f(A).
func updateTriangle<Scalar: LinearScalar>(
    _ routine: StaticString, _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ b: DistributedMatrixView<Scalar>,
    _ terms: UpdateTerms, _ transpose: Transpose, _ facing: Transpose, _ beta: Scalar, _ triangle: Triangle,
    of c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (n, k) = transpose == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (shapeA, shapeB, shapeC) = ((a.rows, a.columns), (b.rows, b.columns), (c.rows, c.columns))
    let (isSameGridA, isSameGridB) = (a.grid === c.grid, b.grid === c.grid)
    let options = [triangle.letter, transpose.letter].map { Int($0) }
    try c.grid.communicator.agree(
        routine, on: a.words + b.words + c.layout.words + options + alpha.words + beta.words
    ) { () throws(TesseraError) in
        guard isSameGridA else { throw differentGrids("\(routine)", "a") }
        guard isSameGridB else { throw differentGrids("\(routine)", "b") }
        guard !Scalar.isComplex || transpose == .none || transpose == facing else {
            throw .argument(
                routine: "\(routine)", name: "transpose", expected: "none or \(facing) for complex scalars",
                found: "\(transpose)")
        }
        try requireShape("\(routine)", "c", "\(n)x\(n)", shapeC == (n, n), shapeC.0, shapeC.1)
        try requireShape(
            "\(routine)", "b", "\(shapeA.0)x\(shapeA.1), as a", shapeA == shapeB, shapeB.0, shapeB.1)
    }
    guard n > 0 else { return }
    if alpha == .zero || k == 0 {
        c.scale(triangle, by: beta)
    } else {
        try c.grid.communicator.collectivelyUnlessStopped(routine) { () throws(TesseraError) in
            try addTerms(alpha, a, b, terms, transpose == .none ? .none : facing, facing, beta, triangle, to: &c)
        }
    }
    if Scalar.isComplex, facing == .conjugateTranspose { c.dropImaginaryDiagonal() }
}

private func addTerms<Scalar: LinearScalar>(
    _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ b: DistributedMatrixView<Scalar>, _ terms: UpdateTerms,
    _ operation: Transpose, _ facing: Transpose, _ beta: Scalar, _ triangle: Triangle,
    to c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let k = operation == .none ? a.columns : a.rows
    let isSplit = RankUpdateModel.isSplit(
        n: c.rows, k: k, isTransposed: operation != .none, isRankTwo: terms == .twice,
        on: c.grid.model(block: c.layout.columns.block))
    if isSplit {
        return try multiplySplitInner(
            terms == .square ? .square(triangle, f: facing) : .twice(triangle, f: facing), alpha, a, operation, b,
            operation, beta, into: &c)
    }
    // f(op(A)) is f(A), or A itself.
    let (left, right) = (OperandForm.general(operation), OperandForm.general(operation == .none ? facing : .none))
    var step = ProductStep<Scalar>(a, left, k, into: c, only: triangle)
    if terms == .square, operation == .none, c.layout.rows.block == c.layout.columns.block {
        return try step.accumulateSquare(alpha, a, facing, beta, into: &c)
    }
    try step.accumulate(alpha, a, left, b, right, beta, into: &c)
    if terms == .twice {
        let conjugated = facing == .conjugateTranspose ? alpha.conjugate : alpha
        try step.accumulate(conjugated, b, left, a, right, 1, into: &c)
    }
}

extension DistributedMatrix {
    /// The triangle of alpha A; alpha = 0 overwrites, NaN included. Local.
    fileprivate mutating func scale(_ triangle: Triangle, by alpha: Scalar) {
        guard alpha != 1 else { return }
        let local = LocalTriangle(triangle, of: layout, on: grid, leaf: 1)
        for column in 0..<localColumns {
            let rows = local.rows(inColumn: column, of: 0..<localRows)
            Scalar.scal(rows.count, alpha, storage + rows.lowerBound + column * leadingDimension, 1)
        }
    }

    /// The diagonal becomes its real part. Local.
    fileprivate mutating func dropImaginaryDiagonal() {
        let local = LocalTriangle(.lower, of: layout, on: grid, leaf: 1)
        for column in 0..<localColumns {
            guard let row = local.diagonalRow(inColumn: column, of: 0..<localRows) else { continue }
            let element = storage + row + column * leadingDimension
            element.pointee = Scalar(real: element.pointee.realPart)
        }
    }
}
