import ComplexModule
import DistributedArrays
import LinearAlgebra
import MessagePassing

let randomCaseChecks: [RankCheck] = [
    RankCheck("random shapes, blocks, sources and options") { world in
        try forEachGrid(world) { grid in
            for trial in 0..<8 {
                let source = IndexedRandom(seed: 60)
                /// A number of this trial, in `0 ..< limit`.
                func draw(_ index: Int, _ limit: Int) -> Int { Int(source.bits(trial, index) % UInt64(limit)) }
                let sources = (draw(0, 6), draw(1, 6))
                try checkMultiply(
                    Complex<Double>.self, (draw(2, 30), draw(3, 30), draw(4, 60)), Transpose.allCases[draw(5, 3)],
                    Transpose.allCases[draw(6, 3)], alpha: Complex(1, 2),
                    beta: draw(7, 2) == 0 ? .zero : Complex(2, -1),
                    block: 1 + draw(8, 12), sources: sources, unlike: draw(9, 2) == 0, on: grid)
                let blocks = (1 + draw(10, 9), 1 + draw(11, 9))
                let (n, m) = (draw(12, 40), draw(13, 20))
                try checkTriangularSolve(
                    Double.self, n, m, Side.allCases[draw(14, 2)], Triangle.allCases[draw(15, 2)],
                    Transpose.allCases[draw(16, 3)], Diagonal.allCases[draw(17, 2)],
                    layout(n, n, blocks: blocks, sources: sources, on: grid),
                    { layout($0, $1, blocks: (blocks.1, blocks.0), on: grid) }, on: grid)
                try checkFactors(Double.self, draw(18, 60), draw(19, 60), 1 + draw(20, 20), sources, on: grid)
            }
        }
    }
]
