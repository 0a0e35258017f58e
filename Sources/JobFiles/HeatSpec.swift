// Kind `heat`: diffusion of a map, du/dt = D (d²u/dx² + d²u/dy²), by explicit or implicit steps of the five-point stencil.
//
// Explicit steps are stable where D dt (1/dx² + 1/dy²) <= 1/2 (von Neumann), implicit ones always.

import CostModels

/// Diffuses a map over a span of time.
public struct HeatSpec: JobSpec {
    /// How a step is taken.
    public enum Method: String, CaseIterable, Hashable, Sendable {
        case explicit
        /// Of first order in time; damps every wave.
        case backwardEuler = "backward-euler"
        /// Of second order in time.
        case crankNicolson = "crank-nicolson"
    }

    /// The map: rows x columns, real.
    public let field: InputArray
    /// Metres from row to row of the field as it is read.
    public let rowSpacing: Double
    /// Metres from column to column of the field as it is read.
    public let columnSpacing: Double
    /// Square metres a year.
    public let diffusivity: Double
    /// Years.
    public let duration: Double
    /// Years of one step; nil derives it.
    public let givenStep: Double?
    /// Cells that each side of a cell of the field is cut into before the first step.
    public let refine: Int
    public let method: Method
    public let boundary: HeatBoundary
    /// Fields to write, evenly spaced in time, the last at the end.
    public let snapshots: Int
    public let pictures: Bool
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?
    /// nil where nothing is recorded while the job steps.
    public let recording: RecordingOptions?

    /// Rows of the refined field.
    public var rows: Int { field.shape[0] * refine }
    /// Columns of the refined field.
    public var columns: Int { field.shape[1] * refine }
    /// The largest stable step on the refined field, in years.
    public var stableStep: Double {
        HeatSpec.stableStep([rowSpacing, columnSpacing], diffusivity: diffusivity, refine: refine)
    }
    /// Steps of the whole run; never more than `Int` can count, which the validation has seen to.
    public var steps: Int { Int(HeatSpec.steps(duration: duration, step: givenStep, stable: stableStep, method)) }
    /// Years of one step: the duration in equal parts.
    public var step: Double { duration / Double(steps) }

    static func stableStep(_ spacing: [Double], diffusivity: Double, refine: Int) -> Double {
        let (dy, dx) = (spacing[0] / Double(refine), spacing[1] / Double(refine))
        return 1 / (2 * diffusivity * (1 / (dx * dx) + 1 / (dy * dy)))
    }

    /// A derived step keeps a tenth away from the limit, where the shortest wave would not decay; an implicit one is 20
    /// times the limit.
    static func steps(duration: Double, step: Double?, stable: Double, _ method: Method) -> Double {
        // A quotient that rounding has put just above a whole number is that number.
        max(1, (duration / (step ?? (method == .explicit ? 0.9 : 20) * stable) * (1 - 0x1p-40)).rounded(.up))
    }

    static let kind = "heat"
    static let summary = "diffusion of a map, the standard model of soil creep."
    static let inputKeys = ["field"]
    static let memoryKey = "refine"
    private static let mostSteps = 1e12

    static let keys = [
        JobKey(
            "field", .input(.field), .required,
            "The map, relative to the job file: a real rows x columns .npy file without missing cells."),
        JobKey("spacing", .numbers(2, .positive), .required, "Metres from row to row and from column to column."),
        JobKey("diffusivity", .number(.positive), .required, "Diffusivity in square metres a year."),
        JobKey("duration", .number(.positive), .required, "Time to simulate, in years."),
        JobKey(
            "step", .either([.choice(["auto"]), .number(.positive)]), .defaults(.text("auto")),
            "Years of one step; auto takes 0.9 of the largest stable one, and 20 of these where the method is implicit."
        ),
        JobKey(
            "method", .choice(Method.allCases.map(\.rawValue)), .defaults(.text(Method.explicit.rawValue)),
            "How a step is taken; the implicit methods, backward-euler and crank-nicolson, are stable for every step."),
        JobKey(
            "refine", .integer(1...1024), .defaults(.integer(1)),
            "Cells that each side of a cell is cut into, by interpolation, before the first step."),
        HeatBoundary.key,
        JobKey(
            "snapshots", .integer(1...1_000_000), .defaults(.integer(1)),
            "Fields to write, evenly spaced in time, the last at the end."),
        .pictures, .steppingCheckpoint, .recording(fields: ["elevation"], axes: 2, colours: .terrain),
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        HeatBoundary.checkRelations(section, &report)
        guard let spacing = section.ifSound(numbers: "spacing"), let refine = section.ifSound(integer: "refine"),
            let diffusivity = section.ifSound(number: "diffusivity")
        else { return }
        let stable = stableStep(spacing, diffusivity: diffusivity, refine: refine)
        let given = section.ifSound(number: "step")
        // A step that was typed with all the digits of the limit is the limit.
        let method = section.ifSound(text: "method").flatMap(Method.init)
        if let given, method == .explicit, given > stable * (1 + 0x1p-40) {
            report.add(
                section.location("step"), "step", expected: "at most \(stable) years, the largest stable step",
                found: given.short)
        }
        guard let duration = section.ifSound(number: "duration"), let method else { return }
        let steps = steps(duration: duration, step: given, stable: stable, method)
        guard steps <= mostSteps else {
            report.add(
                section.location("duration"), "duration", expected: "at most \(mostSteps.short) steps",
                found: steps.short)
            return
        }
        section.checkRecording(steps: steps, &report)
        if let snapshots = section.ifSound(integer: "snapshots"), Double(snapshots) > steps {
            report.add(
                section.location("snapshots"), "snapshots",
                expected: "at most one for each of the \(steps.short) steps",
                found: "\(snapshots)\(section.remark("snapshots"))")
        }
    }

    init(_ section: CheckedSection) {
        field = section.input("field")
        rowSpacing = section.numbers("spacing")[0]
        columnSpacing = section.numbers("spacing")[1]
        diffusivity = section.number("diffusivity")
        duration = section.number("duration")
        givenStep = section.ifSound(number: "step")
        refine = section.integer("refine")
        method = section.choice("method")
        boundary = HeatBoundary(section)
        snapshots = section.integer("snapshots")
        pictures = section.boolean("pictures")
        checkpoint = section.checkpoint
        recording = section.recording(axes: 2)
    }

    func writes(_ name: String) -> Bool { name.hasPrefix("snapshot-") }

    func memory(ranks: Int) -> Int {
        let (cells, overflow) = field.count.multipliedReportingOverflow(by: refine * refine)
        return method == .explicit
            ? MemoryModel.heat(cells: overflow ? .max : cells, sourceCells: field.count, ranks: ranks)
            : MemoryModel.solver(cells: overflow ? .max : cells, sourceCells: field.count, ranks: ranks)
    }
}
