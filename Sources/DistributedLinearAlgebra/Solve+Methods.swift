// The methods of `solve` but LU (Solve+Pivoting): X = A⁻¹ X, where X is B at the beginning, and how good it is.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// X = A⁻¹ X for a triangular A; κ₁(A).
func solveByTriangle<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ triangle: Triangle, _ x: inout DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    let firstZero = a.grid.communicator.collectively("solve") { () throws(TesseraError) in try a.firstZeroOnDiagonal() }
    if let pivot = firstZero { throw .singular(pivot: pivot) }
    try solveTriangular(a, triangle, &x)
    let inverseNorm = try estimateInverseNorm(of: a) { (v, isAdjoint) throws(TesseraError) in
        try solveTriangular(a, triangle, transposeA: isAdjoint ? .conjugateTranspose : .none, &v)
    }
    return try a.norm(.one) * inverseNorm
}

/// X = A⁻¹ X from A = L Lᴴ, and how good it is. Where A is not positive definite: an error, or nil with X as it was.
func solveByCholesky<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: inout ScaledSystem<Scalar>, orRefuse mayRefuse: Bool,
    _ store: CheckpointStore?, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real>? {
    do throws(TesseraError) {
        scaled.scale(&a, isHermitian: true)
        return try solve(by: try Cholesky(consuming: a, checkpoint: store), &x, b, scaled, store, measure)
    } catch {
        guard mayRefuse, case .notPositiveDefinite = error else { throw error }
        return nil
    }
}

/// X = A⁻¹ X from a factor, and how good it is; where a signal stops that, the factor is saved.
func solve<Scalar: LinearScalar>(
    by factor: borrowing Cholesky<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ scaled: ScaledSystem<Scalar>, _ store: CheckpointStore?,
    _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real> {
    try factor.saved(in: store) { () throws(TesseraError) in
        scaled.enter(&x)
        try factor.solve(inPlace: &x)
        scaled.leave(&x)
        return SolveQuality(condition: try factor.conditionEstimate(), backwardError: try backwardError(x, b, measure))
    }
}

/// X = A⁻¹ X from P A Pᵀ = L T Lᴴ, and how good it is.
func solveByAasen<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ measure: ResidualMeasure<Scalar>
) throws(TesseraError) -> SolveQuality<Scalar.Real> {
    let factor = try SymmetricIndefinite(consuming: a)
    try factor.solve(inPlace: &x)
    return SolveQuality(condition: try factor.conditionEstimate(), backwardError: try backwardError(x, b, measure))
}

/// R A C Y = R B and X = C Y, where scales are wanted and A asks for them.
struct ScaledSystem<Scalar: LinearScalar> {
    private let isWanted: Bool
    private var scales: Equilibration<Scalar>?

    init(_ isWanted: Bool) { self.isWanted = isWanted }

    var isScaled: Bool { scales?.isIdentity == false }

    /// A = R A C; a matrix with NaN or infinity stays as it is. Collective.
    mutating func scale(_ a: inout DistributedMatrix<Scalar>, isHermitian: Bool) {
        guard isWanted else { return }
        scales =
            isHermitian
            ? a.findHermitianEquilibration(for: Scalar.Real.self) : a.findEquilibration(for: Scalar.Real.self)
        if let scales { a.scale(by: scales) }
    }

    /// B = R B.
    func enter(_ b: inout DistributedMatrix<Scalar>) {
        if let scales, isScaled { b.scaleRows(b.localShare(of: scales.rows)) }
    }

    /// X = C Y.
    func leave(_ y: inout DistributedMatrix<Scalar>) {
        if let scales, isScaled { y.scaleRows(y.localShare(of: scales.columns)) }
    }
}

extension DistributedMatrix {
    /// A copy in the blocks that factorizations want.
    borrowing func copyInSquareBlocks() throws(TesseraError) -> DistributedMatrix {
        if layout.rows.block == layout.columns.block { return try copy() }
        let block = MatrixLayout.automaticBlock(rows: rows, columns: columns, on: grid)
        return try redistributed(to: MatrixLayout(rows: rows, columns: columns, block: block, on: grid))
    }
}
