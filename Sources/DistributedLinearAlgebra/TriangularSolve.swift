// Triangular solve. With few right-hand sides A stays where it is: TriangularSolve+FewColumns.swift. With many, right-looking,
// one block of B at a time, B stays:
//
//     left:   op(A) X = alpha B                       right:  X op(A) = alpha B
//     Xₖ = op(Aₖₖ)⁻¹ Bₖ         on one process row     Xₖ = Bₖ op(Aₖₖ)⁻¹        on one process column
//     Bᵢ -= op(A)ᵢₖ Xₖ          everywhere             Bⱼ -= Xₖ op(A)ₖⱼ         everywhere
//
// Flops m² n on the left for a B of m x n, m n² on the right (four times as many for complex scalars). The triangle of
// op(A) goes once along the process rows (left) or columns (right), X the other way: TriangularSolveModel.

internal import CostModels
public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// B = alpha op(A)⁻¹ B (`.left`) or alpha B op(A)⁻¹ (`.right`) for a triangular A. Collective.
///
/// A's other triangle is not read, nor its diagonal where `diagonal` is `.unit`. A zero on the diagonal gives infinities
/// or NaN, not an error. alpha = 0 overwrites B. To solve for a part of B, see `DistributedMatrix.updateSubmatrix`.
///
/// - Parameters:
///   - alpha: the factor of the result.
///   - a: n x n, in any layout.
///   - triangle: the triangle of A that is read.
///   - transposeA: op(A): A, its transpose or its conjugate transpose.
///   - diagonal: whether A's diagonal is taken to be one.
///   - side: the side of B on which A stands.
///   - b: n x m (`.left`) or m x n (`.right`), on the grid of A. Where it is not dealt like A, a copy of it is.
/// - Throws, on all ranks: `TesseraError.argument` where the shapes do not fit;
///   `TesseraError.memory` where the copy of B does not, which leaves B as it was; with many columns (left) or any rows
///   (right) `TesseraError.interrupted` between two blocks, which leaves B half done or as it was, but for alpha.
public func solveTriangular<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: borrowing DistributedMatrix<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none,
    diagonal: Diagonal = .nonUnit, on side: Side = .left, _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let block = a.layout.rows.block
    guard side == .left, a.layout.columns.block == block,
        TriangularSolveModel.isAtRest(n: b.rows, m: b.columns, on: a.grid.model(block: block))
    else {
        return try solveTriangular(
            alpha: alpha, a.view, triangle, transposeA: transposeA, diagonal: diagonal, on: side, &b)
    }
    try agreeOnTriangular("solveTriangular", alpha, a.view, triangle, transposeA, diagonal, side, b)
    guard alpha != .zero, b.rows > 0, b.columns > 0 else { return b.scale(by: alpha) }
    guard !b.layout.rows.deals(b.rows, from: 0, like: a.layout.rows, from: 0) else {
        b.scale(by: alpha)
        return try a.grid.communicator.collectivelyUnlessStopped("solveTriangular") { () throws(TesseraError) in
            try solveTriangularFewColumns(a, triangle, transposeA, diagonal, &b)
        }
    }
    var copy = try b.redistributed(to: MatrixLayout(rows: a.layout.rows, columns: b.layout.columns))
    copy.scale(by: alpha)
    try a.grid.communicator.collectivelyUnlessStopped("solveTriangular") { () throws(TesseraError) in
        try solveTriangularFewColumns(a, triangle, transposeA, diagonal, &copy)
    }
    try b.replace(with: copy.view)
}

/// B = alpha op(A)⁻¹ B (`.left`) or alpha B op(A)⁻¹ (`.right`) for a triangular part of a matrix. Collective.
///
/// As with a whole matrix; B stays or is copied, and A's panels travel, however few columns B has.
///
/// - Parameters:
///   - alpha: the factor of the result.
///   - a: n x n, in any layout and from any row and column on.
///   - triangle: the triangle of A that is read.
///   - transposeA: op(A): A, its transpose or its conjugate transpose.
///   - diagonal: whether A's diagonal is taken to be one.
///   - side: the side of B on which A stands.
///   - b: n x m (`.left`) or m x n (`.right`), on the grid of A. Where it is not dealt in A's blocks, a copy of it is.
/// - Throws, on all ranks: `TesseraError.argument` where the shapes do not fit;
///   `TesseraError.memory` where the copy of B does not, which leaves B as it was; with many columns (left) or any rows
///   (right) `TesseraError.interrupted` between two blocks, which leaves B half done or as it was, but for alpha.
public func solveTriangular<Scalar: LinearScalar>(
    alpha: Scalar = 1, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, transposeA: Transpose = .none,
    diagonal: Diagonal = .nonUnit, on side: Side = .left, _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    try agreeOnTriangular("solveTriangular", alpha, a, triangle, transposeA, diagonal, side, b)
    guard alpha != .zero, b.rows > 0, b.columns > 0 else { return b.scale(by: alpha) }
    // B's rows (columns) are dealt as A's are; where A begins inside a block, from its owner on. The other dimension stays,
    // unless a few ranks had nearly all of it.
    let layout =
        side == .left
        ? MatrixLayout(rows: a.layout.rows.part(a.rowRange), columns: b.layout.columns.balanced)
        : MatrixLayout(rows: b.layout.rows.balanced, columns: a.layout.columns.part(a.columnRange))
    var step = TriangularStep<Scalar>(a.grid, layout, side, triangle, transposeA, diagonal)
    if layout == b.layout {
        b.scale(by: alpha)
        try a.grid.communicator.collectivelyUnlessStopped("solveTriangular") { () throws(TesseraError) in
            try step.solve(a, side, &b)
        }
    } else {
        var copy = try b.redistributed(to: layout)
        copy.scale(by: alpha)
        try a.grid.communicator.collectivelyUnlessStopped("solveTriangular") { () throws(TesseraError) in
            try step.solve(a, side, &copy)
        }
        try b.replace(with: copy.view)
    }
}

/// Agrees on the arguments of a product or a solve with a triangular matrix.
func agreeOnTriangular<Scalar: LinearScalar>(
    _ routine: StaticString, _ alpha: Scalar, _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle,
    _ operation: Transpose, _ diagonal: Diagonal, _ side: Side, _ b: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (aRows, aColumns, order) = (a.rows, a.columns, side == .left ? b.rows : b.columns)
    let isSameGrid = a.grid === b.grid
    let options = [triangle.letter, operation.letter, diagonal.letter, side.letter].map { Int($0) }
    try a.grid.communicator.agree(
        routine, on: a.words + b.layout.words + options + alpha.words
    ) { () throws(TesseraError) in
        guard isSameGrid else { throw differentGrids("\(routine)", "b") }
        guard aRows == order, aColumns == order else {
            throw .argument(
                routine: "\(routine)", name: "a",
                expected: "\(order)x\(order), as b has \(order) " + (side == .left ? "rows" : "columns"),
                found: "\(aRows)x\(aColumns)")
        }
    }
}

extension BlockCyclic {
    /// The same indices, dealt evenly where the largest share is half as large again as that: TriangularSolveModel.
    fileprivate var balanced: BlockCyclic {
        let even = (extent + parts - 1) / parts
        return extent > 0 && TriangularSolveModel.isUneven(largestShare(of: 0..<extent), even)
            ? BlockCyclic(evenly: extent, over: parts) : self
    }
}

/// The named steps of the solve and the buffers they share.
private struct TriangularStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let operation: Transpose
    let diagonal: Diagonal
    /// The triangle of op(A), which is what the panels hold.
    let triangle: Triangle
    /// op(A)ᵢₖ (left), Xₖ (right): columns of the panel go along the process rows.
    var columnPanels: OperandPanels<Scalar>
    /// Xₖ (left), op(A)ₖⱼ (right): rows of the panel go down the process columns.
    var rowPanels: OperandPanels<Scalar>

    init(
        _ grid: ProcessGrid, _ layout: MatrixLayout, _ side: Side, _ triangle: Triangle, _ operation: Transpose,
        _ diagonal: Diagonal
    ) {
        self.grid = grid
        self.layout = layout
        self.operation = operation
        self.diagonal = diagonal
        self.triangle = operation == .none ? triangle : triangle.opposite
        let map = side == .left ? layout.rows : layout.columns
        let depth = min(map.extent, map.block)
        columnPanels = OperandPanels(.left, capacity: layout.rows.count(on: grid.row) * depth, on: grid)
        rowPanels = OperandPanels(.right, capacity: layout.columns.count(on: grid.column) * depth, on: grid)
    }

    mutating func solve(
        _ a: DistributedMatrixView<Scalar>, _ side: Side, _ b: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        // Forward where op(A)ᵢₖ (left) or op(A)ₖⱼ (right) has its blocks behind the diagonal.
        let isForward = (triangle == .lower) == (side == .left)
        let map = side == .left ? layout.rows : layout.columns
        var vote = SignalVote(on: grid.communicator)
        for turn in 0..<map.blockCount {
            if turn > 0 { try vote.stopIfAsked() }
            let k = isForward ? turn : map.blockCount - 1 - turn
            let block = map.indices(ofBlock: k)
            let span = isForward ? block.lowerBound..<map.extent : 0..<block.upperBound
            let rest = isForward ? block.upperBound..<map.extent : 0..<block.lowerBound
            switch side {
            case .left:
                let panel = try columnPanels.gather(block, span, of: a, operation, dealtLike: map)
                solveBlockRow(block, in: &b, panel, diagonalAt: isForward ? 0 : panel.count - block.count)
                let x = try rowPanels.gather(block, 0..<b.columns, of: b.view, .none, dealtLike: layout.columns)
                updateRows(
                    rest, of: &b, panel, from: isForward ? panel.count - localRows(rest).count : 0, x, block.count)
            case .right:
                let panel = try rowPanels.gather(block, span, of: a, operation, dealtLike: map)
                solveBlockColumn(block, in: &b, panel, diagonalAt: isForward ? 0 : panel.count - block.count)
                let x = try columnPanels.gather(block, 0..<b.rows, of: b.view, .none, dealtLike: layout.rows)
                updateColumns(
                    rest, of: &b, x, panel, from: isForward ? panel.count - localColumns(rest).count : 0, block.count)
            }
        }
        try vote.end()
    }

    func localRows(_ range: Range<Int>) -> Range<Int> { layout.rows.localRange(range, on: grid.row) }
    func localColumns(_ range: Range<Int>) -> Range<Int> { layout.columns.localRange(range, on: grid.column) }

    /// Xₖ = op(Aₖₖ)⁻¹ Bₖ on the process row that owns it.
    func solveBlockRow(
        _ block: Range<Int>, in b: inout DistributedMatrix<Scalar>, _ panel: Panel<Scalar>, diagonalAt row: Int
    ) {
        guard layout.rows.owner(of: GlobalIndex(block.lowerBound)) == grid.row, b.localColumns > 0 else { return }
        Scalar.trsm(
            .left, triangle, .none, diagonal, block.count, b.localColumns, 1, panel.base + row, panel.leadingDimension,
            b.storage + localRows(block).lowerBound, b.leadingDimension)
    }

    /// Xₖ = Bₖ op(Aₖₖ)⁻¹ on the process column that owns it.
    func solveBlockColumn(
        _ block: Range<Int>, in b: inout DistributedMatrix<Scalar>, _ panel: Panel<Scalar>, diagonalAt column: Int
    ) {
        guard layout.columns.owner(of: GlobalIndex(block.lowerBound)) == grid.column, b.localRows > 0 else { return }
        Scalar.trsm(
            .right, triangle, .none, diagonal, b.localRows, block.count, 1,
            panel.base + column * panel.leadingDimension, panel.leadingDimension,
            b.storage + localColumns(block).lowerBound * b.leadingDimension, b.leadingDimension)
    }

    /// Bᵢ -= op(A)ᵢₖ Xₖ
    func updateRows(
        _ rest: Range<Int>, of b: inout DistributedMatrix<Scalar>, _ panel: Panel<Scalar>, from row: Int,
        _ x: Panel<Scalar>, _ depth: Int
    ) {
        let rows = localRows(rest)
        guard !rows.isEmpty, x.count > 0 else { return }
        Scalar.gemm(
            .none, .none, rows.count, x.count, depth, -1, panel.base + row, panel.leadingDimension, x.base,
            x.leadingDimension, 1, b.storage + rows.lowerBound, b.leadingDimension)
    }

    /// Bⱼ -= Xₖ op(A)ₖⱼ
    func updateColumns(
        _ rest: Range<Int>, of b: inout DistributedMatrix<Scalar>, _ x: Panel<Scalar>, _ panel: Panel<Scalar>,
        from column: Int, _ depth: Int
    ) {
        let columns = localColumns(rest)
        guard !columns.isEmpty, x.count > 0 else { return }
        Scalar.gemm(
            .none, .none, x.count, columns.count, depth, -1, x.base, x.leadingDimension,
            panel.base + column * panel.leadingDimension, panel.leadingDimension, 1,
            b.storage + columns.lowerBound * b.leadingDimension, b.leadingDimension)
    }
}
