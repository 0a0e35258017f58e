import CostModels
import Testing

@Suite("The plan of a product")
struct MultiplyPlanTests {
    static let grids = [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (1, 6), (4, 4), (8, 16)].map {
        GridModel(rows: $0.0, columns: $0.1, block: 64)
    }

    @Test(arguments: grids)
    func squareProductsKeepC(grid: GridModel) {
        for (isTransposedA, isTransposedB) in [(false, false), (true, false), (false, true), (true, true)] {
            #expect(
                MultiplyModel.plan(
                    m: 4000, n: 4000, k: 4000, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid)
                    == .stationaryC)
        }
    }

    @Test func thinOperandsTravel() {
        let grid = GridModel(rows: 2, columns: 2, block: 64)
        #expect(MultiplyModel.plan(m: 4000, n: 1, k: 4000, on: grid) == .stationaryA)
        #expect(MultiplyModel.plan(m: 4000, n: 100, k: 4000, isTransposedA: true, on: grid) == .stationaryA)
        #expect(MultiplyModel.plan(m: 1, n: 4000, k: 4000, on: grid) == .stationaryB)
        #expect(MultiplyModel.plan(m: 100, n: 4000, k: 4000, isTransposedB: true, on: grid) == .stationaryB)
        // An outer product: C is what is large.
        #expect(MultiplyModel.plan(m: 4000, n: 4000, k: 1, isTransposedB: true, on: grid) == .stationaryC)
    }

    /// Split over k alone, every rank needs its part of the operands once and the sums of C: (m + n) k + (p + 1) m n words, of
    /// which the first term is what any layout that is not that of the split has to move.
    @Test(arguments: [
        GridModel(rows: 2, columns: 2, block: 64), .init(rows: 2, columns: 3, block: 64),
        .init(rows: 4, columns: 4, block: 64),
    ])
    func innerProductsAreSplit(grid: GridModel) {
        let (m, n, k) = (500, 500, 20_000)
        #expect(MultiplyModel.plan(m: m, n: n, k: k, on: grid) == .splitInner)
        let words = MultiplyModel.communication(m: m, n: n, k: k, on: grid).scalars
        #expect(words == (m + n) * k + (1 + grid.rows * grid.columns) * m * n)
        #expect(4 * words < 3 * MultiplyModel.words(.stationaryC, m: m, n: n, k: k, on: grid))
    }

    /// The partial products would need more memory than the operands.
    @Test func partialProductsAreNoMoreThanTheOperands() {
        let grid = GridModel(rows: 8, columns: 16, block: 64)
        // A at rest then: 9 k n + 17 m n words instead of 16 m k + 8 k n.
        #expect(MultiplyModel.plan(m: 500, n: 500, k: 20_000, on: grid) == .stationaryA)
        #expect(MultiplyModel.plan(m: 500, n: 500, k: 80_000, on: grid) == .splitInner)
        #expect(!RankUpdateModel.isSplit(n: 500, k: 100_000, on: grid))
        #expect(RankUpdateModel.isSplit(n: 500, k: 150_000, on: grid))
    }

    /// No plan is taken that sends more words than C at rest, and the words at once are those of the panels one by one.
    @Test(arguments: grids)
    func wordsAreCountedAlike(grid: GridModel) {
        let sizes = [1, 3, 50, 401, 3000]
        for m in sizes {
            for n in sizes {
                for k in sizes {
                    for (isTransposedA, isTransposedB) in [(false, false), (true, false), (false, true)] {
                        let plan = MultiplyModel.plan(
                            m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid)
                        func words(_ plan: MultiplyModel.Plan) -> Int {
                            MultiplyModel.words(
                                plan, m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB,
                                on: grid)
                        }
                        #expect(
                            MultiplyModel.communication(
                                m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid
                            ).scalars == words(plan))
                        #expect(words(plan) <= words(.stationaryC))
                    }
                }
            }
        }
    }

    @Test(arguments: [(0, 7), (10, 7), (384, 7), (1000, 7), (1000, 600), (3000, 900)])
    func slabsAreWholeBlocksOrInsideOne(extent: Int, block: Int) {
        let slabs = MultiplyModel.slabs(extent, block: block)
        #expect(slabs.map(\.count).reduce(0, +) == extent)
        for (slab, next) in zip(slabs, slabs.dropFirst()) { #expect(slab.upperBound == next.lowerBound) }
        for slab in slabs {
            #expect(
                slab.lowerBound.isMultiple(of: block) || slab.lowerBound / block == (slab.upperBound - 1) / block)
            #expect(slab.count <= max(384, min(block, 512)))
        }
    }
}
