// Reciprocal condition numbers 1 / (‖A‖ ‖A⁻¹‖) estimated from factors, a few solves of O(n²) each (Higham's form of
// Hager's method). 0 stands for singular to working precision; 1 for an empty matrix. The estimate of ‖A⁻¹‖ is a lower
// bound, so that the true reciprocal is at most the one returned.

public import Failures

/// From the factors of ``factorLU(_:)`` and A's norm before it was factored, in the one or the infinity norm.
public func reciprocalConditionLU<Scalar: LinearScalar>(
    _ factors: MatrixView<Scalar>, norm: MatrixNorm = .one, ofA normOfA: Scalar.Real
) throws(TesseraError) -> Scalar.Real {
    try requireEstimate("reciprocalConditionLU", factors, norm)
    try requireNorm("reciprocalConditionLU", normOfA)
    let (reciprocal, info) = Scalar.gecon(
        norm, factors.rows, factors.base, factors.leadingDimension, normOfA: normOfA)
    try requireSuccess("gecon", info)
    return reciprocal
}

/// From the factor of ``factorCholesky(_:_:)`` and A's one norm before it was factored.
public func reciprocalConditionCholesky<Scalar: LinearScalar>(
    _ factor: MatrixView<Scalar>, _ triangle: Triangle = .lower, oneNormOfA: Scalar.Real
) throws(TesseraError) -> Scalar.Real {
    try requireEstimate("reciprocalConditionCholesky", factor, .one)
    try requireNorm("reciprocalConditionCholesky", oneNormOfA)
    let (reciprocal, info) = Scalar.pocon(
        triangle, factor.rows, factor.base, factor.leadingDimension, normOfA: oneNormOfA)
    try requireSuccess("pocon", info)
    return reciprocal
}

/// Of a triangular matrix, in the one or the infinity norm.
public func reciprocalConditionTriangular<Scalar: LinearScalar>(
    _ a: MatrixView<Scalar>, _ triangle: Triangle, diagonal: Diagonal = .nonUnit, norm: MatrixNorm = .one
) throws(TesseraError) -> Scalar.Real {
    try requireEstimate("reciprocalConditionTriangular", a, norm)
    let (reciprocal, info) = Scalar.trcon(norm, triangle, diagonal, a.rows, a.base, a.leadingDimension)
    try requireSuccess("trcon", info)
    return reciprocal
}

private func requireEstimate<Scalar: LinearScalar>(
    _ routine: String, _ a: MatrixView<Scalar>, _ norm: MatrixNorm
) throws(TesseraError) {
    try requireSquare(routine, "matrix", a.rows, a.columns)
    try a.requireIndexable(routine, "matrix")
    try require(
        norm == .one || norm == .infinity, routine, "norm", expected: ".one or .infinity", found: ".\(norm)")
}

/// LAPACK releases differ in what they make of a norm that is not finite.
private func requireNorm<Value: LinearReal>(_ routine: String, _ norm: Value) throws(TesseraError) {
    try require(norm >= 0 && norm.isFinite, routine, "norm of a", expected: "a finite number from 0", found: "\(norm)")
}
