internal import JobFiles
internal import Tessera

/// Kind `linpack`: a generated system, solved by LU with partial pivoting and judged by HPL's scaled residual
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
    var course = LinpackCourse()
    let x = try run.saving(to: store) { () throws(TesseraError) in
        let precision = spec.precision.engine
        let saved = try store?.savedFactorization(of: Scalar.self, for: .lu, in: precision, on: run.world)
        if let store, saved?.precision == .full,
            let factor = try LU<Scalar>.resumed(from: store, on: grid, block: block)
        {
            if precision == .mixed { course.fallback = .resumedInFullPrecision }
            return try factor.solve(b)
        }
        let a = try DistributedMatrix<Scalar>(rows: n, columns: n, block: block, on: grid) { random.element($0, $1) }
        // What counts begins when the system is there.
        watch = try Stopwatch(run.world)
        return try solveByLU(a, b, spec.precision, store, &course)
    }
    let seconds = try watch.seconds()
    let residual = try linpackResidual(x, b) { (range) throws(TesseraError) in
        try DistributedMatrix<Scalar>(rows: n, columns: range.count, block: block, on: grid) { i, j in
            random.element(i, range.lowerBound + j)
        }
    }

    // HPL's count; of a run that was resumed, what was left of it.
    let (order, rest) = (Double(n), Double(n - (store?.resumedStep ?? 0)))
    let flops = (2 * rest * rest * rest / 3 + 3 * order * order / 2) * (Scalar.isComplex ? 4 : 1)
    summary.add("n", "n", .integer(n))
    summary.add("type", "type", .text(Scalar.typeName))
    summary.add(precision: course.precision, course.iterations, course.fallback)
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
    var iterations = 0
    var fallback: MixedPrecisionFailure?
}

/// x by LU, in the memory of A where full precision does it.
private func solveByLU<Scalar: LinearScalar>(
    _ a: consuming DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ precision: JobPrecision,
    _ store: CheckpointStore?, _ course: inout LinpackCourse
) throws(TesseraError) -> DistributedMatrix<Scalar> {
    if precision == .mixed,
        let answer = try solveInMixedPrecision(
            a, b, method: .lu, wantsQuality: false, checkpoint: store, &course.fallback)
    {
        (course.precision, course.iterations) = (.mixed, answer.iterations)
        return answer.takeX()
    }
    return try LU(consuming: a, checkpoint: store).solve(b)
}

/// The residual below which HPL passes.
private let linpackThreshold = 16.0
