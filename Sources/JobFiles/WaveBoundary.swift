// The sides of a wave's grid, all alike or one by one, and the layer in which waves fade.

/// What happens at each side of the grid.
public struct WaveBoundary: Hashable, Sendable {
    public enum Side: String, CaseIterable, Hashable, Sendable {
        /// Waves fade in a layer of cells before the side.
        case absorbing
        /// The pressure is 0: a surface towards air. Waves come back with the sign turned.
        case free
        /// Nothing moves across: waves come back as they are.
        case rigid
    }

    /// The side before the first point of an axis, and the one after its last.
    public struct Pair: Hashable, Sendable {
        public let lower: Side
        public let upper: Side
    }

    /// For each axis.
    public let sides: [Pair]
    /// Cells of the absorbing layers.
    public let sponge: Int

    public var isAbsorbing: Bool { sides.contains { $0.lower == .absorbing || $0.upper == .absorbing } }

    private static let words = Side.allCases.map(\.rawValue)

    static let key = JobKey(
        "boundary",
        .either([
            .choice(words),
            .section(
                [
                    ("top", "before the first point of the first axis"),
                    ("bottom", "after the last point of the first axis"),
                    ("north", "before the first point of the second of three axes"),
                    ("south", "after the last point of the second of three axes"),
                    ("west", "before the first point of the last axis"),
                    ("east", "after the last point of the last axis"),
                ].map { JobKey($0, .choice(words), .optional, "The side \($1); absorbing where left out.") }),
        ]), .defaults(.text(Side.absorbing.rawValue)),
        "The sides of the grid: absorbing, free (no pressure), rigid (no motion), or each for itself.")

    static let spongeKey = JobKey(
        "sponge", .integer(1...1_000_000), .defaults(.integer(40)),
        "Points of the layer before each absorbing side in which waves fade.")

    /// The names of the sides of each axis.
    private static func names(axes: Int) -> [(lower: String, upper: String)] {
        [("top", "bottom")] + (axes == 3 ? [("north", "south")] : []) + [("west", "east")]
    }

    init(_ section: CheckedSection, axes: Int) {
        func side(_ name: String) -> Side {
            guard let sides = section.ifSound(section: "boundary") else { return section.choice("boundary") }
            return sides.ifSound(text: name).flatMap(Side.init) ?? .absorbing
        }
        sides = Self.names(axes: axes).map { Pair(lower: side($0.lower), upper: side($0.upper)) }
        sponge = section.integer("sponge")
    }

    /// A plane has no north and no south; layers leave room between them.
    static func checkRelations(_ section: CheckedSection, _ extents: [Int], _ report: inout JobReport) {
        if extents.count == 2, let sides = section.ifSound(section: "boundary") {
            for name in ["north", "south"] where sides.values[name] != nil {
                report.add(
                    sides.location(name), sides.fullName(name), expected: "top, bottom, west or east in a plane",
                    found: "'\(name)'")
            }
        }
        guard section.values["boundary"] != nil, let width = section.ifSound(integer: "sponge") else { return }
        let boundary = WaveBoundary(section, axes: extents.count)
        for (axis, pair) in boundary.sides.enumerated() {
            let layers = [pair.lower, pair.upper].count { $0 == .absorbing }
            guard layers > 0, layers * width >= extents[axis] else { continue }
            let expected = "at most \((extents[axis] - 1) / layers) points, with \(extents[axis]) along axis \(axis)"
            report.add(
                section.location("sponge"), "sponge", expected: expected,
                found: "\(width)\(section.remark("sponge"))")
            return
        }
    }
}
