// A X = B from P A Pᵀ = L T Lᴴ: L Y = P B, T Z = Y, Lᴴ (P X) = Z, 2 n² flops for each right-hand side.
//
// T is solved with whole columns: those of a process column are dealt over its ranks, all at once, and go back. Two
// messages on each rank; none where the process column is one rank.

public import DistributedArrays
public import Failures
internal import LinearAlgebra
internal import MessagePassing

extension SymmetricIndefinite {
    /// X with A X = B. Collective.
    ///
    /// A = Aᵀ where A is symmetric. Where A is Hermitian, the solution of Aᵀ X = B is the conjugate of that of A X = conj B.
    ///
    /// - Parameter b: n x m, on the grid of A.
    /// - Throws, on all ranks: `TesseraError.singular`; `TesseraError.argument` where B has not n rows;
    ///   `TesseraError.memory` where a copy of B does not fit.
    public borrowing func solve(
        _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var x = try b.copy()
        try solve(inPlace: &x)
        return x
    }

    /// Replaces B by A⁻¹ B. Collective.
    public borrowing func solve(inPlace b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let (order, rows, columns) = (factor.rows, b.rows, b.columns)
        let isSameGrid = factor.grid === b.grid
        try factor.grid.communicator.agree("SymmetricIndefinite.solve", on: b.layout.words) {
            () throws(TesseraError) in
            guard isSameGrid else { throw differentGrids("SymmetricIndefinite.solve", "b") }
            try requireShape(
                "SymmetricIndefinite.solve", "b", "\(order) rows, as A has", rows == order, rows, columns)
        }
        if let firstZeroPivot { throw .singular(pivot: firstZeroPivot) }
        try b.withRows(dealtBy: factor.layout.rows) { (b) throws(TesseraError) in try solveAligned(&b) }
    }

    /// The solve, where B's rows are dealt like A's.
    private borrowing func solveAligned(_ b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        let communicator = factor.grid.communicator
        communicator.collectively("SymmetricIndefinite.solve") { () throws(TesseraError) in
            try exchangeRows(of: b, RowMoves(pivots, pivots.indices))
        }
        try solveTriangular(factor, .lower, diagonal: .unit, &b)
        communicator.collectively("SymmetricIndefinite.solve") { () throws(TesseraError) in
            try solveTridiagonal(elimination, b)
        }
        try solveTriangular(
            factor, .lower, transposeA: symmetry == .hermitian ? .conjugateTranspose : .transpose, diagonal: .unit, &b)
        communicator.collectively("SymmetricIndefinite.solve") { () throws(TesseraError) in
            try exchangeRows(of: b, RowMoves(pivots, pivots.indices, reversed: true))
        }
    }
}

/// B = T⁻¹ B. Collective on the process columns.
private func solveTridiagonal<Scalar: LinearScalar>(
    _ t: TridiagonalElimination<Scalar>, _ b: borrowing DistributedMatrix<Scalar>
) throws(TesseraError) {
    let (grid, rows) = (b.grid, b.layout.rows)
    guard rows.extent > 0 else { return }
    guard grid.rows > 1 else { return t.solve(b.localColumns, b.storage, b.leadingDimension) }
    // Each rank of the process column takes a run of its columns, of which every rank has some rows.
    let runs = (0..<grid.rows).map {
        b.localColumns * $0 / grid.rows..<b.localColumns * ($0 + 1) / grid.rows
    }
    let (own, height) = (runs[grid.row], b.localRows)
    let heights = (0..<grid.rows).map { rows.count(on: $0) }
    let here = runs.map { $0.count * height }
    let there = heights.map { $0 * own.count }
    let packed = Workspace<Scalar>(height * b.localColumns)
    let parts = Workspace<Scalar>(rows.extent * own.count)
    let whole = Workspace<Scalar>(rows.extent * own.count)
    for j in 0..<b.localColumns {
        (packed.base + j * height).update(from: b.storage + j * b.leadingDimension, count: height)
    }
    try grid.columnCommunicator.allToAll(
        packed.base, here, exclusiveSums(here), parts.base, there, exclusiveSums(there), Scalar.datatype)
    // The pieces of the run's columns, by the rows they came from.
    for row in 0..<grid.rows {
        var place = parts.base + exclusiveSums(there)[row]
        for j in 0..<own.count {
            rows.forEachBlock(in: 0..<rows.extent, on: row) { _, indices in
                (whole.base + indices.lowerBound + j * rows.extent).update(from: place, count: indices.count)
                place += indices.count
            }
        }
    }
    t.solve(own.count, whole.base, rows.extent)
    for row in 0..<grid.rows {
        var place = parts.base + exclusiveSums(there)[row]
        for j in 0..<own.count {
            rows.forEachBlock(in: 0..<rows.extent, on: row) { _, indices in
                place.update(from: whole.base + indices.lowerBound + j * rows.extent, count: indices.count)
                place += indices.count
            }
        }
    }
    try grid.columnCommunicator.allToAll(
        parts.base, there, exclusiveSums(there), packed.base, here, exclusiveSums(here), Scalar.datatype)
    for j in 0..<b.localColumns {
        (b.storage + j * b.leadingDimension).update(from: packed.base + j * height, count: height)
    }
}
