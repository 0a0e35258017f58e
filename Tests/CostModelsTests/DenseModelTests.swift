import CostModels
import TestSupport
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

    /// A multiplication and an addition for each row and each column of L before, and for each element of the triangle
    /// behind a panel and each of its columns.
    @Test(arguments: [0, 1, 2, 7, 40, 530])
    func aasenFlops(n: Int) {
        var count = 0
        let width = AasenModel.panelWidth(n: n)
        for start in stride(from: 0, to: n, by: width) {
            let end = min(n, start + width)
            for j in start..<end where j + 1 < n { for _ in start...j { count += 2 * (n - start) } }
            for j in end..<n { count += 2 * (end - start + 1) * (n - j) }
        }
        #expect(AasenModel.flops(n: n) == Double(count))
    }

    /// Where every pivot is on the diagonal nothing moves but the columns, L and their rows that face the columns.
    @Test func aasenWithoutInterchanges() {
        let n = 20
        let pivots = Array(0..<n)
        #expect(AasenModel.panelWidth(n: n) == 4)
        let alone = AasenModel.communication(n: n, pivots: pivots, on: GridModel(rows: 1, columns: 1, block: 3))
        #expect(alone == Communication(reals: n + 1, messages: 2))
        let row = AasenModel.communication(n: n, pivots: pivots, on: GridModel(rows: 1, columns: 2, block: 3))
        var scalars = 0
        for s in stride(from: 0, to: n, by: 4) {
            for j in s..<s + 4 { scalars += (n - s + 2) + (j + 1 < n ? 2 * (j - s + 2) : 0) }
            if s + 4 < n { scalars += (n - s) * 5 }
        }
        #expect(row.scalars == scalars && row.indices == 4 * (n - 1))
        #expect(row.messages == 2 * (2 + n + (n - 1) + 4))
    }

    /// What a job file is held against covers A and the workspace of its factorization, on ranks of many threads too.
    @Test(arguments: [100, 3000, 20_000, 100_000])
    func theWorkspaceOfLUIsWithinTheMemoryOfAJob(n: Int) {
        for (rows, columns) in [(1, 1), (1, 16), (4, 4), (16, 1)] {
            let grid = GridModel(rows: rows, columns: columns, block: 64)
            for threads in [1, 64, 256] {
                let needed = 8 * (n * n + LUModel.workspace(m: n, n: n, .tournament(), threads: threads, on: grid))
                #expect(needed <= MemoryModel.linpack(n: n, scalarBytes: 8, ranks: rows * columns))
            }
        }
    }

    /// Pivots anywhere at or below their row, as random elements have them: the same messages, and words within two hundredths.
    @Test(arguments: [(1, 1), (2, 2), (2, 3), (3, 1), (1, 4), (4, 4)])
    func expectedExchangesOfLU(rows: Int, columns: Int) {
        var noise = Noise(state: 5)
        for (n, block) in [(1000, 50), (777, 64), (64, 64), (5, 8)] {
            let grid = GridModel(rows: rows, columns: columns, block: block)
            let pivots = (0..<n).map { Int.random(in: $0..<n, using: &noise) }
            for pivoting in [LUModel.Pivoting.partial, .threshold, .tournament(), .randomButterflies(depth: 2)] {
                let exact = LUModel.communication(
                    m: n, n: n, pivots: pivoting == .randomButterflies(depth: 2) ? Array(0..<n) : pivots, pivoting,
                    on: grid)
                let expected = LUModel.expectedCommunication(n: n, pivoting, on: grid)
                #expect(abs(expected.scalars - exact.scalars) <= max(exact.scalars / 50, 40), "\(n) \(pivoting)")
                #expect((expected.reals, expected.indices) == (exact.reals, exact.indices))
                if n > 500 { #expect(expected.messages == exact.messages) }
            }
        }
    }

    @Test func aMatrixWithoutElementsCostsNothing() {
        let grid = GridModel(rows: 2, columns: 3, block: 8)
        #expect(CholeskyModel.flops(n: 0) == 0)
        #expect(LUModel.flops(m: 0, n: 0) == 0)
        #expect(MultiplyModel.flops(m: 0, n: 5, k: 5) == 0)
        #expect(CholeskyModel.communication(n: 0, on: grid).scalars == 0)
        #expect(LUModel.communication(m: 0, n: 0, pivots: [], on: grid).scalars == 0)
        #expect(AasenModel.communication(n: 0, pivots: [], on: grid).scalars == 0)
    }

    /// On p ranks in a column, Cholesky sends the diagonal blocks down the column and each block of L21 once around it;
    /// nothing goes along rows of one rank.
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

    /// Twelve rows in leaves of three: nine of each column come to the rank that mixes them, and go back.
    @Test func butterflyWords() {
        let grid = GridModel(rows: 3, columns: 2, block: 2)
        let rows = ButterflyModel.rows(n: 12, m: 5, depth: 2, on: grid)
        #expect(rows.scalars == 2 * 9 * 5 && rows.messages == 2 * grid.rows * grid.columns)
        // Both sides; of ten rows the leaves are three, three, three and one.
        #expect(ButterflyModel.communication(n: 10, depth: 2, on: grid).scalars == 2 * 2 * 7 * 10)
        #expect(ButterflyModel.rows(n: 1, m: 5, depth: 2, on: grid).scalars == 0)
        #expect(
            ButterflyModel.communication(n: 12, depth: 2, on: GridModel(rows: 1, columns: 1, block: 2)).messages == 0)
        #expect(ButterflyModel.flops(n: 8, depth: 40) == 4 * 3 * 64)
    }

    /// A panel's candidates travel once, its winners once; partial pivoting sends two rows for each column.
    @Test func tournamentWords() {
        let (n, block, ranks) = (12, 2, 3)
        let grid = GridModel(rows: ranks, columns: 1, block: block)
        let pivots = Array(0..<n)
        let tournament = LUModel.communication(m: n, n: n, pivots: pivots, .tournament(), on: grid)
        let partial = LUModel.communication(m: n, n: n, pivots: pivots, on: grid)
        var (scalars, messages) = (0, 0)
        for start in stride(from: 0, to: n, by: block) {
            // The blocks below belong to the ranks in turn, from the root on.
            let blocks = (n - start) / block
            let opponents = min(ranks - 1, blocks - 1)
            scalars += 2 * opponents * block * block + ranks * 2 * block * block - ranks * 2 * block * block
            messages += 2 * opponents + ranks - ranks * block
        }
        #expect(tournament.scalars - partial.scalars == scalars)
        #expect(tournament.messages - partial.messages == messages)
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
