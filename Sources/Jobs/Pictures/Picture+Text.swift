// Text as strokes of a round pen. A pixel at distance d from the nearest stroke of a pen of radius r is covered by
// about min(max(r + 1/2 - d, 0), 1), which draws smooth edges at any scale.

extension Picture {
    /// The size of a line of text in pixels, descenders included.
    ///
    /// - Parameter scale: pixels to a cell of the font, whose capitals are 7 cells high.
    package static func size(of text: String, scale: Double) -> (width: Int, height: Int) {
        let cells = text.reduce(0.0) { $0 + Double(Glyph[$1].columns) + gap }
        return (Int((max(cells - gap, 0) * scale).rounded(.up)), Int((Double(Glyph.rows) * scale).rounded(.up)))
    }

    /// Writes one line of text; (x, y) is the upper left corner of its box.
    package mutating func write(_ text: String, x: Int, y: Int, scale: Double, colour: Colour = .ink) {
        var left = Double(x)
        for character in text {
            let glyph = Glyph[character]
            draw(glyph, left: left, top: y, scale: scale, colour: colour)
            left += (Double(glyph.columns) + Self.gap) * scale
        }
    }

    /// Cells between two letters.
    private static let gap = 1.2

    private mutating func draw(_ glyph: Glyph, left: Double, top: Int, scale: Double, colour: Colour) {
        let radius = 0.5 + 0.4 * (scale - 1)
        let first = Int(left.rounded(.down)) - 1
        let last = Int((left + Double(glyph.columns) * scale).rounded(.up)) + 1
        for y in 0...Int((Double(Glyph.rows) * scale).rounded(.up)) {
            for x in first...last {
                // The pixel's centre in cells, seen from the centre of the glyph's first cell.
                let column = (Double(x) + 0.5 - left) / scale - 0.5
                let row = (Double(y) + 0.5) / scale - 0.5
                let distance = glyph.strokes.reduce(Double.infinity) {
                    min($0, $1.distance(toColumn: column, row: row))
                }
                blend(colour, x: x, y: top + y, coverage: radius + 0.5 - distance * scale)
            }
        }
    }
}

extension Glyph.Stroke {
    /// The distance of a point from the stroke, in cells.
    fileprivate func distance(toColumn column: Double, row: Double) -> Double {
        let along = (column: Double(to.column - from.column), row: Double(to.row - from.row))
        let apart = (column: column - Double(from.column), row: row - Double(from.row))
        let square = along.column * along.column + along.row * along.row
        let inner = along.column * apart.column + along.row * apart.row
        let share = square > 0 ? min(max(inner / square, 0), 1) : 0
        let rest = (column: apart.column - share * along.column, row: apart.row - share * along.row)
        return (rest.column * rest.column + rest.row * rest.row).squareRoot()
    }
}
