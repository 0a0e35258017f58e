import Failures
import Jobs
import Testing

@Suite struct RasterTests {
    @Test func boxesAverageWhatTheyHold() throws {
        // Boxes of 2 x 2 with ragged edges: the last row and column hold what is left.
        let raster = try Raster(rows: 3, columns: 5, values: (0..<15).map(Double.init))
        let small = raster.averaged(largest: 3)
        #expect(small.rows == 2 && small.columns == 3)
        #expect(small.values == [3, 5, 6.5, 10.5, 12.5, 14])
        #expect(raster.averaged(largest: 5) == raster)
    }

    @Test func cellsWithoutAValueAreLeftOut() throws {
        let raster = try Raster(rows: 2, columns: 4, values: [1, .nan, .nan, .nan, 5, 3, .nan, .infinity])
        let small = raster.averaged(largest: 2)
        #expect(small.values[0] == 3)
        #expect(small.values[1].isNaN)
        #expect(raster.range == 1...5)
        #expect(small.range == 3...3)
    }

    @Test func piecesOfRowsAddUpToTheWhole() throws {
        let raster = try Raster(rows: 7, columns: 9, values: (0..<63).map { Double(($0 * 37) % 64) })
        var parts = [0, 1].map { _ in BoxAverage(rows: 7, columns: 9, largest: 4) }
        for row in 0..<7 {
            let line = Array(raster.values[9 * row..<9 * row + 9])
            parts[0].add(line.span.extracting(first: 5), row: row, column: 0)
            parts[1].add(line.span.extracting(last: 4), row: row, column: 5)
        }
        var whole = parts[0]
        for box in whole.sums.indices {
            whole.sums[box] += parts[1].sums[box]
            whole.counts[box] += parts[1].counts[box]
        }
        #expect(whole.raster == raster.averaged(largest: 4))
    }

    @Test func quantilesOfMagnitude() throws {
        let raster = try Raster(rows: 1, columns: 5, values: [-4, 1, .nan, 2, -3])
        #expect(raster.magnitude(notExceededBy: 0.5) == 2)
        #expect(raster.magnitude(notExceededBy: 1) == 4)
        #expect(try Raster(rows: 1, columns: 1, values: [.nan]).magnitude(notExceededBy: 1) == 0)
    }

    @Test func extentsMustFit() {
        #expect(throws: TesseraError.self) { try Raster(rows: 2, columns: 2, values: [1, 2, 3]) }
        #expect(throws: TesseraError.self) { try Raster(rows: 0, columns: 2, values: []) }
    }
}
