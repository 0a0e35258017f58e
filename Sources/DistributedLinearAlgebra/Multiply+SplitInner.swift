// Products with a long inner dimension: it is dealt to all ranks, each multiplies its part, and the partial products are
// summed in the order of the ranks, each rank some columns of C.
//
//     X, Y: m x k and n x k, their columns dealt to all ranks, a chunk at a time; f(Y) = Yᵀ or Yᴴ
//     W = Σ alpha X f(Y)    or, one triangle,    W = Σ alpha X f(X)    or    W = Σ alpha X f(Y) + f(alpha) Y f(X)
//     C = beta C + W
//
// Flops 2 m n k for each term, half as many for a triangle. Words: (m + n) k, or n k, and (1 + P Q) m n:
// MultiplyModel.splitInner. Beside the chunk, 2 m n scalars a rank.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// What is summed over the inner dimension.
enum SplitTerms {
    /// alpha X f(Y).
    case product
    /// alpha X f(X), this triangle.
    case square(Triangle)
    /// alpha X f(Y) + f(alpha) Y f(X), this triangle.
    case twice(Triangle)

    var triangle: Triangle? {
        switch self {
        case .product: nil
        case .square(let triangle), .twice(let triangle): triangle
        }
    }
}

/// C = beta C + Σ over the inner dimension.
///
/// - Parameters:
///   - terms: what is summed.
///   - facing: f.
///   - alpha: the factor of the sum.
///   - a: X = opX(a), m x k.
///   - operationX: opX.
///   - b: Y = opY(b), n x k; not read for a square.
///   - operationY: opY.
///   - beta: the factor of what C holds.
///   - c: m x n.
func multiplySplitInner<Scalar: LinearScalar>(
    _ terms: SplitTerms, _ facing: Transpose, _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>,
    _ operationX: Transpose, _ b: DistributedMatrixView<Scalar>, _ operationY: Transpose, _ beta: Scalar,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = SplitStep<Scalar>(c.rows, c.columns, facing, terms.triangle, on: try c.grid.asOneRow())
    var vote = SignalVote(on: c.grid.communicator)
    let k = operationX == .none ? a.columns : a.rows
    let chunk = MultiplyModel.chunk(ranks: c.grid.size)
    for start in stride(from: 0, to: k, by: chunk) {
        if start > 0 { try vote.stopIfAsked() }
        let inner = start..<min(k, start + chunk)
        let x = try step.deal(inner, of: a, operationX)
        switch terms {
        case .product:
            step.add(alpha, x, try step.deal(inner, of: b, operationY))
        case .square:
            step.add(alpha, x, x)
        case .twice:
            let y = try step.deal(inner, of: b, operationY)
            step.add(alpha, x, y)
            step.add(facing == .conjugateTranspose ? alpha.conjugate : alpha, y, x)
        }
    }
    try vote.end()
    try step.deliver(beta, into: &c)
}

/// The named steps, and the partial product of this rank.
private struct SplitStep<Scalar: LinearScalar>: ~Copyable {
    let rows: Int
    let columns: Int
    let facing: Transpose
    let triangle: Triangle?
    /// All ranks side by side.
    let line: ProcessGrid
    /// W of this rank, column by column without gaps.
    let partial: Workspace<Scalar>

    init(_ rows: Int, _ columns: Int, _ facing: Transpose, _ triangle: Triangle?, on line: ProcessGrid) {
        (self.rows, self.columns, self.facing, self.triangle, self.line) = (rows, columns, facing, triangle, line)
        partial = Workspace(rows * columns)
        partial.base.update(repeating: .zero, count: rows * columns)
    }

    /// op(A)(:, inner), its columns dealt to all ranks in shares of nearly one size.
    func deal(
        _ inner: Range<Int>, of a: DistributedMatrixView<Scalar>, _ operation: Transpose
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        let height = operation == .none ? a.rows : a.columns
        var dealt = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(
                rows: BlockCyclic(extent: height, block: max(1, height), parts: 1),
                columns: BlockCyclic(evenly: inner.count, over: line.size)), on: line)
        try dealt.replace(with: a.rectangle((0..<height, inner), operation), operation: operation)
        return dealt
    }

    /// W += alpha X f(Y); of a triangle, slabs of columns with the rows that reach it.
    func add(_ alpha: Scalar, _ x: borrowing DistributedMatrix<Scalar>, _ y: borrowing DistributedMatrix<Scalar>) {
        guard x.localColumns > 0 else { return }
        let width = triangle == nil ? columns : 128
        for first in stride(from: 0, to: columns, by: width) {
            let last = min(columns, first + width)
            let reached = triangle == .lower ? first..<rows : triangle == .upper ? 0..<last : 0..<rows
            Trace.span("update") {
                Scalar.gemm(
                    .none, facing, reached.count, last - first, x.localColumns, alpha, x.storage + reached.lowerBound,
                    x.leadingDimension, y.storage + first, y.leadingDimension, 1,
                    partial.base + reached.lowerBound + first * rows, rows)
            }
        }
    }

    /// C = beta C + Σ W: each rank adds up some columns, in the order of the ranks; then they are dealt like C.
    func deliver(_ beta: Scalar, into c: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let shares = BlockCyclic(evenly: columns, over: line.size)
        let sum = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: BlockCyclic(extent: rows, block: max(1, rows), parts: 1), columns: shares),
            on: line)
        let counts = (0..<line.size).map { shares.count(on: $0) * rows }
        let own = counts[line.rank]
        let incoming = Workspace<Scalar>(own * line.size)
        try line.communicator.allToAll(
            partial.base, counts, exclusiveSums(counts), incoming.base, [Int](repeating: own, count: line.size),
            (0..<line.size).map { $0 * own }, Scalar.datatype)
        for rank in 0..<line.size {
            for j in 0..<sum.localColumns {
                sum.scaleAndAdd(1, incoming.base + rank * own + j * rows, 1, 0..<rows, inColumn: j)
            }
        }
        try c.combine(1, sum.view, .none, beta, atRow: 0, column: 0, only: triangle)
    }
}
