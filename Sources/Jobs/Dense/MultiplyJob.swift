internal import JobFiles
internal import Tessera

/// Kind `multiply`: C = alpha op(A) op(B), from files to a file.
func runMultiply(_ spec: MultiplySpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary) throws {
    switch spec.element {
    case .float: try product(of: Float.self, spec, run, peak, &summary)
    case .double: try product(of: Double.self, spec, run, peak, &summary)
    case .complexFloat: try product(of: Complex<Float>.self, spec, run, peak, &summary)
    case .complexDouble: try product(of: Complex<Double>.self, spec, run, peak, &summary)
    }
}

private func product<Scalar: LinearScalar>(
    of type: Scalar.Type, _ spec: MultiplySpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary
) throws(TesseraError) {
    let grid = try run.grid(spec.grid)
    let (m, n, k) = spec.extents
    let block = spec.block ?? MatrixLayout.automaticBlock(rows: max(m, n), columns: k, on: grid)
    let a = try DistributedMatrix<Scalar>(contentsOf: spec.a.path, block: block, on: grid)
    let b = try DistributedMatrix<Scalar>(contentsOf: spec.b.path, block: block, on: grid)
    var c = try DistributedMatrix<Scalar>(rows: m, columns: n, block: block, on: grid)
    try run.stopIfAsked()

    let watch = try Stopwatch(run.world)
    try multiply(
        alpha: Scalar(real: Scalar.Real(spec.alpha)), a, transposeA: spec.transposeA.transpose, b,
        transposeB: spec.transposeB.transpose, into: &c)
    let seconds = try watch.seconds()
    try c.write(to: run.path(spec.product))

    let flops = 2 * Double(m) * Double(n) * Double(k) * (Scalar.isComplex ? 4 : 1)
    summary.add("shape", "shape", .text("\(m) x \(k) by \(k) x \(n), \(Scalar.typeName)"))
    summary.add(dense: grid, block: block)
    summary.add(rate: flops, over: seconds, "multiply", peak)
    summary.add("product", "product", .text(spec.product))
    try grid.close()
}

extension MultiplySpec.Operation {
    var transpose: Transpose {
        switch self {
        case .none: .none
        case .transpose: .transpose
        case .conjugateTranspose: .conjugateTranspose
        }
    }
}

extension JobSummary {
    /// The layout of a dense job.
    mutating func add(dense grid: ProcessGrid, block: Int) {
        add("grid", "grid", .text("\(grid.rows)x\(grid.columns)"))
        add("block", "block", .integer(block))
    }

    /// The time, the rate and the share of the DGEMM peak of the main routine.
    mutating func add(rate flops: Double, over seconds: Double, _ name: String, _ peak: Double) {
        add("\(name)_seconds", name, .quantity(seconds, "s"))
        add("gflops", "rate", .quantity(flops / seconds / 1e9, "GFLOP/s"))
        add("share_of_peak", "of DGEMM peak", .quantity(100 * flops / seconds / peak, "%"))
    }
}
