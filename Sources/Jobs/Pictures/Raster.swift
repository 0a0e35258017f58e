package import Failures

/// A field of two dimensions on one rank: the first row is the northern edge, NaN marks a cell without a value.
package struct Raster: Equatable, Sendable {
    package let rows: Int
    package let columns: Int
    /// Row after row.
    package let values: [Double]

    /// - Throws: `TesseraError.argument` unless there are `rows * columns` values and at least one.
    package init(rows: Int, columns: Int, values: [Double]) throws(TesseraError) {
        guard rows > 0, columns > 0 else {
            throw .argument(
                routine: "Raster", name: "extents", expected: "at least 1 x 1", found: "\(rows) x \(columns)")
        }
        guard values.count == rows * columns else {
            throw .argument(
                routine: "Raster", name: "values", expected: "\(rows) x \(columns) = \(rows * columns) values",
                found: "\(values.count)")
        }
        self.init(unchecked: rows, columns, values)
    }

    init(unchecked rows: Int, _ columns: Int, _ values: [Double]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    package subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

    /// The least and the greatest value; nil when no cell has a finite one.
    package var range: ClosedRange<Double>? {
        var least = Double.infinity
        var greatest = -Double.infinity
        for value in values where value.isFinite {
            least = min(least, value)
            greatest = max(greatest, value)
        }
        return least <= greatest ? least...greatest : nil
    }

    /// The magnitude that `share` of the cells with a value do not exceed; 0 when no cell has one.
    package func magnitude(notExceededBy share: Double) -> Double {
        let magnitudes = values.filter(\.isFinite).map(\.magnitude).sorted()
        guard !magnitudes.isEmpty else { return 0 }
        let place = (share * Double(magnitudes.count)).rounded(.up)
        return magnitudes[min(max(Int(place) - 1, 0), magnitudes.count - 1)]
    }

    /// The cell-by-cell difference `self - other` of two rasters of the same extents.
    ///
    /// - Throws: `TesseraError.argument` when the extents differ.
    package func minus(_ other: Raster) throws(TesseraError) -> Raster {
        guard rows == other.rows, columns == other.columns else {
            throw .argument(
                routine: "Raster.minus", name: "other", expected: "\(rows) x \(columns)",
                found: "\(other.rows) x \(other.columns)")
        }
        return Raster(unchecked: rows, columns, zip(values, other.values).map { $0 - $1 })
    }
}
