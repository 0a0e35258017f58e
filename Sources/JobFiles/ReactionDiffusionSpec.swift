// Kind `reaction-diffusion`: the reaction of Gray and Scott (Pearson, "Complex patterns in a simple system", Science 261,
// 1993) on a grid of unit spacing,
//
//     du/dt = Du Δu - u v² + F (1 - u)        dv/dt = Dv Δv + u v² - (F + k) v
//
// by explicit steps of Euler. Around the state u = 1, v = 0, to which everything returns where no pattern stands, these are
// stable where dt (4 d Du + F) <= 2 and dt (4 d Dv + F + k) <= 2 on d axes (von Neumann).

import CostModels

/// Lets patterns grow from random seeds.
public struct ReactionDiffusionSpec: JobSpec {
    /// A pattern by its name: feed and kill where it grows.
    public enum Pattern: String, CaseIterable, Hashable, Sendable {
        /// Spots that hold their ground.
        case spots
        /// Spots that grow and divide until they fill the plane.
        case mitosis
        /// Stripes that branch like worms.
        case stripes
        /// A labyrinth of walls.
        case maze
        /// Walls that grow outwards like a coral.
        case coral
        /// A sheet with holes.
        case holes
        /// Rings and spots that come and go.
        case loops
        /// Spots that are born and die without end.
        case chaos

        /// F and k.
        var rates: (feed: Double, kill: Double) {
            switch self {
            case .spots: (0.030, 0.062)
            case .mitosis: (0.0367, 0.0649)
            case .stripes: (0.058, 0.065)
            case .maze: (0.029, 0.057)
            case .coral: (0.0545, 0.062)
            case .holes: (0.039, 0.058)
            case .loops: (0.018, 0.051)
            case .chaos: (0.026, 0.051)
            }
        }
    }

    public enum Boundary: String, CaseIterable, Hashable, Sendable {
        case periodic
        /// Nothing crosses the edges.
        case insulated
    }

    /// Cells along each axis.
    public let extents: [Int]
    public let pattern: Pattern
    /// F.
    public let feed: Double
    /// k.
    public let kill: Double
    /// Du, in square cells a unit of time.
    public let diffusionU: Double
    /// Dv, in square cells a unit of time.
    public let diffusionV: Double
    /// Squares, or cubes, of v that the pattern grows from.
    public let seeds: Int
    /// Cells along a side of each.
    public let seedSize: Int
    /// What their places, and the noise in them, are drawn from.
    public let seed: Int
    public let boundary: Boundary
    /// In units of time.
    public let schedule: TimeSchedule
    public let pictures: Bool
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?
    /// nil where nothing is recorded while the job steps.
    public let recording: RecordingOptions?

    /// The largest stable step.
    public var stableStep: Double {
        Self.stableStep(axes: extents.count, feed: feed, kill: kill, diffusionU, diffusionV)
    }

    private static func stableStep(axes: Int, feed: Double, kill: Double, _ u: Double, _ v: Double) -> Double {
        2 / max(4 * Double(axes) * u + feed, 4 * Double(axes) * v + feed + kill)
    }

    /// 1, as in the literature, or nine tenths of the largest stable step where that is less.
    private static func automatic(_ stable: Double) -> Double { min(1, 0.9 * stable) }

    static let kind = "reaction-diffusion"
    static let summary = "patterns of Gray and Scott's reaction of two diffusing substances."
    static let inputKeys: [String] = []
    static let memoryKey = "extents"

    static let keys =
        [
            .extents(2...3, .required, "Cells along each axis."),
            JobKey(
                "pattern", .choice(Pattern.allCases.map(\.rawValue)), .defaults(.text(Pattern.coral.rawValue)),
                "A pattern by its name: the values of feed and kill where these are left out."),
            JobKey("feed", .number(.nonNegative), .optional, "F, the rate at which u is fed."),
            JobKey("kill", .number(.nonNegative), .optional, "k, the rate at which v is taken out beside F."),
            JobKey(
                "diffusion-u", .number(.positive), .defaults(.number(0.2)),
                "The diffusivity of u, in square cells a unit of time."),
            JobKey(
                "diffusion-v", .number(.positive), .defaults(.number(0.1)),
                "The diffusivity of v, in square cells a unit of time."),
            JobKey(
                "seeds", .integer(1...1_000_000), .defaults(.integer(40)),
                "Squares (in space, cubes) of v at random places, from which the pattern grows."),
            JobKey("seed-size", .integer(1...1_000_000), .defaults(.integer(12)), "Cells along a side of each."),
            JobKey(
                "seed", .integer(0...Int.max), .defaults(.integer(1)),
                "What their places and the noise in them are drawn from: the same on any number of ranks."),
            JobKey(
                "boundary", .choice(Boundary.allCases.map(\.rawValue)),
                .defaults(.text(Boundary.periodic.rawValue)),
                "The edges: periodic, or insulated, which nothing crosses."),
        ]
        + TimeStepping.keys(
            unit: "units of time", automatic: "1, or 0.9 of the largest stable step where that is less")
        + [.pictures, .steppingCheckpoint, .recording(fields: ["v", "u"], axes: 3, colours: .sequential)]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        guard let extents = section.ifSound(integers: "extents") else { return }
        if let size = section.ifSound(integer: "seed-size"), let least = extents.min(), size > least {
            report.add(
                section.location("seed-size"), "seed-size", expected: "at most \(least) cells, the shortest axis",
                found: "\(size)\(section.remark("seed-size"))")
        }
        guard let (feed, kill) = rates(section), let u = section.ifSound(number: "diffusion-u"),
            let v = section.ifSound(number: "diffusion-v")
        else { return }
        let stable = stableStep(axes: extents.count, feed: feed, kill: kill, u, v)
        TimeStepping.check(
            section, stable: stable, automatic: automatic(stable), unit: "units of time", extents: extents, &report)
    }

    private static func rates(_ section: CheckedSection) -> (feed: Double, kill: Double)? {
        guard let pattern = section.ifSound(text: "pattern").flatMap(Pattern.init) else { return nil }
        return (
            section.ifSound(number: "feed") ?? pattern.rates.feed, section.ifSound(number: "kill") ?? pattern.rates.kill
        )
    }

    init(_ section: CheckedSection) {
        extents = section.ifSound(integers: "extents")!
        pattern = section.choice("pattern")
        (feed, kill) = Self.rates(section)!
        diffusionU = section.number("diffusion-u")
        diffusionV = section.number("diffusion-v")
        seeds = section.integer("seeds")
        seedSize = section.integer("seed-size")
        seed = section.integer("seed")
        boundary = section.choice("boundary")
        let stable = Self.stableStep(axes: extents.count, feed: feed, kill: kill, diffusionU, diffusionV)
        schedule = TimeSchedule(section, automatic: Self.automatic(stable))
        pictures = section.boolean("pictures")
        checkpoint = section.checkpoint
        recording = section.recording(axes: extents.count)
    }

    func writes(_ name: String) -> Bool { name.hasPrefix("snapshot-") }

    func memory(ranks: Int) -> Int { MemoryModel.reactionDiffusion(cells: extents.saturatedProduct, ranks: ranks) }
}
