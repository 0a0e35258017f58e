internal import JobFiles
internal import Tessera

/// Kind `solve`: A x = b, from files to a file. A is factored in its own memory and read again by panels for the residual.
/// An x that is not finite is an error, and no file; one that does not solve the system is written, and an error.
func runSolve(_ spec: SolveSpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary) throws {
    switch spec.element {
    case .float: try solution(of: Float.self, spec, run, peak, &summary)
    case .double: try solution(of: Double.self, spec, run, peak, &summary)
    case .complexFloat: try solution(of: Complex<Float>.self, spec, run, peak, &summary)
    case .complexDouble: try solution(of: Complex<Double>.self, spec, run, peak, &summary)
    }
}

private func solution<Scalar: LinearScalar>(
    of type: Scalar.Type, _ spec: SolveSpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary
) throws(TesseraError) {
    let grid = try run.grid(spec.grid)
    let file = try MatrixFile(spec.matrix.path, on: grid)
    let n = file.rows
    let block = spec.block ?? MatrixLayout.automaticBlock(rows: n, columns: n, on: grid)
    let a = try file.read(Scalar.self, block: block)
    let b = try DistributedMatrix<Scalar>(contentsOf: spec.rightHandSide.path, block: block, on: grid)
    let columns = b.columns
    // Another A under the same name is another problem.
    let contents = spec.checkpoint == nil ? 0 : try a.checksum()
    let store = try run.checkpoints(
        spec.checkpoint,
        of: "solve, n = \(n), method \(spec.method.rawValue), \(Scalar.typeName), checksum \(contents.hexadecimal)")
    try run.stopIfAsked()

    let watch = try Stopwatch(run.world)
    var system: DistributedMatrix<Scalar>? = consume a
    let answer = try run.saving(to: store) { () throws(TesseraError) in
        try solve(
            consuming: system.take()!, b, method: spec.method.engine, precision: spec.precision.engine,
            pivoting: spec.pivoting.engine, checkpoint: store
        ) { (range) throws(TesseraError) in
            try file.read(Scalar.self, columns: range, block: block)
        }
    }
    let seconds = try watch.seconds()
    // A NaN or an infinity anywhere in A, b or x makes the backward error one, the same on all ranks.
    guard answer.backwardError.isFinite else { throw .notFinite(routine: "solve", name: "x") }
    try answer.x.write(to: run.path(spec.solution))

    summary.add("n", "n", .integer(n))
    summary.add("right_hand_sides", "right-hand sides", .integer(columns))
    summary.add("type", "type", .text(Scalar.typeName))
    summary.add(dense: grid, block: block)
    summary.add("method", "method", .text(answer.method.text))
    summary.add(precision: answer.precision, answer.iterations, answer.fallback)
    if let pivoting = answer.pivoting { summary.add(pivoting: pivoting, answer.iterations, answer.pivotingFallback) }
    summary.add("backward_error", "backward error", .quantity(Double(answer.backwardError), ""))
    summary.add("condition_estimate", "condition estimate", .quantity(Double(answer.conditionEstimate), ""))
    if let warning = answer.warning { summary.add("warning", "warning", .text(warning)) }
    let flops = answer.method.flops(n, columns, from: store?.resumedStep ?? 0) * (Scalar.isComplex ? 4 : 1)
    summary.add(rate: flops, over: seconds, "solve", peak)
    summary.add("solution", "solution", .text(spec.solution))
    // As where Cholesky has been asked for and A is not symmetric: x solves another system.
    let allowed = 16 * Double(n) * Double(Scalar.unitRoundoff)
    if !(Double(answer.backwardError) <= allowed) {
        summary.failure = .argument(
            routine: "solve", name: "backward error", expected: "at most 16 n eps = \(allowed)",
            found: "\(answer.backwardError)")
    }
    try grid.close()
    try run.finish(store, &summary)
}

extension SolveSpec.Method {
    var engine: SolveMethod {
        switch self {
        case .auto: .automatic
        case .lu: .lu
        case .cholesky: .cholesky
        case .symmetricIndefinite: .symmetricIndefinite
        }
    }
}

extension JobPrecision {
    var engine: SolvePrecision {
        switch self {
        case .full: .full
        case .mixed: .mixed
        }
    }
}

extension JobPivoting {
    var engine: Pivoting {
        switch self {
        case .partial: .partial
        case .tournament: .tournament
        case .threshold: .threshold()
        case .butterflies: .randomButterflies()
        }
    }
}

extension JobSummary {
    /// The pivoting of the factors that gave the answer, and why it is not the one that was asked for.
    mutating func add(pivoting: Pivoting, _ iterations: Int, _ fallback: PivotingFailure?) {
        add("pivoting", "pivoting", .text(pivoting.text))
        if case .randomButterflies = pivoting { add("iterations", "refinement steps", .integer(iterations)) }
        if let fallback { add("pivoting_fallback", "not butterflies because", .text(fallback.description)) }
    }

    /// The precision that gave the answer, what refinement took, and why it is not the one that was asked for.
    mutating func add(precision: SolvePrecision, _ iterations: Int, _ fallback: MixedPrecisionFailure?) {
        add("precision", "precision", .text(precision.rawValue))
        if precision == .mixed { add("iterations", "refinement steps", .integer(iterations)) }
        if let fallback { add("fallback", "not mixed because", .text(fallback.description)) }
    }
}

extension Pivoting {
    var text: String {
        switch self {
        case .partial: "partial"
        case .tournament: "tournament"
        case .threshold(let factor): "threshold \(factor)"
        case .randomButterflies(let depth, _): "butterflies of depth \(depth)"
        }
    }
}

extension SolveMethod {
    var text: String {
        switch self {
        case .automatic: "automatic"
        case .triangular(.lower): "triangular, lower"
        case .triangular(.upper): "triangular, upper"
        case .cholesky: "Cholesky"
        case .lu: "LU"
        case .symmetricIndefinite: "symmetric indefinite"
        }
    }

    /// Flops for n equations and this many right-hand sides, of real scalars, where a factorization begins at a column.
    func flops(_ order: Int, _ columns: Int, from column: Int = 0) -> Double {
        let (n, m, rest) = (Double(order), Double(columns), Double(order - column))
        return switch self {
        case .triangular: n * n * m
        case .cholesky, .symmetricIndefinite: rest * rest * rest / 3 + 2 * n * n * m
        case .lu, .automatic: 2 * rest * rest * rest / 3 + 2 * n * n * m
        }
    }
}
