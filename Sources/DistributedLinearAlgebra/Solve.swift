// A X = B, with the method chosen by A's structure (Solve+Choice), and what is needed to trust the answer.
//
// Memory over all ranks: 2 n² scalars where A stays (A and its factor), n² where it is consumed; panels beside that. In
// mixed precision 1.5 n²: A stays until the answer is right, and its factor is half as long.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// A solution, and what is known of its quality.
public struct SolveAnswer<Scalar: LinearScalar>: ~Copyable {
    /// X, dealt like B.
    public let x: DistributedMatrix<Scalar>
    /// The normwise backward error: max over columns of ‖b - A x‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞). X solves exactly a system whose A
    /// and b differ from the given ones by no more than this, relatively; a few eps is as good as it gets.
    public let backwardError: Scalar.Real
    /// An estimate of κ₁(A) = ‖A‖₁ ‖A⁻¹‖₁: X's relative error is about this times the backward error. Of R A C where that
    /// was factored in full precision (``isEquilibrated``).
    public let conditionEstimate: Scalar.Real
    /// What was used; never `.automatic`.
    public let method: SolveMethod
    /// The precision of the factors that gave X.
    public let precision: SolvePrecision
    /// Steps of refinement, plain ones and GMRES's, of the right-hand side that took most; 0 in full precision but after
    /// random butterflies.
    public let iterations: Int
    /// Why full precision took over from mixed precision; nil where it did not.
    public let fallback: MixedPrecisionFailure?
    /// The pivoting of the LU factors that gave X; nil for another method.
    public let pivoting: Pivoting?
    /// Why partial pivoting took over from random butterflies; nil where it did not.
    public let pivotingFallback: PivotingFailure?
    /// Whether rows or columns were scaled before A was factored in full precision.
    public let isEquilibrated: Bool
    /// Why the answer should not be trusted; nil where nothing speaks against it.
    public let warning: String?

    init(
        x: consuming DistributedMatrix<Scalar>, _ backwardError: Scalar.Real, _ conditionEstimate: Scalar.Real,
        _ method: SolveMethod, _ precision: SolvePrecision = .full, iterations: Int = 0,
        fallback: MixedPrecisionFailure? = nil, pivoting: Pivoting? = nil, pivotingFallback: PivotingFailure? = nil,
        isEquilibrated: Bool = false
    ) {
        let n = Scalar.Real(max(1, x.rows))
        self.x = x
        self.backwardError = backwardError
        self.conditionEstimate = conditionEstimate
        self.method = method
        self.precision = precision
        self.iterations = iterations
        self.fallback = fallback
        self.pivoting = pivoting
        self.pivotingFallback = pivotingFallback
        self.isEquilibrated = isEquilibrated
        // A NaN fails both comparisons.
        if !(backwardError <= 16 * n * Scalar.unitRoundoff) {
            warning = "the backward error \(backwardError) exceeds 16 n eps: x does not solve the system"
        } else if !(conditionEstimate * Scalar.unitRoundoff < 0.1) {
            warning =
                "A is singular to working precision (condition about \(conditionEstimate)): x may have no right digit"
        } else {
            warning = nil
        }
    }
}

/// Solves A X = B and keeps A. Collective.
///
/// The residual is taken with the whole of A, so that a wrong claim about its structure shows there. A triangular system
/// needs no factors: it is solved in full precision, unscaled, whatever is asked for.
///
/// - Parameters:
///   - a: n x n. Where its blocks are not square, those of the factor's copy are.
///   - b: n x m, on the grid of A.
///   - method: `.automatic` looks at A's structure.
///   - precision: that of the factors. `.mixed` reads all of A, whatever the method, scales it where it does not fit the
///     lower type, and may take LU where A is Hermitian, but not positive definite.
///   - pivoting: that of LU. What random butterflies give is refined; partial pivoting takes over where its backward
///     error stays above √n eps. They are not for mixed precision.
///   - isEquilibrating: whether to factor R A C in full precision, as ``Equilibration`` scales.
/// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.notPositiveDefinite` where the method
///   is `.cholesky`; `TesseraError.argument` where A is not square (least-squares problems
///   are not solved here), B does not fit, `.mixed` is asked of a type without a lower one, the pivoting is out of range,
///   or `.mixed` or scales are asked of `.symmetricIndefinite`; `TesseraError.memory` where the copies of A and B do not
///   fit; `TesseraError.interrupted` between two steps of a factorization, of a solve of many columns, of a refinement or
///   of the estimate.
public func solve<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    method: SolveMethod = .automatic, precision: SolvePrecision = .full, pivoting: Pivoting = .partial,
    equilibrating isEquilibrating: Bool = false
) throws(TesseraError) -> SolveAnswer<Scalar> {
    try requireSystem(a, b, method, precision, pivoting, isEquilibrating)
    var chosen = try a.resolved(method)
    var fallback: MixedPrecisionFailure?
    if precision == .mixed, chosen.isFactorization,
        let answer = try solveInMixedPrecision(
            a, b, method: chosen, pivoting: pivoting, mayTryLU: method == .automatic, &fallback)
    {
        return solveAnswer(answer)
    }
    var x = try b.copy()
    var scaled = ScaledSystem<Scalar>(isEquilibrating)
    var course = PivotingCourse<Scalar.Real>(pivoting)
    var norm: Scalar.Real?
    func measure(
        _ x: borrowing DistributedMatrix<Scalar>, _ r: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Scalar.Real {
        let known = if let norm { norm } else { try a.norm(.infinity) }
        norm = known
        r = try residual(a, x, b)
        return worstBackwardError(r, x, b, norm: known)
    }
    func factorByLU(_ x: inout DistributedMatrix<Scalar>) throws(TesseraError) -> SolveQuality<Scalar.Real> {
        try solveByLU(try a.copyInSquareBlocks(), &x, b, &scaled, &course, nil, measure) { () throws(TesseraError) in
            try a.copyInSquareBlocks()
        }
    }
    let quality: SolveQuality<Scalar.Real>
    switch chosen {
    case .triangular(let triangle):
        quality = SolveQuality(
            condition: try solveByTriangle(a, triangle, &x), backwardError: try backwardError(a, x, b))
    case .cholesky:
        let attempt = try solveByCholesky(
            try a.copyInSquareBlocks(), &x, b, &scaled, orRefuse: method == .automatic, nil, measure)
        if attempt == nil { chosen = .lu }
        quality = if let attempt { attempt } else { try factorByLU(&x) }
    case .symmetricIndefinite:
        quality = try solveByAasen(try a.copyInSquareBlocks(), &x, b, measure)
    case .lu, .automatic:
        quality = try factorByLU(&x)
    }
    return solveAnswer(x, quality, chosen, course, fallback, scaled)
}

/// Solves A X = B in the memory of A. Collective.
///
/// The residual needs A, which the factor has replaced: `panel` generates it again, or reads it again, a few columns at a
/// time. Beside A's own n² scalars only panels of n x 256 are allocated; in mixed precision A is replaced only where full
/// precision takes over, and n² scalars of the lower type come beside it until then.
///
/// - Parameters:
///   - a: n x n in square blocks.
///   - b: n x m, on the grid of A.
///   - method: as in ``solve(_:_:method:precision:pivoting:equilibrating:)``.
///   - precision: as in ``solve(_:_:method:precision:pivoting:equilibrating:)``.
///   - pivoting: as in ``solve(_:_:method:precision:pivoting:equilibrating:)``; of a factorization that is taken up again,
///     its own.
///   - isEquilibrating: as in ``solve(_:_:method:precision:pivoting:equilibrating:)``; not with a store.
///   - store: where the factorization saves itself, and where it is taken up again if it has been saved there before; nil
///     for nowhere. A signal that stops what comes behind the factorization saves it, too. A factorization in full precision
///     is gone on with whatever is asked for; one in mixed precision is of no use to full precision, which begins anew.
///   - panel: the n x count matrix of A's columns in a range, on the grid of A.
/// - Throws: as ``solve(_:_:method:precision:pivoting:equilibrating:)``; `TesseraError.argument` for scales with a store;
///   `TesseraError.file` on all ranks where a checkpoint cannot be written or the store holds that of another job; and
///   what `panel` throws.
public func solve<Scalar: LinearScalar>(
    consuming a: consuming DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    method: SolveMethod = .automatic, precision: SolvePrecision = .full, pivoting: Pivoting = .partial,
    equilibrating isEquilibrating: Bool = false, checkpoint store: CheckpointStore? = nil,
    regenerating panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> SolveAnswer<Scalar> {
    try requireSystem(a, b, method, precision, pivoting, isEquilibrating)
    if store != nil, isEquilibrating {
        throw .argument(
            routine: "solve", name: "equilibrating", expected: "false, for a factorization that saves itself",
            found: "true")
    }
    if store != nil, method == .symmetricIndefinite {
        throw .argument(
            routine: "solve", name: "checkpoint", expected: "nil for the method symmetricIndefinite", found: "a store")
    }
    var fallback: MixedPrecisionFailure?
    var x = try b.copy()
    var scaled = ScaledSystem<Scalar>(isEquilibrating)
    let quality: SolveQuality<Scalar.Real>
    let (layout, grid) = (a.layout, a.grid)
    var course = PivotingCourse<Scalar.Real>(pivoting)
    func measure(
        _ x: borrowing DistributedMatrix<Scalar>, _ r: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) -> Scalar.Real { try backwardErrors(x, b, residual: &r, panel) }
    var known: SolveMethod?
    let saved = try store?.savedFactorization(of: Scalar.self, for: method, in: precision, on: grid.communicator)
    if let store, let saved, saved.precision == .full {
        _ = consume a
        let outcome = try solveByResuming(
            saved.method, from: store, on: grid, layout.rows.block, &x, b, method, &course, measure)
        let resumed: MixedPrecisionFailure? = precision == .mixed ? .resumedInFullPrecision : nil
        switch outcome {
        case .solved(let quality): return solveAnswer(x, quality, saved.method, course, resumed, scaled)
        case .indefinite, .unstable:
            known = .lu
            fallback = resumed
        case .nothingWhole: known = precision == .mixed ? nil : saved.method
        }
        a = try assembled(layout, grid, panel)
    }
    var chosen = if let known { known } else { try a.resolved(method) }
    if known == nil, precision == .mixed, chosen.isFactorization,
        let answer = try solveInMixedPrecision(
            a, b, method: chosen, pivoting: pivoting, mayTryLU: method == .automatic, checkpoint: store, &fallback)
    {
        return solveAnswer(answer)
    }
    func factorByLU(
        _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) -> SolveQuality<Scalar.Real> {
        try solveByLU(a, &x, b, &scaled, &course, store, measure) { () throws(TesseraError) in
            try assembled(layout, grid, panel)
        }
    }
    switch chosen {
    case .triangular(let triangle):
        quality = SolveQuality(
            condition: try solveByTriangle(a, triangle, &x), backwardError: try backwardErrors(x, b, panel))
    case .cholesky:
        let attempt = try solveByCholesky(a, &x, b, &scaled, orRefuse: method == .automatic, store, measure)
        if attempt == nil { chosen = .lu }
        quality = if let attempt { attempt } else { try factorByLU(try assembled(layout, grid, panel), &x) }
    case .symmetricIndefinite:
        quality = try solveByAasen(a, &x, b, measure)
    case .lu, .automatic:
        quality = try factorByLU(a, &x)
    }
    return solveAnswer(x, quality, chosen, course, fallback, scaled)
}

/// The answer of a mixed-precision solve.
private func solveAnswer<Scalar: LinearScalar>(
    _ mixed: consuming MixedPrecisionAnswer<Scalar>
) -> SolveAnswer<Scalar> {
    let (quality, method, iterations) = (mixed.quality, mixed.method, mixed.iterations)
    let pivoting = mixed.pivoting
    return SolveAnswer(
        x: mixed.takeX(), quality?.backwardError ?? .nan, quality?.condition ?? .nan, method, .mixed,
        iterations: iterations, pivoting: pivoting)
}

/// The answer of a solve in full precision.
private func solveAnswer<Scalar: LinearScalar>(
    _ x: consuming DistributedMatrix<Scalar>, _ quality: SolveQuality<Scalar.Real>, _ method: SolveMethod,
    _ course: PivotingCourse<Scalar.Real>, _ fallback: MixedPrecisionFailure?, _ scaled: ScaledSystem<Scalar>
) -> SolveAnswer<Scalar> {
    SolveAnswer(
        x: x, quality.backwardError, quality.condition, method, iterations: course.iterations, fallback: fallback,
        pivoting: method == .lu ? course.pivoting : nil, pivotingFallback: course.failure,
        isEquilibrated: scaled.isScaled)
}
