// A figure of several fields side by side: title, field, colour bar; a caption below. Panels+Ranges.swift chooses the
// ranges of the values, Panels+Drawing.swift lays out and draws.

/// One field of a figure.
package struct Panel: Sendable {
    /// What the colours of a panel span.
    package enum Extent: Hashable, Sendable {
        /// The least to the greatest value of this panel.
        case own
        /// The least to the greatest value of all panels of this name.
        case shared(String)
        /// From -m to m, where m is a round number which at most one cell in two hundred exceeds in magnitude.
        case symmetric
        case fixed(ClosedRange<Double>)
    }

    package var title: String
    /// What the colour bar shows, with its unit: `elevation (m)`.
    package var quantity: String
    package var raster: Raster
    package var extent: Extent
    package var colours: ColourMap
    /// Lights the field as land; nil leaves it flat.
    package var relief: Relief?

    package init(
        _ title: String, quantity: String, raster: Raster, extent: Extent = .own, colours: ColourMap = .sequential,
        relief: Relief? = nil
    ) {
        self.title = title
        self.quantity = quantity
        self.raster = raster
        self.extent = extent
        self.colours = colours
        self.relief = relief
    }

    /// Elevations, lit from the north-west; all elevations of a figure share one range and one exaggeration.
    package static func elevation(_ title: String, raster: Raster, relief: Relief?, unit: String = "m") -> Panel {
        Panel(
            title, quantity: "elevation (\(unit))", raster: raster, extent: .shared("elevation"), colours: .terrain,
            relief: relief)
    }

    /// Deviations from zero.
    package static func difference(_ title: String, quantity: String, raster: Raster) -> Panel {
        Panel(title, quantity: quantity, raster: raster, extent: .symmetric, colours: .diverging)
    }
}

/// A figure: panels from left to right, and a caption.
package struct Panels: Sendable {
    package var panels: [Panel]
    package var caption: String
    /// Fields are averaged down to at most this many pixels along their longer side.
    package var largestSide: Int

    package init(_ panels: [Panel], caption: String = "", largestSide: Int = 600) {
        self.panels = panels
        self.caption = caption
        self.largestSide = largestSide
    }

    /// A field as it will stand in the figure: averaged down, its relief in step, and how its cells are enlarged.
    struct Prepared {
        var panel: Panel
        /// Pixels for each cell, along rows and columns.
        var cellWidth: Int
        var cellHeight: Int

        var width: Int { panel.raster.columns * cellWidth }
        var height: Int { panel.raster.rows * cellHeight }

        init(_ panel: Panel, largestSide: Int) {
            self.panel = panel
            let longer = max(panel.raster.rows, panel.raster.columns)
            self.panel.raster = panel.raster.averaged(largest: largestSide)
            let factor = BoxAverage.factor(rows: panel.raster.rows, columns: panel.raster.columns, largest: largestSide)
            self.panel.relief = panel.relief?.coarsened(by: factor)
            let enlargement = longer < Self.small ? Self.usual / longer : 1
            // A field of a few rows or columns becomes a band that can be seen.
            func pixels(_ cells: Int) -> Int {
                cells * enlargement >= Self.least ? enlargement : (Self.least + cells - 1) / cells
            }
            cellWidth = pixels(self.panel.raster.columns)
            cellHeight = pixels(self.panel.raster.rows)
        }

        /// A field shorter than this is enlarged, to at most the usual side.
        private static let small = 200
        private static let usual = 400
        private static let least = 40
    }
}
