// A += alpha x yᵀ or A += alpha x yᴴ (PBLAS: ger, geru, gerc): a product with an inner dimension of one and A at rest.
//
// Flops 2 m n; words Q m + (1 + P) n, as MultiplyModel says for k = 1 and a transposed B.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// A += alpha x yᴴ, or alpha x yᵀ where not `conjugated`. Collective.
///
/// - Parameters:
///   - alpha: the factor of the product.
///   - x: m x 1, a matrix or a part of one, in any layout, on the grid of A.
///   - y: n x 1, likewise.
///   - conjugated: whether y is conjugated; of no account for real scalars.
///   - a: m x n.
/// - Throws: `TesseraError.argument` on all ranks where the shapes or grids do not fit.
public func rankOneUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ x: DistributedMatrixView<Scalar>, _ y: DistributedMatrixView<Scalar>, conjugated: Bool = true,
    into a: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (shapeX, shapeY, m, n) = ((x.rows, x.columns), (y.rows, y.columns), a.rows, a.columns)
    try a.grid.communicator.agree("rankOneUpdate", on: x.words + y.words + a.layout.words + [conjugated ? 1 : 0]) {
        () throws(TesseraError) in
        try requireShape("rankOneUpdate", "x", "\(m)x1, as a has rows", shapeX == (m, 1), shapeX.0, shapeX.1)
        try requireShape("rankOneUpdate", "y", "\(n)x1, as a has columns", shapeY == (n, 1), shapeY.0, shapeY.1)
    }
    try multiply(alpha: alpha, x, y, transposeB: conjugated ? .conjugateTranspose : .transpose, beta: 1, into: &a)
}
