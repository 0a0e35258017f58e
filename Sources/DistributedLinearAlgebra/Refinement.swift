// Iterative refinement: R = B - A X in full precision, A D = R by the factors, X += D (Wilkinson; Skeel, Math. Comp. 35,
// 1980: one step in one precision makes a solution as good as the precision allows; LAPACK gerfs for the stop).
//
// Flops 4 n² a step for each right-hand side. Memory: three n x m matrices.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// What a refinement has come to.
public struct Refinement<Real: LinearReal>: Hashable, Sendable {
    /// Corrections that were made.
    public let iterations: Int
    /// The normwise backward error of X: max over columns of ‖b - A x‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞).
    public let backwardError: Real
}

extension LU {
    /// Corrects a solution of A X = B until its backward error is below the unit roundoff or a step does not halve it,
    /// five times at the most. Collective.
    ///
    /// - Parameters:
    ///   - x: n x m, on the grid of A: a solution, as ``solve(_:transpose:)`` gives it.
    ///   - a: A itself.
    ///   - b: n x m, on the grid of A.
    /// - Returns: the corrections made and the backward error of what X has become.
    /// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.argument` where shapes do not fit;
    ///   `TesseraError.interrupted` between two steps, where X is that of the one before.
    public borrowing func refine(
        _ x: inout DistributedMatrix<Scalar>, of a: borrowing DistributedMatrix<Scalar>,
        _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Refinement<Scalar.Real> {
        try requireSquare("refine")
        return try refineInOnePrecision(&x, factors.rows, a, b) { (r) throws(TesseraError) in try solve(inPlace: &r) }
    }
}

extension Cholesky {
    /// Corrects a solution of A X = B until its backward error is below the unit roundoff or a step does not halve it,
    /// five times at the most. Collective.
    ///
    /// - Parameters:
    ///   - x: n x m, on the grid of A: a solution, as ``solve(_:)`` gives it.
    ///   - a: A itself, both triangles.
    ///   - b: n x m, on the grid of A.
    /// - Returns: the corrections made and the backward error of what X has become.
    /// - Throws, on all ranks: `TesseraError.argument` where shapes do not fit; `TesseraError.interrupted` between two steps,
    ///   where X is that of the one before.
    public borrowing func refine(
        _ x: inout DistributedMatrix<Scalar>, of a: borrowing DistributedMatrix<Scalar>,
        _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Refinement<Scalar.Real> {
        try refineInOnePrecision(&x, order, a, b) { (r) throws(TesseraError) in try solve(inPlace: &r) }
    }
}

extension SymmetricIndefinite {
    /// Corrects a solution of A X = B until its backward error is below the unit roundoff or a step does not halve it,
    /// five times at the most. Collective.
    ///
    /// - Parameters:
    ///   - x: n x m, on the grid of A: a solution, as ``solve(_:)`` gives it.
    ///   - a: A itself, both triangles.
    ///   - b: n x m, on the grid of A.
    /// - Returns: the corrections made and the backward error of what X has become.
    /// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.argument` where shapes do not fit;
    ///   `TesseraError.interrupted` between two corrections.
    public borrowing func refine(
        _ x: inout DistributedMatrix<Scalar>, of a: borrowing DistributedMatrix<Scalar>,
        _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Refinement<Scalar.Real> {
        try refineInOnePrecision(&x, order, a, b) { (r) throws(TesseraError) in try solve(inPlace: &r) }
    }
}

/// The most corrections in one precision: LAPACK's.
private let mostCorrections = 5

private func refineInOnePrecision<Scalar: LinearScalar>(
    _ x: inout DistributedMatrix<Scalar>, _ n: Int, _ a: borrowing DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>, _ solve: (inout DistributedMatrix<Scalar>) throws(TesseraError) -> Void
) throws(TesseraError) -> Refinement<Scalar.Real> {
    try requireRefinable(x, n, a, b)
    let norm = try a.norm(.infinity)
    return try refineInOnePrecision(
        &x, b,
        { (x, r) throws(TesseraError) in
            r = try residual(a, x, b)
            return worstBackwardError(r, x, b, norm: norm)
        }, solve)
}

/// Corrects X, where `measure` makes R = B - A X and returns the backward error of X, and `solve` replaces R by A⁻¹ R.
func refineInOnePrecision<Scalar: LinearScalar>(
    _ x: inout DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ measure: ResidualMeasure<Scalar>,
    _ solve: (inout DistributedMatrix<Scalar>) throws(TesseraError) -> Void
) throws(TesseraError) -> Refinement<Scalar.Real> {
    var (corrections, last) = (0, Scalar.Real.infinity)
    var r = DistributedMatrix<Scalar>(workspace: b.layout, on: b.grid)
    while true {
        let error = try measure(x, &r)
        // A NaN fails the comparisons, and ends.
        guard error > Scalar.unitRoundoff, error <= last / 2, corrections < mostCorrections else {
            return Refinement(iterations: corrections, backwardError: error)
        }
        last = error
        try x.grid.communicator.stopIfAsked()
        try solve(&r)
        x.add(r)
        corrections += 1
    }
}

/// Refuses what does not fit, on all ranks alike.
private func requireRefinable<Scalar: LinearScalar>(
    _ x: borrowing DistributedMatrix<Scalar>, _ n: Int, _ a: borrowing DistributedMatrix<Scalar>,
    _ b: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (rows, columns, rightRows, rightColumns) = (x.rows, x.columns, b.rows, b.columns)
    let (order, width) = (a.rows, a.columns)
    let (isSameGrid, isSameLayout) = (a.grid === x.grid && a.grid === b.grid, x.layout == b.layout)
    try a.grid.communicator.agree("refine", on: a.layout.words + x.layout.words + b.layout.words) {
        () throws(TesseraError) in
        try requireShape("refine", "a", "\(n)x\(n), as the factors", order == n && width == n, order, width)
        try requireShape("refine", "x", "\(n) rows, as a has", rows == n, rows, columns)
        try requireShape(
            "refine", "b", "\(n)x\(columns), as x", rightRows == n && rightColumns == columns, rightRows, rightColumns)
        guard isSameGrid else { throw differentGrids("refine", "x or b") }
        guard isSameLayout else {
            throw .argument(
                routine: "refine", name: "x", expected: "a matrix dealt like b", found: "one that is dealt otherwise")
        }
    }
}

/// B - op(A) X, dealt like B; op(A) is A or Aᴴ. Collective.
func residual<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, adjoint isAdjoint: Bool = false,
    _ x: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    var r = try b.copy()
    try Trace.span("residual") { () throws(TesseraError) in
        try multiply(alpha: -1, a, transposeA: isAdjoint ? .conjugateTranspose : .none, x, beta: 1, into: &r)
    }
    return r
}

extension DistributedMatrix {
    /// A += B for a B dealt alike. Local.
    mutating func add(_ b: borrowing DistributedMatrix) {
        precondition(layout == b.layout)
        for j in 0..<localColumns {
            Scalar.axpy(localRows, 1, b.storage + j * b.leadingDimension, 1, storage + j * leadingDimension, 1)
        }
    }
}
