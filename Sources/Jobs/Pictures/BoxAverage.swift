// Averages over square boxes of cells, so that a field of any size fits into a picture. The sums are open: ranks may
// each add the part that they hold and add their sums up, and no rank ever holds the whole field.

/// Averages of boxes of `factor` x `factor` cells; boxes at the far edges hold what is left.
package struct BoxAverage: Sendable {
    /// The field's extents.
    package let rows: Int
    package let columns: Int
    /// Cells along a side of a box.
    package let factor: Int
    /// The sum of each box's finite values, boxes row after row.
    package var sums: [Double]
    /// How many finite values each sum holds; in floating point, so that both arrays can be reduced alike.
    package var counts: [Double]

    package var boxRows: Int { (rows + factor - 1) / factor }
    package var boxColumns: Int { (columns + factor - 1) / factor }

    /// - Parameter largest: the greatest number of boxes along either side.
    package init(rows: Int, columns: Int, largest: Int) {
        self.rows = rows
        self.columns = columns
        factor = Self.factor(rows: rows, columns: columns, largest: largest)
        let boxes = ((rows + factor - 1) / factor) * ((columns + factor - 1) / factor)
        sums = Array(repeating: 0, count: boxes)
        counts = sums
    }

    /// The side of the smallest boxes of which at most `largest` stand along either side.
    package static func factor(rows: Int, columns: Int, largest: Int) -> Int {
        max((max(rows, columns) + largest - 1) / largest, 1)
    }

    /// Adds a piece of one row of the field that starts at `column`.
    package mutating func add(_ values: Span<Double>, row: Int, column: Int) {
        precondition(row >= 0 && row < rows && column >= 0 && column + values.count <= columns)
        let first = (row / factor) * boxColumns
        for offset in values.indices where values[offset].isFinite {
            let box = first + (column + offset) / factor
            sums[box] += values[offset]
            counts[box] += 1
        }
    }

    /// The averages; NaN where a box has no finite value.
    package var raster: Raster {
        Raster(unchecked: boxRows, boxColumns, zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan })
    }
}

extension Raster {
    /// The averages over the smallest boxes that leave at most `largest` of them along a side; the raster itself when it
    /// is small enough.
    package func averaged(largest: Int) -> Raster {
        var boxes = BoxAverage(rows: rows, columns: columns, largest: largest)
        guard boxes.factor > 1 else { return self }
        let whole = values.span
        for row in 0..<rows {
            boxes.add(whole.extracting(row * columns..<(row + 1) * columns), row: row, column: 0)
        }
        return boxes.raster
    }
}
