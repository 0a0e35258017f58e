// Kind `solve`: the dense linear system A x = b, from files to a file.

import CostModels

/// Solves a dense linear system.
public struct SolveSpec: JobSpec {
    public enum Method: String, CaseIterable, Hashable, Sendable {
        /// Cholesky where A is Hermitian and positive definite, LU otherwise.
        case auto
        case lu
        case cholesky
        /// Aasen's method; A is taken to be Hermitian.
        case symmetricIndefinite = "symmetric-indefinite"
    }

    /// A: n x n.
    public let matrix: InputArray
    /// b: n, or n x columns.
    public let rightHandSide: InputArray
    /// The name of x's file in the output folder.
    public let solution: String
    public let method: Method
    public let element: JobElement
    public let precision: JobPrecision
    public let pivoting: JobPivoting
    /// nil lets the engine choose.
    public let block: Int?
    public let grid: JobGrid?
    /// nil where the job does not save itself.
    public let checkpoint: CheckpointOptions?

    static let kind = "solve"
    static let summary = "the dense linear system A x = b, from files to a file."
    static let inputKeys = ["matrix", "right-hand-side"]
    static let memoryKey = "matrix"
    static let keys = [
        JobKey("matrix", .input(.squareMatrix), .required, "A, relative to the job file: a square .npy or .mtx file."),
        JobKey(
            "right-hand-side", .input(.vectorOrMatrix), .required,
            "b, relative to the job file: as many rows as A, one column or several."),
        JobKey(
            "solution", .fileName(endings: [".npy", ".mtx"]), .defaults(.text("x.npy")),
            "The name of the file in the output folder that receives x; written only where x is finite."),
        JobKey(
            "method", .choice(Method.allCases.map(\.rawValue)), .defaults(.text("auto")),
            "The factorization; auto takes Cholesky where A is Hermitian and positive definite, LU otherwise; "
                + "symmetric-indefinite, for a Hermitian A, has half of LU's operations, and takes neither mixed precision "
                + "nor checkpoints."),
        .automaticElement, .precision, .pivoting, .block, .grid, .checkpoint,
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        section.checkGrid(node, &report)
        section.checkElement(["matrix", "right-hand-side"], &report)
        section.checkPrecision(&report)
        section.checkPivoting(&report)
        if section.ifSound(text: "method") == Method.symmetricIndefinite.rawValue {
            if section.ifSound(text: "precision") == JobPrecision.mixed.rawValue {
                report.add(
                    section.location("precision"), "precision", expected: "full for the method symmetric-indefinite",
                    found: ConfigurationNode.quote(JobPrecision.mixed.rawValue))
            }
            if section.ifSound(section: "checkpoint") != nil {
                report.add(
                    section.location("checkpoint"), "checkpoint",
                    expected: "no checkpoints for the method symmetric-indefinite", found: "a section")
            }
        }
        if let a = section.ifSound(input: "matrix"), let b = section.ifSound(input: "right-hand-side"),
            a.shape[0] != b.shape[0]
        {
            report.add(
                section.location("right-hand-side"), "right-hand-side",
                expected: "\(a.shape[0]) rows, as many as 'matrix'",
                found: b.shapeText)
        }
    }

    init(_ section: CheckedSection) {
        matrix = section.input("matrix")
        rightHandSide = section.input("right-hand-side")
        solution = section.text("solution")
        method = section.choice("method")
        element = section.element([matrix, rightHandSide])
        precision = section.choice("precision")
        pivoting = section.choice("pivoting")
        block = section.block
        grid = section.grid
        checkpoint = section.checkpoint
    }

    func writes(_ name: String) -> Bool { name == solution }

    func memory(ranks: Int) -> Int {
        MemoryModel.solve(
            n: matrix.shape[0], columns: rightHandSide.shape.count == 1 ? 1 : rightHandSide.shape[1],
            scalarBytes: element.byteSize, isMixed: precision == .mixed, ranks: ranks)
    }
}
