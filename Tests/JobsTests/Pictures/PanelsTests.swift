import Jobs
import Testing

@Suite struct PanelsTests {
    private func raster(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) throws -> Raster {
        try Raster(rows: rows, columns: columns, values: (0..<rows * columns).map { value($0 / columns, $0 % columns) })
    }

    private func pixels(_ picture: Picture, in box: Box, where matches: (Colour) -> Bool) -> Int {
        var count = 0
        for y in box.y..<box.y + box.height {
            for x in box.x..<box.x + box.width where matches(picture[x, y]) { count += 1 }
        }
        return count
    }

    @Test func fieldsAreShrunkOrEnlargedByWholeFactors() throws {
        let figure = Panels(
            [
                Panel("as it is", quantity: "a", raster: try raster(250, 310) { Double($0 + $1) }),
                Panel("shrunk by 3", quantity: "b", raster: try raster(1201, 1500) { Double($0 - $1) }),
                Panel("enlarged by 8", quantity: "c", raster: try raster(50, 30) { Double($0 * $1) }),
                Panel("a line", quantity: "d", raster: try raster(1, 300) { Double($1 - $0) }),
            ], caption: "four")
        let layout = figure.layout
        #expect(layout.fields.map(\.width) == [310, 500, 240, 300])
        #expect(layout.fields.map(\.height) == [250, 401, 400, 40])
        #expect(layout.captionLines == ["four"])
        let picture = figure.picture()
        #expect(picture.width == layout.width && picture.height == layout.height)
        for boxes in [layout.fields, layout.bars] {
            for (left, right) in zip(boxes, boxes.dropFirst()) { #expect(left.x + left.width < right.x) }
            for box in boxes { #expect(box.x > 0 && box.x + box.width < layout.width) }
        }
        for (field, bar) in zip(layout.fields, layout.bars) { #expect(field.y + field.height < bar.y) }
        #expect(layout.bars.allSatisfy { $0.y + $0.height < layout.captionTop })
    }

    @Test func aSharedRangeGivesEqualValuesEqualColours() throws {
        let low = try raster(200, 200) { row, _ in Double(row) }
        let high = try raster(200, 200) { row, _ in Double(row + 100) }
        func pair(_ extent: Panel.Extent) -> (Colour, Colour) {
            let figure = Panels([
                Panel("low", quantity: "", raster: low, extent: extent),
                Panel("high", quantity: "", raster: high, extent: extent),
            ])
            let (boxes, picture) = (figure.layout.fields, figure.picture())
            return (picture[boxes[0].x + 5, boxes[0].y + 150], picture[boxes[1].x + 5, boxes[1].y + 50])
        }
        let shared = pair(.shared("both"))
        #expect(shared.0 == shared.1)
        let own = pair(.own)
        #expect(own.0 != own.1)
    }

    @Test func deviationsAreWhiteAtZeroAndMissingCellsGrey() throws {
        let field = try raster(200, 200) { row, column in row == 0 ? .nan : Double(column - 100) }
        let figure = Panels([.difference("error", quantity: "m", raster: field)])
        let (box, picture) = (figure.layout.fields[0], figure.picture())
        #expect(picture[box.x + 100, box.y + 50] == ColourMap.diverging[0.5])
        #expect(picture[box.x + 3, box.y] == .missing)
        #expect(picture[box.x, box.y + 50] == ColourMap.diverging[0])
    }

    @Test func reliefLightsTheNorthWest() throws {
        // A ridge along the anti-diagonal: its upper left side faces the light.
        let ridge = try raster(200, 200) { -Double(($0 + $1 - 199).magnitude) }
        let relief = Relief(rowSpacing: 1, columnSpacing: 1, exaggeration: 0.5)
        let figure = Panels([.elevation("ridge", raster: ridge, relief: relief)])
        let (box, picture) = (figure.layout.fields[0], figure.picture())
        let lit = picture[box.x + 60, box.y + 60]
        let shaded = picture[box.x + 139, box.y + 139]
        #expect(ridge[60, 60] == ridge[139, 139])
        #expect(Int(lit.green) > Int(shaded.green) + 30)
    }

    @Test func fieldsWithoutARangeAreDrawn() throws {
        for value in [0.0, 7, -1e300, .leastNonzeroMagnitude, .nan, .infinity] {
            let field = try raster(3, 3) { _, _ in value }
            let picture = Panels([
                Panel("flat", quantity: "", raster: field),
                .difference("flat", quantity: "", raster: field),
                .elevation("flat", raster: field, relief: Relief(rowSpacing: 1, columnSpacing: 1)),
            ]).picture()
            #expect(picture.width > 600)
        }
        #expect(Panels([], caption: "nothing to see").picture().height > 0)
    }

    @Test func titlesAndTicksAreWritten() throws {
        let figure = Panels([Panel("Title", quantity: "q", raster: try raster(200, 200) { Double($0 + $1) })])
        let (box, picture) = (figure.layout.fields[0], figure.picture())
        let above = Box(x: box.x, y: 0, width: box.width, height: box.y - 2)
        #expect(pixels(picture, in: above) { $0.red < 128 } > 50)
        let bar = figure.layout.bars[0]
        let below = Box(x: bar.x, y: bar.y + bar.height + 2, width: bar.width, height: 30)
        #expect(pixels(picture, in: below) { $0.red < 128 } > 50)
    }
}
