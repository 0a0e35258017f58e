// The dense routines on generated matrices, each with a check of its result that costs n² flops:
// Bench+Products.swift, Bench+Factorizations.swift, Bench+Systems.swift.

internal import Tessera

/// What a dense routine is measured on.
struct DenseBench {
    let shape: BenchRequest.Shape
    /// nil: what fits each matrix.
    let block: Int?
    let precision: BenchRequest.Precision
    let pivoting: BenchRequest.Pivoting
    let repeats: Int
    let grid: ProcessGrid

    /// Whether LU is that of a mixture, whose solutions are refined.
    var isMixing: Bool { pivoting == .randomButterflies }
}

/// What a measurement found.
struct DenseResult {
    /// That of the matrix which the routine overwrites.
    let block: Int
    let flops: Double
    /// Of the fastest repetition.
    var seconds = Double.infinity
    /// In units of rounding.
    var residual = Double.nan
    /// Of a solve: the precision that gave the answer, and what refinement took.
    var precision: SolvePrecision?
    var iterations = 0
    var fallback: MixedPrecisionFailure?

    init(block: Int, flops: Double) { (self.block, self.flops) = (block, flops) }
}

/// One routine at one shape. Collective.
func benchDense(
    _ routine: BenchRequest.Routine, _ bench: DenseBench, peak: Double
) throws(TesseraError) -> JobSummary {
    let result =
        switch routine {
        case .gemm: try bench.product()
        case .syrk: try bench.rankUpdate()
        case .trsm: try bench.triangularSystem()
        case .lu: try bench.luFactorization()
        case .symmetricIndefinite: try bench.symmetricIndefiniteFactorization()
        case .gesv: try bench.factoredSystem()
        case .solve: try bench.system()
        default: try bench.choleskyFactorization()
        }
    let size = routine.extents.map { (key: $0.rawValue, value: JobSummary.Value.integer(bench.shape[$0])) }
    var summary = benchSummary(
        routine, size: size + [("block", .integer(result.block))], grid: [bench.grid.rows, bench.grid.columns],
        on: bench.grid.communicator)
    summary.add("seconds", "seconds", .quantity(result.seconds, ""))
    summary.add("gflops", "GFLOP/s", .quantity(result.flops / result.seconds / 1e9, ""))
    summary.add("share_of_peak", "of DGEMM", .quantity(100 * result.flops / result.seconds / peak, "%"))
    summary.add("residual", "residual", .quantity(result.residual, ""))
    if routine == .lu || routine == .gesv { summary.add("pivoting", "pivoting", .text(bench.pivoting.rawValue)) }
    if let precision = result.precision {
        summary.add("precision", "precision", .text(precision.rawValue))
        summary.add("iterations", "steps", .integer(result.iterations))
        summary.add("fallback", "fallback", .text(result.fallback?.description ?? "none"))
    }
    return summary
}
