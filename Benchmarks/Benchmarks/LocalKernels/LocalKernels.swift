// What one core does without a message: the kernels under every distributed routine, each with its rate.
//
// Every benchmark runs in a process of its own. BLAS gets one thread, as a rank has in a run with one rank a core.

import Benchmark
import Foundation
import Tessera

let benchmarks: @Sendable () -> Void = {
    if let fault = CoreType.fault { FileHandle.standardError.write(Data("LocalKernels: warning: \(fault)\n".utf8)) }
    OpenBLAS.threads = 1
    Benchmark.defaultConfiguration = .init(metrics: [.wallClock], maxDuration: .seconds(2), maxIterations: 1000)
    vectorKernels()
    matrixKernels()
    stencilSweeps()
    npyDecoding()
    blockCyclicMaps()
}

/// What a rate counts, in millions a second.
enum Rate: String {
    case flops = "MFLOP/s"
    case points = "Mpoint/s"
    case bytes = "MB/s"
    case indices = "Mindex/s"
    case elements = "Melement/s"

    var metric: BenchmarkMetric { .custom(rawValue, polarity: .prefersLarger, useScalingFactor: false) }
}

/// Registers a benchmark which shows a rate beside the time.
///
/// - Parameters:
///   - passes: how often `body` runs the kernel between two looks at the clock, for kernels of microseconds.
///   - body: prepares its operands, then calls `Benchmark.measure` once.
func kernel(
    _ name: String, _ rate: Rate, passes: BenchmarkScalingFactor = .one,
    _ body: @escaping (Benchmark) throws -> Void
) {
    var configuration = Benchmark.defaultConfiguration
    configuration.metrics.append(rate.metric)
    configuration.units = [rate.metric: .count]
    configuration.scalingFactor = passes
    Benchmark(name, configuration: configuration, closure: body)
}

extension Benchmark {
    /// Times the passes of a kernel that does `work` flops, points, bytes, ... in each.
    func measure(_ rate: Rate, work: Int, _ pass: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        startMeasurement()
        let start = clock.now
        for _ in scaledIterations { try pass() }
        let time = clock.now - start
        stopMeasurement()
        let total = Double(work) * Double(scaledIterations.count)
        measurement(rate.metric, Int(total / (time / .microseconds(1))))
    }
}
