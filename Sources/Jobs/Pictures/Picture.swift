/// A raster image: sRGB, three bytes a pixel, rows from the top.
package struct Picture: Equatable, Sendable {
    package let width: Int
    package let height: Int
    /// Red, green, blue of each pixel.
    package private(set) var pixels: [UInt8]

    package init(width: Int, height: Int, background: Colour = .white) {
        precondition(width > 0 && height > 0)
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(3 * width * height)
        for _ in 0..<width * height { pixels += [background.red, background.green, background.blue] }
    }

    /// One pixel; `x` to the right, `y` downwards.
    package subscript(x: Int, y: Int) -> Colour {
        get {
            precondition(contains(x, y))
            let start = 3 * (y * width + x)
            return Colour(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
        }
        set {
            precondition(contains(x, y))
            let start = 3 * (y * width + x)
            pixels[start] = newValue.red
            pixels[start + 1] = newValue.green
            pixels[start + 2] = newValue.blue
        }
    }

    private func contains(_ x: Int, _ y: Int) -> Bool { x >= 0 && x < width && y >= 0 && y < height }

    /// Lays a colour over one pixel; `coverage` is the share of the pixel that it hides. Outside, nothing happens.
    package mutating func blend(_ colour: Colour, x: Int, y: Int, coverage: Double) {
        guard coverage > 0, contains(x, y) else { return }
        self[x, y] = self[x, y].mixed(with: colour, share: coverage)
    }

    /// Fills a rectangle, cut to the picture.
    package mutating func fill(_ box: Box, with colour: Colour) {
        for y in max(box.y, 0)..<max(min(box.y + box.height, height), max(box.y, 0)) {
            for x in max(box.x, 0)..<max(min(box.x + box.width, width), max(box.x, 0)) { self[x, y] = colour }
        }
    }

    /// Draws a line of one pixel's width around the outside of a rectangle.
    package mutating func frame(_ box: Box, with colour: Colour) {
        let outer = Box(x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2)
        fill(Box(x: outer.x, y: outer.y, width: outer.width, height: 1), with: colour)
        fill(Box(x: outer.x, y: outer.y + outer.height - 1, width: outer.width, height: 1), with: colour)
        fill(Box(x: outer.x, y: outer.y, width: 1, height: outer.height), with: colour)
        fill(Box(x: outer.x + outer.width - 1, y: outer.y, width: 1, height: outer.height), with: colour)
    }

    /// Copies another picture in, its upper left corner at (x, y), cut to this one.
    package mutating func draw(_ other: Picture, x: Int, y: Int) {
        for row in 0..<other.height {
            for column in 0..<other.width where contains(x + column, y + row) {
                self[x + column, y + row] = other[column, row]
            }
        }
    }
}

/// A rectangle of pixels.
package struct Box: Hashable, Sendable {
    /// The upper left pixel.
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
