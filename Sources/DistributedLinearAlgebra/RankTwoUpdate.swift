// Rank-2k update of one triangle of C (PBLAS: syr2k, her2k).
//
//     C = alpha op(A) op(B)ᵀ + alpha op(B) op(A)ᵀ + beta C
//     C = alpha op(A) op(B)ᴴ + conj(alpha) op(B) op(A)ᴴ + beta C
//
// As two products of which the triangle is computed: RankUpdate.swift.
//
// Flops 2 n (n + 1) k (four times as many for complex scalars); words and messages: RankUpdateModel.

public import DistributedArrays
public import Failures
public import LinearAlgebra

/// C = alpha A Bᵀ + alpha B Aᵀ + beta C, or alpha Aᵀ B + alpha Bᵀ A + beta C where `transpose` is not `.none`, one triangle
/// of it. Collective.
///
/// The other triangle of C is neither read nor written. beta = 0 overwrites the triangle, NaN included; with alpha = 0 or
/// k = 0 neither A nor B is read. Panels of a few hundred columns of the operands are the memory needed beside them, and
/// where k is much larger than n, as much again as they take.
///
/// - Parameters:
///   - alpha: the factor of the products.
///   - a: n x k (`.none`) or k x n, a matrix or a part of one, in any layout, on the grid of C.
///   - b: of the shape of A, likewise.
///   - transpose: for complex scalars `.none` or `.transpose`.
///   - beta: the factor of what C holds.
///   - triangle: the triangle of C that is updated.
///   - c: n x n.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes, the grids or the transposition do not fit;
///   `TesseraError.interrupted` where a signal asks the run to stop, which leaves C half done.
public func symmetricRankTwoUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ b: DistributedMatrixView<Scalar>,
    transpose: Transpose = .none, beta: Scalar = 0, _ triangle: Triangle, of c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try updateTriangle("symmetricRankTwoUpdate", alpha, a, b, .twice, transpose, .transpose, beta, triangle, of: &c)
}

/// C = alpha A Bᴴ + conj(alpha) B Aᴴ + beta C, or alpha Aᴴ B + conj(alpha) Bᴴ A + beta C where `transpose` is not `.none`,
/// one triangle of it. Collective.
///
/// The diagonal's imaginary parts are set to zero. The other triangle of C is neither read nor written. beta = 0 overwrites
/// the triangle, NaN included; with alpha = 0 or k = 0 neither A nor B is read. Panels of a few hundred columns of the
/// operands are the memory needed beside them, and where k is much larger than n, as much again as they take.
///
/// - Parameters:
///   - alpha: the factor of the first product; its conjugate is that of the second.
///   - a: n x k (`.none`) or k x n, a matrix or a part of one, in any layout, on the grid of C.
///   - b: of the shape of A, likewise.
///   - transpose: for complex scalars `.none` or `.conjugateTranspose`.
///   - beta: the factor of what C holds.
///   - triangle: the triangle of C that is updated.
///   - c: n x n.
/// - Throws: on all ranks, `TesseraError.argument` where the shapes, the grids or the transposition do not fit;
///   `TesseraError.interrupted` where a signal asks the run to stop, which leaves C half done.
public func hermitianRankTwoUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ b: DistributedMatrixView<Scalar>,
    transpose: Transpose = .none, beta: Scalar.Real = 0, _ triangle: Triangle, of c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try updateTriangle(
        "hermitianRankTwoUpdate", alpha, a, b, .twice, transpose, .conjugateTranspose, Scalar(real: beta), triangle,
        of: &c)
}
