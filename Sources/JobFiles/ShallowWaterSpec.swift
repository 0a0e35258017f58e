// Kind `shallow-water`: long waves on water of any depth, on a rotating plane if asked for,
//
//     dη/dt = -∇·(H u)        du/dt = -g ∇η - f k × u
//
// on a staggered grid (Arakawa's C): η and the depth in the cells, u and v on the faces between them. Elevation first, then
// each velocity with what is new (forward-backward; Sielecki, Monthly Weather Review 96, 1968). Stable where
// dt (sqrt(g H (1/dx² + 1/dy²)) + |f| / 2) <= 1: the matrix of a step is M⁻¹ Mᵀ, whose form (M + Mᵀ) / 2 is positive there.
//
// Or by the nonlinear equations, with water that floods land and leaves it dry, by finite volumes that are stable where
// dt (a/dx + b/dy) <= 1, a and b being the speeds of the fastest waves; at the beginning sqrt(g H).

import CostModels

/// Lets long waves run over a map of depths.
public struct ShallowWaterSpec: JobSpec {
    /// Which equations.
    public enum Equations: String, CaseIterable, Hashable, Sendable {
        /// Of waves that are low beside the depth; shores are walls.
        case linear
        /// Of waves of any height, which flood land.
        case nonlinear
    }

    /// Metres of water below the surface at rest; land where there is none.
    public enum Depth: Hashable, Sendable {
        case constant(Double)
        case file(InputArray)
        /// A level of the water, in metres, in a terrain of these elevations.
        case terrain(InputArray, level: Double)

        public var file: InputArray? {
            switch self {
            case .constant: nil
            case .file(let file), .terrain(let file, _): file
            }
        }

        /// The greatest depth.
        public var greatest: Double {
            switch self {
            case .constant(let depth): depth
            case .file(let file): file.range?.upperBound ?? 0
            case .terrain(let file, let level): level - (file.range?.lowerBound ?? level)
            }
        }
    }

    /// The elevation of the surface at the beginning, in metres; the water is at rest.
    public enum Initial: Hashable, Sendable {
        /// height exp(-r² / (2 radius²)) around a centre, metres from the first corner along each axis.
        case bump(height: Double, centre: [Double], radius: Double)
        /// A height up to so many metres from the first column: behind a dam, say.
        case step(height: Double, west: Double)
        case file(InputArray)

        public var file: InputArray? { if case .file(let file) = self { file } else { nil } }

        /// The highest surface; 0 at least.
        public var highest: Double {
            switch self {
            case .bump(let height, _, _), .step(let height, _): max(0, height)
            case .file(let file): max(0, file.range?.upperBound ?? 0)
            }
        }
    }

    /// The edges across rows and across columns: what leaves a periodic one enters at the opposite side, nothing leaves
    /// through walls.
    public enum Edge: String, CaseIterable, Hashable, Sendable {
        case walls
        case periodic
    }

    /// Rows and columns before refinement.
    public let shape: [Int]
    /// Metres from row to row and from column to column before refinement.
    public let spacing: [Double]
    public let equations: Equations
    public let depth: Depth
    public let initial: Initial
    /// Metres a second squared.
    public let gravity: Double
    /// f, in radians a second.
    public let coriolis: Double
    /// Cells that each side of a cell is cut into before the first step.
    public let refine: Int
    /// North and south, west and east.
    public let edges: [Edge]
    /// In seconds.
    public let schedule: TimeSchedule
    public let pictures: Bool
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?
    /// nil where nothing is recorded while the job steps.
    public let recording: RecordingOptions?

    /// Rows and columns of the grid.
    public var extents: [Int] { shape.map { $0 * refine } }
    /// Metres between the centres of cells along each axis of the grid.
    public var cells: [Double] { spacing.map { $0 / Double(refine) } }
    /// The greatest depth: at rest, or with the water of the beginning where the equations know that.
    public var greatestDepth: Double { Self.greatestDepth(equations, depth, initial) }
    /// The speed of the fastest wave at the beginning, in metres a second.
    public var fastest: Double { (gravity * greatestDepth).squareRoot() }
    /// The largest stable step, in seconds; of the nonlinear equations, the largest at the beginning.
    public var stableStep: Double {
        Self.stableStep(equations, cells, greatestDepth, gravity: gravity, coriolis: coriolis)
    }

    private static func greatestDepth(_ equations: Equations, _ depth: Depth, _ initial: Initial?) -> Double {
        depth.greatest + (equations == .linear ? 0 : initial?.highest ?? 0)
    }

    private static func stableStep(
        _ equations: Equations, _ cells: [Double], _ depth: Double, gravity: Double, coriolis: Double
    ) -> Double {
        if equations == .nonlinear {
            return 1 / ((gravity * depth).squareRoot() * cells.reduce(0) { $0 + 1 / $1 })
        }
        let steepest = cells.reduce(0) { $0 + 1 / ($1 * $1) }
        return 1 / ((gravity * depth * steepest).squareRoot() + abs(coriolis) / 2)
    }

    static let kind = "shallow-water"
    static let summary = "long waves on water over a map of depths, linear or nonlinear."
    static let inputKeys = ["depth", "initial"]
    static let memoryKey = "refine"
    /// What `auto` takes of the largest stable step: water that a dam lets go runs with up to twice the speed of its waves.
    private static func automatic(_ equations: Equations) -> Double { equations == .linear ? 0.9 : 0.45 }

    private static let edgeWords = Edge.allCases.map(\.rawValue)
    private static let bump = [
        JobKey("height", .number(.any), .required, "The height of a bump or of a step, in metres."),
        JobKey(
            "centre", .numbers(2, .nonNegative), .optional,
            "The bump's place: metres from the first corner of the map, along rows and along columns."),
        JobKey("radius", .number(.positive), .optional, "Its radius, in metres: height exp(-r² / (2 radius²))."),
        JobKey(
            "west-of", .number(.positive), .optional,
            "The step's edge: metres from the first column, up to which the surface has the height."),
    ]
    private static let terrain = [
        JobKey("terrain", .input(.field), .required, "A map of elevations, in metres."),
        JobKey("level", .number(.any), .required, "The elevation of the water's surface at rest, in metres."),
    ]

    static let keys =
        [
            JobKey(
                "equations", .choice(Equations.allCases.map(\.rawValue)), .defaults(.text(Equations.linear.rawValue)),
                "linear, for waves that are low beside the depth, or nonlinear, for waves that break and flood land."),
            .extents(2...2, .optional, "Rows and columns; those of the depth or of the surface where one is a file."),
            JobKey("spacing", .numbers(2, .positive), .required, "Metres from row to row and from column to column."),
            JobKey(
                "depth", .either([.number(.nonNegative), .input(.field), .section(terrain)]), .required,
                "Metres of water at rest: one number, a .npy map (0 or less is land), or a terrain and a water level."),
            JobKey(
                "initial", .either([.input(.field), .section(bump)]), .required,
                "The surface at the beginning, in metres above that at rest: a bump, a step, or a .npy map."),
            JobKey("gravity", .number(.positive), .defaults(.number(9.81)), "Gravity, in metres a second squared."),
            JobKey("coriolis", .number(.any), .defaults(.number(0)), "The Coriolis parameter f, in radians a second."),
            JobKey(
                "refine", .integer(1...1024), .defaults(.integer(1)),
                "Cells that each side of a cell is cut into, by interpolation, before the first step."),
            JobKey(
                "boundary",
                .either([
                    .choice(edgeWords),
                    .section([
                        JobKey("north-south", .choice(edgeWords), .optional, "The first and the last row; else walls."),
                        JobKey(
                            "west-east", .choice(edgeWords), .optional, "The first and the last column; else walls."),
                    ]),
                ]), .defaults(.text(Edge.walls.rawValue)),
                "The edges of the map: walls, periodic, or each pair for itself."),
        ] + TimeStepping.keys(unit: "seconds", automatic: "0.9 of the largest stable step, 0.45 where nonlinear") + [
            .pictures, .steppingCheckpoint,
            .recording(fields: ["surface", "east", "south", "depth"], axes: 2, colours: .diverging),
        ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        let shape = checkedShape(section, &report)
        checkBump(section, &report)
        guard let spacing = section.ifSound(numbers: "spacing") else { return }
        if let shape, let bump = section.ifSound(section: "initial"), let centre = bump.ifSound(numbers: "centre") {
            let ends = zip(shape, spacing).map { Double($0) * $1 }
            if zip(centre, ends).contains(where: { $0 > $1 }) {
                report.add(
                    bump.location("centre"), bump.fullName("centre"),
                    expected: "a point up to [\(ends[0].short), \(ends[1].short)] metres",
                    found: "[\(centre[0].short), \(centre[1].short)]")
            }
        }
        guard let equations = section.ifSound(text: "equations").flatMap(Equations.init),
            let depth = depth(section)
        else { return }
        if equations == .linear, let recording = section.ifSound(section: "recording"),
            recording.ifSound(text: "field") == "depth"
        {
            report.add(
                recording.location("field"), recording.fullName("field"),
                expected: "surface, east or south with linear equations", found: "'depth'")
        }
        let greatest = greatestDepth(equations, depth, initial(section))
        guard greatest > 0 else {
            report.add(
                section.location("depth"), "depth", expected: "water somewhere",
                found: "a greatest depth of \(greatest.short)")
            return
        }
        guard let refine = section.ifSound(integer: "refine"), let gravity = section.ifSound(number: "gravity"),
            let coriolis = section.ifSound(number: "coriolis")
        else { return }
        let stable = stableStep(
            equations, spacing.map { $0 / Double(refine) }, greatest, gravity: gravity, coriolis: coriolis)
        TimeStepping.check(
            section, stable: stable, automatic: automatic(equations) * stable, unit: "seconds", extents: [], &report)
    }

    init(_ section: CheckedSection) {
        shape = Self.shape(section)!
        spacing = section.numbers("spacing")
        depth = Self.depth(section)!
        equations = section.choice("equations")
        initial = Self.initial(section)!
        gravity = section.number("gravity")
        coriolis = section.number("coriolis")
        let refine = section.integer("refine")
        self.refine = refine
        if let pairs = section.ifSound(section: "boundary") {
            edges = ["north-south", "west-east"].map { pairs.ifSound(text: $0).flatMap(Edge.init) ?? .walls }
        } else {
            let all: Edge = section.choice("boundary")
            edges = [all, all]
        }
        let stable = Self.stableStep(
            equations, spacing.map { $0 / Double(refine) }, Self.greatestDepth(equations, depth, initial),
            gravity: gravity, coriolis: coriolis)
        schedule = TimeSchedule(section, automatic: Self.automatic(equations) * stable)
        pictures = section.boolean("pictures")
        checkpoint = section.checkpoint
        recording = section.recording(axes: 2)
    }

    func writes(_ name: String) -> Bool { name.hasPrefix("snapshot-") }

    func memory(ranks: Int) -> Int {
        MemoryModel.shallowWater(
            cells: (shape + [refine, refine]).saturatedProduct,
            sourceCells: (depth.file?.count ?? 0) + (initial.file?.count ?? 0),
            isNonlinear: equations == .nonlinear, ranks: ranks)
    }
}

extension ShallowWaterSpec {
    /// Nil where it has faults.
    private static func initial(_ section: CheckedSection) -> Initial? {
        if let file = section.ifSound(input: "initial") { return .file(file) }
        guard let inner = section.ifSound(section: "initial"), let height = inner.ifSound(number: "height") else {
            return nil
        }
        if let edge = inner.ifSound(number: "west-of") { return .step(height: height, west: edge) }
        guard let centre = inner.ifSound(numbers: "centre"), let radius = inner.ifSound(number: "radius") else {
            return nil
        }
        return .bump(height: height, centre: centre, radius: radius)
    }

    /// A bump has a centre and a radius, a step an edge.
    private static func checkBump(_ section: CheckedSection, _ report: inout JobReport) {
        guard let inner = section.ifSound(section: "initial") else { return }
        if inner.isGiven("west-of", report) {
            for key in ["centre", "radius"] where inner.isGiven(key, report) {
                report.add(
                    inner.location(key), inner.fullName(key), expected: "no part of a bump beside the edge of a step",
                    found: "'\(key)'")
            }
            return
        }
        for key in ["centre", "radius"] where !inner.isGiven(key, report) {
            report.add(
                inner.location, inner.fullName(key), expected: "the \(key) of a bump, or west-of of a step",
                found: "no such key")
        }
    }

    private static func depth(_ section: CheckedSection) -> Depth? {
        if let number = section.ifSound(number: "depth") { return .constant(number) }
        if let file = section.ifSound(input: "depth") { return .file(file) }
        guard let inner = section.ifSound(section: "depth"), let file = inner.ifSound(input: "terrain"),
            let level = inner.ifSound(number: "level")
        else { return nil }
        return .terrain(file, level: level)
    }

    /// The shapes that the file gives, by what gives them.
    private static func shapes(_ section: CheckedSection) -> [(key: String, shape: [Int])] {
        let depth = section.ifSound(input: "depth") ?? section.ifSound(section: "depth")?.ifSound(input: "terrain")
        return [
            ("depth", depth?.shape), ("initial", section.ifSound(input: "initial")?.shape),
            ("extents", section.ifSound(integers: "extents")),
        ].compactMap { key, shape in shape.map { (key, $0) } }
    }

    private static func shape(_ section: CheckedSection) -> [Int]? { shapes(section).first?.shape }

    private static func checkedShape(_ section: CheckedSection, _ report: inout JobReport) -> [Int]? {
        let shapes = shapes(section)
        guard let first = shapes.first else {
            // A file that is faulty might have given them; keys that are missing are reported as such.
            let isSound = ["depth", "initial", "extents"].allSatisfy { key in
                !report.faults.contains { $0.key == key || $0.key.hasPrefix(key + ".") || $0.key.hasPrefix(key + "[") }
            }
            if isSound {
                report.add(
                    section.location, "extents",
                    expected: "rows and columns, where neither depth nor initial is a file",
                    found: "no such key")
            }
            return nil
        }
        for other in shapes.dropFirst() where other.shape != first.shape {
            report.add(
                section.location(other.key), other.key, expected: "\(first.shape.shapeText) as the \(first.key) has",
                found: other.shape.shapeText)
            return nil
        }
        return first.shape
    }
}
