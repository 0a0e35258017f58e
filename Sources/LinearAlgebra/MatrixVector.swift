// BLAS 2: a matrix and vectors, O(m n) each, bound by the bandwidth of memory.

public import Failures

/// y = alpha op(A) x + beta y.
///
/// op(A) is m x n, x has n elements and y has m. beta = 0 overwrites y, NaN included; with alpha = 0 neither A nor x is
/// read.
public func multiply<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, transposeA: Transpose = .none, vector x: Span<Scalar>,
    beta: Scalar = 0, into y: inout MutableSpan<Scalar>
) throws(TesseraError) {
    let (m, n) = a.shape(transposeA)
    try requireCount("multiply", "x", x.count, n)
    try requireCount("multiply", "y", y.count, m)
    try a.requireIndexable("multiply", "a")
    // An empty x may have no address; A's stands in, and is not read.
    x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            guard let y0 = y.baseAddress, m > 0 else { return }
            Scalar.gemv(
                transposeA, a.rows, a.columns, alpha, a.base, a.leadingDimension, x.baseAddress ?? a.base, 1, beta, y0,
                1)
        }
    }
}

/// y = alpha A x + beta y for a Hermitian A (symmetric for real scalars), of which one triangle is read; the
/// imaginary parts of the diagonal are taken as zero.
public func multiplyHermitian<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, vector x: Span<Scalar>, beta: Scalar = 0,
    into y: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireSquare("multiplyHermitian", "a", a.rows, a.columns)
    try requireCount("multiplyHermitian", "x", x.count, a.rows)
    try requireCount("multiplyHermitian", "y", y.count, a.rows)
    try a.requireIndexable("multiplyHermitian", "a")
    x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return }
            Scalar.hemv(triangle, a.rows, alpha, a.base, a.leadingDimension, x0, 1, beta, y0, 1)
        }
    }
}

/// y = alpha A x + beta y for a symmetric A, complex ones too, of which one triangle is read.
public func multiplySymmetric<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: MatrixView<Scalar>, _ triangle: Triangle, vector x: Span<Scalar>, beta: Scalar = 0,
    into y: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireSquare("multiplySymmetric", "a", a.rows, a.columns)
    try requireCount("multiplySymmetric", "x", x.count, a.rows)
    try requireCount("multiplySymmetric", "y", y.count, a.rows)
    try a.requireIndexable("multiplySymmetric", "a")
    let n = a.rows
    x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return }
            // BLAS has no complex symv; symm on one column is the same sum.
            Scalar.symm(.left, triangle, n, 1, alpha, a.base, a.leadingDimension, x0, max(1, n), beta, y0, max(1, n))
        }
    }
}

/// A += alpha x yᴴ, or alpha x yᵀ where not `conjugated`; A is m x n, x has m elements and y has n.
public func rankOneUpdate<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ x: Span<Scalar>, _ y: Span<Scalar>, conjugated: Bool = true,
    into a: inout MutableMatrixView<Scalar>
) throws(TesseraError) {
    try requireCount("rankOneUpdate", "x", x.count, a.rows)
    try requireCount("rankOneUpdate", "y", y.count, a.columns)
    try a.requireIndexable("rankOneUpdate", "a")
    let (base, m, n, lda) = (a.base, a.rows, a.columns, a.leadingDimension)
    x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
            guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return }
            Scalar.ger(m, n, alpha, x0, 1, y0, 1, conjugated: conjugated, base, lda)
        }
    }
}

/// x = op(A)⁻¹ x for a triangular A. A zero on the diagonal gives infinities or NaN, not an error.
public func solveTriangular<Scalar: LinearScalar>(
    _ a: MatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none, diagonal: Diagonal = .nonUnit,
    vector x: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireTriangularOperand("solveTriangular", a, x.count)
    x.withUnsafeMutableBufferPointer { x in
        guard let x0 = x.baseAddress else { return }
        Scalar.trsv(triangle, transposeA, diagonal, a.rows, a.base, a.leadingDimension, x0, 1)
    }
}

/// x = op(A) x for a triangular A.
public func multiplyTriangular<Scalar: LinearScalar>(
    _ a: MatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none, diagonal: Diagonal = .nonUnit,
    vector x: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireTriangularOperand("multiplyTriangular", a, x.count)
    x.withUnsafeMutableBufferPointer { x in
        guard let x0 = x.baseAddress else { return }
        Scalar.trmv(triangle, transposeA, diagonal, a.rows, a.base, a.leadingDimension, x0, 1)
    }
}

private func requireTriangularOperand<Scalar: LinearScalar>(
    _ routine: String, _ a: MatrixView<Scalar>, _ count: Int
) throws(TesseraError) {
    try requireSquare(routine, "a", a.rows, a.columns)
    try requireCount(routine, "x", count, a.rows)
    try a.requireIndexable(routine, "a")
}
