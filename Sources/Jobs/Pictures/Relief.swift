// Relief shading of elevations. The surface with gradient (p, q), p to the east and q to the south, and the unit vector
// to a light in the north-west at altitude h give Lambert's shade
//     s = (sin h + cos h (p + q) / sqrt 2) / sqrt(1 + p^2 + q^2),
// so that flat ground has s = sin h. B. K. P. Horn, "Hill shading and the reflectance map", Proc. IEEE 69 (1981).

/// How an elevation field is lit.
package struct Relief: Sendable {
    /// The distance between rows and between columns, in the unit of the elevations.
    package var rowSpacing: Double
    package var columnSpacing: Double
    /// Slopes are multiplied by this before they are lit; nil brings the root mean square slope to 0.45.
    package var exaggeration: Double?
    /// 0 leaves the colours as they are, 1 lets the darkest slope turn black.
    package var strength: Double

    package init(rowSpacing: Double, columnSpacing: Double, exaggeration: Double? = nil, strength: Double = 0.85) {
        self.rowSpacing = rowSpacing
        self.columnSpacing = columnSpacing
        self.exaggeration = exaggeration
        self.strength = strength
    }

    /// The sine of the light's altitude of 45 degrees, and the shade of flat ground.
    private static let level = 0.5.squareRoot()
    private static let usualSlope = 0.45

    /// The same light for a raster whose cells are `factor` times as wide.
    package func coarsened(by factor: Int) -> Relief {
        var relief = self
        relief.rowSpacing *= Double(factor)
        relief.columnSpacing *= Double(factor)
        return relief
    }

    /// The factor that lights each cell's colour: 1 on flat ground, less on slopes that face south-east.
    func shading(of raster: Raster, exaggeration: Double) -> [Double] {
        slopes(of: raster).map { east, south in
            let (p, q) = (exaggeration * east, exaggeration * south)
            let shade = (Self.level + 0.5 * (p + q)) / (1 + p * p + q * q).squareRoot()
            return max(1 + strength * (max(shade, 0) - Self.level), 0)
        }
    }

    /// The exaggeration that gives a raster the usual root mean square slope; nil for a flat one.
    func usualExaggeration(of raster: Raster) -> Double? {
        let slopes = slopes(of: raster)
        let square = slopes.reduce(0) { $0 + $1.east * $1.east + $1.south * $1.south } / Double(slopes.count)
        return square > 0 && square.isFinite ? Self.usualSlope / square.squareRoot() : nil
    }

    /// Central differences, one-sided at edges and beside cells without a value.
    private func slopes(of raster: Raster) -> [(east: Double, south: Double)] {
        func slope(_ before: Double?, _ here: Double, _ after: Double?, _ spacing: Double) -> Double {
            let low = before.flatMap { $0.isFinite ? $0 : nil }
            let high = after.flatMap { $0.isFinite ? $0 : nil }
            let steps = (low == nil ? 0.0 : 1) + (high == nil ? 0 : 1)
            return here.isFinite && steps > 0 ? ((high ?? here) - (low ?? here)) / (steps * spacing) : 0
        }
        var slopes: [(east: Double, south: Double)] = []
        slopes.reserveCapacity(raster.values.count)
        for row in 0..<raster.rows {
            for column in 0..<raster.columns {
                let here = raster[row, column]
                let west = column > 0 ? raster[row, column - 1] : nil
                let east = column + 1 < raster.columns ? raster[row, column + 1] : nil
                let north = row > 0 ? raster[row - 1, column] : nil
                let south = row + 1 < raster.rows ? raster[row + 1, column] : nil
                slopes.append((slope(west, here, east, columnSpacing), slope(north, here, south, rowSpacing)))
            }
        }
        return slopes
    }
}
