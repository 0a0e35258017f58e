import CostModels
import Testing

/// Shares counted by hand.
@Suite("Cost of redistributions")
struct RedistributionTests {
    /// 7 rows in blocks of 2 on two process rows: blocks 0 and 2 (4 rows), blocks 1 and 3, the ragged one (3 rows);
    /// 5 columns on three process columns: 2, 2 and 1.
    @Test func raggedBlocks() {
        let model = RedistributionModel(rows: 7, columns: 5, block: 2, gridRows: 2, gridColumns: 3)
        let shares = (0..<2).map { row in (0..<3).map { model.words(row: row, column: $0) } }
        #expect(shares == [[8, 8, 4], [6, 6, 3]])
        #expect(model.words == 35)
        #expect(model.exchanges == 1)
    }

    /// One block: the first rank has all, the others take part with nothing.
    @Test func moreRanksThanBlocks() {
        let model = RedistributionModel(rows: 3, columns: 4, block: 8, gridRows: 2, gridColumns: 2)
        #expect(
            [model.words(row: 0, column: 0), model.words(row: 0, column: 1), model.words(row: 1, column: 0)] == [
                12, 0, 0,
            ])
        #expect(model.words(row: 1, column: 1) == 0)
    }

    @Test func emptyMatrices() {
        let model = RedistributionModel(rows: 0, columns: 5, block: 2, gridRows: 2, gridColumns: 1)
        #expect(model.words == 0)
        #expect(model.words(row: 0, column: 0) == 0 && model.words(row: 1, column: 0) == 0)
    }

    /// The shares add up to the whole, whatever the grid and the block.
    @Test func sharesAddUp() {
        for (rows, columns, block) in [(1, 1, 1), (13, 17, 3), (30, 4, 8), (64, 64, 64), (65, 63, 16)] {
            for (gridRows, gridColumns) in [(1, 1), (2, 3), (6, 1), (3, 4)] {
                let model = RedistributionModel(
                    rows: rows, columns: columns, block: block, gridRows: gridRows, gridColumns: gridColumns)
                var sum = 0
                for row in 0..<gridRows {
                    for column in 0..<gridColumns { sum += model.words(row: row, column: column) }
                }
                #expect(sum == model.words)
            }
        }
    }
}
