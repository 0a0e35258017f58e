// The edges of a diffusing map, all alike or side by side.

/// What happens at each edge of the map; rows run from north to south, columns from west to east.
public struct HeatBoundary: Hashable, Sendable {
    public enum Side: Hashable, Sendable {
        /// Nothing crosses the edge.
        case insulated
        /// The value beyond the edge is held.
        case fixed(Double)
        /// What leaves here enters at the opposite side.
        case periodic
    }

    public let north: Side
    public let south: Side
    public let west: Side
    public let east: Side

    private static let words = ["insulated", "periodic"]
    private static let fixed = JobKey("fixed", .number(.any), .required, "The value held, in the field's unit.")
    private static let side = JobValueType.either([.choice(words), .section([fixed])])

    static let key = JobKey(
        "boundary",
        .either([
            .choice(words),
            .section([
                JobKey("fixed", .number(.any), .optional, "The value held at all four sides, in the field's unit."),
                JobKey("north", side, .optional, "The side before the first row; insulated where left out."),
                JobKey("south", side, .optional, "The side after the last row; insulated where left out."),
                JobKey("west", side, .optional, "The side before the first column; insulated where left out."),
                JobKey("east", side, .optional, "The side after the last column; insulated where left out."),
            ]),
        ]), .defaults(.text("insulated")),
        "The edges of the map: insulated, periodic, a fixed value, or each side for itself.")

    init(_ section: CheckedSection) {
        guard let sides = section.ifSound(section: "boundary") else {
            let all: Side = section.text("boundary") == "periodic" ? .periodic : .insulated
            (north, south, west, east) = (all, all, all, all)
            return
        }
        if let value = sides.ifSound(number: "fixed") {
            let all = Side.fixed(value)
            (north, south, west, east) = (all, all, all, all)
        } else {
            func side(_ name: String) -> Side {
                if let value = sides.ifSound(section: name)?.number("fixed") { return .fixed(value) }
                return sides.ifSound(text: name) == "periodic" ? .periodic : .insulated
            }
            (north, south, west, east) = (side("north"), side("south"), side("west"), side("east"))
        }
    }

    /// A value for all sides excludes values for one; opposite sides are periodic together.
    static func checkRelations(_ section: CheckedSection, _ report: inout JobReport) {
        guard let sides = section.ifSound(section: "boundary") else { return }
        if sides.values["fixed"] != nil {
            for name in ["north", "south", "west", "east"] where sides.values[name] != nil {
                report.add(
                    sides.location(name), sides.fullName(name), expected: "no single side beside a value for all sides",
                    found: "'\(name)'")
            }
        }
        for (one, other) in [("north", "south"), ("west", "east")] {
            let periodic = [one, other].filter { sides.ifSound(text: $0) == "periodic" }
            guard let name = periodic.first, periodic.count == 1 else { continue }
            let opposite = name == one ? other : one
            report.add(
                sides.location(name), sides.fullName(name), expected: "'\(opposite)' periodic as well",
                found: "'\(name)' periodic alone")
        }
    }
}
