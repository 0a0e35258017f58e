// Triangular solve with few right-hand sides, A at rest: only X travels. For each block k, in the order of the solve,
//
//     S  = Bₖ - Σⱼ op(A)ₖⱼ Xⱼ      over the blocks j that are done: each rank its own, summed to the owner of Aₖₖ
//     Xₖ = op(Aₖₖ)⁻¹ S            there
//     Xₖ to the ranks whose blocks of A it will meet: the process column of k (op(A) = A), or its process row
//
// Flops n² m. Words: 2 n m to deal B and X, and n m for each rank of a process row and of a process column.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

func solveTriangularFewColumns<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
    _ b: inout DistributedMatrix<Scalar>
) throws(TesseraError) {
    let step = ThinTriangularStep(a.view, triangle, operation, diagonal, b.columns)
    let right = try step.deal(b)
    let map = a.layout.rows
    let isForward = (triangle == .lower) == (operation == .none)
    for turn in 0..<map.blockCount {
        let k = isForward ? turn : map.blockCount - 1 - turn
        let block = map.indices(ofBlock: k)
        let done = isForward ? 0..<block.lowerBound : block.upperBound..<map.extent
        // S = Bₖ - Σⱼ op(A)ₖⱼ Xⱼ
        try step.sum(block, done, a.view, right)
        // Xₖ = op(Aₖₖ)⁻¹ S
        step.solveDiagonal(block, a.view)
        try step.spread(block)
    }
    try step.collect(into: &b)
}

/// The named steps of the solve and the buffers they share.
private struct ThinTriangularStep<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let layout: MatrixLayout
    let triangle: Triangle
    let operation: Transpose
    let diagonal: Diagonal
    /// Columns of B.
    let width: Int
    /// Xᵀ, the columns that this rank's blocks of A meet.
    let solved: Workspace<Scalar>
    /// S and then Xₖ.
    let block: Workspace<Scalar>

    init(
        _ a: DistributedMatrixView<Scalar>, _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal,
        _ width: Int
    ) {
        grid = a.grid
        layout = a.layout
        self.triangle = triangle
        self.operation = operation
        self.diagonal = diagonal
        self.width = width
        solved = Workspace(max(layout.rows.count(on: grid.row), layout.columns.count(on: grid.column)) * width)
        block = Workspace(layout.rows.block * width)
    }

    var isPlain: Bool { operation == .none }

    func localRows(_ range: Range<Int>) -> Range<Int> { layout.rows.localRange(range, on: grid.row) }
    func localColumns(_ range: Range<Int>) -> Range<Int> { layout.columns.localRange(range, on: grid.column) }
    func homeRow(_ block: Range<Int>) -> Int { layout.rows.owner(of: GlobalIndex(block.lowerBound)) }
    func homeColumn(_ block: Range<Int>) -> Int { layout.columns.owner(of: GlobalIndex(block.lowerBound)) }

    /// A thin matrix n x m dealt like A's rows on the first process column, or m x n like A's columns on the first
    /// process row.
    func thin(likeRows: Bool) -> DistributedMatrix<Scalar> {
        let whole = BlockCyclic(extent: width, block: width, parts: likeRows ? grid.columns : grid.rows)
        return DistributedMatrix(
            workspace: likeRows
                ? MatrixLayout(rows: layout.rows, columns: whole) : MatrixLayout(rows: whole, columns: layout.columns),
            on: grid)
    }

    /// B where the sums of its blocks are made.
    func deal(_ b: borrowing DistributedMatrix<Scalar>) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var right = thin(likeRows: isPlain)
        try right.replace(with: b.view, operation: isPlain ? .none : .transpose)
        return right
    }

    /// S = Bₖ - Σⱼ op(A)ₖⱼ Xⱼ, to the owner of Aₖₖ.
    func sum(
        _ block: Range<Int>, _ done: Range<Int>, _ a: DistributedMatrixView<Scalar>,
        _ right: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        guard isPlain ? homeRow(block) == grid.row : homeColumn(block) == grid.column else { return }
        let s = self.block.base
        let count = block.count
        let rows = localRows(isPlain ? block : done)
        let columns = localColumns(isPlain ? done : block)
        if (isPlain ? right.localColumns : right.localRows) == 0 {
            s.update(repeating: .zero, count: count * width)
        } else {
            let first = right.storage + (isPlain ? rows.lowerBound : columns.lowerBound * right.leadingDimension)
            let (down, across) = isPlain ? (1, right.leadingDimension) : (right.leadingDimension, 1)
            for j in 0..<width { for i in 0..<count { s[i + j * count] = first[i * down + j * across] } }
        }
        let (met, inner) = isPlain ? (columns.lowerBound, columns.count) : (rows.lowerBound, rows.count)
        if inner > 0 {
            Scalar.gemm(
                operation, .transpose, count, width, inner, -1,
                a.storage + rows.lowerBound + columns.lowerBound * a.leadingDimension, a.leadingDimension,
                solved.base + met * width, width, 1, s, count)
        }
        try (isPlain ? grid.rowCommunicator : grid.columnCommunicator).reduce(
            s, count * width, .sum, to: isPlain ? homeColumn(block) : homeRow(block))
    }

    /// Xₖ = op(Aₖₖ)⁻¹ S on the owner of Aₖₖ.
    func solveDiagonal(_ block: Range<Int>, _ a: DistributedMatrixView<Scalar>) {
        guard homeRow(block) == grid.row, homeColumn(block) == grid.column else { return }
        let corner = a.storage + localRows(block).lowerBound + localColumns(block).lowerBound * a.leadingDimension
        Scalar.trsm(
            .left, triangle, operation, diagonal, block.count, width, 1, corner, a.leadingDimension, self.block.base,
            block.count)
    }

    /// Xₖ to the ranks whose blocks of A it will meet.
    func spread(_ block: Range<Int>) throws(TesseraError) {
        guard isPlain ? homeColumn(block) == grid.column : homeRow(block) == grid.row else { return }
        let x = self.block.base
        try (isPlain ? grid.columnCommunicator : grid.rowCommunicator).broadcast(
            x, block.count * width, Scalar.datatype, from: isPlain ? homeRow(block) : homeColumn(block))
        let met = (isPlain ? localColumns(block) : localRows(block)).lowerBound
        for i in 0..<block.count {
            for j in 0..<width { solved.base[j + (met + i) * width] = x[i + j * block.count] }
        }
    }

    /// X in B's layout.
    func collect(into b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let x = thin(likeRows: !isPlain)
        for j in 0..<x.localColumns {
            for i in 0..<x.localRows {
                x.storage[i + j * x.leadingDimension] = solved.base[isPlain ? i + j * width : j + i * width]
            }
        }
        try b.replace(with: x.view, operation: isPlain ? .transpose : .none)
    }
}
