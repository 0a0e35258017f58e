// The product with C at rest (SUMMA: van de Geijn and Watts, 1997): for each panel K of the inner dimension
//
//     C += alpha op(A)(:, K) op(B)(K, :)        panels along the process rows and columns, then one local product
//
// The next panels travel during a product. Of one triangle of C, the local product is a few large ones: LocalTriangle.
//
// Flops 2 m n k, half as many for a triangle. Words: MultiplyModel.panels.

internal import CostModels
internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// How an operand is read.
enum OperandForm {
    case general(Transpose)
    /// A = Aᵀ, of which this triangle is stored.
    case symmetric(Triangle)
    /// A = Aᴴ, of which this triangle is stored; the diagonal's imaginary parts are not read.
    case hermitian(Triangle)
}

/// The named steps of the product with C at rest, and the buffers they share.
struct ProductStep<Scalar: LinearScalar>: ~Copyable {
    let layout: MatrixLayout
    /// Panels of the inner dimension: whole blocks, as many as make the local product efficient.
    let inner: [Range<Int>]
    var leftPanels: OperandPanels<Scalar>
    var rightPanels: OperandPanels<Scalar>
    /// The triangle of C that is updated; nil for all of C.
    let triangle: LocalTriangle?
    /// What is updated, in rectangles.
    let parts: [LocalTriangle.Part]
    /// The product in a part that the diagonal crosses.
    let crossing: Workspace<Scalar>
    /// How the right panels are read: of a square, they are rows of the left ones.
    private var rightOperation = Transpose.none

    /// - Parameters:
    ///   - a: the operand after whose blocks the inner dimension is cut: op(A).
    ///   - form: how A is read.
    ///   - k: the inner dimension.
    ///   - c: the result.
    ///   - triangle: the triangle of C that is updated; nil for all of C.
    init(
        _ a: DistributedMatrixView<Scalar>, _ form: OperandForm, _ k: Int, into c: borrowing DistributedMatrix<Scalar>,
        only triangle: Triangle? = nil
    ) {
        let (layout, grid) = (c.layout, c.grid)
        self.layout = layout
        let isPlain = if case .general(let operation) = form { operation == .none } else { true }
        inner = MultiplyModel.slabs(k, block: isPlain ? a.layout.columns.block : a.layout.rows.block)
        let depth = inner.first?.count ?? 0
        leftPanels = OperandPanels(.left, capacity: c.localRows * depth, on: grid)
        rightPanels = OperandPanels(.right, capacity: c.localColumns * depth, on: grid)
        let (rows, columns) = (0..<c.localRows, 0..<c.localColumns)
        self.triangle = triangle.map { LocalTriangle($0, of: layout, on: grid, leaf: 64) }
        parts =
            self.triangle?.parts(rows, columns) ?? [LocalTriangle.Part(rows: rows, columns: columns, crosses: false)]
        crossing = Workspace(largestCrossing(parts))
    }

    /// C = beta C + Σ alpha op(A)(:, K) op(B)(K, :)
    mutating func accumulate(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ formA: OperandForm,
        _ b: DistributedMatrixView<Scalar>, _ formB: OperandForm, _ beta: Scalar,
        into c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        var vote = SignalVote(on: c.grid.communicator)
        try begin(inner[0], a, formA, b, formB)
        for (turn, panel) in inner.enumerated() {
            let (left, right) = (try leftPanels.finish(), try rightPanels.finish())
            try vote.stopIfAsked()
            if turn + 1 < inner.count { try begin(inner[turn + 1], a, formA, b, formB) }
            try add(alpha, left, right, panel.count, turn == 0 ? beta : 1, to: &c)
        }
        try vote.end()
    }

    /// C = beta C + Σ alpha A(:, K) f(A(:, K)) for a square C in square blocks; f is the transpose or the conjugate
    /// transpose.
    mutating func accumulateSquare(
        _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ facing: Transpose, _ beta: Scalar,
        into c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        rightOperation = facing
        let mirror = FacingPanel<Scalar>(depth: inner.first?.count ?? 0, beside: layout, on: c.grid)
        var vote = SignalVote(on: c.grid.communicator)
        func begin(_ turn: Int) throws(TesseraError) {
            try leftPanels.begin(
                inner[turn], 0..<layout.rows.extent, of: a, .general(.none), dealtLike: layout.rows)
        }
        try begin(0)
        for (turn, panel) in inner.enumerated() {
            let left = try leftPanels.finish()
            try vote.stopIfAsked()
            let right = try mirror.gather(left, panel.count, from: 0)
            if turn + 1 < inner.count { try begin(turn + 1) }
            try add(alpha, left, right, panel.count, turn == 0 ? beta : 1, to: &c)
        }
        try vote.end()
    }

    /// Begins to bring the panels to their ranks.
    private mutating func begin(
        _ inner: Range<Int>, _ a: DistributedMatrixView<Scalar>, _ formA: OperandForm,
        _ b: DistributedMatrixView<Scalar>, _ formB: OperandForm
    ) throws(TesseraError) {
        try leftPanels.begin(inner, 0..<layout.rows.extent, of: a, formA, dealtLike: layout.rows)
        try rightPanels.begin(inner, 0..<layout.columns.extent, of: b, formB, dealtLike: layout.columns)
    }

    /// C = beta C + alpha L R
    private mutating func add(
        _ alpha: Scalar, _ left: Panel<Scalar>, _ right: Panel<Scalar>, _ depth: Int, _ beta: Scalar,
        to c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        for part in parts where !part.rows.isEmpty {
            if part.crosses {
                addCrossing(part, alpha, left, right, depth, beta, to: &c)
            } else {
                try addWhole(part, alpha, left, right, depth, beta, to: &c)
            }
        }
    }

    /// From one column of C to the next in a right panel.
    private func rightStride(_ right: Panel<Scalar>) -> Int { rightOperation == .none ? right.leadingDimension : 1 }

    /// In slices of columns, between which the next panels travel.
    private mutating func addWhole(
        _ part: LocalTriangle.Part, _ alpha: Scalar, _ left: Panel<Scalar>, _ right: Panel<Scalar>, _ depth: Int,
        _ beta: Scalar, to c: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let width = c.grid.sliceWidth(of: part.columns.count)
        for first in stride(from: part.columns.lowerBound, to: part.columns.upperBound, by: width) {
            Trace.span("update") {
                Scalar.gemm(
                    .none, rightOperation, part.rows.count, min(width, part.columns.upperBound - first), depth, alpha,
                    left.base + part.rows.lowerBound, left.leadingDimension,
                    right.base + first * rightStride(right), right.leadingDimension, beta,
                    c.storage + part.rows.lowerBound + first * c.leadingDimension, c.leadingDimension)
            }
            try leftPanels.advance()
            try rightPanels.advance()
        }
    }

    /// The product beside C, of which C gets the triangle.
    private func addCrossing(
        _ part: LocalTriangle.Part, _ alpha: Scalar, _ left: Panel<Scalar>, _ right: Panel<Scalar>, _ depth: Int,
        _ beta: Scalar, to c: inout DistributedMatrix<Scalar>
    ) {
        guard let triangle else { return }
        Scalar.gemm(
            .none, rightOperation, part.rows.count, part.columns.count, depth, alpha,
            left.base + part.rows.lowerBound, left.leadingDimension,
            right.base + part.columns.lowerBound * rightStride(right), right.leadingDimension, 0, crossing.base,
            part.rows.count)
        for column in part.columns {
            let rows = triangle.rows(inColumn: column, of: part.rows)
            let product = crossing.base + (column - part.columns.lowerBound) * part.rows.count - part.rows.lowerBound
            c.scaleAndAdd(1, product + rows.lowerBound, beta, rows, inColumn: column)
        }
    }
}
