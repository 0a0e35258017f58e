// The index maths of a layout, and a redistribution between two block sizes on one rank: pack, exchange, unpack.

import Benchmark
import Tessera

func blockCyclicMaps() {
    let count = 100_000
    let map = BlockCyclic(extent: count, block: 192, parts: 6, source: 2)
    kernel("index to owner and back", .indices) { benchmark in
        var sum = 0
        benchmark.measure(.indices, work: count) {
            for g in 0..<count {
                let index = GlobalIndex(g)
                sum &+= map.global(map.local(index), on: map.owner(of: index)).value
            }
        }
        blackHole(sum)
    }
    kernel("share of a range", .indices) { benchmark in
        var sum = 0
        benchmark.measure(.indices, work: count) {
            for g in 0..<count { sum &+= map.localRange(g..<count, on: g % 6).count }
        }
        blackHole(sum)
    }
    let order = 2000
    kernel("redistribute n=\(order) nb=64 to 192", .elements) { benchmark in
        let grid = try ProcessGrid(MPI.world())
        let a = try DistributedMatrix<Double>.random(rows: order, columns: order, seed: 1, block: 64, on: grid)
        let layout = MatrixLayout(rows: order, columns: order, block: 192, on: grid)
        try benchmark.measure(.elements, work: order * order) {
            let b = try a.redistributed(to: layout)
            blackHole(b.local[0, 0])
        }
        try grid.close()
    }
}
