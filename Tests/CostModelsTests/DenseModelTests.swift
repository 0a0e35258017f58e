import CostModels
import Testing

@Suite("Cost models against counting")
struct DenseModelTests {
    /// One by one, as the textbook's loops do them.
    @Test(arguments: [0, 1, 2, 7, 40])
    func choleskyFlops(n: Int) {
        var count = 0
        for k in 0..<n {
            let below = n - k - 1
            count += 1 + below  // a root and divisions
            count += below * (below + 1)  // multiply and add on the lower triangle
        }
        #expect(abs(CholeskyModel.flops(n: n) - Double(count)) <= 1e-9 * Double(max(1, count)))
    }

    @Test(arguments: [(1, 1), (7, 7), (40, 13), (25, 24)])
    func luFlops(m: Int, n: Int) {
        var count = 0
        for k in 0..<n {
            count += 1 + (m - k - 1)  // the pivot's reciprocal, by which the column is scaled
            count += 2 * (m - k - 1) * (n - k - 1)  // multiply and add
        }
        #expect(abs(LUModel.flops(m: m, n: n) - Double(count)) <= 1e-9 * Double(max(1, count)))
    }

    @Test func aMatrixWithoutElementsCostsNothing() {
        let grid = GridModel(rows: 2, columns: 3, block: 8)
        #expect(CholeskyModel.flops(n: 0) == 0)
        #expect(LUModel.flops(m: 0, n: 0) == 0)
        #expect(MultiplyModel.flops(m: 0, n: 5, k: 5) == 0)
        #expect(CholeskyModel.communication(n: 0, on: grid).scalars == 0)
        #expect(LUModel.communication(m: 0, n: 0, pivots: [], on: grid).scalars == 0)
    }

    /// On p ranks in a column, Cholesky sends the diagonal blocks down the column and each block of L21 once around it;
    /// along process rows of one rank, nothing.
    @Test func choleskyWordsOnOneColumn() {
        let (n, block, ranks) = (12, 4, 3)
        var scalars = 0
        for start in stride(from: 0, to: n, by: block) {
            let width = min(block, n - start)
            let below = n - start - width
            scalars += ranks * (width * width + 1)  // L11 and its flag, on every rank of the column
            scalars += below * width  // the rows that face the columns
        }
        let model = CholeskyModel.communication(n: n, on: GridModel(rows: ranks, columns: 1, block: block))
        #expect(model.scalars == scalars)
    }

    /// n (n + 1) / 2 elements of a triangle, each a sum of k products; of rank 2k two.
    @Test(arguments: [(0, 3), (1, 1), (7, 5), (20, 40)])
    func rankUpdateFlops(n: Int, k: Int) {
        var count = 0
        for j in 0..<n { for _ in j..<n { count += 2 * k } }
        #expect(RankUpdateModel.flops(n: n, k: k) == Double(count))
        #expect(RankUpdateModel.flops(n: n, k: k, isRankTwo: true) == Double(2 * count))
    }

    @Test func memoryCountsWhatAJobHolds() {
        let n = 1000
        #expect(MemoryModel.linpack(n: n, scalarBytes: 8, ranks: 0) == 8 * (n * n + 3 * n) + 8 * 3 * n * n / 10)
        #expect(MemoryModel.multiply(m: 10, n: 20, k: 30, scalarBytes: 4, ranks: 0) == 4 * (300 + 600 + 200))
        // The partial products of a split inner dimension.
        #expect(
            MemoryModel.multiply(m: 10, n: 10, k: 1000, scalarBytes: 8, ranks: 2) - 2 * MemoryModel.perRank
                == 8 * (10_000 + 10_000 + 100 + 400))
        // Sizes that 64 bits do not hold saturate instead of trapping.
        #expect(MemoryModel.linpack(n: 1 << 40, scalarBytes: 16, ranks: 4) == .max)
    }
}
