// y += a x and x . y: 2 n flops each over 24 n and 16 n bytes, in the second cache and in memory.

import Benchmark
import Tessera

func vectorKernels() {
    for (count, passes) in [(16_384, BenchmarkScalingFactor.kilo), (8_388_608, .one)] {
        kernel("axpy n=\(count)", .flops, passes: passes) { benchmark in
            let x = [Double](repeating: 1, count: count)
            var y = [Double](repeating: 2, count: count)
            try benchmark.measure(.flops, work: 2 * count) {
                var target = y.mutableSpan
                try axpy(1e-9, x.span, into: &target)
            }
            blackHole(y)
        }
        kernel("dot n=\(count)", .flops, passes: passes) { benchmark in
            let x = [Double](repeating: 1, count: count)
            let y = [Double](repeating: 2, count: count)
            try benchmark.measure(.flops, work: 2 * count) { blackHole(try dot(x.span, y.span)) }
        }
    }
}
