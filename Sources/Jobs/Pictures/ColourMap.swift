// Maps from a share of a range to a colour: straight lines between anchor colours in Oklab, the anchors set at equal
// perceptual distances along the line, so that equal steps of the value look like equal steps of the colour.

/// Colours for the values of a field.
package struct ColourMap: Sendable {
    /// Colours at equal steps of the share; an odd number, so that one stands at one half.
    private let table: [Colour]

    /// Colours through `anchors`, from the least value to the greatest.
    package init(sequential anchors: [Colour]) {
        table = ramp(through: anchors, count: 513)
    }

    /// Colours from `low` through `centre`, which stands at one half, to `high`; both halves run outwards.
    package init(diverging centre: Colour, low: [Colour], high: [Colour]) {
        let falling = ramp(through: [centre] + low, count: 257)
        let rising = ramp(through: [centre] + high, count: 257)
        table = falling.reversed() + rising.dropFirst()
    }

    /// The colour of a share between 0 and 1; what lies outside takes the colour of the nearer end, and NaN is grey.
    package subscript(_ share: Double) -> Colour {
        guard !share.isNaN else { return .missing }
        return table[Int((min(max(share, 0), 1) * Double(table.count - 1)).rounded())]
    }

    /// Land: deep green, moss, ochre, tan, snow.
    package static let terrain = ColourMap(
        sequential: [0x1A4032, 0x34663B, 0x6E8A47, 0xAF9B62, 0xCDB18B, 0xE8D9C3, 0xFCFAF6].map { Colour($0) })

    /// Anything with a beginning: indigo, blue, teal, green, yellow.
    package static let sequential = ColourMap(
        sequential: [0x25104E, 0x30478A, 0x227E8E, 0x3BAE79, 0xA3D14C, 0xF9ED63].map { Colour($0) })

    /// Deviations from zero: blue below, white at zero, red above; both sides equally light.
    package static let diverging = ColourMap(
        diverging: Colour(0xF7F7F5), low: [0xA6CAE1, 0x4788BC, 0x133B73].map { Colour($0) },
        high: [0xF3B49B, 0xCF5F4A, 0x73111F].map { Colour($0) })
}

/// `count` colours through the anchors, at equal distances along the broken line that they make.
private func ramp(through anchors: [Colour], count: Int) -> [Colour] {
    let corners = anchors.map(Oklab.init)
    let lengths = zip(corners, corners.dropFirst()).map { $0.distance(to: $1) }
    let whole = lengths.reduce(0, +)
    var segment = 0
    var start = 0.0
    return (0..<count).map { index in
        let place = whole * Double(index) / Double(count - 1)
        while segment < lengths.count - 1, place > start + lengths[segment] {
            start += lengths[segment]
            segment += 1
        }
        let share = min((place - start) / lengths[segment], 1)
        return corners[segment].mixed(with: corners[segment + 1], share: share).colour
    }
}
