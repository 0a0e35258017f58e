// Kind `multiply`: C = alpha op(A) op(B), from files to a file.

import CostModels

/// Multiplies two dense matrices.
public struct MultiplySpec: JobSpec {
    public enum Operation: String, CaseIterable, Hashable, Sendable {
        case none
        case transpose
        case conjugateTranspose = "conjugate-transpose"
    }

    public let a: InputArray
    public let b: InputArray
    public let transposeA: Operation
    public let transposeB: Operation
    public let alpha: Double
    /// The name of C's file in the output folder.
    public let product: String
    public let element: JobElement
    /// nil lets the engine choose.
    public let block: Int?
    public let grid: JobGrid?

    /// C is m x n, the sum runs over k.
    public var extents: (m: Int, n: Int, k: Int) {
        let a = MultiplySpec.shape(a, transposeA)
        return (a[0], MultiplySpec.shape(b, transposeB)[1], a[1])
    }

    static let kind = "multiply"
    static let summary =
        "the product C = alpha op(A) op(B), from files to a file. NaN and infinities are carried on as in BLAS."
    static let inputKeys = ["a", "b"]
    static let memoryKey = "a"
    private static let operations = JobValueType.choice(Operation.allCases.map(\.rawValue))
    static let keys = [
        JobKey("a", .input(.matrix), .required, "A, relative to the job file: a .npy or .mtx file."),
        JobKey("b", .input(.matrix), .required, "B, relative to the job file: a .npy or .mtx file."),
        JobKey("transpose-a", operations, .defaults(.text("none")), "op(A)."),
        JobKey("transpose-b", operations, .defaults(.text("none")), "op(B)."),
        JobKey("alpha", .number(.any), .defaults(.number(1)), "The factor of the product."),
        JobKey(
            "product", .fileName(endings: [".npy", ".mtx"]), .defaults(.text("c.npy")),
            "The name of the file in the output folder that receives C."),
        .automaticElement, .block, .grid,
    ]

    static func checkRelations(_ section: CheckedSection, _ node: JobNode?, _ report: inout JobReport) {
        section.checkGrid(node, &report)
        section.checkElement(["a", "b"], &report)
        guard let a = section.ifSound(input: "a"), let b = section.ifSound(input: "b"),
            let opA = section.ifSound(text: "transpose-a").flatMap(Operation.init),
            let opB = section.ifSound(text: "transpose-b").flatMap(Operation.init)
        else { return }
        let (left, right) = (shape(a, opA), shape(b, opB))
        if left[1] != right[0] {
            report.add(
                section.location("b"), "b", expected: "op(B) with \(left[1]) rows, as many as op(A) has columns",
                found: "\(right[0]) x \(right[1])")
        }
    }

    private static func shape(_ array: InputArray, _ operation: Operation) -> [Int] {
        operation == .none ? array.shape : array.shape.reversed()
    }

    init(_ section: CheckedSection) {
        a = section.input("a")
        b = section.input("b")
        transposeA = section.choice("transpose-a")
        transposeB = section.choice("transpose-b")
        alpha = section.number("alpha")
        product = section.text("product")
        element = section.element([a, b])
        block = section.block
        grid = section.grid
    }

    func writes(_ name: String) -> Bool { name == product }

    func memory(ranks: Int) -> Int {
        let (m, n, k) = extents
        return MemoryModel.multiply(m: m, n: n, k: k, scalarBytes: element.byteSize, ranks: ranks)
    }
}
