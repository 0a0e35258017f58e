// The layout of a figure, in pixels, from the top: margin, titles, fields, colour bars with ticks, their labels and
// quantities, the caption. Each panel has a column as wide as its field or its words, whichever is wider.

extension Panels {
    /// Where everything goes.
    package struct Layout: Equatable, Sendable {
        package var width = 0
        package var height = 0
        /// The box of each panel's field.
        package var fields: [Box] = []
        /// The box of each panel's colour bar.
        package var bars: [Box] = []
        package var captionTop = 0
        package var captionLines: [String] = []
    }

    fileprivate enum Measure {
        static let margin = 26
        static let gap = 34
        static let titleScale = 2.2
        static let textScale = 1.8
        static let tickScale = 1.6
        static let titleHeight = 32
        static let barDistance = 16
        static let barHeight = 14
        static let tickLength = 5
        static let barWords = 66
        static let lineHeight = 24
        static let leastColumn = 200
    }

    /// Where everything will go.
    package var layout: Layout { layout(of: prepared) }

    /// Draws the figure.
    package func picture() -> Picture {
        let prepared = prepared
        let layout = layout(of: prepared)
        let shown = prepared.map(\.panel)
        let limits = Self.limits(of: shown)
        let exaggerations = Self.exaggerations(of: shown)
        var picture = Picture(width: layout.width, height: layout.height)
        for index in prepared.indices {
            let (box, panel) = (layout.fields[index], shown[index])
            picture.write(
                panel.title, centredAt: box.x + box.width / 2, y: box.y - Measure.titleHeight,
                scale: Measure.titleScale)
            picture.draw(
                prepared[index].image(limits[index].range, exaggeration: exaggerations[index]), x: box.x, y: box.y)
            picture.frame(box, with: .ink)
            picture.drawBar(
                layout.bars[index], limits: limits[index], colours: panel.colours, quantity: panel.quantity)
        }
        for (line, text) in layout.captionLines.enumerated() {
            picture.write(
                text, centredAt: layout.width / 2, y: layout.captionTop + line * Measure.lineHeight,
                scale: Measure.textScale)
        }
        return picture
    }

    private var prepared: [Prepared] { panels.map { Prepared($0, largestSide: largestSide) } }

    private func layout(of prepared: [Prepared]) -> Layout {
        var layout = Layout()
        let tallest = prepared.map(\.height).max() ?? 0
        let top = Measure.margin + Measure.titleHeight
        var left = Measure.margin
        for field in prepared {
            let words = max(
                Picture.size(of: field.panel.title, scale: Measure.titleScale).width,
                Picture.size(of: field.panel.quantity, scale: Measure.textScale).width)
            let column = max(field.width, words, Measure.leastColumn)
            let inset = (column - field.width) / 2
            layout.fields.append(Box(x: left + inset, y: top, width: field.width, height: field.height))
            let bar = max(field.width, Measure.leastColumn)
            layout.bars.append(
                Box(
                    x: left + (column - bar) / 2, y: top + tallest + Measure.barDistance, width: bar,
                    height: Measure.barHeight))
            left += column + Measure.gap
        }
        layout.width = max(left - (prepared.isEmpty ? 0 : Measure.gap) + Measure.margin, 2 * Measure.leastColumn)
        layout.captionTop = top
        if !prepared.isEmpty {
            layout.captionTop += tallest + Measure.barDistance + Measure.barHeight + Measure.barWords
        }
        layout.captionLines = wrapped(caption, width: layout.width - 2 * Measure.margin)
        let captionHeight = layout.captionLines.count * Measure.lineHeight
        layout.height = layout.captionTop + captionHeight + Measure.margin / 2
        return layout
    }

    /// The words of a text in lines that fit; a word longer than a line has a line to itself.
    private func wrapped(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last,
                Picture.size(of: "\(last) \(word)", scale: Measure.textScale).width <= width
            {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }
}

extension Panels.Prepared {
    /// The field in colours, lit where it has a relief, each cell enlarged.
    fileprivate func image(_ range: ClosedRange<Double>, exaggeration: Double) -> Picture {
        let light = panel.relief?.shading(of: panel.raster, exaggeration: exaggeration)
        let width = range.upperBound - range.lowerBound
        var picture = Picture(width: self.width, height: height)
        for row in 0..<panel.raster.rows {
            for column in 0..<panel.raster.columns {
                let value = panel.raster[row, column]
                var colour = panel.colours[(value - range.lowerBound) / width]
                if let light, value.isFinite { colour = colour.lit(by: light[row * panel.raster.columns + column]) }
                let box = Box(x: column * cellWidth, y: row * cellHeight, width: cellWidth, height: cellHeight)
                picture.fill(box, with: colour)
            }
        }
        return picture
    }
}

extension Picture {
    fileprivate mutating func write(_ text: String, centredAt x: Int, y: Int, scale: Double) {
        write(text, x: x - Self.size(of: text, scale: scale).width / 2, y: y, scale: scale)
    }

    /// A horizontal colour bar; an end beyond which values lie is drawn as an arrow.
    fileprivate mutating func drawBar(_ box: Box, limits: Panels.Limits, colours: ColourMap, quantity: String) {
        typealias Measure = Panels.Measure
        // The arrows and half a label stand beside the scale.
        let inset = 2 * box.height
        let scale = Box(x: box.x + inset, y: box.y, width: box.width - 2 * inset, height: box.height)
        for x in 0..<scale.width {
            let share = (Double(x) + 0.5) / Double(scale.width)
            fill(Box(x: scale.x + x, y: scale.y, width: 1, height: scale.height), with: colours[share])
        }
        frame(scale, with: .ink)
        if limits.above { drawArrow(besides: scale, direction: 1, colour: colours[1]) }
        if limits.below { drawArrow(besides: scale, direction: -1, colour: colours[0]) }

        let ticks = Ticks(in: limits.range, fitting: scale.width, textScale: Measure.tickScale)
        let width = limits.range.upperBound - limits.range.lowerBound
        for (value, label) in zip(ticks.values, ticks.labels) {
            let share = (value - limits.range.lowerBound) / width
            let x = scale.x + min(Int(share * Double(scale.width)), scale.width - 1)
            fill(Box(x: x, y: scale.y + scale.height + 1, width: 1, height: Measure.tickLength), with: .ink)
            write(
                label, centredAt: x, y: scale.y + scale.height + Measure.tickLength + 4, scale: Measure.tickScale)
        }
        write(
            quantity, centredAt: scale.x + scale.width / 2, y: scale.y + scale.height + Measure.tickLength + 25,
            scale: Measure.textScale)
    }

    private mutating func drawArrow(besides scale: Box, direction: Int, colour: Colour) {
        let half = scale.height / 2
        let start = direction > 0 ? scale.x + scale.width : scale.x - 1
        for step in 1...scale.height {
            let reach = half * (scale.height - step) / scale.height
            let x = start + direction * step
            fill(Box(x: x, y: scale.y + half - reach, width: 1, height: max(2 * reach, 1)), with: colour)
            fill(Box(x: x, y: scale.y + half - reach - 1, width: 1, height: 1), with: .ink)
            fill(Box(x: x, y: scale.y + half + reach, width: 1, height: 1), with: .ink)
        }
    }
}

extension Ticks {
    /// As many ticks as stand apart under a bar of this width, seven at most.
    fileprivate init(in range: ClosedRange<Double>, fitting width: Int, textScale: Double) {
        for most in stride(from: 7, to: 2, by: -1) {
            let ticks = Ticks(in: range, atMost: most)
            let widest = ticks.labels.map { Picture.size(of: $0, scale: textScale).width }.max() ?? 0
            let step = ticks.values.count > 1 ? ticks.values[1] - ticks.values[0] : .infinity
            let apart = step / (range.upperBound - range.lowerBound) * Double(width)
            if Double(widest) * 1.4 <= apart {
                self = ticks
                return
            }
        }
        self = Ticks(in: range, atMost: 2)
    }
}
