internal import JobFiles
internal import Tessera

/// Kind `linpack`: a generated system, solved by LU and judged by HPL's scaled residual
/// (Petitet, Whaley, Dongarra, Cleary, HPL; in mixed precision as HPL-MxP counts it: factors and refinement). A is
/// generated again by panels for the residual.
func runLinpack(_ spec: LinpackSpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary) throws {
    switch spec.element {
    case .float: try benchmark(of: Float.self, spec, run, peak, &summary)
    case .double: try benchmark(of: Double.self, spec, run, peak, &summary)
    case .complexFloat: try benchmark(of: Complex<Float>.self, spec, run, peak, &summary)
    case .complexDouble: try benchmark(of: Complex<Double>.self, spec, run, peak, &summary)
    }
}

private func benchmark<Scalar: LinearScalar>(
    of type: Scalar.Type, _ spec: LinpackSpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary
) throws(TesseraError) {
    let grid = try run.grid(spec.grid)
    let n = spec.n
    let block = spec.block ?? MatrixLayout.automaticBlock(rows: n, columns: n, on: grid)
    let random = IndexedRandom(seed: UInt64(spec.seed))
    let b = try DistributedMatrix<Scalar>(rows: n, columns: 1, block: block, on: grid) { i, _ in random.element(i, n) }
    let store = try run.checkpoints(
        spec.checkpoint, of: "linpack, n = \(n), seed = \(spec.seed), \(Scalar.typeName)")
    try run.stopIfAsked()

    var watch = try Stopwatch(run.world)
    var course = LinpackCourse(spec.pivoting.engine)
    func columns(_ range: Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar> {
        try DistributedMatrix<Scalar>(rows: n, columns: range.count, block: block, on: grid) { i, j in
            random.element(i, range.lowerBound + j)
        }
    }
    let x = try run.saving(to: store) { () throws(TesseraError) in
        let precision = spec.precision.engine
        let saved = try store?.savedFactorization(of: Scalar.self, for: .lu, in: precision, on: run.world)
        if let store, saved?.precision == .full,
            let factor = try LU<Scalar>.resumed(from: store, on: grid, block: block)
        {
            if precision == .mixed { course.fallback = .resumedInFullPrecision }
            return course.take(try solve(consuming: factor, b, checkpoint: store, regenerating: columns))
        }
        let a = try DistributedMatrix<Scalar>(rows: n, columns: n, block: block, on: grid) { random.element($0, $1) }
        // What counts begins when the system is there.
        watch = try Stopwatch(run.world)
        return try solveByLU(a, b, spec, store, &course, columns)
    }
    let seconds = try watch.seconds()
    let residual = try linpackResidual(x, b, regenerating: columns)

    // HPL's count; of a run that was resumed, what was left of it.
    let (order, rest) = (Double(n), Double(n - (store?.resumedStep ?? 0)))
    let flops = (2 * rest * rest * rest / 3 + 3 * order * order / 2) * (Scalar.isComplex ? 4 : 1)
    summary.add("n", "n", .integer(n))
    summary.add("type", "type", .text(Scalar.typeName))
    summary.add(precision: course.precision, course.iterations, course.fallback)
    summary.add(pivoting: course.pivoting, course.iterations, course.pivotingFallback)
    summary.add(dense: grid, block: block)
    summary.add(rate: flops, over: seconds, "factor_and_solve", peak)
    summary.add("residual", "HPL's scaled residual", .quantity(Double(residual), ""))
    summary.add("verdict", "verdict", .text(Double(residual) < linpackThreshold ? "PASSED" : "FAILED"))
    try grid.close()
    // A NaN fails, too.
    if !(Double(residual) < linpackThreshold) {
        summary.failure = .argument(
            routine: "linpack", name: "residual", expected: "below \(linpackThreshold)", found: "\(residual)")
    }
    try run.finish(store, &summary)
}

/// How the system was solved.
private struct LinpackCourse {
    var precision = SolvePrecision.full
    var pivoting: Pivoting
    var iterations = 0
    var fallback: MixedPrecisionFailure?
    var pivotingFallback: PivotingFailure?

    init(_ pivoting: Pivoting) { self.pivoting = pivoting }

    mutating func take<Scalar: LinearScalar>(_ answer: consuming LUAnswer<Scalar>) -> DistributedMatrix<Scalar> {
        (pivoting, pivotingFallback, iterations) = (answer.pivoting, answer.fallback, answer.iterations)
        return answer.takeX()
    }
}

/// x by LU, in the memory of A where full precision does it.
private func solveByLU<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ spec: LinpackSpec,
    _ store: CheckpointStore?, _ course: inout LinpackCourse,
    _ columns: (Range<Int>) throws(TesseraError) -> DistributedMatrix<Scalar>
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    if spec.precision == .mixed,
        let answer = try solveInMixedPrecision(
            a, b, method: .lu, pivoting: spec.pivoting.engine, wantsQuality: false, checkpoint: store,
            &course.fallback)
    {
        (course.precision, course.iterations) = (.mixed, answer.iterations)
        return answer.takeX()
    }
    let factor = try LU(consuming: a, pivoting: spec.pivoting.engine, checkpoint: store)
    return course.take(try solve(consuming: factor, b, checkpoint: store, regenerating: columns))
}

/// The residual below which HPL passes.
private let linpackThreshold = 16.0
