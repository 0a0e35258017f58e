// Products with a long inner dimension: it is dealt to all ranks, each multiplies its part, and the partial products are
// summed in the order of the ranks, each rank some columns of C.
//
//     W = Σ alpha op(A) op(B)
//     or, one triangle, f the transpose or the conjugate transpose and op(A) either A or f(A),
//     W = Σ alpha op(A) f(op(A))    or    W = Σ alpha op(A) f(op(B)) + f(alpha) op(B) f(op(A))
//     C = beta C + W
//
// Where an operand's inner dimension is dealt to all ranks as it lies (A on 1 x Q, Aᵀ on P x 1), it stays, and the other
// one is dealt alike; else both are dealt in even shares. A chunk at a time.
//
// Flops 2 m n k for each product, half as many for a triangle. Words: those of the operands that do not lie so, and
// (1 + P Q) m n: MultiplyModel.splitInner. Beside the chunk, 2 m n scalars a rank.

internal import CostModels
internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// What is summed over the inner dimension.
enum SplitTerms {
    /// alpha op(A) op(B).
    case product
    /// alpha op(A) f(op(A)), this triangle.
    case square(Triangle, f: Transpose)
    /// alpha op(A) f(op(B)) + f(alpha) op(B) f(op(A)), this triangle.
    case twice(Triangle, f: Transpose)

    var triangle: Triangle? {
        switch self {
        case .product: nil
        case .square(let triangle, _), .twice(let triangle, _): triangle
        }
    }
}

/// C = beta C + Σ over the inner dimension.
///
/// - Parameters:
///   - terms: what is summed.
///   - alpha: the factor of the sum.
///   - a: op(A) is m x k.
///   - operationA: op(A).
///   - b: op(B) is k x n in a product, else of the shape of op(A); not read for a square.
///   - operationB: op(B); that of A but in a product.
///   - beta: the factor of what C holds.
///   - c: m x n.
func multiplySplitInner<Scalar: LinearScalar>(
    _ terms: SplitTerms, _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ operationA: Transpose,
    _ b: DistributedMatrixView<Scalar>, _ operationB: Transpose, _ beta: Scalar,
    into c: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = SplitStep<Scalar>(terms, operationA, operationB, of: c)
    // The inner dimension of A and of B: whether it is that of their rows.
    let areRowsA = operationA != .none
    let areRowsB = if case .product = terms { operationB == .none } else { areRowsA }
    let resting = a.restingInner(areRowsA) ?? b.restingInner(areRowsB)
    let k = areRowsA ? a.rows : a.columns
    let chunk = MultiplyModel.chunk(block: resting?.block, ranks: c.grid.size)
    var vote = SignalVote(on: c.grid.communicator)
    for start in stride(from: 0, to: k, by: chunk) {
        if start > 0 { try vote.stopIfAsked() }
        let inner = start..<min(k, start + chunk)
        let map = resting?.part(inner) ?? BlockCyclic(evenly: inner.count, over: c.grid.size)
        let x = try a.splitShare(inner, areRowsA, dealt: map)
        if case .square = terms {
            step.add(alpha, x, x)
        } else {
            step.add(alpha, x, try b.splitShare(inner, areRowsB, dealt: map))
        }
    }
    try vote.end()
    try step.deliver(beta, into: &c)
}

extension DistributedMatrixView {
    /// How the inner dimension is dealt, where that is to all ranks, in whole blocks that are small beside it.
    fileprivate func restingInner(_ areRows: Bool) -> BlockCyclic? {
        let (map, range) = areRows ? (layout.rows, rowRange) : (layout.columns, columnRange)
        let isDealtToAll = map.parts == grid.size && range.lowerBound.isMultiple(of: map.block)
        return isDealtToAll && MultiplyModel.isFine(block: map.block, range.count, ranks: grid.size)
            ? map.part(range) : nil
    }
}

/// A rank's share of a chunk of the inner dimension of an operand: its columns, or its rows, and all of the other
/// dimension.
private struct SplitShare<Scalar: LinearScalar>: ~Copyable {
    let base: UnsafePointer<Scalar>
    let leadingDimension: Int
    let depth: Int
    /// Empty where the operand lies so.
    let copy: DistributedMatrix<Scalar>
}

extension DistributedMatrixView {
    /// This rank's share of some columns (rows), which `map` deals to all ranks. Collective.
    fileprivate func splitShare(
        _ inner: Range<Int>, _ areRows: Bool, dealt map: BlockCyclic
    ) throws(TesseraError) -> SplitShare<Scalar> {
        let whole = 0..<(areRows ? columns : rows)
        let part = areRows ? submatrix(rows: inner, columns: whole) : submatrix(rows: whole, columns: inner)
        let (own, range) = areRows ? (layout.rows, part.rowRange) : (layout.columns, part.columnRange)
        let line = try areRows ? grid.asOneColumn() : grid.asOneRow()
        let isResting = own.deals(inner.count, from: range.lowerBound, like: map, from: 0)
        let other = BlockCyclic(extent: isResting ? 0 : whole.count, block: max(1, whole.count), parts: 1)
        var copy = DistributedMatrix<Scalar>(
            workspace: areRows ? MatrixLayout(rows: map, columns: other) : MatrixLayout(rows: other, columns: map),
            on: line)
        if !isResting { try copy.replace(with: part) }
        let base = isResting ? part.localBase : UnsafePointer(copy.storage)
        let stride = isResting ? leadingDimension : copy.leadingDimension
        return SplitShare(base: base, leadingDimension: stride, depth: map.count(on: line.rank), copy: copy)
    }
}

/// The named steps, and the partial product of this rank.
private struct SplitStep<Scalar: LinearScalar>: ~Copyable {
    let terms: SplitTerms
    let operationA: Transpose
    let operationB: Transpose
    let rows: Int
    let columns: Int
    /// W of this rank, column by column without gaps.
    let partial: Workspace<Scalar>

    init(
        _ terms: SplitTerms, _ operationA: Transpose, _ operationB: Transpose, of c: borrowing DistributedMatrix<Scalar>
    ) {
        (self.terms, self.operationA, self.operationB) = (terms, operationA, operationB)
        (rows, columns) = (c.rows, c.columns)
        partial = Workspace(rows * columns)
        partial.base.update(repeating: .zero, count: rows * columns)
    }

    /// W += this chunk's terms.
    func add(_ alpha: Scalar, _ x: borrowing SplitShare<Scalar>, _ y: borrowing SplitShare<Scalar>) {
        guard x.depth > 0 else { return }
        let (depth, a, lda, b, ldb) = (x.depth, x.base, x.leadingDimension, y.base, y.leadingDimension)
        Trace.span("update") {
            switch terms {
            case .product:
                Scalar.gemm(
                    operationA, operationB, rows, columns, depth, alpha, a, lda, b, ldb, 1, partial.base, rows)
            case .square(let triangle, .conjugateTranspose) where Scalar.isComplex:
                Scalar.herk(triangle, operationA, rows, depth, alpha.realPart, a, lda, 1, partial.base, rows)
            case .square(let triangle, _):
                Scalar.syrk(
                    triangle, operationA == .none ? .none : .transpose, rows, depth, alpha, a, lda, 1, partial.base,
                    rows)
            case .twice(let triangle, .conjugateTranspose) where Scalar.isComplex:
                Scalar.her2k(triangle, operationA, rows, depth, alpha, a, lda, b, ldb, 1, partial.base, rows)
            case .twice(let triangle, _):
                Scalar.syr2k(
                    triangle, operationA == .none ? .none : .transpose, rows, depth, alpha, a, lda, b, ldb, 1,
                    partial.base, rows)
            }
        }
    }

    /// C = beta C + Σ W: each rank adds up some columns, in the order of the ranks; then they are dealt like C.
    func deliver(_ beta: Scalar, into c: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let line = try c.grid.asOneRow()
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
        try c.combine(1, sum.view, .none, beta, atRow: 0, column: 0, only: terms.triangle)
    }
}
