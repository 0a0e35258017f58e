// A X = B, with the method chosen by A's structure, and what is needed to trust the answer.
//
//     triangular                               solveTriangular            n² flops for each right-hand side
//     Hermitian with a positive diagonal       Cholesky                   n³/3; LU where it turns out not to be definite
//     anything else                            LU with partial pivoting   2 n³/3
//     Hermitian, on request                    SymmetricIndefinite        n³/3
//
// Memory over all ranks: 2 n² scalars where A stays (A and its factor), n² where it is consumed; panels beside that. In
// mixed precision 1.5 n²: A stays until the answer is right, and its factor is half as long.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// How a system is solved.
public enum SolveMethod: Hashable, Sendable {
    /// By A's structure.
    case automatic
    /// A is triangular; the other triangle is not read.
    case triangular(Triangle)
    /// A is Hermitian positive definite; only its lower triangle is read.
    case cholesky
    /// A is a general matrix.
    case lu
    /// A is Hermitian; only its lower triangle is read. In full precision, without scales and checkpoints; ``automatic``
    /// does not choose it.
    case symmetricIndefinite
}

/// The arithmetic of a factorization.
public enum SolvePrecision: String, CaseIterable, Hashable, Sendable {
    /// That of the matrix.
    case full
    /// Factors in `Float` or `Complex<Float>`, whose solution is refined to the full precision of `Double` or
    /// `Complex<Double>`; in full precision after all where that does not converge.
    case mixed
}

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
    /// Steps of refinement, plain ones and GMRES's, of the right-hand side that took most; 0 in full precision.
    public let iterations: Int
    /// Why full precision took over from mixed precision; nil where it did not.
    public let fallback: MixedPrecisionFailure?
    /// Whether rows or columns were scaled before A was factored in full precision.
    public let isEquilibrated: Bool
    /// Why the answer should not be trusted; nil where nothing speaks against it.
    public let warning: String?

    init(
        x: consuming DistributedMatrix<Scalar>, _ backwardError: Scalar.Real, _ conditionEstimate: Scalar.Real,
        _ method: SolveMethod, _ precision: SolvePrecision = .full, iterations: Int = 0,
        fallback: MixedPrecisionFailure? = nil, isEquilibrated: Bool = false
    ) {
        let n = Scalar.Real(max(1, x.rows))
        self.x = x
        self.backwardError = backwardError
        self.conditionEstimate = conditionEstimate
        self.method = method
        self.precision = precision
        self.iterations = iterations
        self.fallback = fallback
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
///   - isEquilibrating: whether to factor R A C in full precision, as ``Equilibration`` scales.
/// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.notPositiveDefinite` where the method
///   is `.cholesky`; `TesseraError.argument` where A is not square (least-squares problems
///   are not solved here), B does not fit, `.mixed` is asked of a type without a lower one, or `.mixed` or scales of
///   `.symmetricIndefinite`; `TesseraError.memory` where the copies of A and B do not fit.
public func solve<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    method: SolveMethod = .automatic, precision: SolvePrecision = .full, equilibrating isEquilibrating: Bool = false
) throws(TesseraError) -> SolveAnswer<Scalar> {
    try requireSystem(a, b, method, precision, isEquilibrating)
    var chosen = try a.resolved(method)
    var fallback: MixedPrecisionFailure?
    if precision == .mixed, chosen.isFactorization,
        let answer = try solveInMixedPrecision(
            a, b, method: chosen, mayTryLU: method == .automatic, &fallback)
    {
        let error = try backwardError(a, answer.x, b)
        return solveAnswer(answer, error)
    }
    var x = try b.copy()
    var scaled = ScaledSystem<Scalar>(isEquilibrating)
    let condition: Scalar.Real
    switch chosen {
    case .triangular(let triangle):
        condition = try solveByTriangle(a, triangle, &x)
    case .cholesky:
        let attempt = try solveByCholesky(
            try a.copyInSquareBlocks(), &x, &scaled, orRefuse: method == .automatic)
        if attempt == nil { chosen = .lu }
        condition = if let attempt { attempt } else { try solveByLU(try a.copyInSquareBlocks(), &x, &scaled) }
    case .symmetricIndefinite:
        condition = try solveByAasen(try a.copyInSquareBlocks(), &x)
    case .lu, .automatic:
        condition = try solveByLU(try a.copyInSquareBlocks(), &x, &scaled)
    }
    return SolveAnswer(
        x: x, try backwardError(a, x, b), condition, chosen, fallback: fallback, isEquilibrated: scaled.isScaled)
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
///   - method: as in ``solve(_:_:method:precision:equilibrating:)``.
///   - precision: as in ``solve(_:_:method:precision:equilibrating:)``.
///   - isEquilibrating: as in ``solve(_:_:method:precision:equilibrating:)``; not with a store.
///   - store: where the factorization in full precision saves itself, and where it is taken up again if it has been saved
///     there before; nil for nowhere.
///   - panel: the n x count matrix of A's columns in a range, on the grid of A.
/// - Throws: as ``solve(_:_:method:precision:equilibrating:)``; `TesseraError.argument` for scales with a store;
///   `TesseraError.file` on all ranks where a checkpoint cannot be written or the store holds that of another job; and
///   what `panel` throws.
public func solve<Scalar: LinearScalar>(
    consuming a: consuming DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>,
    method: SolveMethod = .automatic, precision: SolvePrecision = .full, equilibrating isEquilibrating: Bool = false,
    checkpoint store: CheckpointStore? = nil,
    regenerating panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> SolveAnswer<Scalar> {
    try requireSystem(a, b, method, precision, isEquilibrating)
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
    let condition: Scalar.Real
    let (layout, grid) = (a.layout, a.grid)
    var known: SolveMethod?
    if let store, let saved = try store.savedMethod(of: Scalar.self, for: method, on: grid.communicator) {
        _ = consume a
        switch try solveByResuming(saved, from: store, on: grid, layout.rows.block, &x, method) {
        case .solved(let condition): return SolveAnswer(x: x, try backwardErrors(x, b, panel), condition, saved)
        case .indefinite: known = .lu
        case .nothingWhole: known = saved
        }
        a = try assembled(layout, grid, panel)
    }
    var chosen = if let known { known } else { try a.resolved(method) }
    if known == nil, precision == .mixed, chosen.isFactorization,
        let answer = try solveInMixedPrecision(
            a, b, method: chosen, mayTryLU: method == .automatic, &fallback)
    {
        let error = try backwardError(a, answer.x, b)
        return solveAnswer(answer, error)
    }
    switch chosen {
    case .triangular(let triangle):
        condition = try solveByTriangle(a, triangle, &x)
    case .cholesky:
        let attempt = try solveByCholesky(a, &x, &scaled, orRefuse: method == .automatic, store)
        if attempt == nil { chosen = .lu }
        condition =
            if let attempt { attempt } else { try solveByLU(try assembled(layout, grid, panel), &x, &scaled, store) }
    case .symmetricIndefinite:
        condition = try solveByAasen(a, &x)
    case .lu, .automatic:
        condition = try solveByLU(a, &x, &scaled, store)
    }
    return SolveAnswer(
        x: x, try backwardErrors(x, b, panel), condition, chosen, fallback: fallback, isEquilibrated: scaled.isScaled)
}

/// The answer of a mixed-precision solve.
private func solveAnswer<Scalar: LinearScalar>(
    _ mixed: consuming MixedPrecisionAnswer<Scalar>, _ backwardError: Scalar.Real
) -> SolveAnswer<Scalar> {
    let (condition, method, iterations) = (mixed.conditionEstimate ?? .nan, mixed.method, mixed.iterations)
    return SolveAnswer(x: mixed.takeX(), backwardError, condition, method, .mixed, iterations: iterations)
}

// MARK: The methods

/// X = A⁻¹ X for a triangular A; κ₁(A).
private func solveByTriangle<Scalar: LinearScalar>(
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

/// X = A⁻¹ X from A = L Lᴴ; κ₁(A). Where A is not positive definite: an error, or nil with X as it was.
private func solveByCholesky<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ scaled: inout ScaledSystem<Scalar>, orRefuse mayRefuse: Bool, _ store: CheckpointStore? = nil
) throws(TesseraError) -> Scalar.Real? {
    do throws(TesseraError) {
        scaled.scale(&a, isHermitian: true)
        let factor = try Cholesky(consuming: a, checkpoint: store)
        scaled.enter(&x)
        try factor.solve(inPlace: &x)
        scaled.leave(&x)
        return try factor.conditionEstimate()
    } catch {
        guard mayRefuse, case .notPositiveDefinite = error else { throw error }
        return nil
    }
}

/// X = A⁻¹ X from P A = L U; κ₁(A).
private func solveByLU<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>,
    _ scaled: inout ScaledSystem<Scalar>, _ store: CheckpointStore? = nil
) throws(TesseraError) -> Scalar.Real {
    scaled.scale(&a, isHermitian: false)
    let factor = try LU(consuming: a, checkpoint: store)
    scaled.enter(&x)
    try factor.solve(inPlace: &x)
    scaled.leave(&x)
    return try factor.conditionEstimate()
}

/// X = A⁻¹ X from P A Pᵀ = L T Lᴴ; κ₁(A).
private func solveByAasen<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ x: inout DistributedMatrix<Scalar>
) throws(TesseraError) -> Scalar.Real {
    let factor = try SymmetricIndefinite(consuming: a)
    try factor.solve(inPlace: &x)
    return try factor.conditionEstimate()
}

/// R A C Y = R B and X = C Y, where scales are wanted and A asks for them.
private struct ScaledSystem<Scalar: LinearScalar> {
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

// MARK: Choice

extension DistributedMatrix {
    /// The method that A's structure suggests, unless one is given.
    fileprivate borrowing func resolved(_ method: SolveMethod) throws(TesseraError) -> SolveMethod {
        guard method == .automatic else { return method }
        return grid.communicator.collectively("solve") { () throws(TesseraError) in
            if let triangle = try soleTriangle() { return .triangular(triangle) }
            return try isHermitianWithPositiveDiagonal() ? .cholesky : .lu
        }
    }

    fileprivate borrowing func copyInSquareBlocks() throws(TesseraError) -> DistributedMatrix {
        if layout.rows.block == layout.columns.block { return try copy() }
        let block = MatrixLayout.automaticBlock(rows: rows, columns: columns, on: grid)
        return try redistributed(to: MatrixLayout(rows: rows, columns: columns, block: block, on: grid))
    }
}

/// The matrix of all panels.
private func assembled<Scalar: LinearScalar>(
    _ layout: MatrixLayout, _ grid: ProcessGrid,
    _ panel: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    var a = try DistributedMatrix<Scalar>(zeros: layout, on: grid)
    for start in stride(from: 0, to: a.columns, by: residualPanel) {
        let range = start..<min(a.columns, start + residualPanel)
        let part = try panel(range)
        try requirePanel(part, a.rows, range)
        try a.replace(with: part.view, column: start)
    }
    return a
}

/// Refuses a system that cannot be solved here, on all ranks alike.
private func requireSystem<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ method: SolveMethod,
    _ precision: SolvePrecision, _ isEquilibrating: Bool
) throws(TesseraError) {
    let (rows, columns) = (a.rows, a.columns)
    let (rightRows, rightColumns) = (b.rows, b.columns)
    let isSameGrid = a.grid === b.grid
    let options = [precision == .mixed ? 1 : 0, isEquilibrating ? 1 : 0]
    try a.grid.communicator.agree("solve", on: a.layout.words + b.layout.words + method.words + options) {
        () throws(TesseraError) in
        try requireShape(
            "solve", "a", "a square matrix (least squares are not solved here)", rows == columns, rows, columns)
        try requireShape("solve", "b", "\(rows) rows, as a has", rightRows == rows, rightRows, rightColumns)
        guard isSameGrid else { throw differentGrids("solve", "b") }
        guard precision == .full || Scalar.hasLower else {
            throw .argument(
                routine: "solve", name: "precision",
                expected: "full for \(Scalar.typeName), which has no lower precision",
                found: "mixed")
        }
        guard method != .symmetricIndefinite || precision == .full && !isEquilibrating else {
            throw .argument(
                routine: "solve", name: "method",
                expected: "another than symmetricIndefinite, in mixed precision or with scales",
                found: "symmetricIndefinite")
        }
    }
}

extension SolveMethod {
    /// Whether A is factored; `.automatic` has been resolved.
    fileprivate var isFactorization: Bool { self == .cholesky || self == .lu }

    fileprivate var words: [Int] {
        switch self {
        case .automatic: [0]
        case .cholesky: [1]
        case .lu: [2]
        case .triangular(let triangle): [3, Int(triangle.letter)]
        case .symmetricIndefinite: [4]
        }
    }
}
