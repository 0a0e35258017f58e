// Products with a long inner dimension: it is dealt to all ranks, each multiplies its part, and the partial products are
// summed in the order of the ranks, each rank its own share of C.
//
//     X, Y: m x k and n x k, their columns dealt to all ranks, a chunk at a time; f(Y) = Yᵀ or Yᴴ
//     W = Σ alpha X f(Y)    or, one triangle,    W = Σ alpha X f(X)    or    W = Σ alpha X f(Y) + f(alpha) Y f(X)
//     C = beta C + W
//
// Flops 2 m n k for each term, half as many for a triangle. Words: (m + n) k, or n k, and P Q m n:
// MultiplyModel.splitInner. Beside the chunk, 3 m n scalars a rank.

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

    /// C = beta C + Σ W: every rank sends to each other one that one's share, and adds what comes in the order of ranks.
    func deliver(_ beta: Scalar, into c: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let (grid, layout) = (c.grid, c.layout)
        let counts = (0..<grid.size).map {
            layout.rows.count(on: $0 / grid.columns) * layout.columns.count(on: $0 % grid.columns)
        }
        let outgoing = Workspace<Scalar>(rows * columns)
        var position = 0
        for rank in 0..<grid.size {
            let (row, column) = rank.quotientAndRemainder(dividingBy: grid.columns)
            let height = layout.rows.count(on: row)
            for j in 0..<layout.columns.count(on: column) {
                let source = partial.base + layout.columns.global(LocalIndex(j), on: column).value * rows
                for i in stride(from: 0, to: height, by: layout.rows.block) {
                    let count = min(layout.rows.block, height - i)
                    (outgoing.base + position)
                        .update(from: source + layout.rows.global(LocalIndex(i), on: row).value, count: count)
                    position += count
                }
            }
        }
        let share = counts[grid.rank]
        let incoming = Workspace<Scalar>(share * grid.size)
        try grid.communicator.allToAll(
            outgoing.base, counts, exclusiveSums(counts), incoming.base,
            [Int](repeating: share, count: grid.size), (0..<grid.size).map { $0 * share }, Scalar.datatype)
        for rank in 1..<max(1, grid.size) {
            Scalar.axpy(share, 1, incoming.base + rank * share, 1, incoming.base, 1)
        }
        let local = triangle.map { LocalTriangle($0, of: layout, on: grid, leaf: 1) }
        for j in 0..<c.localColumns {
            let range = local?.rows(inColumn: j, of: 0..<c.localRows) ?? 0..<c.localRows
            c.scaleAndAdd(1, incoming.base + j * c.localRows + range.lowerBound, beta, range, inColumn: j)
        }
    }
}
