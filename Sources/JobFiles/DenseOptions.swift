// What the kinds of dense algebra have in common: element type, process grid, block size.

/// The type in which a dense job computes.
public enum JobElement: String, CaseIterable, Hashable, Sendable {
    case float
    case double
    case complexFloat = "complex-float"
    case complexDouble = "complex-double"

    /// Bytes of one element.
    public var byteSize: Int {
        switch self {
        case .float: 4
        case .double, .complexFloat: 8
        case .complexDouble: 16
        }
    }

    public var isComplex: Bool { self == .complexFloat || self == .complexDouble }
}

/// The arithmetic of a factorization.
public enum JobPrecision: String, CaseIterable, Hashable, Sendable {
    /// That of the job's type.
    case full
    /// Half its length, refined to the whole.
    case mixed
}

/// How LU avoids small pivots.
public enum JobPivoting: String, CaseIterable, Hashable, Sendable {
    /// The largest element of a column.
    case partial
    /// The rows of a block column, by one tournament.
    case tournament
    /// An element within a factor of the largest that spares moving rows.
    case threshold
    /// None, after random butterflies on both sides; the solution is refined.
    case butterflies
}

/// A process grid, rows by columns.
public struct JobGrid: Hashable, Sendable {
    public let rows: Int
    public let columns: Int

    /// `2x3`; nil for other text.
    init?(_ text: String) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let rows = Int(parts[0]), let columns = Int(parts[1]),
            (1...1 << 20).contains(rows), (1...1 << 20).contains(columns)
        else { return nil }
        self.rows = rows
        self.columns = columns
    }
}

extension JobKey {
    static let grid = JobKey(
        "grid", .grid, .optional,
        "The process grid, rows by columns, such as 2x3; as square as the number of ranks allows where left out.")
    static let block = JobKey(
        "block", .either([.choice(["auto"]), .integer(1...65536)]), .defaults(.text("auto")),
        "Rows and columns of a block of the block-cyclic layout; auto lets the engine choose.")
    static let pictures = JobKey(
        "pictures", .boolean, .defaults(.boolean(true)), "Whether to draw a PNG of the result.")
    static let automaticElement = JobKey(
        "type", .either([.choice(["auto"] + JobElement.allCases.map(\.rawValue))]), .defaults(.text("auto")),
        "The type to compute in; auto takes double, or complex-double where an input is complex.")
}

extension JobKey {
    static let precision = JobKey(
        "precision", .choice(JobPrecision.allCases.map(\.rawValue)), .defaults(.text("full")),
        "The arithmetic of the factors; mixed factors in half the length and refines to the whole, or takes full where "
            + "that does not converge; for double and complex-double.")
    static let pivoting = JobKey(
        "pivoting", .choice(JobPivoting.allCases.map(\.rawValue)), .defaults(.text("partial")),
        "How LU avoids small pivots; butterflies mix A at random, refine x, and leave it to partial where that does not do; "
            + "not with the precision mixed.")
}

extension CheckedSection {
    var grid: JobGrid? { ifSound(text: "grid").flatMap { JobGrid($0) } }

    /// nil for auto.
    var block: Int? { ifSound(integer: "block") }

    /// The type to compute in, from the key `type` and what the inputs hold.
    func element(_ inputs: [InputArray]) -> JobElement {
        ifSound(text: "type").flatMap(JobElement.init)
            ?? (inputs.contains(where: \.isComplex) ? .complexDouble : .double)
    }

    /// A grid is laid over all ranks, no more and no fewer.
    func checkGrid(_ node: JobNode?, _ report: inout JobReport) {
        guard let grid, let ranks = node?.ranks, grid.rows * grid.columns != ranks else { return }
        report.add(
            location("grid"), fullName("grid"), expected: "a grid of \(ranks) ranks, as many as were started",
            found: "\(grid.rows)x\(grid.columns)")
    }

    /// Complex numbers are not read into real ones.
    func checkElement(_ keys: [String], _ report: inout JobReport) {
        guard let type = ifSound(text: "type").flatMap(JobElement.init), !type.isComplex else { return }
        for key in keys where ifSound(input: key)?.isComplex == true {
            report.add(
                location("type"), fullName("type"), expected: "a complex type, as '\(key)' is complex",
                found: ConfigurationNode.quote(type.rawValue))
            return
        }
    }

    /// Mixed precision needs a type of half the length.
    func checkPrecision(_ report: inout JobReport) {
        guard ifSound(text: "precision").flatMap(JobPrecision.init) == .mixed,
            let type = ifSound(text: "type").flatMap(JobElement.init), type == .float || type == .complexFloat
        else { return }
        report.add(
            location("precision"), fullName("precision"), expected: "full for the type \(type.rawValue)",
            found: ConfigurationNode.quote(JobPrecision.mixed.rawValue))
    }
    /// Butterflies are for full precision.
    func checkPivoting(_ report: inout JobReport) {
        guard ifSound(text: "precision").flatMap(JobPrecision.init) == .mixed,
            ifSound(text: "pivoting").flatMap(JobPivoting.init) == .butterflies
        else { return }
        report.add(
            location("pivoting"), fullName("pivoting"), expected: "partial, tournament or threshold in mixed precision",
            found: ConfigurationNode.quote(JobPivoting.butterflies.rawValue))
    }
}
