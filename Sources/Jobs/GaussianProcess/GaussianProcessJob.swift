internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// Kind `gaussian-process`: predicts a whole map from a sample of its cells and reports the error on the others.
func runGaussianProcess(
    _ spec: GaussianProcessSpec, _ run: JobRun, _ peak: Double, _ summary: inout JobSummary
) throws {
    let (shape, field) = try NpyFile.read(spec.field.path)
    let sample = TrainingSample(count: spec.samples, of: field.count, seed: UInt64(spec.seed))
    func point(_ cell: Int) -> PlanePoint {
        PlanePoint(
            y: Double(cell / shape[1]) * spec.rowSpacing, x: Double(cell % shape[1]) * spec.columnSpacing)
    }

    let grid = try run.grid(spec.grid)
    let store = try run.checkpoints(spec.checkpoint, of: spec.covarianceInWords)
    let start = MPIEnvironment.seconds
    let fit = try run.saving(to: store) { () throws(TesseraError) in
        let process = try GaussianProcess(
            covariance: CovarianceFunction(spec.kernel), noise: spec.kernel.noise, points: sample.cells.map(point),
            values: sample.cells.map { field[$0] }, block: spec.block, checkpoint: store, on: grid)
        let seconds = try run.world.allReduce(MPIEnvironment.seconds - start, .maximum)
        return try process.saved(in: store) { () throws(TesseraError) in
            try run.stopIfAsked()
            return Fit(
                seconds: seconds, logMarginalLikelihood: process.logMarginalLikelihood,
                means: try means(of: process, at: field.count, point, run),
                variances: spec.variance
                    ? try variance(of: process, at: (0..<field.count).map(point), panel: spec.panel, run) : nil)
        }
    }
    let prediction = fit.means

    summary.add("training_cells", "training cells", .integer(sample.cells.count))
    summary.add("held_out_cells", "held-out cells", .integer(field.count - sample.cells.count))
    let error = try run.world.broadcast(
        prediction.map { rootMeanSquare(field, $0, leavingOut: sample.cells) } ?? 0, from: 0)
    summary.add("rmse", "RMSE held out", .quantity(error, "m"))
    summary.add("log_marginal_likelihood", "log likelihood", .quantity(fit.logMarginalLikelihood, ""))
    // Of a fit that was resumed, what was left of it counts.
    let n = Double(spec.samples - (store?.resumedStep ?? 0))
    summary.add("fit_seconds", "fit", .quantity(fit.seconds, "s"))
    summary.add("fit_gflops", "fit rate", .quantity(n * n * n / 3 / fit.seconds / 1e9, "GFLOP/s"))
    summary.add("share_of_peak", "of DGEMM peak", .quantity(100 * n * n * n / 3 / fit.seconds / peak, "%"))

    try run.onRoot { () throws(TesseraError) in
        guard let prediction else { return }
        try NpyFile.write(prediction, shape: shape, to: run.path("prediction.npy"))
        if let variances = fit.variances { try NpyFile.write(variances, shape: shape, to: run.path("variance.npy")) }
        if spec.pictures {
            try drawMaps(
                ("Truth", field), ("Prediction", prediction), difference: ("Error", "prediction - truth (m)"),
                shape: shape, spacing: (spec.rowSpacing, spec.columnSpacing),
                caption:
                    "\(sample.cells.count) of \(field.count) cells known; RMSE on the others \(String(format: "%.2f", error)) m",
                to: run.path("prediction.png"))
        }
    }
    try grid.close()
    try run.finish(store, &summary)
}

extension GaussianProcessSpec {
    /// All that the covariance matrix depends on.
    fileprivate var covarianceInWords: String {
        let shape = "\(field.shape[0]) x \(field.shape[1]) cells of \(rowSpacing) x \(columnSpacing)"
        return """
            gaussian-process, \(samples) samples of \(shape), seed = \(seed), \(kernel.type.rawValue), \
            length-scale = \(kernel.lengthScale), variance = \(kernel.variance), noise = \(kernel.noise)
            """
    }
}

/// Portions of a rank's cells between two questions whether to stop.
private let predictionPortions = 50

/// What a fitted process has predicted.
private struct Fit {
    /// Of the fit alone.
    let seconds: Double
    let logMarginalLikelihood: Double
    /// On rank 0.
    let means: [Double]?
    let variances: [Double]?
}

/// The posterior mean of all cells, on rank 0. Collective.
///
/// Each rank predicts a run of cells, in as many portions as the others, so that all can stop together.
private func means(
    of process: borrowing GaussianProcess, at cells: Int, _ point: (Int) -> PlanePoint, _ run: JobRun
) throws(TesseraError) -> [Double]? {
    let own = blockRange(cells, part: run.world.rank, of: run.world.size)
    var meter = ProgressMeter(run.options.progress, total: own.count, unit: "cells", isReporting: run.isRoot)
    var means: [Double] = []
    means.reserveCapacity(own.count)
    for portion in 0..<predictionPortions {
        Trace.span("prediction") {
            for cell in blockRange(own.count, part: portion, of: predictionPortions) {
                means.append(process.posteriorMean(at: point(own.lowerBound + cell)))
            }
        }
        meter.update(done: means.count)
        try run.stopIfAsked()
    }
    meter.finish()
    return try run.world.gatherVarying(means, to: 0)?.flatMap { $0 }
}

/// The posterior variance of all cells, a panel of cells at a time. Collective.
private func variance(
    of process: borrowing GaussianProcess, at points: [PlanePoint], panel: Int, _ run: JobRun
) throws(TesseraError) -> [Double] {
    var variances: [Double] = []
    for start in stride(from: 0, to: points.count, by: panel) {
        variances += try process.posteriorVariance(at: Array(points[start..<min(start + panel, points.count)]))
        try run.stopIfAsked()
    }
    return variances
}

/// The root of the mean squared difference over the cells that did not train.
private func rootMeanSquare(_ truth: [Double], _ prediction: [Double], leavingOut cells: [Int]) -> Double {
    var isHeldOut = [Bool](repeating: true, count: truth.count)
    for cell in cells { isHeldOut[cell] = false }
    var sum = 0.0
    for cell in truth.indices where isHeldOut[cell] {
        sum += (truth[cell] - prediction[cell]) * (truth[cell] - prediction[cell])
    }
    return (sum / Double(max(1, truth.count - cells.count))).squareRoot()
}

/// Part `part` of 0 ..< count, cut into parts whose sizes differ by one at most.
func blockRange(_ count: Int, part: Int, of parts: Int) -> Range<Int> {
    let (size, rest) = count.quotientAndRemainder(dividingBy: parts)
    let start = part * size + min(part, rest)
    return start..<start + size + (part < rest ? 1 : 0)
}

extension CovarianceFunction {
    init(_ kernel: GaussianProcessSpec.Kernel) {
        let family: Family =
            switch kernel.type {
            case .squaredExponential: .squaredExponential
            case .exponential: .exponential
            case .matern32: .matern32
            case .matern52: .matern52
            }
        self.init(family: family, lengthScale: kernel.lengthScale, variance: kernel.variance)
    }
}
